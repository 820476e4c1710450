import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closePortraitThread, preparePortrait } from '../../server/avatar/index.ts';
import { type EyeTopology, LEFT_EYE, RIGHT_EYE } from '../../server/render/face-topology.ts';
import { createPictureStream } from '../../server/render/index.ts';
import { PICTURE_SIZE_PX, type PreparedAvatar } from '../../server/types.ts';

const SIZE = PICTURE_SIZE_PX;
const COEFFICIENTS = 42;
const [GAZE_X, BLINK_LEFT, BLINK_RIGHT] = [30, 32, 33] as const;
const SHUT = { [BLINK_LEFT]: 1, [BLINK_RIGHT]: 1 };
const EYES = [LEFT_EYE, RIGHT_EYE] as const;
/** The upper lid's edge as it is in the portrait: rows of pixels around it. */
const RING_ROWS = 4;

let basis: Float32Array;
const avatars = new Map<string, PreparedAvatar>();
/** On a busy machine each portrait takes a minute. */
const PREPARING_MS = 300_000;

beforeAll(async () => {
  const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
  basis = new Float32Array(new Uint8Array(await readFile(file('models/motion.basis.f32'))).buffer);
  for (const id of ['mona-lisa', 'vigee-le-brun', 'ada-lovelace'])
    avatars.set(id, await preparePortrait(await readFile(file(`config/portraits/${id}.jpg`))));
}, PREPARING_MS);
afterAll(() => closePortraitThread());

/** [512 * 512] brightness of a picture. */
async function drawn(avatar: PreparedAvatar, coefficients: Record<number, number>): Promise<Uint8Array> {
  const all = new Float32Array(COEFFICIENTS);
  for (const [key, value] of Object.entries(coefficients)) all[Number(key)] = value;
  const stream = createPictureStream(avatar, basis, { label: '' });
  const { i420 } = await stream.draw({ index: 0, coefficients: all, state: 'speaking' });
  stream.close();
  return i420.slice(0, SIZE * SIZE);
}

const x = ({ neutral }: PreparedAvatar, point: number) => neutral[point * 3] ?? 0;
const y = ({ neutral }: PreparedAvatar, point: number) => neutral[point * 3 + 1] ?? 0;

/** Mean step of brightness down the picture across the open upper lid's edge, over all but its corners. */
function ring(avatar: PreparedAvatar, luma: Uint8Array, { upper }: EyeTopology): number {
  const steps = upper.slice(2, -2).map((point) => {
    const [column, row] = [Math.round(x(avatar, point)), Math.round(y(avatar, point))];
    let most = 0;
    for (let at = row - RING_ROWS; at < row + RING_ROWS; at++)
      most = Math.max(most, Math.abs((luma[(at + 1) * SIZE + column] ?? 0) - (luma[(at - 1) * SIZE + column] ?? 0)));
    return most;
  });
  return steps.reduce((sum, step) => sum + step, 0) / steps.length;
}

/** Column of the middle of what is dark between the lids. */
function darkMiddle(avatar: PreparedAvatar, luma: Uint8Array, { upper, lower }: EyeTopology): number {
  const [left, right] = [upper[0] ?? 0, upper.at(-1) ?? 0].map((point) => x(avatar, point)) as [number, number];
  const top = Math.min(...upper.map((point) => y(avatar, point)));
  const bottom = Math.max(...lower.map((point) => y(avatar, point)));
  const seen: [number, number][] = [];
  for (let row = Math.ceil(top + (bottom - top) * 0.3); row < bottom - (bottom - top) * 0.2; row++)
    for (let column = Math.ceil(left); column < right; column++) seen.push([column, luma[row * SIZE + column] ?? 0]);
  const levels = seen.map(([, level]) => level).sort((a, b) => a - b);
  const dark = seen.filter(([, level]) => level <= (levels[Math.floor(levels.length / 4)] ?? 0));
  return dark.reduce((sum, [column]) => sum + column, 0) / dark.length;
}

describe('the eyes of a prepared portrait', () => {
  it('have their irises between their own corners', () => {
    for (const avatar of avatars.values()) {
      for (const { upper, iris } of EYES) {
        expect(x(avatar, iris)).toBeGreaterThan(x(avatar, upper[0] ?? 0));
        expect(x(avatar, iris)).toBeLessThan(x(avatar, upper.at(-1) ?? 0));
      }
    }
  });

  it('leave no ring when they shut: what was the open lid’s edge has become skin', async () => {
    for (const [id, avatar] of avatars) {
      const [open, shut] = [await drawn(avatar, {}), await drawn(avatar, SHUT)];
      for (const eye of EYES) {
        expect(ring(avatar, shut, eye), `${id} at ${eye.iris}`).toBeLessThan(0.5 * ring(avatar, open, eye));
      }
    }
  });

  it('look where they are told', async () => {
    for (const [id, avatar] of avatars) {
      const [left, right] = [await drawn(avatar, { [GAZE_X]: -0.1 }), await drawn(avatar, { [GAZE_X]: 0.1 })];
      for (const eye of EYES) {
        const width = x(avatar, eye.upper.at(-1) ?? 0) - x(avatar, eye.upper[0] ?? 0);
        const way = darkMiddle(avatar, right, eye) - darkMiddle(avatar, left, eye);
        // 0.2 of the eye's width is commanded; lashes and corners, dark as well, stay.
        expect(way / width, `${id} at ${eye.iris}`).toBeGreaterThan(0.05);
      }
    }
  });

  it('shut behind what shines on glasses', async () => {
    const avatar = avatars.get('vigee-le-brun');
    if (!avatar) throw new Error('no portrait');
    // A white streak from the brow over the upper half of the left eye.
    const column = Math.round(x(avatar, LEFT_EYE.upper[4] ?? 0));
    const [from, to] = [y(avatar, LEFT_EYE.browSkin[3] ?? 0) - 10, y(avatar, LEFT_EYE.iris)].map(Math.round) as [
      number,
      number,
    ];
    const shine = (picture: Uint8Array) => {
      const copy = picture.slice();
      for (let row = from; row < to; row++)
        copy.fill(255, (row * SIZE + column - 3) * 4, (row * SIZE + column + 4) * 4);
      return copy;
    };
    const behindGlass = {
      ...avatar,
      rgba: shine(avatar.rgba),
      closed: shine(avatar.closed),
      foreground: shine(avatar.foreground),
    };
    const shut = await drawn(behindGlass, SHUT);
    for (let row = from + 2; row < to - 2; row++) expect(shut[row * SIZE + column]).toBeGreaterThan(220);
    // Beside it the eye is shut all the same.
    const open = await drawn(behindGlass, {});
    expect(ring(avatar, shut, RIGHT_EYE)).toBeLessThan(0.5 * ring(avatar, open, RIGHT_EYE));
  });
});
