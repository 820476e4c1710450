// A PreparedAvatar taken apart for drawing: the person with soft edges, and what is behind. At rest both together are the portrait.
import { PICTURE_SIZE_PX, type PreparedAvatar } from '../types.ts';
import { OPAQUE } from './canvas.ts';

/** Alpha this close to none or all is none or all: a matte's last few levels are noise, and whole pixels are drawn faster. */
const CLEAR_BELOW = 6;
const WHOLE_FROM = 249;
/** A difference that nobody sees. */
const UNSEEN_LEVELS = 3;
/** Sampling reaches this far beyond a triangle. */
const REACH_PX = 1.5;

export interface Layers {
  /** [512 * 512] packed RGBA, colours times alpha. */
  person: Int32Array;
  /** [512 * 512] packed RGBA, opaque: the background where the mesh may move the person, else the portrait. */
  backdrop: Int32Array;
}

/** @param outline [2 * n] x, y of the polygon within which the mesh draws, in pixels */
export function takeApart(avatar: PreparedAvatar, outline: Float32Array): Layers {
  const { closed, background } = avatar;
  const pixels = PICTURE_SIZE_PX * PICTURE_SIZE_PX;
  const person = new Int32Array(pixels);
  const backdrop = new Int32Array(pixels);
  for (let row = 0; row < PICTURE_SIZE_PX; row++) {
    const crossings = crossingsOf(outline, row + 0.5);
    for (let column = 0; column < PICTURE_SIZE_PX; column++) {
      const at = row * PICTURE_SIZE_PX + column;
      const isMeshed = crossings.filter((x) => x <= column + 0.5).length % 2 === 1;
      const alpha = alphaOf(at, avatar);
      let packed = 0;
      let behind = OPAQUE;
      for (let channel = 0; channel < 3; channel++) {
        const whole = closed[at * 4 + channel] as number;
        const back = background[at * 4 + channel] as number;
        // What the background lacks to the portrait: laid over it at rest, it gives the portrait again.
        const share = Math.min(alpha, Math.max(0, Math.round(whole - (back * (255 - alpha)) / 255)));
        packed |= share << (8 * channel);
        behind |= (isMeshed ? back : whole) << (8 * channel);
      }
      person[at] = packed | (alpha << 24);
      backdrop[at] = behind;
    }
  }
  return { person, backdrop };
}

/** The matte's alpha, or as much more as it takes to turn the background into the portrait: the matte may err, the portrait stays. */
function alphaOf(at: number, { closed, background, matte }: PreparedAvatar): number {
  let needed = 0;
  for (let channel = 0; channel < 3; channel++) {
    const whole = closed[at * 4 + channel] as number;
    const back = background[at * 4 + channel] as number;
    if (Math.abs(whole - back) <= UNSEEN_LEVELS) continue;
    needed = Math.max(needed, whole < back ? 1 - whole / back : (whole - back) / (255 - back));
  }
  const alpha = Math.max(matte[at] as number, Math.ceil(needed * 255));
  return alpha < CLEAR_BELOW ? 0 : alpha >= WHOLE_FROM ? 255 : alpha;
}

/** How a triangle of the person must be drawn: not at all, over what is behind it, or simply. */
export type Cover = 'clear' | 'soft' | 'whole';

/** @param corners x, y of its three corners, in pixels of the portrait */
export function coverOf(person: Int32Array, corners: readonly (readonly [number, number])[]): Cover {
  const [a, b, c] = corners as [readonly [number, number], readonly [number, number], readonly [number, number]];
  const turn = Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) || 1;
  const edges = [edgeOf(a, b, turn), edgeOf(b, c, turn), edgeOf(c, a, turn)];
  const clamp = (value: number) => Math.min(PICTURE_SIZE_PX - 1, Math.max(0, Math.floor(value)));
  let lowest = 255;
  let highest = 0;
  for (
    let row = clamp(Math.min(a[1], b[1], c[1]) - REACH_PX);
    row <= clamp(Math.max(a[1], b[1], c[1]) + REACH_PX);
    row++
  ) {
    for (
      let column = clamp(Math.min(a[0], b[0], c[0]) - REACH_PX);
      column <= clamp(Math.max(a[0], b[0], c[0]) + REACH_PX);
      column++
    ) {
      if (edges.some((distance) => distance(column + 0.5, row + 0.5) < -REACH_PX)) continue;
      const alpha = (person[row * PICTURE_SIZE_PX + column] as number) >>> 24;
      lowest = Math.min(lowest, alpha);
      highest = Math.max(highest, alpha);
    }
  }
  if (highest === 0) return 'clear';
  return lowest === 255 ? 'whole' : 'soft';
}

/** Distance of a point from a line, positive inside. */
function edgeOf(from: readonly [number, number], to: readonly [number, number], turn: number) {
  const [x, y] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(x, y) || 1;
  return (atX: number, atY: number) => ((x * (atY - from[1]) - y * (atX - from[0])) * turn) / length;
}

/** Where a row crosses a polygon. */
export function crossingsOf(outline: Float32Array, y: number): number[] {
  const crossings: number[] = [];
  const count = outline.length / 2;
  for (let i = 0; i < count; i++) {
    const next = ((i + 1) % count) * 2;
    const [ax, ay] = [outline[i * 2] as number, outline[i * 2 + 1] as number];
    const [bx, by] = [outline[next] as number, outline[next + 1] as number];
    if (ay <= y !== by <= y) crossings.push(ax + ((y - ay) / (by - ay)) * (bx - ax));
  }
  return crossings;
}
