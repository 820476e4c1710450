// Lets the head start and stop no harder than the filmed man's ever did, whatever chance drew: what is beyond goes into an
// offset that fades, so the head arrives a little later instead (inertialization; Bollo, GDC 2018). Slower moves pass as they are.

import { Ease } from './ease.ts';
import { PITCH, POSE_COUNT } from './layout.ts';

/**
 * Largest second difference, per frame squared, of pitch, yaw, roll (radians), x, y, z (eye-corner distances): 85 % of the
 * training clips' largest (test/bench/filmed-man.ts).
 */
const LARGEST: readonly number[] = [0.0315, 0.0195, 0.0104, 0.0115, 0.0259, 0.152];
/** Rate of the spring by which an offset fades, radians a second: nine tenths in 0.65 s. */
const FADE_RATE = 6;

export class HeadLimit {
  readonly #offsets = Array.from({ length: POSE_COUNT }, () => new Ease(FADE_RATE));
  readonly #last = new Float64Array(POSE_COUNT);
  readonly #before = new Float64Array(POSE_COUNT);
  #frames = 0;

  /** @param coefficients of the next frame, changed in place */
  apply(coefficients: Float32Array): void {
    for (const [i, offset] of this.#offsets.entries()) {
      const last = this.#last[i] as number;
      const wanted = (coefficients[PITCH + i] as number) + offset.next(0);
      const onward = 2 * last - (this.#before[i] as number);
      const limit = LARGEST[i] as number;
      // A conversation's first two frames have no movement yet.
      const held = this.#frames < 2 ? wanted : Math.max(onward - limit, Math.min(onward + limit, wanted));
      offset.shift(held - wanted);
      this.#before[i] = last;
      this.#last[i] = held;
      coefficients[PITCH + i] = held;
    }
    this.#frames += 1;
  }
}
