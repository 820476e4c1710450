// Cuts head and shoulders out of a picture, 512x512, and continues the picture softly where it ends too early.
import sharp from 'sharp';
import { PICTURE_SIZE_PX } from '../types.ts';
import { EYE_CORNERS } from './face-mesh.ts';
import type { RgbPicture } from './picture-input.ts';

/** Side of the cut in distances of the outer eye corners: a head with hair takes about half of it. */
const WANTED_SIDE_UNITS = 4.3;
/** Rather cut closer than invent picture, down to this side. */
const CLOSEST_SIDE_UNITS = 3.2;
/** Height of the eyes in the cut, from its top: leaves room for hair above and shoulders below. */
const EYE_LINE = 0.42;
const BLUR_SIGMA_PX = 14;
/** Over this distance beyond the picture's end its mirrored continuation turns into a blurred one. */
const BLUR_RAMP_PX = 24;

/** Square of the picture, in its pixels; may reach beyond it. */
export interface Frame {
  left: number;
  top: number;
  side: number;
}

/** Where to cut, given the landmarks [478 * 3] of the face. */
export function frameAround(landmarks: Float32Array, picture: { width: number; height: number }): Frame {
  const [a, b] = EYE_CORNERS;
  const dx = (landmarks[b * 3] ?? 0) - (landmarks[a * 3] ?? 0);
  const dy = (landmarks[b * 3 + 1] ?? 0) - (landmarks[a * 3 + 1] ?? 0);
  const dz = (landmarks[b * 3 + 2] ?? 0) - (landmarks[a * 3 + 2] ?? 0);
  const unit = Math.hypot(dx, dy, dz);
  const available = Math.min(picture.width, picture.height);
  const side = Math.round(Math.max(CLOSEST_SIDE_UNITS * unit, Math.min(WANTED_SIDE_UNITS * unit, available)));
  const centreX = (landmarks[a * 3] ?? 0) + dx / 2;
  const eyeY = (landmarks[a * 3 + 1] ?? 0) + dy / 2;
  return {
    left: shiftInside(Math.round(centreX - side / 2), side, picture.width),
    top: shiftInside(Math.round(eyeY - side * EYE_LINE), side, picture.height),
    side,
  };
}

/** Moves a cut that fits into the picture inside it; one that is larger is left centred on the face. */
function shiftInside(start: number, side: number, length: number): number {
  return side > length ? start : Math.min(Math.max(start, 0), length - side);
}

/** The cut as [512 * 512 * 3]. */
export async function cutFrame(picture: RgbPicture, frame: Frame): Promise<RgbPicture> {
  const scale = PICTURE_SIZE_PX / frame.side;
  const left = Math.max(frame.left, 0);
  const top = Math.max(frame.top, 0);
  const width = Math.min(frame.left + frame.side, picture.width) - left;
  const height = Math.min(frame.top + frame.side, picture.height) - top;
  const inside = {
    left: Math.round((left - frame.left) * scale),
    top: Math.round((top - frame.top) * scale),
    width: Math.min(PICTURE_SIZE_PX, Math.round(width * scale)),
    height: Math.min(PICTURE_SIZE_PX, Math.round(height * scale)),
  };
  const raw = { width: picture.width, height: picture.height, channels: 3 as const };
  const cut = await sharp(picture.data, { raw })
    .extract({ left, top, width, height })
    .resize(inside.width, inside.height, { fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer();
  if (inside.width === PICTURE_SIZE_PX && inside.height === PICTURE_SIZE_PX) {
    return { data: cut, width: PICTURE_SIZE_PX, height: PICTURE_SIZE_PX };
  }
  return { data: await continued(cut, inside), width: PICTURE_SIZE_PX, height: PICTURE_SIZE_PX };
}

async function continued(
  cut: Uint8Array,
  inside: { left: number; top: number; width: number; height: number },
): Promise<Uint8Array> {
  const size = PICTURE_SIZE_PX;
  const sharpOnes = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    const fromY = mirrored(y - inside.top, inside.height);
    for (let x = 0; x < size; x++) {
      const from = (fromY * inside.width + mirrored(x - inside.left, inside.width)) * 3;
      sharpOnes.set(cut.subarray(from, from + 3), (y * size + x) * 3);
    }
  }
  const raw = { width: size, height: size, channels: 3 as const };
  const soft = await sharp(sharpOnes, { raw }).blur(BLUR_SIGMA_PX).raw().toBuffer();
  for (let y = 0; y < size; y++) {
    const beyondY = Math.max(inside.top - y, y - (inside.top + inside.height - 1), 0);
    for (let x = 0; x < size; x++) {
      const beyondX = Math.max(inside.left - x, x - (inside.left + inside.width - 1), 0);
      const share = Math.min(1, Math.hypot(beyondX, beyondY) / BLUR_RAMP_PX);
      if (share === 0) continue;
      const at = (y * size + x) * 3;
      for (let c = at; c < at + 3; c++) sharpOnes[c] = (sharpOnes[c] ?? 0) * (1 - share) + (soft[c] ?? 0) * share;
    }
  }
  return sharpOnes;
}

/** Index inside [0, length) when the row is continued by its mirror image on both sides. */
function mirrored(index: number, length: number): number {
  const period = 2 * length;
  const wrapped = ((index % period) + period) % period;
  return wrapped < length ? wrapped : period - 1 - wrapped;
}
