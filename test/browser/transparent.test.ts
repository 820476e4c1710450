// A packed video, colour above and matte below, as client/src/transparent.ts puts it together in a real browser.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from './harness.ts';

const SOURCE = new URL('../../client/src/transparent.ts', import.meta.url);
const SIZE = 64;
/** A canvas' video is coded by nothing, but its colours go through YUV. */
const LEVELS = 8;

/** A page that offers the module's function to the test. */
const PAGE = `<!doctype html><title>Transparent</title><link rel="icon" href="data:,"><script type="module">
import { drawTransparent } from '/transparent.js';
window.drawTransparent = drawTransparent;
</script>`;

let browser: TestBrowser;
let close: () => void;

beforeAll(async () => {
  const module = stripTypeScriptTypes(readFileSync(SOURCE, 'utf8'));
  const server = createServer((request, response) => {
    const isModule = request.url === '/transparent.js';
    response.setHeader('content-type', isModule ? 'text/javascript' : 'text/html');
    response.end(isModule ? module : PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => server.close();
  browser = await openBrowser({ softwareWebGl: true });
  await browser.page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});

afterAll(async () => {
  await browser?.close();
  close?.();
});

/** What the canvas shows over white at four places, left to right: opaque red, half opaque red, nothing, and after closing. */
async function drawn(size: number): Promise<{ width: number; height: number; pixels: number[][]; closed: number[] }> {
  return await browser.page.evaluate(async (side) => {
    const { drawTransparent } = window as unknown as typeof import('../../client/src/transparent.ts');
    const packed = document.createElement('canvas');
    packed.width = side;
    packed.height = side * 2;
    const pen = packed.getContext('2d') as CanvasRenderingContext2D;
    const paint = (): void => {
      pen.fillStyle = '#d02010';
      pen.fillRect(0, 0, side, side);
      for (const [k, grey] of ['#fff', '#808080', '#000'].entries()) {
        pen.fillStyle = grey;
        pen.fillRect((k * side) / 3, side, side / 3 + 1, side);
      }
    };
    paint();
    const video = document.createElement('video');
    video.muted = true;
    video.srcObject = packed.captureStream(25);
    const repaint = setInterval(paint, 40);
    await video.play();
    const canvas = document.createElement('canvas');
    const transparent = drawTransparent(video, canvas);
    const shown = document.createElement('canvas');
    shown.width = shown.height = side;
    const reader = shown.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
    const read = (share: number): number[] => {
      reader.fillStyle = '#fff';
      reader.fillRect(0, 0, side, side);
      reader.drawImage(canvas, 0, 0);
      return [...reader.getImageData(Math.floor(share * side), side >> 1, 1, 1).data];
    };
    // A canvas keeps its picture only until it is composed: read it in the same task as it is drawn.
    const read3 = await new Promise<number[][]>((resolve) =>
      video.requestVideoFrameCallback(() => resolve([1 / 6, 1 / 2, 5 / 6].map(read))),
    );
    const { width, height } = canvas;
    transparent.close();
    transparent.close();
    const closed = read(1 / 6);
    clearInterval(repaint);
    return { width, height, pixels: read3, closed };
  }, size);
}

it('is opaque, half and not there as its matte says, in the size of the upper half, and gone when closed', async () => {
  const { width, height, pixels, closed } = await drawn(SIZE);
  expect([width, height]).toEqual([SIZE, SIZE]);
  const expected = [
    [0xd0, 0x20, 0x10],
    [0xe7, 0x90, 0x88],
    [255, 255, 255],
  ];
  for (const [k, colour] of expected.entries()) {
    for (const [channel, value] of colour.entries()) {
      expect(Math.abs((pixels[k]?.[channel] ?? -1) - value), `${k}: ${pixels[k]}`).toBeLessThanOrEqual(LEVELS);
    }
  }
  expect(closed.slice(0, 3)).toEqual([255, 255, 255]);
  expect(browser.faults).toEqual([]);
});
