import { describe, expect, it } from 'vitest';
import { headPose } from '../../server/avatar/pose.ts';

/** A crooked cloud of 478 points that no rotation maps onto itself. */
const frontal = Float32Array.from(
  { length: 478 * 3 },
  (_, i) => Math.sin(i * 1.7) * (1 + (i % 3)) * 0.3 + (i % 7) * 0.05,
);

function moved(rotation: number[], scale: number, offset: number[]): Float32Array {
  return Float32Array.from(frontal, (_, i) => {
    const point = i - (i % 3);
    const row = (i % 3) * 3;
    const turned = [0, 1, 2].reduce((sum, k) => sum + (rotation[row + k] ?? 0) * (frontal[point + k] ?? 0), 0);
    return turned * scale + (offset[i % 3] ?? 0);
  });
}

describe('headPose', () => {
  it('finds the rotation and the scale that were applied', () => {
    const [c, s] = [Math.cos(0.37), Math.sin(0.37)];
    const yaw = [c, 0, s, 0, 1, 0, -s, 0, c];
    const pose = headPose(moved(yaw, 123.4, [250, 211, -7]), frontal);
    expect(pose.unitPx).toBeCloseTo(123.4, 2);
    yaw.forEach((value, k) => {
      expect(pose.rotation[k]).toBeCloseTo(value, 4);
    });
  });

  it('finds no rotation in a face that only moved', () => {
    const pose = headPose(moved([1, 0, 0, 0, 1, 0, 0, 0, 1], 80.5, [10, 20, 30]), frontal);
    expect([...pose.rotation].map((value) => Number(value.toFixed(4)) + 0)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  });
});
