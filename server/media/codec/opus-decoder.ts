// Opus decoder with concealment: packets in, mono float sound at 48 kHz out, and a guess where a packet was lost. Blocks;
// worker threads only.
import { AV_CHANNEL_LAYOUT_MONO, AV_SAMPLE_FMT_FLT, AV_SAMPLE_FMT_FLTP, FF_DECODER_LIBOPUS } from 'node-av/constants';
import { Codec, type CodecContext, Frame, Packet, Rational } from 'node-av/lib';
import { VaktraError } from '../../errors.ts';
import { CLOCK_RATE_HZ } from '../../types.ts';
import { closeCodec, openCodec, wantsMore } from './codec-run.ts';

/**
 * The first byte of a packet (TOC, RFC 6716 section 3.1): configuration and stereo bit in the upper six bits, how many
 * frames in the lower two.
 */
const TOC_CONFIGURATION_MASK = 0xfc;

export interface OpusDecoder {
  /**
   * @returns mono samples in [-1, 1], as many as the packet covers (120 to 5760); null when the packet is damaged
   */
  decode(packet: Uint8Array): Float32Array | null;
  /**
   * Sound for one lost frame, as long as a frame of the last packet; it fades when called again and again. Null before
   * the first packet: there is nothing to go on from.
   */
  conceal(): Float32Array | null;
  /** Harmless twice. */
  close(): void;
}

export function createOpusDecoder(): OpusDecoder {
  const opened = openCodec(
    Codec.findDecoderByName(FF_DECODER_LIBOPUS),
    'libopus decoder',
    (context: CodecContext) => {
      context.sampleRate = CLOCK_RATE_HZ;
      context.channelLayout = AV_CHANNEL_LAYOUT_MONO;
      context.pktTimebase = new Rational(1, CLOCK_RATE_HZ);
    },
    { request_sample_fmt: 'flt' },
  );
  const frame = new Frame();
  frame.alloc();
  const packet = new Packet();
  packet.alloc();
  let lastToc: number | undefined;
  let isClosed = false;

  function run(data: Uint8Array): Float32Array | null {
    if (isClosed) throw new VaktraError('internal', 'The Opus decoder is closed: make another one.');
    packet.data = Buffer.from(data);
    const sent = opened.context.sendPacketSync(packet);
    packet.unref();
    if (sent < 0 && !wantsMore(sent)) return null;
    const received = opened.context.receiveFrameSync(frame);
    if (received < 0) return null;
    const samples = toFloat(frame);
    frame.unref();
    return samples;
  }

  return {
    decode(data) {
      const toc = data[0];
      if (toc === undefined) return null;
      const samples = run(data);
      if (samples !== null) lastToc = toc;
      return samples;
    },
    conceal() {
      // A frame without data is what libopus takes for a lost one (RFC 6716 section 3.2.1); FFmpeg has no other way to say it.
      return lastToc === undefined ? null : run(Uint8Array.of(lastToc & TOC_CONFIGURATION_MASK));
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

/** A copy of the frame's mono samples. */
function toFloat(frame: Frame): Float32Array {
  const bytes = frame.data?.[0];
  const isFloat = frame.format === AV_SAMPLE_FMT_FLT || frame.format === AV_SAMPLE_FMT_FLTP;
  if (bytes === undefined || !isFloat) throw new VaktraError('internal', 'The Opus decoder gave no float samples.');
  const samples = new Float32Array(frame.nbSamples);
  new Uint8Array(samples.buffer).set(bytes.subarray(0, samples.byteLength));
  return samples;
}
