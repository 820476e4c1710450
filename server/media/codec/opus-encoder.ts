// Opus encoder (RFC 6716): 20 ms of float sound at 48 kHz in, one packet out, silence included. Blocks; worker threads only.
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CHANNEL_LAYOUT_STEREO,
  AV_SAMPLE_FMT_FLT,
  FF_ENCODER_LIBOPUS,
} from 'node-av/constants';
import { Codec, type CodecContext, Frame, Packet, Rational } from 'node-av/lib';
import { VaktraError } from '../../errors.ts';
import { CLOCK_RATE_HZ, SAMPLES_PER_PACKET } from '../../types.ts';
import { closeCodec, openCodec, requireSuccess } from './codec-run.ts';

const FRAME_MS = (SAMPLES_PER_PACKET * 1000) / CLOCK_RATE_HZ;
/** Of 10. At 5 speech sounds the same and costs about half. */
const COMPLEXITY = 5;
/** Of the pre-skip in OpusHead. */
const PRE_SKIP_OFFSET = 10;

export interface OpusEncoderOptions {
  bitrateKbps: number;
  /** 1 (default) or 2, interleaved. */
  channels?: 1 | 2;
}

export interface OpusEncoder {
  /**
   * @param samples [960 * channels] in [-1, 1]
   * @returns a packet that belongs to the caller, alone in its ArrayBuffer
   * @throws VaktraError `internal` for another length
   */
  encode(samples: Float32Array): Uint8Array<ArrayBuffer>;
  /** OpusHead (RFC 7845 section 5.1): what a file has to carry. */
  readonly header: Uint8Array;
  /** How much later the sound comes out than it went in, in samples at 48 kHz: files say so in their head, RTP cannot. */
  readonly delaySamples: number;
  /** Harmless twice. */
  close(): void;
}

export function createOpusEncoder({ bitrateKbps, channels = 1 }: OpusEncoderOptions): OpusEncoder {
  const layout = channels === 1 ? AV_CHANNEL_LAYOUT_MONO : AV_CHANNEL_LAYOUT_STEREO;
  const opened = openCodec(
    Codec.findEncoderByName(FF_ENCODER_LIBOPUS),
    'libopus encoder',
    (context: CodecContext) => {
      context.sampleRate = CLOCK_RATE_HZ;
      context.channelLayout = layout;
      context.sampleFormat = AV_SAMPLE_FMT_FLT;
      context.timeBase = new Rational(1, CLOCK_RATE_HZ);
      context.bitRate = BigInt(bitrateKbps * 1000);
    },
    // No DTX: every 20 ms has its packet.
    {
      application: 'voip',
      frame_duration: String(FRAME_MS),
      vbr: 'on',
      dtx: '0',
      compression_level: String(COMPLEXITY),
    },
  );
  const header = new Uint8Array(opened.context.extraData ?? []);
  const frame = new Frame();
  frame.alloc();
  frame.format = AV_SAMPLE_FMT_FLT;
  frame.sampleRate = CLOCK_RATE_HZ;
  frame.channelLayout = layout;
  frame.nbSamples = SAMPLES_PER_PACKET;
  requireSuccess(frame.allocBuffer(), 'allocate sound');
  const packet = new Packet();
  packet.alloc();
  let pts = 0n;
  let isClosed = false;

  return {
    header,
    delaySamples: new DataView(header.buffer).getUint16(PRE_SKIP_OFFSET, true),
    encode(samples) {
      if (isClosed || samples.length !== SAMPLES_PER_PACKET * channels) {
        const expected = isClosed ? 'nothing: it is closed' : `${SAMPLES_PER_PACKET * channels}`;
        throw new VaktraError('internal', `The Opus encoder got ${samples.length} values and takes ${expected}.`);
      }
      requireSuccess(frame.makeWritable(), 'reuse sound');
      requireSuccess(
        frame.fromBuffer(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)),
        'copy sound',
      );
      frame.pts = pts;
      pts += BigInt(SAMPLES_PER_PACKET);
      requireSuccess(opened.context.sendFrameSync(frame), 'encode sound');
      requireSuccess(opened.context.receivePacketSync(packet), 'take encoded sound');
      const data = new Uint8Array(packet.data ?? []);
      packet.unref();
      return data;
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      frame.free();
      packet.free();
      closeCodec(opened);
    },
  };
}
