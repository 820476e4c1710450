// Skin continued over a hole in it: the colours around the hole spread inside until each is the mean of its neighbours (Laplace's
// equation, as in Perez, Gangnet, Blake 2003, "Poisson image editing", with no gradients inside).
import { PICTURE_SIZE_PX } from '../types.ts';

/** Successive over-relaxation: its factor for grids of 40 to 100 pixels, and rounds until nothing changes by a grey level. */
const RELAXATION = 1.88;
const ROUNDS = 160;
/** Colours at the border are the mean of so many pixels around: a lash or a crack must not become a stripe. */
const BORDER_RADIUS_PX = 2;
/** What is darker than this share of the border's median is a brow or lashes, no skin to go on from; the shade of a crease is not so dark. */
const DARK_SHARE = 0.58;
const COLOURS = 3;

/** A box of the portrait, in pixels. */
export interface SkinBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

/**
 * @param rgba [512 * 512 * 4]
 * @param inside [box] 1 where skin is to be made
 * @param unwanted [box] above 0 where the portrait shows something that no skin may take its colour from
 * @returns [box * 3] red, green, blue
 */
export function continuedSkin(
  rgba: Uint8Array,
  box: SkinBox,
  inside: Float32Array,
  unwanted: Float32Array,
): Float32Array {
  const { width, height } = box;
  const skin = borderColours(rgba, box, inside, unwanted);
  const made = withDarkBorder(skin, box, inside);
  const middle = meanOutside(skin, made);
  const open = [...made.keys()].filter((i) => made[i] === 1);
  for (const i of open) skin.set(middle, i * COLOURS);
  // Neighbours of each open place, itself where the box ends.
  const sides = Int32Array.from(
    open.flatMap((i) => [
      i % width > 0 ? i - 1 : i,
      i % width < width - 1 ? i + 1 : i,
      i >= width ? i - width : i,
      i < width * (height - 1) ? i + width : i,
    ]),
    (side) => side * COLOURS,
  );
  for (let round = 0; round < ROUNDS; round++) {
    for (let k = 0; k < open.length; k++) {
      const at = (open[k] as number) * COLOURS;
      const [left, right, above, below] = [sides[k * 4], sides[k * 4 + 1], sides[k * 4 + 2], sides[k * 4 + 3]] as [
        number,
        number,
        number,
        number,
      ];
      for (let channel = 0; channel < COLOURS; channel++) {
        const sum =
          (skin[left + channel] as number) +
          (skin[right + channel] as number) +
          (skin[above + channel] as number) +
          (skin[below + channel] as number);
        const own = skin[at + channel] as number;
        skin[at + channel] = own + RELAXATION * (sum / 4 - own);
      }
    }
  }
  return skin;
}

/** The portrait without its fine detail, from what is outside alone. */
function borderColours(rgba: Uint8Array, box: SkinBox, inside: Float32Array, unwanted: Float32Array): Float32Array {
  const { left, top, width, height } = box;
  const colours = new Float32Array(width * height * COLOURS);
  const isHole = (column: number, row: number) => {
    const [u, v] = [column - left, row - top];
    if (u < 0 || v < 0 || u >= width || v >= height) return false;
    return inside[v * width + u] === 1 || (unwanted[v * width + u] as number) > 0;
  };
  for (let i = 0; i < width * height; i++) {
    const [column, row] = [left + (i % width), top + Math.floor(i / width)];
    let count = 0;
    for (let y = row - BORDER_RADIUS_PX; y <= row + BORDER_RADIUS_PX; y++) {
      for (let x = column - BORDER_RADIUS_PX; x <= column + BORDER_RADIUS_PX; x++) {
        if (x < 0 || y < 0 || x >= PICTURE_SIZE_PX || y >= PICTURE_SIZE_PX || isHole(x, y)) continue;
        count++;
        const from = (y * PICTURE_SIZE_PX + x) * 4;
        for (let channel = 0; channel < COLOURS; channel++) {
          const at = i * COLOURS + channel;
          colours[at] = (colours[at] as number) + (rgba[from + channel] as number);
        }
      }
    }
    for (let channel = 0; channel < COLOURS; channel++) {
      const at = i * COLOURS + channel;
      colours[at] = (colours[at] as number) / Math.max(1, count);
    }
  }
  return colours;
}

/** `inside` and what is dark around it. */
function withDarkBorder(skin: Float32Array, { width }: SkinBox, inside: Float32Array): Float32Array {
  const light = (i: number) =>
    (skin[i * COLOURS] as number) + (skin[i * COLOURS + 1] as number) + (skin[i * COLOURS + 2] as number);
  const around = [...inside.keys()].filter((i) => inside[i] === 0);
  const border = around.filter((i) => [i - 1, i + 1, i - width, i + width].some((side) => inside[side] === 1));
  const lights = border.map(light).sort((a, b) => a - b);
  const least = DARK_SHARE * (lights[lights.length >> 1] ?? 0);
  const made = inside.slice();
  for (const i of around) if (light(i) < least) made[i] = 1;
  return made;
}

function meanOutside(skin: Float32Array, inside: Float32Array): number[] {
  const sum = [0, 0, 0];
  let count = 0;
  for (const [i, value] of inside.entries()) {
    if (value === 1) continue;
    count++;
    for (let channel = 0; channel < COLOURS; channel++)
      sum[channel] = (sum[channel] as number) + (skin[i * COLOURS + channel] as number);
  }
  return sum.map((value) => value / Math.max(1, count));
}
