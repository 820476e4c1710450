import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closePortraitThread, loadPortraits, preparePortrait } from '../../server/avatar/index.ts';
import { createPictureStream } from '../../server/render/index.ts';
import { VertexPoser } from '../../server/render/pose-vertices.ts';
import { buildRig, type Rig } from '../../server/render/rig.ts';
import { LANDMARK_COUNT, type MotionFrame, PICTURE_SIZE_PX, type PreparedAvatar } from '../../server/types.ts';

const SIZE = PICTURE_SIZE_PX;
const COEFFICIENTS = 42;
const [JAW, PITCH, YAW, ROLL, BLINK_LEFT, BLINK_RIGHT] = [0, 24, 25, 26, 32, 33] as const;
const EXPRESSIONS = [34, 35, 36, 37, 38, 39, 40, 41] as const;
const IDS = ['mona-lisa', 'vigee-le-brun', 'ada-lovelace'] as const;

let basis: Float32Array;
const avatars = new Map<string, PreparedAvatar>();

/** On a busy machine each of three portraits takes a minute. */
const PREPARING_MS = 300_000;

beforeAll(async () => {
  const read = async (name: string) =>
    new Uint8Array(await readFile(fileURLToPath(new URL(`../../models/${name}`, import.meta.url))));
  const rows = Buffer.concat([await read('motion.basis.f32'), await read('motion.expressions.f32')]);
  basis = new Float32Array(new Uint8Array(rows).buffer);
  const portraits = await loadPortraits(fileURLToPath(new URL('../../config/portraits', import.meta.url)));
  for (const { id, file } of portraits) avatars.set(id, await preparePortrait(await readFile(file)));
}, PREPARING_MS);
afterAll(() => closePortraitThread());

function avatarOf(id: string): PreparedAvatar {
  const avatar = avatars.get(id);
  if (!avatar) throw new Error(`no portrait ${id}`);
  return avatar;
}

function frame(coefficients: Record<number, number>): MotionFrame {
  const all = new Float32Array(COEFFICIENTS);
  for (const [key, value] of Object.entries(coefficients)) all[Number(key)] = value;
  return { index: 0, coefficients: all, state: 'speaking' };
}

/** Twice the signed area of each triangle, in pixels. */
function areas({ triangles }: Rig, x: Float32Array, y: Float32Array): number[] {
  const at = (values: Float32Array, corner: number) => values[triangles[corner] ?? 0] ?? Number.NaN;
  return Array.from({ length: triangles.length / 3 }, (_, i) => {
    const [a, b, c] = [i * 3, i * 3 + 1, i * 3 + 2] as const;
    const first = (at(x, b) - at(x, a)) * (at(y, c) - at(y, a));
    return first - (at(x, c) - at(x, a)) * (at(y, b) - at(y, a));
  });
}

/** How much each triangle faces the viewer, 0 seen from the edge .. 1. */
function facing(rig: Rig, area: readonly number[]): number[] {
  const depth = (vertex: number) =>
    (vertex < LANDMARK_COUNT ? rig.neutral[vertex * 3 + 2] : rig.outer.z[vertex - LANDMARK_COUNT]) ?? 0;
  return area.map((flat, i) => {
    const [a, b, c] = [0, 1, 2].map((k) => rig.triangles[i * 3 + k] ?? 0) as [number, number, number];
    const side = (to: number) => [
      (rig.restX[to] ?? 0) - (rig.restX[a] ?? 0),
      (rig.restY[to] ?? 0) - (rig.restY[a] ?? 0),
    ];
    const [[bx = 0, by = 0], [cx = 0, cy = 0]] = [side(b), side(c)];
    const [bz, cz] = [depth(b) - depth(a), depth(c) - depth(a)];
    return Math.abs(flat) / Math.hypot(flat, by * cz - bz * cy, bz * cx - bx * cz);
  });
}

function changedOutside(before: Uint8Array, after: Uint8Array, isInside: (x: number, y: number) => boolean): number {
  let changed = 0;
  for (let at = 0; at < SIZE * SIZE; at++) {
    if (before[at] !== after[at] && !isInside(at % SIZE, Math.floor(at / SIZE))) changed++;
  }
  return changed;
}

describe.each(IDS)('the rig of %s', (id) => {
  it('turns no triangle over that faces the viewer: jaw open, head turned, each expression whole', () => {
    const rig = buildRig(avatarOf(id), basis);
    const poser = new VertexPoser(rig, rig.restX.slice(), rig.restY.slice());
    const rest = areas(rig, rig.restX, rig.restY);
    const faces = facing(rig, rest);
    for (const yaw of [-0.2, 0.2]) {
      for (const expression of EXPRESSIONS) {
        poser.pose(frame({ [JAW]: 2, [YAW]: yaw, [expression]: 1 }).coefficients);
        const posed = areas(rig, poser.targetX, poser.targetY);
        // Steeper ones may vanish behind the face's edge, as they do on a real head.
        const over = rest.map((area, i) =>
          (faces[i] ?? 0) > 0.45 && area * (posed[i] ?? 0) < 0 ? (posed[i] ?? 0) / 2 : 0,
        );
        const overPx = over.reduce((sum, area) => sum + Math.abs(area), 0);
        expect(overPx, `pixels turned over at yaw ${yaw}, expression ${expression}`).toBeLessThan(40);
      }
    }
  });

  it('leaves the background alone when the head turns', async () => {
    const { matte } = avatarOf(id);
    const stream = createPictureStream(avatarOf(id), basis, { label: '' });
    const rest = (await stream.draw(frame({}))).i420.slice();
    const turned = (await stream.draw(frame({ [YAW]: 0.15, [ROLL]: 0.05, [PITCH]: -0.05 }))).i420;
    const reach = 40;
    const isNearPerson = (x: number, y: number) => {
      for (let dy = -reach; dy <= reach; dy += 4)
        for (let dx = -reach; dx <= reach; dx += 4) if ((matte[(y + dy) * SIZE + x + dx] ?? 0) > 0) return true;
      return false;
    };
    expect(changedOutside(rest, turned, (x, y) => x % 4 !== 0 || isNearPerson(x, y))).toBe(0);
  });

  it('draws the eyes alone when only lids move, nothing when nothing does, and the same picture again at rest', async () => {
    const avatar = avatarOf(id);
    const stream = createPictureStream(avatar, basis, { label: 'AI-generated' });
    const rest = (await stream.draw(frame({}))).i420.slice();
    const shut = (await stream.draw(frame({ [BLINK_LEFT]: 1, [BLINK_RIGHT]: 1 }))).i420.slice();
    const eyes = [33, 263, 468, 473].map((point) => [
      avatar.neutral[point * 3] ?? 0,
      avatar.neutral[point * 3 + 1] ?? 0,
    ]);
    const isEye = (x: number, y: number) =>
      eyes.some(([eyeX = 0, eyeY = 0]) => Math.hypot(x - eyeX, y - eyeY) < 0.4 * avatar.unitPx);
    expect(changedOutside(rest, shut, () => false)).toBeGreaterThan(100);
    expect(changedOutside(rest, shut, isEye)).toBe(0);
    expect(Buffer.compare((await stream.draw(frame({}))).i420, rest)).toBe(0);
    expect(Buffer.compare((await stream.draw(frame({ [YAW]: 0.0001 }))).i420, rest)).toBe(0);
    await stream.draw(frame({ [YAW]: 0.1, [JAW]: 1, [BLINK_LEFT]: 0.5 }));
    expect(Buffer.compare((await stream.draw(frame({}))).i420, rest)).toBe(0);
  });
});
