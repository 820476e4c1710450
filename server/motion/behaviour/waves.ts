// Sines by their turns, so that hours of counting lose no precision, and slow wanders made of them.

import { uniform } from '../../noise.ts';

/** Periods of the waves that a wander is made of, in seconds; no common multiple that anybody would notice. */
const WANDER_PERIODS_S: readonly number[] = [3.1, 5.3, 8.9, 14.7];
/** Each wander's periods differ by up to this share from the ones above. */
const PERIOD_VARIETY = 0.3;

export function wave(turns: number): number {
  return Math.sin(2 * Math.PI * (turns % 1));
}

/**
 * A slow wander over seconds, of mean 0 and spread 1.
 *
 * @param channel tells wanders of the same seed and stream apart
 */
export function wander(seed: number, channel: number, stream: number): (seconds: number) => number {
  const waves = WANDER_PERIODS_S.map((period, i) => ({
    hz: (1 + PERIOD_VARIETY * (uniform(seed, channel, i, stream) - 0.5)) / period,
    phase: uniform(seed, channel, WANDER_PERIODS_S.length + i, stream),
  }));
  const scale = Math.sqrt(2 / waves.length);
  return (seconds) => scale * waves.reduce((sum, { hz, phase }) => sum + wave(seconds * hz + phase), 0);
}
