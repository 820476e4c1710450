// What a conversation's picture looks like around the person: background, size, shape; and where the drawn square lies in it.
import { type Look, PICTURE_SIZE_PX, type PreparedAvatar, type VideoShape } from '../types.ts';

export const PLAIN_LOOK = {
  background: { kind: 'keep' },
  size: PICTURE_SIZE_PX,
  framing: 'square',
} as const satisfies Look;

/** VP8 codes blocks of 16. */
const BLOCK_PX = 16;
const LONG_SIDE = 16 / 9;
/** So many of the square's columns are seen in `portrait`: the head and most of the shoulders. */
const PORTRAIT_COLUMNS = 416;
/** Share of what a portrait picture is higher than the square that comes above it: below, only the label's place is made up. */
const HEADROOM = 0.8;

/** A rectangle in pixels. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Which part of the drawn square is seen, and where in the picture. All even, so that colour planes fit. */
export interface Placing {
  from: Box;
  to: Box;
}

export function videoShape({ background, size, framing }: Look): VideoShape {
  const long = Math.ceil((size * LONG_SIDE) / BLOCK_PX) * BLOCK_PX;
  return {
    width: framing === 'landscape' ? long : size,
    height: framing === 'portrait' ? long : size,
    matte: background.kind === 'transparent' ? 'below' : 'none',
  };
}

/** @param avatar its face decides which columns a portrait picture shows */
export function placingOf(look: Look, avatar: Pick<PreparedAvatar, 'neutral'>): Placing {
  const { width, height } = videoShape(look);
  const whole = { left: 0, top: 0, width: PICTURE_SIZE_PX, height: PICTURE_SIZE_PX };
  if (look.framing === 'square') return { from: whole, to: { left: 0, top: 0, width, height } };
  if (look.framing === 'landscape') {
    return { from: whole, to: { left: (width - height) / 2, top: 0, width: height, height } };
  }
  const middle = mean(avatar.neutral) - PORTRAIT_COLUMNS / 2;
  const left = even(Math.min(PICTURE_SIZE_PX - PORTRAIT_COLUMNS, Math.max(0, middle)));
  const shown = even((PICTURE_SIZE_PX * width) / PORTRAIT_COLUMNS);
  return {
    from: { left, top: 0, width: PORTRAIT_COLUMNS, height: PICTURE_SIZE_PX },
    to: { left: 0, top: even((height - shown) * HEADROOM), width, height: shown },
  };
}

function even(value: number): number {
  return Math.round(value / 2) * 2;
}

/** Column of the face's middle. */
function mean(landmarks: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < landmarks.length; at += 3) sum += landmarks[at] as number;
  return sum / (landmarks.length / 3);
}
