// Reads the sound of a file of any kind that FFmpeg knows (WAV, MP3, Ogg, WebM ...) as mono at 48 kHz. For file output and
// benches; the whole file is held in memory.
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CHANNEL_LAYOUT_STEREO,
  AV_SAMPLE_FMT_FLT,
  AVMEDIA_TYPE_AUDIO,
} from 'node-av/constants';
import { Codec, CodecContext, FFmpegError, FormatContext, Frame, Packet, SoftwareResampleContext } from 'node-av/lib';
import { VaktraError } from '../../errors.ts';
import { CLOCK_RATE_HZ } from '../../types.ts';

/** An hour: 690 MB of floats. Longer sound belongs into a live conversation. */
const MAX_SAMPLES = CLOCK_RATE_HZ * 3600;
const SAMPLE_BYTES = 4;

/**
 * @returns mono samples in [-1, 1] at 48 kHz
 * @throws VaktraError `voice_unreadable` when there is no such file, no sound in it, or over an hour of it
 */
export async function readVoiceFile(path: string): Promise<Float32Array> {
  const check = (answer: number, what: string): void => {
    if (answer < 0) throw unreadable(path, `${what}: ${FFmpegError.strerror(answer)}`);
  };
  await using file = new FormatContext();
  // The prefix keeps FFmpeg from taking the path for a network address.
  check(await file.openInput(`file:${path}`), 'it cannot be opened');
  check(await file.findStreamInfo(), 'its kind is unknown');
  const stream = file.streams[file.findBestStream(AVMEDIA_TYPE_AUDIO)];
  const codec = stream === undefined ? null : Codec.findDecoder(stream.codecpar.codecId);
  if (stream === undefined || codec === null) throw unreadable(path, 'there is no sound in it');
  using decoder = new CodecContext();
  decoder.allocContext3(codec);
  check(decoder.parametersToContext(stream.codecpar), 'its sound is of an unknown kind');
  check(await decoder.open2(codec, null), 'its sound cannot be decoded');
  using collector = new MonoCollector(check);
  using packet = new Packet();
  packet.alloc();
  while ((await file.readFrame(packet)) >= 0) {
    if (packet.streamIndex === stream.index) {
      // A damaged packet is left out: the rest of the file is still a voice.
      if ((await decoder.sendPacket(packet)) >= 0) await collector.drain(decoder);
    }
    packet.unref();
    if (collector.length > MAX_SAMPLES) throw unreadable(path, 'it is longer than an hour');
  }
  await decoder.sendPacket(null);
  await collector.drain(decoder);
  const samples = collector.finish();
  if (samples.length === 0) throw unreadable(path, 'there is no sound in it');
  return samples;
}

/** Converts decoded frames to mono float at 48 kHz and keeps them. */
class MonoCollector implements Disposable {
  length = 0;
  readonly #check: (answer: number, what: string) => void;
  readonly #pieces: Float32Array[] = [];
  readonly #frame = new Frame();
  #resampler: SoftwareResampleContext | undefined;

  constructor(check: (answer: number, what: string) => void) {
    this.#check = check;
    this.#frame.alloc();
  }

  async drain(decoder: CodecContext): Promise<void> {
    while ((await decoder.receiveFrame(this.#frame)) >= 0) {
      this.#resampler ??= this.#openResampler(this.#frame);
      this.#convert(this.#frame.extendedData ?? this.#frame.data, this.#frame.nbSamples, this.#resampler);
      this.#frame.unref();
    }
  }

  finish(): Float32Array {
    if (this.#resampler !== undefined) this.#convert(null, 0, this.#resampler);
    const whole = new Float32Array(this.length);
    let offset = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, offset);
      offset += piece.length;
    }
    return whole;
  }

  [Symbol.dispose](): void {
    this.#resampler?.free();
    this.#frame.free();
  }

  #openResampler(frame: Frame): SoftwareResampleContext {
    const resampler = new SoftwareResampleContext();
    const { channels } = frame;
    // WAV often leaves open which channel is which; one and two have their usual meaning.
    const usual = channels === 1 ? AV_CHANNEL_LAYOUT_MONO : AV_CHANNEL_LAYOUT_STEREO;
    const layout = channels <= 2 ? usual : frame.channelLayout;
    const format = frame.format as Parameters<SoftwareResampleContext['allocSetOpts2']>[4];
    const answer = resampler.allocSetOpts2(
      AV_CHANNEL_LAYOUT_MONO,
      AV_SAMPLE_FMT_FLT,
      CLOCK_RATE_HZ,
      layout,
      format,
      frame.sampleRate,
    );
    this.#check(answer, 'its channels are unknown');
    // Without it equal channels would be added up to 1.4 times full scale, since floats do not clip.
    this.#check(resampler.setOption('rematrix_maxval', '1.0'), 'its channels cannot be mixed');
    this.#check(resampler.init(), 'its sound cannot be resampled');
    return resampler;
  }

  /** `data` null takes out what the resampler still holds. */
  #convert(data: Buffer[] | null, count: number, resampler: SoftwareResampleContext): void {
    const room = resampler.getOutSamples(count);
    if (room <= 0) return;
    const out = Buffer.alloc(room * SAMPLE_BYTES);
    const converted = resampler.convertSync([out], room, data, count);
    this.#check(converted, 'its sound cannot be resampled');
    const samples = new Float32Array(converted);
    new Uint8Array(samples.buffer).set(out.subarray(0, converted * SAMPLE_BYTES));
    this.#pieces.push(samples);
    this.length += converted;
  }
}

function unreadable(path: string, reason: string): VaktraError {
  return new VaktraError('voice_unreadable', `${path} gives no voice (${reason}): pass a sound file such as a WAV.`);
}
