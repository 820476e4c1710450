// Reads the sound of a file (WAV, FLAC, Opus, MP3, a video's sound track ...) as one mono voice.
import { Decoder, Demuxer, FilterAPI } from 'node-av/api';
import { VaktraError } from '../../errors.ts';
import { CLOCK_RATE_HZ } from '../../types.ts';

/** What every file is turned into; a mix of its channels. */
const MONO_FLOAT = `aformat=sample_fmts=flt:channel_layouts=mono:sample_rates=${CLOCK_RATE_HZ}`;

/**
 * The whole file, mono in [-1, 1] at 48 kHz.
 *
 * @throws VaktraError `voice_unreadable` when it is no sound file
 */
export async function readVoiceFile(path: string): Promise<Float32Array> {
  try {
    await using demuxer = await Demuxer.open(path);
    const stream = demuxer.audio();
    if (!stream)
      throw new VaktraError('voice_unreadable', `There is no sound in ${path}: give a file with a voice in it.`);
    using decoder = await Decoder.create(stream);
    using filter = FilterAPI.create(MONO_FLOAT);
    const pieces: Uint8Array[] = [];
    for await (const frame of filter.frames(decoder.frames(demuxer.packets(stream.index)))) {
      if (!frame) continue;
      const bytes = frame.data?.[0];
      if (bytes) pieces.push(new Uint8Array(bytes.subarray(0, frame.nbSamples * Float32Array.BYTES_PER_ELEMENT)));
      frame.free();
    }
    return join(pieces);
  } catch (error) {
    if (error instanceof VaktraError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new VaktraError('voice_unreadable', `The sound file ${path} cannot be read (${reason}).`, { cause: error });
  }
}

function join(pieces: Uint8Array[]): Float32Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return new Float32Array(bytes.buffer);
}
