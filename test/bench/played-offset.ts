// Reads the test pattern where it is played: the code in the pictures that the page's video element shows, and the clicks
// that its sound track gives. getStats would not do: it believes the sender reports, and they are what is measured here.
// Nor would Web Audio: its source keeps a queue of its own, 25 to 55 ms that change in steps, which the sound of a video
// element does not pass. So the track's samples are taken as they are handed to whoever plays them, and the latency that
// the browser reports for its output device is added.

import type { Page } from 'playwright-core';
import { CLICK_INTERVAL_PICTURES, CODE_BITS, CODE_CELL_PX } from '../../server/session/index.ts';

/** Chromium's, not in TypeScript's library (W3C, MediaStreamTrack Insertable Media Processing using Streams). */
declare const MediaStreamTrackProcessor: new (init: {
  track: MediaStreamTrack;
}) => { readable: ReadableStream<AudioData> };

/** A picture on the screen, or a click in the sound; times are performance.now of the page, in milliseconds. */
export interface Played {
  pictures: { code: number; atMs: number }[];
  clicksMs: number[];
}

/** Of full scale; the click has 0.8, silence is digital. */
const CLICK_THRESHOLD = 0.2;

/** Begins to observe the page's avatar; the page must be playing with its sound on. */
export async function observePlayed(page: Page): Promise<void> {
  await page.evaluate(
    async ({ bits, cell, CLICK_THRESHOLD }) => {
      const video = document.querySelector<HTMLVideoElement>('#avatar');
      const stream = video?.srcObject;
      if (!video || !(stream instanceof MediaStream)) throw new Error('The page shows no avatar.');
      const played: Played = { pictures: [], clicksMs: [] };
      Object.assign(window, { played });

      const canvas = new OffscreenCanvas(bits * cell, cell);
      const pen = canvas.getContext('2d', { willReadFrequently: true });
      if (!pen) throw new Error('No canvas to read pictures with.');
      const onPicture: VideoFrameRequestCallback = (_now, { expectedDisplayTime }) => {
        video.requestVideoFrameCallback(onPicture);
        pen.drawImage(video, 0, 0, bits * cell, cell, 0, 0, bits * cell, cell);
        const row = pen.getImageData(0, cell / 2, bits * cell, 1).data;
        let code = 0;
        for (let bit = 0; bit < bits; bit++) {
          if ((row[4 * (bit * cell + cell / 2)] ?? 0) > 127) code |= 1 << bit;
        }
        played.pictures.push({ code, atMs: expectedDisplayTime });
      };
      video.requestVideoFrameCallback(onPicture);

      const context = new AudioContext();
      const [track] = stream.getAudioTracks();
      if (!track) throw new Error('The avatar has no sound.');
      const sounds = new MediaStreamTrackProcessor({ track }).readable.getReader();
      let quietSamples = 0;
      const findClicks = async () => {
        for (let next = await sounds.read(); next.value; next = await sounds.read()) {
          const handedOverMs = performance.now();
          const { value } = next;
          const samples = new Float32Array(value.numberOfFrames);
          value.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
          for (const [i, sample] of samples.entries()) {
            const isLoud = Math.abs(sample) > CLICK_THRESHOLD;
            if (isLoud && quietSamples > value.sampleRate / 2) {
              const lateMs = ((samples.length - i) / value.sampleRate) * 1000;
              played.clicksMs.push(handedOverMs - lateMs + context.outputLatency * 1000);
            }
            quietSamples = isLoud ? 0 : quietSamples + 1;
          }
          value.close();
        }
      };
      void findClicks();
    },
    { bits: CODE_BITS, cell: CODE_CELL_PX, CLICK_THRESHOLD: CLICK_THRESHOLD },
  );
}

/** Takes what was played since the last call. */
export function takePlayed(page: Page): Promise<Played> {
  return page.evaluate(() => {
    const holder = window as unknown as { played: Played };
    const { pictures, clicksMs } = holder.played;
    return { pictures: pictures.splice(0), clicksMs: clicksMs.splice(0) };
  });
}

/**
 * For each click how much later its picture was shown, in milliseconds (EBU R37: the sound may lead by 40, lag by 60).
 * Where the picture of the click itself was not shown, the one after tells its time.
 */
export function offsetsOf({ pictures, clicksMs }: Played, pictureMs: number): { atMs: number; offsetMs: number }[] {
  return clicksMs.flatMap((atMs) => {
    const shown = pictures
      .filter(({ code }) => code % CLICK_INTERVAL_PICTURES <= 1)
      .map(({ code, atMs: shownMs }) => shownMs - (code % CLICK_INTERVAL_PICTURES) * pictureMs - atMs);
    const nearest = shown.toSorted((a, b) => Math.abs(a) - Math.abs(b))[0];
    return nearest === undefined || Math.abs(nearest) > (CLICK_INTERVAL_PICTURES * pictureMs) / 2
      ? []
      : [{ atMs, offsetMs: nearest }];
  });
}
