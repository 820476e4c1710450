// What preparing makes of the shipped paintings beside the face: the person cut out, the background behind, the mouth closed.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closedLandmarks, closedPicture, settleOnEdges } from '../../server/avatar/close-mouth.ts';
import { FACE_OVAL, LIP_LOWER_INNER, LIP_LOWER_ROWS, LIP_UPPER_INNER } from '../../server/avatar/face-mesh.ts';
import { isFace } from '../../server/avatar/found-faces.ts';
import { closePortraitThread, findFaces, preparePortrait } from '../../server/avatar/index.ts';
import { lipEdges } from '../../server/avatar/lip-edges.ts';
import { isInside } from '../../server/avatar/luma.ts';
import { PICTURE_SIZE_PX, PREPARING_STEPS, type PreparedAvatar, type PreparingStep } from '../../server/types.ts';

const SIZE = PICTURE_SIZE_PX;
const NAMES = ['mona-lisa', 'vigee-le-brun'] as const;
const avatars = new Map<string, PreparedAvatar>();
const steps: PreparingStep[] = [];

beforeAll(async () => {
  for (const name of NAMES) {
    const image = await readFile(new URL(`../../config/portraits/${name}.jpg`, import.meta.url));
    const onStep = name === 'mona-lisa' ? (step: PreparingStep) => void steps.push(step) : undefined;
    avatars.set(name, await preparePortrait(image, { onStep }));
  }
}, 300_000);
afterAll(closePortraitThread);

const of = (name: string) => avatars.get(name) as PreparedAvatar;

function withoutAlpha(rgba: Uint8Array): Uint8Array {
  return rgba.filter((_, i) => i % 4 !== 3);
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

it('preparing tells its steps in their order, each once', () => {
  expect(steps).toEqual([...PREPARING_STEPS]);
});

describe.each(NAMES)('%s', (name) => {
  it('has the whole face in the matte and the far corner outside', () => {
    const { matte, landmarks } = of(name);
    const oval = FACE_OVAL.map((point) => [landmarks[point * 3] ?? 0, landmarks[point * 3 + 1] ?? 0] as const);
    const inFace = [...matte].filter((_, i) => isInside(oval, i % SIZE, Math.floor(i / SIZE)));
    expect(Math.min(...inFace.slice(0, 1000), mean(inFace))).toBe(255);
    const corner = [...matte].filter((_, i) => i % SIZE < 40 && Math.floor(i / SIZE) < 30);
    expect(mean(corner)).toBeLessThan(8);
    expect(mean([...matte])).toBeGreaterThan(0.25 * 255);
    expect(mean([...matte])).toBeLessThan(0.85 * 255);
  });

  it('has a background without a face', async () => {
    const { background } = of(name);
    const faces = await findFaces({ data: withoutAlpha(background), width: SIZE, height: SIZE });
    expect(faces.filter(isFace)).toEqual([]);
  });

  it('is the portrait again when both layers are put together', () => {
    const { foreground, background, closed } = of(name);
    let sum = 0;
    for (let i = 0; i < closed.length; i++) {
      if (i % 4 === 3) continue;
      const alpha = (foreground[i - (i % 4) + 3] as number) / 255;
      const put = (foreground[i] as number) * alpha + (background[i] as number) * (1 - alpha);
      sum += Math.abs(put - (closed[i] as number));
    }
    expect(sum / (SIZE * SIZE * 3)).toBeLessThan(1.5);
  });

  it('moves the face with the skull, the lower edge with the breath, and has its face before its hair', () => {
    const { body, landmarks } = of(name);
    const at = (x: number, y: number) => Math.round(y / 8) * 65 + Math.round(x / 8);
    const [noseX, noseY] = [landmarks[4 * 3] as number, landmarks[4 * 3 + 1] as number];
    const [topX, topY] = [landmarks[10 * 3] as number, landmarks[10 * 3 + 1] as number];
    expect(body.headShare[at(noseX, noseY)]).toBeGreaterThan(0.95);
    expect(body.headShare[at(noseX, SIZE)]).toBeLessThan(0.2);
    expect(body.breathShare[at(noseX, noseY)]).toBe(0);
    expect(body.breathShare[at(noseX, SIZE)]).toBeGreaterThan(0.4);
    expect(body.depth[at(noseX, noseY)]).toBeLessThan(body.depth[at(topX, topY - 24)] as number);
  });
});

describe('a mouth that shows teeth', () => {
  it('is closed: no tooth is left, the lips meet, and the rest of the picture stays', () => {
    const { rgba, landmarks: found, unitPx } = of('mona-lisa');
    const gapPx = Math.round(0.1 * unitPx);
    // The lower lip is pushed down in the picture, and what opens is filled with white.
    const landmarks = found.slice();
    const opened = rgba.slice();
    const [left, right] = [found[78 * 3] as number, found[308 * 3] as number];
    const teeth: number[] = [];
    for (let x = Math.ceil(left); x < right; x++) {
      const opening = Math.round(gapPx * Math.sin((Math.PI * (x - left)) / (right - left)));
      const line = Math.round(heightAt(found, x));
      for (let y = SIZE - 1; y >= line; y--) {
        const to = (y * SIZE + x) * 4;
        const isTooth = y < line + opening;
        if (isTooth) teeth.push(to);
        for (let k = 0; k < 3; k++) opened[to + k] = isTooth ? 235 : (rgba[to - opening * SIZE * 4 + k] as number);
      }
    }
    for (const contour of [LIP_LOWER_INNER, ...LIP_LOWER_ROWS.map(({ points }) => points)]) {
      contour.forEach((point, i) => {
        const opening = gapPx * Math.sin((Math.PI * i) / (contour.length - 1));
        landmarks[point * 3 + 1] = (landmarks[point * 3 + 1] as number) + opening;
      });
    }
    const edges = lipEdges({ data: withoutAlpha(opened), width: SIZE, height: SIZE }, landmarks, unitPx);
    settleOnEdges(landmarks, edges);
    const closed = closedPicture(opened, edges, unitPx);
    const neutral = closedLandmarks(landmarks, edges, unitPx);
    const isWhite = (picture: Uint8Array, at: number) => (picture[at + 2] as number) > 180;
    const around = teeth.flatMap((at) => [at - 8 * SIZE * 4, at, at + 8 * SIZE * 4]);
    expect(teeth.filter((at) => isWhite(opened, at)).length).toBe(teeth.length);
    expect(around.filter((at) => isWhite(closed, at)).length).toBeLessThan(0.03 * teeth.length);
    LIP_UPPER_INNER.forEach((upper, i) => {
      const lower = LIP_LOWER_INNER[i] as number;
      expect(neutral[lower * 3 + 1]).toBeCloseTo(neutral[upper * 3 + 1] as number, 3);
    });
    const top = 150 * SIZE * 4;
    expect(Buffer.compare(closed.subarray(0, top), opened.subarray(0, top))).toBe(0);
  });
});

/** Where the lips meet at a column, by their inner points. */
function heightAt(landmarks: Float32Array, x: number): number {
  const points = LIP_UPPER_INNER.map((point) => [landmarks[point * 3] as number, landmarks[point * 3 + 1] as number]);
  const next = Math.max(
    1,
    points.findIndex(([px]) => (px as number) > x),
  );
  const [[x0, y0], [x1, y1]] = [points[next - 1], points[next]] as [[number, number], [number, number]];
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}
