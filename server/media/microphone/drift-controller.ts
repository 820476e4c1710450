// Keeps a live microphone's queue at one length by resampling it a little: its crystal and ours differ by up to some
// hundred parts per million, which is a second in an hour. A proportional controller on the smoothed queue level.

/** Pitch changes of 0.5 % are not heard in speech; more would be. */
const MAX_PPM = 5000;
/** Full speed at 50 ms off target; a steady drift of 100 ppm then rests 1 ms off target. */
const PPM_PER_MS = 100;
/** The level jumps by a packet at every arrival and read: averaged over about 50 updates. */
const SMOOTHING = 1 / 50;

export interface DriftController {
  /**
   * @param queueMs how much of the microphone's sound waits, in milliseconds
   * @returns parts per million by which to read faster (positive: the queue is too long) or slower, within 5000
   */
  update(queueMs: number): number;
}

/** @param targetMs the queue level to hold; call `update` once per block of 20 ms or so */
export function createDriftController(targetMs: number): DriftController {
  let levelMs: number | undefined;
  return {
    update(queueMs) {
      levelMs = levelMs === undefined ? queueMs : levelMs + (queueMs - levelMs) * SMOOTHING;
      return Math.max(-MAX_PPM, Math.min(MAX_PPM, (levelMs - targetMs) * PPM_PER_MS));
    },
  };
}
