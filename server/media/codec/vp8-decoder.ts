// VP8 decoder: encoded pictures in, I420 out. Used where what viewers get is looked at: checks of files, benches, tests.
import { AV_PIX_FMT_YUV420P, FF_DECODER_VP8 } from 'node-av/constants';
import { Codec, type CodecContext, Frame, Packet } from 'node-av/lib';
import { VaktraError } from '../../errors.ts';
import { closeCodec, openCodec } from './codec-run.ts';

export interface DecodedPicture {
  width: number;
  height: number;
  /** Planes Y, U, V without padding; belongs to the caller. */
  i420: Uint8Array;
}

export interface Vp8Decoder {
  /** Null when the data is damaged or builds on a picture that is not there. */
  decode(data: Uint8Array): DecodedPicture | null;
  /** Harmless twice. */
  close(): void;
}

export function createVp8Decoder(): Vp8Decoder {
  const opened = openCodec(
    Codec.findDecoderByName(FF_DECODER_VP8),
    'VP8 decoder',
    (context: CodecContext) => {
      context.threadCount = 1;
    },
    {},
  );
  const frame = new Frame();
  frame.alloc();
  const packet = new Packet();
  packet.alloc();
  let isClosed = false;

  return {
    decode(data) {
      if (isClosed) throw new VaktraError('internal', 'The VP8 decoder is closed: make another one.');
      packet.data = Buffer.from(data);
      const sent = opened.context.sendPacketSync(packet);
      packet.unref();
      if (sent < 0 || opened.context.receiveFrameSync(frame) < 0) return null;
      const isI420 = frame.format === AV_PIX_FMT_YUV420P;
      const picture = isI420
        ? { width: frame.width, height: frame.height, i420: new Uint8Array(frame.toBuffer()) }
        : null;
      frame.unref();
      return picture;
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
