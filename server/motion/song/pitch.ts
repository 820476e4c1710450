// The pitch of one frame of voice by normalised autocorrelation (McLeod and Wyvill 2005), on sound thinned to 4 kHz: enough
// for a voice's fundamental, and cheap.

import { MODEL_RATE_HZ, MODEL_SAMPLES_PER_FRAME } from '../../types.ts';

const THINNING = 4;
const RATE_HZ = MODEL_RATE_HZ / THINNING;
/** Fundamentals that are looked for; a coloratura's highest notes read an octave low, which holds a note as well. */
const LOWEST_HZ = 75;
const HIGHEST_HZ = 800;
const SHORTEST_LAG = Math.floor(RATE_HZ / HIGHEST_HZ);
const LONGEST_LAG = Math.ceil(RATE_HZ / LOWEST_HZ);
/** Three periods of the lowest voice. */
const WINDOW = MODEL_SAMPLES_PER_FRAME / THINNING;
/** Periodicity, 1 for a pure tone, from which a frame is voiced. */
const VOICED_CLARITY = 0.75;
/** The first peak that is this near to the highest is the fundamental; a later one is its multiple. */
const FIRST_PEAK_SHARE = 0.9;
/** Mean square under which nothing is voiced: 60 dB under full scale. */
const SILENT_POWER = 1e-6;

/** The fundamental of a frame of sound (640 samples, 16 kHz) in Hz; undefined where none is clear. */
export function pitchHz(sound: Float32Array): number | undefined {
  const thin = thinned(sound);
  if (power(thin) < SILENT_POWER) return undefined;
  const clarity = new Float32Array(LONGEST_LAG + 2);
  for (let lag = SHORTEST_LAG - 1; lag < clarity.length; lag++) clarity[lag] = clarityAt(thin, lag);
  const peaks = peaksOf(clarity);
  const highest = Math.max(...peaks.map(({ height }) => height));
  const first = peaks.find(({ height }) => height >= FIRST_PEAK_SHARE * highest);
  return first === undefined ? undefined : RATE_HZ / first.lag;
}

/** Peaks that are clear enough, by a parabola through each and its neighbours: lags are too coarse to tell semitones apart. */
function peaksOf(clarity: Float32Array): { lag: number; height: number }[] {
  const peaks: { lag: number; height: number }[] = [];
  for (let lag = SHORTEST_LAG; lag <= LONGEST_LAG; lag++) {
    const [before, at, after] = clarity.subarray(lag - 1, lag + 2) as unknown as [number, number, number];
    if (at < before || at <= after) continue;
    const aside = (0.5 * (before - after)) / (before - 2 * at + after);
    const height = at - 0.25 * (before - after) * aside;
    if (height > VOICED_CLARITY) peaks.push({ lag: lag + aside, height });
  }
  return peaks;
}

/** To 4 kHz, what is above a voice's first harmonics softened: it would need finer lags. */
function thinned(sound: Float32Array): Float32Array {
  const thin = new Float32Array(WINDOW);
  for (let i = 0; i < sound.length; i++) {
    const at = Math.floor(i / THINNING);
    thin[at] = (thin[at] as number) + (sound[i] as number) / THINNING;
  }
  let before = 0;
  for (let i = 0; i < WINDOW; i++) {
    const now = thin[i] as number;
    thin[i] = 0.25 * before + 0.5 * now + 0.25 * (thin[i + 1] ?? 0);
    before = now;
  }
  return thin;
}

function power(sound: Float32Array): number {
  let sum = 0;
  for (const value of sound) sum += value * value;
  return sum / sound.length;
}

function clarityAt(sound: Float32Array, lag: number): number {
  let product = 0;
  let squares = 0;
  for (let i = lag; i < sound.length; i++) {
    const [now, then] = [sound[i] as number, sound[i - lag] as number];
    product += now * then;
    squares += now * now + then * then;
  }
  return squares === 0 ? 0 : (2 * product) / squares;
}
