// Self-reenactment: a filmed person's first picture, moved by what the tracker saw in the others, beside those others. Measured in
// the mouth's crop: squared error of red, green, blue, structural similarity and fine detail of the brightness.

import { LANDMARK_COUNT, type PreparedAvatar } from '../../server/types.ts';
import { rgbOf } from '../integration/avatar-drawn-face.ts';
import { type FilmedClip, filmedClips } from './eval-picture-clips.ts';
import { type CropFrame, cropFrame, cropLuma, sampleCrop, toCrop } from './eval-picture-crop.ts';
import type { Drawer } from './eval-picture-drawers.ts';
import { type FittedMotion, MotionFitter } from './eval-picture-fit.ts';
import { type Box, decibels, fineEnergy, squaredError, structuralSimilarity } from './eval-picture-measures.ts';
import { mean } from './statistics.ts';

/** Beyond the lips, in eye-corner distances: where fine detail is counted. */
const LIP_MARGIN_UNITS = 0.05;
const OUTER_LIPS = [61, 291, 0, 17, 37, 267, 84, 314, 40, 270, 91, 321];

/**
 * Where the lips' places come from. `points`: portrait and motion have exactly the film tracker's landmarks. `basis`: of the motion,
 * what the coefficients can say. `served`: that, on the landmarks that the preparing found.
 */
export const COPIED = 'first picture, copied';

type Geometry = 'points' | 'basis' | 'served';
const GEOMETRIES: readonly Geometry[] = ['points', 'basis', 'served'];

export interface Reenacted {
  clip: string;
  isHeldOut: boolean;
  renderer: string;
  geometry: Geometry | '-';
  psnr: number;
  ssim: number;
  /** Energy of fine detail over that of the film. */
  fine: number;
  frames: number;
  lipErrorPx: number;
  /** Processor time of a picture, all threads, where no mouth was painted before. */
  cpuMs: number;
}

/** Mouths of a clip by one renderer, one after the other, [128 * 128 * 3] each. */
export interface Strip {
  title: string;
  crops: readonly Uint8Array[];
}

interface Moment {
  real: Uint8Array;
  fitted: FittedMotion;
  frame: CropFrame;
  box: Box;
}

/**
 * @param step every which picture of the film
 * @param names clips; all when empty
 */
export async function measureReenactment(
  data: string,
  drawers: readonly Drawer[],
  basis: Float32Array,
  step: number,
  names: readonly string[],
): Promise<{ rows: Reenacted[]; strips: Strip[] }> {
  const rows: Reenacted[] = [];
  const strips: Strip[] = [];
  for await (const clip of filmedClips(data, step, names)) {
    const moments = momentsOf(clip, clip.filmAvatar, basis);
    const copied = moments.map(({ frame }) => sampleCrop(clip.pictures[0] as Uint8Array, frame));
    rows.push({ ...judge(clip, moments, COPIED, '-', copied), cpuMs: 0 });
    const film = moments.map(({ real }) => real);
    strips.push({ title: `${clip.name}: film`, crops: film }, { title: COPIED, crops: copied });
    for (const drawer of drawers) {
      for (const geometry of GEOMETRIES) {
        const { crops, cpuMs } = await draw(clip, moments, basis, drawer, geometry);
        rows.push({ ...judge(clip, moments, drawer.name, geometry, crops), cpuMs });
        if (geometry === 'basis') strips.push({ title: `${drawer.name}, ${cpuMs.toFixed(1)} ms`, crops });
      }
    }
  }
  return { rows, strips };
}

/** What is to be drawn: all pictures after the first in which the face was seen. */
function momentsOf({ pictures, landmarks }: FilmedClip, avatar: PreparedAvatar, basis: Float32Array): Moment[] {
  const [first] = landmarks;
  if (!first) throw new Error('No face was tracked in the first picture.');
  const fitter = new MotionFitter(avatar, basis, first);
  return pictures.slice(1).flatMap((picture, k) => {
    const seen = landmarks[k + 1];
    if (!seen) return [];
    const fitted = fitter.fit(seen);
    const frame = cropFrame(avatar, fitted.coefficients);
    return [{ real: sampleCrop(picture, frame), fitted, frame, box: lipBox(seen, frame) }];
  });
}

async function draw(
  clip: FilmedClip,
  moments: readonly Moment[],
  basis: Float32Array,
  drawer: Drawer,
  geometry: Geometry,
): Promise<{ crops: Uint8Array[]; cpuMs: number }> {
  const avatar = geometry === 'served' ? clip.avatar : clip.filmAvatar;
  const motion = geometry === 'served' ? momentsOf(clip, avatar, basis) : moments;
  // What the coefficients leave becomes rows of its own, one for each picture, so that the lips lie exactly where the film has them.
  const row = LANDMARK_COUNT * 3;
  const rows = basis.length / row;
  const whole = new Float32Array(basis.length + moments.length * row);
  whole.set(basis);
  for (const [k, { fitted }] of moments.entries()) whole.set(fitted.residual, (rows + k) * row);
  const stream = drawer.open(avatar, geometry === 'points' ? whole : basis);
  const crops: Uint8Array[] = [];
  let cpuMicroseconds = 0;
  for (const [k, { fitted }] of motion.entries()) {
    const coefficients = new Float32Array(rows + moments.length);
    coefficients.set(fitted.coefficients);
    coefficients[rows + k] = 1;
    const before = process.cpuUsage();
    const { i420 } = await stream.draw({ index: k, coefficients, state: 'speaking' });
    const { user, system } = process.cpuUsage(before);
    cpuMicroseconds += user + system;
    crops.push(sampleCrop(rgbOf(i420), (moments[k] as Moment).frame));
  }
  stream.close();
  return { crops, cpuMs: cpuMicroseconds / 1000 / moments.length };
}

function judge(
  { name, isHeldOut }: FilmedClip,
  moments: readonly Moment[],
  renderer: string,
  geometry: Reenacted['geometry'],
  drawn: readonly Uint8Array[],
): Omit<Reenacted, 'cpuMs'> {
  const pairs = moments.map((moment, k) => ({ ...moment, drawn: drawn[k] as Uint8Array }));
  const energy = (which: 'real' | 'drawn') =>
    mean(pairs.map(({ frame, box, ...crops }) => fineEnergy(cropLuma(crops[which]), frame.unitPx, box)));
  return {
    clip: name,
    isHeldOut,
    renderer,
    geometry,
    psnr: decibels(mean(pairs.map((pair) => squaredError(pair.drawn, pair.real)))),
    ssim: mean(pairs.map((pair) => structuralSimilarity(cropLuma(pair.drawn), cropLuma(pair.real)))),
    fine: energy('drawn') / energy('real'),
    frames: moments.length,
    lipErrorPx: mean(moments.map(({ fitted }) => fitted.lipErrorPx)),
  };
}

function lipBox(landmarks: Float32Array, frame: CropFrame): Box {
  const points = OUTER_LIPS.map((point) =>
    toCrop(frame, landmarks[point * 3] as number, landmarks[point * 3 + 1] as number),
  );
  const margin = LIP_MARGIN_UNITS * frame.unitPx;
  return {
    left: Math.round(Math.min(...points.map(([x]) => x)) - margin),
    top: Math.round(Math.min(...points.map(([, y]) => y)) - margin),
    right: Math.round(Math.max(...points.map(([x]) => x)) + margin),
    bottom: Math.round(Math.max(...points.map(([, y]) => y)) + margin),
  };
}
