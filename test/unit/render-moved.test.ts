import { describe, expect, it } from 'vitest';
import { alignPart, Footprint, isEmpty, MovedPart } from '../../server/render/moved.ts';

/** Two triangles side by side, sharing an edge, and one far away. */
const REST_X = [100, 150, 100, 150, 400, 420, 400];
const REST_Y = [100, 100, 150, 150, 300, 300, 320];
const TRIANGLES = Uint16Array.of(0, 1, 2, 2, 1, 3, 4, 5, 6);

function drawn() {
  const [x, y] = [Float32Array.from(REST_X), Float32Array.from(REST_Y)];
  return { x, y, moved: new MovedPart(TRIANGLES, x, y) };
}

describe('what must be drawn again', () => {
  it('is nothing while no vertex has moved by half a step, and the drawn places stay', () => {
    const { x, y, moved } = drawn();
    const part = moved.follow(
      x.map((value) => value + 0.02),
      y.map((value) => value - 0.02),
    );
    expect(isEmpty(part)).toBe(true);
    expect([...x]).toEqual(REST_X);
  });

  it('follows slow motion in steps of a twentieth of a pixel, and comes back to the very same places', () => {
    const { x, y, moved } = drawn();
    const places = new Set<number>();
    const there = Array.from({ length: 64 }, (_, step) => step / 64);
    for (const way of [...there, ...there.toReversed()]) {
      const target = Float32Array.from(REST_X, (value) => value + way);
      moved.follow(target, y.slice());
      expect(Math.abs((target[0] ?? 0) - (x[0] ?? 0))).toBeLessThan(0.026);
      places.add(x[0] ?? 0);
    }
    expect(places.size).toBe(21);
    expect([...x]).toEqual(REST_X);
  });

  it('holds the old and the new place of the triangles at a moved vertex, and no other', () => {
    const { x, y, moved } = drawn();
    const target = x.slice();
    target[3] = 170.5;
    expect(moved.follow(target, y.slice())).toEqual({ left: 100, top: 100, right: 172, bottom: 151 });
    expect(x[3]).toBe(170.5);
    target[3] = 150;
    expect(moved.follow(target, y.slice()).right).toBe(172);
  });

  it('ignores vertices that are no numbers', () => {
    const { x, y, moved } = drawn();
    expect(
      isEmpty(
        moved.follow(
          x.map(() => Number.NaN),
          y.slice(),
        ),
      ),
    ).toBe(true);
  });

  it('is widened to whole blocks of the colour conversion inside the picture', () => {
    const part = { left: -3, top: 101, right: 509, bottom: 600 };
    alignPart(part);
    expect(part).toEqual({ left: 0, top: 100, right: 512, bottom: 512 });
  });
});

describe('what is painted over the mesh', () => {
  it('covers where it was and where it is', () => {
    const footprint = new Footprint([0, 1, 1], 2);
    footprint.follow(Float32Array.of(100, 120), Float32Array.of(50, 60));
    footprint.follow(Float32Array.of(130, 150), Float32Array.of(50, 60));
    expect(footprint.part).toEqual({ left: 98, top: 48, right: 153, bottom: 63 });
    footprint.follow(Float32Array.of(130, 150), Float32Array.of(50, 60));
    expect(footprint.part.left).toBe(128);
  });
});
