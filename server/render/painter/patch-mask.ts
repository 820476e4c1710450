// How much of what is painted is shown, at each place of the crop: all of it on lips and in the mouth, nothing at the crop's border
// and at the nose. It lies still, so nothing crawls along its edge.

import { smoothstep } from '../../smoothstep.ts';
import { LIP_OUTER, NOSE_BASE, UPPER_LIP_TOP } from '../face-topology.ts';
import { CROP_PX, CROP_PX_PER_UNIT } from './crop-frame.ts';

/** From the crop's border inwards nothing is shown over the first, all from the second on; in pixels. */
const BORDER_NOTHING_PX = 3;
const BORDER_ALL_PX = 20;
/** The lower lip goes down as the jaw opens: below it all is shown over this way, in distances of the outer eye corners. */
const JAW_UNITS = 0.22;
/** Share of the way from the upper lip to the nose over which all is shown; at the nose nothing is. */
const PHILTRUM_ALL = 0.25;

/**
 * [128 * 128] shares 0..1.
 *
 * @param u, v [478] crop positions of the closed face
 */
export function patchMask(u: Float32Array, v: Float32Array): Float32Array {
  const lipTop = v[UPPER_LIP_TOP] as number;
  const nose = Math.min(lipTop - 1, v[NOSE_BASE] as number);
  const all = lipTop + (nose - lipTop) * PHILTRUM_ALL;
  const lips = LIP_OUTER.map((landmark) => u[landmark] as number);
  const lipBottom = Math.max(...LIP_OUTER.map((landmark) => v[landmark] as number)) + JAW_UNITS * CROP_PX_PER_UNIT;
  const bottom = Math.min(lipBottom, CROP_PX - BORDER_ALL_PX);
  const [left, right] = [
    Math.max(BORDER_ALL_PX, Math.min(...lips) - 4),
    Math.min(CROP_PX - BORDER_ALL_PX, Math.max(...lips) + 4),
  ];
  const mask = new Float32Array(CROP_PX * CROP_PX);
  for (let row = 0; row < CROP_PX; row++) {
    const y = row + 0.5;
    const above = y < all ? (all - y) / Math.max(1, all - nose) : 0;
    const below = y > bottom ? (y - bottom) / (CROP_PX - BORDER_NOTHING_PX - bottom) : 0;
    for (let column = 0; column < CROP_PX; column++) {
      const x = column + 0.5;
      const beside =
        x < left ? (left - x) / (left - BORDER_NOTHING_PX) : (x - right) / (CROP_PX - BORDER_NOTHING_PX - right);
      // Round corners: what lies outside in two directions is farther out.
      mask[row * CROP_PX + column] = 1 - smoothstep(0, 1, Math.hypot(Math.max(0, beside), above, below));
    }
  }
  return mask;
}
