// The portrait's matte: which pixels show the person, softly at the hair. The segmentation model says roughly where, the face's
// landmarks correct it, the picture's own edges refine it.

import { smoothstep } from '../smoothstep.ts';
import { FACE_OVAL } from './face-mesh.ts';
import { guidedFilter } from './guided-filter.ts';
import { isInside } from './luma.ts';
import type { RgbPicture } from './picture-input.ts';

/** What the model is less sure of than this is no bridge between the person and another one. */
const PERSON_FROM = 0.5;
/** Where the model is in doubt, places of the same colour around it decide together, before the person is cut out. */
const DECIDE_RADIUS_PX = 28;
const DECIDE_SOFTNESS = 3e-3;
const DOUBT = { from: 0.38, to: 0.62 } as const;
const REFINE_RADIUS_PX = 8;
const REFINE_SOFTNESS = 1e-3;
/** The filter's result is stretched so that person and background become whole. */
const BACKGROUND_BELOW = 0.12;
const PERSON_ABOVE = 0.88;

/**
 * @param probability [512 * 512] of being a person
 * @param landmarks [478 * 3] pixels of `cut`
 * @returns [512 * 512] 0 background .. 255 person
 */
export function personMatte(cut: RgbPicture, probability: Float32Array, landmarks: Float32Array): Uint8Array {
  const { width, height } = cut;
  const face = faceMask(landmarks, width, height);
  const decided = guidedFilter(cut, probability, DECIDE_RADIUS_PX, DECIDE_SOFTNESS);
  const mask = decided.map((value, i) => (face[i] ? 1 : smoothstep(DOUBT.from, DOUBT.to, value)));
  keepConnected(mask, face, width, height);
  const refined = guidedFilter(cut, mask, REFINE_RADIUS_PX, REFINE_SOFTNESS);
  return Uint8Array.from(refined, (value, i) => {
    const share = (value - BACKGROUND_BELOW) / (PERSON_ABOVE - BACKGROUND_BELOW);
    return face[i] ? 255 : Math.round(Math.min(1, Math.max(0, share)) * 255);
  });
}

/** 1 within the face's outline. */
function faceMask(landmarks: Float32Array, width: number, height: number): Uint8Array {
  const outline = FACE_OVAL.map((point) => [landmarks[point * 3] ?? 0, landmarks[point * 3 + 1] ?? 0] as const);
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) if (isInside(outline, x, y)) mask[y * width + x] = 1;
  }
  return mask;
}

/** Takes away what does not hang together with the face (others in the picture, ornaments), and fills the person's holes. */
function keepConnected(mask: Float32Array, face: Uint8Array, width: number, height: number): void {
  const isPerson = (i: number) => (mask[i] as number) >= PERSON_FROM;
  const person = flood(
    seeds(mask.length, (i) => face[i] === 1),
    isPerson,
    width,
    height,
  );
  const isBorder = (i: number) => i < width || i % width === 0 || i % width === width - 1;
  const outside = flood(
    seeds(mask.length, (i) => isBorder(i) && !person[i]),
    (i) => !person[i],
    width,
    height,
  );
  for (let i = 0; i < mask.length; i++) {
    if (!person[i] && !outside[i]) mask[i] = 1;
    else if (!person[i] && isPerson(i)) mask[i] = 0;
  }
}

function seeds(length: number, isSeed: (i: number) => boolean): number[] {
  return Array.from({ length }, (_, i) => i).filter(isSeed);
}

/** 1 where a way of `isPassable` pixels leads to a seed. */
function flood(from: number[], isPassable: (i: number) => boolean, width: number, height: number): Uint8Array {
  const reached = new Uint8Array(width * height);
  const queue = from.slice();
  for (const i of queue) reached[i] = 1;
  for (let i = queue.pop(); i !== undefined; i = queue.pop()) {
    const x = i % width;
    for (const next of [x > 0 ? i - 1 : -1, x < width - 1 ? i + 1 : -1, i - width, i + width]) {
      if (next < 0 || next >= reached.length || reached[next] || !isPassable(next)) continue;
      reached[next] = 1;
      queue.push(next);
    }
  }
  return reached;
}
