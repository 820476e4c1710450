// Holds the model's motion to what was filmed, so that no sound can pull the face out of shape.
// The edge is hard: inside the range nothing may change, for there the lips' closures are exact, and beyond it no real
// face went, so a bend there would have nothing to keep.

/** Per coefficient, in the order of models/manifest.json. */
export interface CoefficientRange {
  low: readonly number[];
  high: readonly number[];
}

/** Changes `coefficients` in place. */
export function clamp(coefficients: Float32Array, { low, high }: CoefficientRange): void {
  for (let i = 0; i < coefficients.length; i++) {
    const value = coefficients[i] as number;
    coefficients[i] = Math.max(low[i] as number, Math.min(high[i] as number, value));
  }
}
