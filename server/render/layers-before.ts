// The layers of a person who stands before something else than in the portrait.
import { PICTURE_SIZE_PX, type PreparedAvatar } from '../types.ts';
import { type Ground, layOver, multiplied, pack } from './background.ts';
import { crossingsOf, type Layers } from './layers.ts';
import { SoftPicture } from './soft-picture.ts';

/** Three times as far from any background a place stays covered by the person, however the head moves. */
const DEEP_INSIDE_PX = 8;
const OPAQUE_ALPHA = 254.5;

/**
 * The layers of a person who stands before something else: free of the portrait's own background in the soft outline.
 *
 * @param ground what is behind, and where it lets through, in colours times alpha
 * @param outline as in `takeApart`
 */
export function layersBefore({ foreground }: PreparedAvatar, ground: Ground, outline: Float32Array): Layers {
  const person = multiplied(foreground);
  const backdrop = new Int32Array(person.length);
  const behind = new Float32Array(4);
  const over = new Float32Array(4);
  const around = new Float32Array(4);
  const soft = new SoftPicture(person, PICTURE_SIZE_PX, DEEP_INSIDE_PX);
  for (let row = 0; row < PICTURE_SIZE_PX; row++) {
    const crossings = crossingsOf(outline, row + 0.5);
    for (let column = 0; column < PICTURE_SIZE_PX; column++) {
      const at = row * PICTURE_SIZE_PX + column;
      ground(column + 0.5, row + 0.5, behind);
      soft.read(column + 0.5, row + 0.5, around);
      const isDeepInside = (around[3] as number) >= OPAQUE_ALPHA;
      // Where the mesh folds, it must not be the new background that is seen through it.
      if (isDeepInside || crossings.filter((x) => x <= column + 0.5).length % 2 === 0) {
        for (let k = 0; k < 4; k++) over[k] = ((person[at] as number) >>> (8 * k)) & 255;
        layOver(behind, over);
      }
      backdrop[at] = pack(behind);
    }
  }
  return { person, backdrop };
}
