// Brightness of a picture as numbers that can be blurred and ranked: what the checks of a portrait measure in.
import type { RgbPicture } from './picture-input.ts';

/** [height * width] brightness 0..255 (BT.601). */
export interface LumaPlane {
  data: Float32Array;
  width: number;
  height: number;
}

/** A kernel is cut off where it has fallen to a hundredth. */
const KERNEL_SIGMAS = 3;

export function lumaPlane({ data, width, height }: RgbPicture): LumaPlane {
  const plane = new Float32Array(width * height);
  for (let i = 0; i < plane.length; i++) plane[i] = lumaAt(data, i * 3);
  return { data: plane, width, height };
}

/** A rectangle of a plane; what lies outside is left out, so that the result may be smaller. */
export function cutPlane(plane: LumaPlane, left: number, top: number, right: number, bottom: number): LumaPlane {
  const x0 = Math.max(0, Math.floor(left));
  const y0 = Math.max(0, Math.floor(top));
  const width = Math.max(0, Math.min(plane.width, Math.ceil(right)) - x0);
  const height = Math.max(0, Math.min(plane.height, Math.ceil(bottom)) - y0);
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (y0 + y) * plane.width + x0;
    data.set(plane.data.subarray(from, from + width), y * width);
  }
  return { data, width, height };
}

/** Gaussian blur, the border repeated. */
export function blurred(plane: LumaPlane, sigmaPx: number): LumaPlane {
  const reach = Math.max(1, Math.ceil(KERNEL_SIGMAS * sigmaPx));
  const kernel = Float32Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigmaPx ** 2)),
  );
  const sum = kernel.reduce((total, value) => total + value, 0);
  const { width, height } = plane;
  const rows = new Float32Array(plane.data.length);
  const result = new Float32Array(plane.data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let value = 0;
      for (let k = -reach; k <= reach; k++)
        value += (kernel[k + reach] as number) * (plane.data[y * width + clamp(x + k, width)] as number);
      rows[y * width + x] = value / sum;
    }
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let value = 0;
      for (let k = -reach; k <= reach; k++)
        value += (kernel[k + reach] as number) * (rows[clamp(y + k, height) * width + x] as number);
      result[y * width + x] = value / sum;
    }
  }
  return { data: result, width, height };
}

/** The value below which `share` (0..1) of all lie; NaN for none. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float32Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function lumaAt(data: Uint8Array, at: number): number {
  return 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
}

/** Even-odd rule for a closed polygon. */
export function isInside(contour: readonly (readonly [number, number])[], x: number, y: number): boolean {
  let inside = false;
  contour.forEach(([ax, ay], i) => {
    const [bx, by] = contour[(i + 1) % contour.length] ?? [ax, ay];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  });
  return inside;
}

function clamp(index: number, length: number): number {
  return index < 0 ? 0 : index >= length ? length - 1 : index;
}
