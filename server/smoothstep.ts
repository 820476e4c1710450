// The soft step from 0 to 1 that fades and blends are made of.

/** 0 up to `from`, 1 beyond `to`, with no kink on the way (3 t^2 - 2 t^3). */
export function smoothstep(from: number, to: number, value: number): number {
  const t = clamp01((value - from) / (to - from));
  return t * t * (3 - 2 * t);
}

export function clamp01(value: number): number {
  return Math.min(1, Math.max(0, value));
}
