// The layers of a person who stands before something else than in the portrait.
import { PICTURE_SIZE_PX, type PreparedAvatar } from '../types.ts';
import { type Ground, layOver, multiplied, pack } from './background.ts';
import { crossingsOf, type Layers } from './layers.ts';

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
  for (let row = 0; row < PICTURE_SIZE_PX; row++) {
    const crossings = crossingsOf(outline, row + 0.5);
    for (let column = 0; column < PICTURE_SIZE_PX; column++) {
      const at = row * PICTURE_SIZE_PX + column;
      ground(column + 0.5, row + 0.5, behind);
      if (crossings.filter((x) => x <= column + 0.5).length % 2 === 0) {
        for (let k = 0; k < 4; k++) over[k] = ((person[at] as number) >>> (8 * k)) & 255;
        layOver(behind, over);
      }
      backdrop[at] = pack(behind);
    }
  }
  return { person, backdrop };
}
