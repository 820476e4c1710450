// Reads the pictures of a video file of any kind that FFmpeg knows, as RGB. For evaluations; all pictures are held in memory.
import { AV_PIX_FMT_RGB24, AVMEDIA_TYPE_VIDEO, SWS_BICUBIC } from 'node-av/constants';
import { Codec, CodecContext, FFmpegError, FormatContext, Frame, Packet, SoftwareScaleContext } from 'node-av/lib';
import type { RgbPicture } from '../../server/avatar/index.ts';

/** Every `step`th picture from the first on, in sRGB. */
export async function readVideo(path: string, step = 1): Promise<RgbPicture[]> {
  const check = (answer: number): void => FFmpegError.throwIfError(answer, path);
  await using file = new FormatContext();
  check(await file.openInput(`file:${path}`));
  check(await file.findStreamInfo());
  const stream = file.streams[file.findBestStream(AVMEDIA_TYPE_VIDEO)];
  const codec = stream === undefined ? null : Codec.findDecoder(stream.codecpar.codecId);
  if (stream === undefined || codec === null) throw new Error(`${path} has no pictures that can be decoded.`);
  using decoder = new CodecContext();
  decoder.allocContext3(codec);
  check(decoder.parametersToContext(stream.codecpar));
  check(await decoder.open2(codec, null));
  using packet = new Packet();
  packet.alloc();
  using frame = new Frame();
  frame.alloc();
  const pictures: RgbPicture[] = [];
  let index = 0;
  const drain = async () => {
    while ((await decoder.receiveFrame(frame)) >= 0) {
      if (index++ % step === 0) pictures.push(rgbOf(frame, check));
      frame.unref();
    }
  };
  while ((await file.readFrame(packet)) >= 0) {
    if (packet.streamIndex === stream.index) {
      check(await decoder.sendPacket(packet));
      await drain();
    }
    packet.unref();
  }
  await decoder.sendPacket(null);
  await drain();
  return pictures;
}

function rgbOf(frame: Frame, check: (answer: number) => void): RgbPicture {
  const { width, height } = frame;
  using scaler = new SoftwareScaleContext();
  scaler.getContext(
    width,
    height,
    frame.format as typeof AV_PIX_FMT_RGB24,
    width,
    height,
    AV_PIX_FMT_RGB24,
    SWS_BICUBIC,
  );
  using rgb = new Frame();
  rgb.alloc();
  rgb.width = width;
  rgb.height = height;
  rgb.format = AV_PIX_FMT_RGB24;
  check(rgb.getBuffer());
  check(scaler.scaleFrameSync(rgb, frame));
  return { data: new Uint8Array(rgb.toBuffer()), width, height };
}
