// What a viewer's browser shows of the avatar: each picture with its RTP time, small enough to keep, to be looked at later.

import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { createFaceFinder, type FaceFinder } from '../../server/avatar/face-finder.ts';

/** The tracker gives whole pixels: on three times the size they are thirds. */
const SEARCH_SIZE_PX = 1536;
/** As in MediaPipe's own pipeline, which trained the mesh so. At the library's 1.4 it reads a fifth less of an opening. */
const BOX_SCALE = 1.5;

/** One for the test's own thread; the server's lives in another. */
let finder: Promise<FaceFinder> | undefined;

export interface ReceivedFrame {
  rtpTimestamp: number;
  /** JPEG, 512x512. */
  jpeg: Buffer;
}

/** Keeps every picture that the page shows from now on, until `takeFrames`. */
export async function keepFrames(page: Page): Promise<void> {
  await page.evaluate(() => {
    const video = document.querySelector('video');
    if (!video) throw new Error('The page shows no avatar.');
    const kept: { rtpTimestamp: number; jpeg: Promise<string> }[] = [];
    Object.assign(window, { kept });
    const keep: VideoFrameRequestCallback = (_now, { rtpTimestamp = 0 }) => {
      const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
      canvas.getContext('2d')?.drawImage(video, 0, 0);
      const jpeg = canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 }).then(
        (blob) =>
          new Promise<string>((resolve) => {
            const reader = new FileReader();
            reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '');
            reader.readAsDataURL(blob);
          }),
      );
      kept.push({ rtpTimestamp, jpeg });
      Object.assign(window, { keeping: video.requestVideoFrameCallback(keep) });
    };
    Object.assign(window, { keeping: video.requestVideoFrameCallback(keep) });
  });
}

/** Ends the keeping and hands the pictures over, oldest first. */
export async function takeFrames(page: Page): Promise<ReceivedFrame[]> {
  const frames = await page.evaluate(async () => {
    const holder = window as unknown as {
      kept: { rtpTimestamp: number; jpeg: Promise<string> }[];
      keeping: number;
    };
    document.querySelector('video')?.cancelVideoFrameCallback(holder.keeping);
    return Promise.all(
      holder.kept.splice(0).map(async ({ rtpTimestamp, jpeg }) => ({ rtpTimestamp, jpeg: await jpeg })),
    );
  });
  return frames.map(({ rtpTimestamp, jpeg }) => ({ rtpTimestamp, jpeg: Buffer.from(jpeg, 'base64') }));
}

/**
 * Opening of the lips in a picture, as a face tracker sees it: mesh points 13-14 over the outer eye corners 33-263.
 * Undefined where no face is found.
 */
export async function trackLips(jpeg: Buffer): Promise<number | undefined> {
  const { data, info } = await sharp(jpeg)
    .resize(SEARCH_SIZE_PX, SEARCH_SIZE_PX, { kernel: 'cubic' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  finder ??= createFaceFinder(BOX_SCALE);
  const [face] = await (await finder).find({ data: new Uint8Array(data), width: info.width, height: info.height });
  if (!face) return undefined;
  const distance = (a: number, b: number) =>
    Math.hypot(
      ...[0, 1].map(
        (axis) => (face.landmarks[3 * a + axis] ?? Number.NaN) - (face.landmarks[3 * b + axis] ?? Number.NaN),
      ),
    );
  return distance(13, 14) / distance(33, 263);
}
