// How a short sound's power is spread over 8 bands: a fast Fourier transform of 256 points under a Hann window.

import { MODEL_RATE_HZ } from '../../types.ts';

const POINTS = 256;
const BITS = Math.log2(POINTS);
const EDGES = [125, 312.5, 625, 1000, 1625, 2500, 3625, 5000, 7500].map((hz) =>
  Math.round((hz * POINTS) / MODEL_RATE_HZ),
);
export const BAND_COUNT = EDGES.length - 1;
/** Share of the power below which a band is as good as empty. */
const BAND_FLOOR = 1e-5;
const TINY = 1e-20;

const window = Float64Array.from({ length: POINTS }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / POINTS));
const cosine = Float64Array.from({ length: POINTS / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / POINTS));
const sine = Float64Array.from({ length: POINTS / 2 }, (_, i) => Math.sin((2 * Math.PI * i) / POINTS));
const reversed = Uint16Array.from({ length: POINTS }, (_, i) => {
  let result = 0;
  for (let bit = 0; bit < BITS; bit++) if (i & (1 << bit)) result |= 1 << (BITS - 1 - bit);
  return result;
});
// Shared by all conversations of the thread: a transform is never interrupted.
const real = new Float64Array(POINTS);
const imaginary = new Float64Array(POINTS);

/** Writes the natural log of each band's share of the power of the last 256 samples into `shares` [8]. */
export function bandShares(sound: Float32Array, shares: Float64Array): void {
  const first = sound.length - POINTS;
  imaginary.fill(0);
  for (let i = 0; i < POINTS; i++) real[reversed[i] as number] = (sound[first + i] as number) * (window[i] as number);
  transform();
  let total = 0;
  for (let band = 0; band < BAND_COUNT; band++) {
    let power = 0;
    for (let bin = EDGES[band] as number; bin < (EDGES[band + 1] as number); bin++) {
      power += (real[bin] as number) ** 2 + (imaginary[bin] as number) ** 2;
    }
    shares[band] = power;
    total += power;
  }
  for (let band = 0; band < BAND_COUNT; band++) {
    shares[band] = Math.log((shares[band] as number) / (total + TINY) + BAND_FLOOR);
  }
}

/** Cooley and Tukey's, in place, on what was put in bit-reversed order. */
function transform(): void {
  for (let half = 1; half < POINTS; half *= 2) {
    const stride = POINTS / (2 * half);
    for (let start = 0; start < POINTS; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const [upper, lower] = [start + k, start + k + half];
        const c = cosine[k * stride] as number;
        const s = sine[k * stride] as number;
        const re = (real[lower] as number) * c + (imaginary[lower] as number) * s;
        const im = (imaginary[lower] as number) * c - (real[lower] as number) * s;
        real[lower] = (real[upper] as number) - re;
        imaginary[lower] = (imaginary[upper] as number) - im;
        real[upper] = (real[upper] as number) + re;
        imaginary[upper] = (imaginary[upper] as number) + im;
      }
    }
  }
}
