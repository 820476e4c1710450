// VP8 encoder for live pictures (RFC 6386): an I420 picture in, one encoded picture out, at once. Key frames come first and
// on request only. Blocks for about 1 ms a picture; worker threads only.
import { AV_PICTURE_TYPE_I, AV_PICTURE_TYPE_NONE, AV_PIX_FMT_YUV420P, FF_ENCODER_LIBVPX_VP8 } from 'node-av/constants';
import { Codec, type CodecContext, Frame, Packet, Rational } from 'node-av/lib';
import { VaktraError } from '../../errors.ts';
import { FRAME_RATE_HZ } from '../../types.ts';
import { closeCodec, type OpenCodec, openCodec, requireSuccess } from './codec-run.ts';

/**
 * libvpx in real-time mode adapts by itself between 0 and 16; negative values fix the speed. Measured on three speaking portraits of
 * 512x512 at 400 and 800 kbit/s: -8 gives as much as -4 within 0.2 dB, -10 0.3 to 0.9 dB less, -12 0.4 to 1.3 dB less, -16 and 16
 * 2.5 to 3.2 dB less.
 */
const DEFAULT_CPU_USED = -8;
/** Key frames are made on request; left to itself the encoder makes none within days. */
const KEY_FRAME_INTERVAL = 100_000_000;
/** Quantiser bounds (0 best, 63 worst): finer than 4 a still face would take the whole bitrate. */
const MIN_QUANTIZER = 4;
const MAX_QUANTIZER = 56;
/** Rate control evens out over this long. Longer gives larger bursts, which the viewer's network feels. */
const RATE_BUFFER_MS = 600;
/** A key frame may take this many percent of a picture's mean share: some ten pictures' worth at 25 a second. */
const MAX_INTRA_PERCENT = 900;

export interface Vp8EncoderOptions {
  /** Even. */
  width: number;
  height: number;
  bitrateKbps: number;
  /** libvpx's cpu-used: see the figures in docs; the default suits two cores. */
  cpuUsed?: number;
}

export interface EncodedPicture {
  /** Belongs to the caller, alone in its ArrayBuffer. */
  data: Uint8Array<ArrayBuffer>;
  key: boolean;
}

export interface Vp8Encoder {
  /**
   * @param i420 [width * height * 3 / 2] planes Y, U, V without padding, limited range
   * @throws VaktraError `internal` for another length
   */
  encode(i420: Uint8Array): EncodedPicture;
  /** The next picture becomes a key frame. */
  requestKeyFrame(): void;
  /** From the next picture on. The encoder is opened again (FFmpeg cannot change a running one), so a key frame follows. */
  setBitrate(kbps: number): void;
  /** Harmless twice. */
  close(): void;
}

export function createVp8Encoder(options: Vp8EncoderOptions): Vp8Encoder {
  const { width, height } = options;
  const pictureBytes = (width * height * 3) / 2;
  let bitrateKbps = options.bitrateKbps;
  let opened = open(options, bitrateKbps);
  let wantsKey = true;
  let wantsReopen = false;
  let isClosed = false;
  let pts = 0n;
  const frame = new Frame();
  frame.alloc();
  frame.format = AV_PIX_FMT_YUV420P;
  frame.width = width;
  frame.height = height;
  requireSuccess(frame.allocBuffer(), 'allocate a picture');
  const packet = new Packet();
  packet.alloc();

  function reopen(): void {
    closeCodec(opened);
    opened = open(options, bitrateKbps);
    wantsReopen = false;
    wantsKey = true;
  }

  return {
    encode(i420) {
      if (isClosed || i420.length !== pictureBytes) {
        const expected = isClosed ? 'nothing: it is closed' : `${pictureBytes} (${width}x${height})`;
        throw new VaktraError('internal', `The VP8 encoder got ${i420.length} bytes and takes ${expected}.`);
      }
      if (wantsReopen) reopen();
      requireSuccess(frame.makeWritable(), 'reuse a picture');
      requireSuccess(frame.fromBuffer(Buffer.from(i420.buffer, i420.byteOffset, i420.byteLength)), 'copy a picture');
      frame.pts = pts;
      pts += 1n;
      frame.pictType = wantsKey ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
      wantsKey = false;
      requireSuccess(opened.context.sendFrameSync(frame), 'encode a picture');
      requireSuccess(opened.context.receivePacketSync(packet), 'take an encoded picture');
      const data = new Uint8Array(packet.data ?? []);
      const key = packet.isKeyframe;
      packet.unref();
      return { data, key };
    },
    requestKeyFrame() {
      wantsKey = true;
    },
    setBitrate(kbps) {
      if (kbps === bitrateKbps) return;
      bitrateKbps = kbps;
      wantsReopen = true;
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

function open({ width, height, cpuUsed = DEFAULT_CPU_USED }: Vp8EncoderOptions, bitrateKbps: number): OpenCodec {
  const bitrateBps = BigInt(bitrateKbps * 1000);
  return openCodec(
    Codec.findEncoderByName(FF_ENCODER_LIBVPX_VP8),
    'libvpx encoder',
    (context: CodecContext) => {
      context.width = width;
      context.height = height;
      context.pixelFormat = AV_PIX_FMT_YUV420P;
      context.timeBase = new Rational(1, FRAME_RATE_HZ);
      context.framerate = new Rational(FRAME_RATE_HZ, 1);
      // Equal bounds mean constant bitrate.
      context.bitRate = bitrateBps;
      context.rcMinRate = bitrateBps;
      context.rcMaxRate = bitrateBps;
      context.rcBufferSize = bitrateKbps * RATE_BUFFER_MS;
      context.qMin = MIN_QUANTIZER;
      context.qMax = MAX_QUANTIZER;
      context.gopSize = KEY_FRAME_INTERVAL;
      context.threadCount = 1;
    },
    {
      deadline: 'realtime',
      'cpu-used': String(cpuUsed),
      'lag-in-frames': '0',
      'auto-alt-ref': '0',
      // A lost packet must not spoil the entropy contexts of the pictures behind it.
      'error-resilient': 'default',
      'max-intra-rate': String(MAX_INTRA_PERCENT),
      // Every picture is encoded: dropping is decided before drawing.
      'drop-threshold': '0',
    },
  );
}
