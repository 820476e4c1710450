// Drawn against commanded lips: a portrait speaks, the tracker reads the lips in its pictures. Both in the picture's plane.

import type { MotionModel } from '../../server/motion/index.ts';
import { rgbOf } from '../integration/avatar-drawn-face.ts';
import type { Drawer } from './eval-picture-drawers.ts';
import { type PreparedPortrait, spokenMotion } from './eval-picture-portraits.ts';
import { distance, type Tracked, trackPictures } from './eval-picture-tracker.ts';
import { correlation, mean, slope } from './statistics.ts';

const [UPPER, LOWER, LEFT, RIGHT] = [13, 14, 78, 308] as const;
/** Lips that the motion opens by less are drawn closed (server/render). In eye-corner distances. */
const CLOSED_COMMAND_UNITS = 0.012;
/** What the tracker reads on lips that are closed on film stays under this. */
const CLOSED_SEEN_UNITS = 0.03;

export interface DrawnLips {
  portrait: string;
  renderer: string;
  /** Pearson's r and the slope of drawn over commanded. */
  openingR: number;
  openingSlope: number;
  widthR: number;
  widthSlope: number;
  /** Frames in which closed lips are commanded, and how many of them are seen closed. */
  closedFrames: number;
  closedSeen: number;
  frames: number;
}

/** @param frames of speech for each portrait */
export async function measureLips(
  { name, avatar }: PreparedPortrait,
  drawer: Drawer,
  model: MotionModel,
  { data, frames, voice }: { data: string; frames: number; voice: number },
): Promise<DrawnLips> {
  const motion = await spokenMotion(model, data, frames, voice);
  const stream = drawer.open(avatar, model.basis);
  const pictures: Uint8Array[] = [];
  const commanded: { opening: number; width: number; isClosed: boolean }[] = [];
  for (const [index, coefficients] of motion.entries()) {
    const { i420 } = await stream.draw({ index, coefficients, state: 'speaking' });
    pictures.push(rgbOf(i420));
    commanded.push({
      opening: distance(stream.landmarks, UPPER, LOWER) / avatar.unitPx,
      width: distance(stream.landmarks, LEFT, RIGHT) / avatar.unitPx,
      isClosed: model.lipOpening(coefficients) < CLOSED_COMMAND_UNITS,
    });
  }
  stream.close();
  const pairs = trackPictures(pictures).flatMap((seen: Tracked, k) => {
    const command = commanded[k];
    if (!seen || !command) return [];
    const opening = distance(seen, UPPER, LOWER) / avatar.unitPx;
    return [{ command, opening, width: distance(seen, LEFT, RIGHT) / avatar.unitPx }];
  });
  const closed = pairs.filter(({ command }) => command.isClosed);
  const opening = pairs.map((pair) => [pair.command.opening, pair.opening] as const);
  const width = pairs.map((pair) => [pair.command.width, pair.width] as const);
  return {
    portrait: name,
    renderer: drawer.name,
    openingR: related(opening),
    openingSlope: slope(opening),
    widthR: related(width),
    widthSlope: slope(width),
    closedFrames: closed.length,
    closedSeen: closed.filter((pair) => pair.opening < CLOSED_SEEN_UNITS).length,
    frames: pairs.length,
  };
}

/** All portraits of a renderer together: mean r and slope, the worst opening, closed frames of all. */
export function summary(rows: readonly DrawnLips[]) {
  const sum = (key: 'closedFrames' | 'closedSeen') => rows.reduce((total, row) => total + row[key], 0);
  return {
    openingR: mean(rows.map((row) => row.openingR)),
    openingSlope: mean(rows.map((row) => row.openingSlope)),
    worstOpeningR: Math.min(...rows.map((row) => row.openingR)),
    widthR: mean(rows.map((row) => row.widthR)),
    widthSlope: mean(rows.map((row) => row.widthSlope)),
    closedShare: sum('closedSeen') / sum('closedFrames'),
  };
}

function related(points: readonly (readonly [number, number])[]): number {
  return correlation(
    points.map(([x]) => x),
    points.map(([, y]) => y),
  );
}
