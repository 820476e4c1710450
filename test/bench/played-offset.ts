// Reads the test pattern where it is played: the code in the pictures that the page's video element shows, and the clicks
// that its sound track gives. getStats would not do: it believes the sender reports, and they are what is measured here.

import type { Page } from 'playwright-core';
import { CLICK_INTERVAL_PICTURES, CODE_BITS, CODE_CELL_PX } from '../../server/session/index.ts';

/** A picture on the screen, or a click in the sound; times are performance.now of the page, in milliseconds. */
export interface Played {
  pictures: { code: number; atMs: number }[];
  clicksMs: number[];
}

/** Finds the first sample of each click and tells its time on the context's clock. */
const CLICK_FINDER = `
  registerProcessor('click-finder', class extends AudioWorkletProcessor {
    quietSamples = 0;
    process([input]) {
      const samples = input[0];
      if (!samples) return true;
      for (let i = 0; i < samples.length; i++) {
        const loud = Math.abs(samples[i]) > 0.2;
        if (loud && this.quietSamples > sampleRate / 2) this.port.postMessage((currentFrame + i) / sampleRate);
        this.quietSamples = loud ? 0 : this.quietSamples + 1;
      }
      return true;
    }
  });
`;

/** Begins to observe the page's avatar; the page must be playing with its sound on, and its CSP bypassed. */
export async function observePlayed(page: Page): Promise<void> {
  await page.evaluate(
    async ({ bits, cell, clickFinder }) => {
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

      const context = new AudioContext({ latencyHint: 'interactive' });
      await context.audioWorklet.addModule(URL.createObjectURL(new Blob([clickFinder], { type: 'text/javascript' })));
      const finder = new AudioWorkletNode(context, 'click-finder');
      finder.port.onmessage = ({ data: contextSeconds }) => {
        // The context's time and the page's, read for the same moment.
        const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
        played.clicksMs.push(performanceTime + (contextSeconds - contextTime) * 1000);
      };
      context.createMediaStreamSource(new MediaStream(stream.getAudioTracks())).connect(finder);
      finder.connect(context.destination);
    },
    { bits: CODE_BITS, cell: CODE_CELL_PX, clickFinder: CLICK_FINDER },
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
