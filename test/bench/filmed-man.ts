// What served motion is held against: figures of the training clips (GRID speaker 1, as tracked), computed over the 630
// clips of models/training/cache/motion.npz that training uses. Coefficients as in models/manifest.json.

/** Names and rows of what is compared. */
export const HEAD = { pitch: 24, yaw: 25, roll: 26, x: 27, y: 28, z: 29 } as const;
export const GAZE = { gazeX: 30, gazeY: 31 } as const;

/** Variance within a clip of 3 s, mean over clips: `motion.var(axis=1).mean(axis=0)`, motion [630, 75, 34]. */
export const CLIP_VARIANCE = {
  pitch: 1.383e-4,
  yaw: 8.26e-5,
  roll: 2.367e-5,
  x: 1.853e-4,
  y: 1.742e-4,
  z: 8.401e-4,
  gazeX: 1.413e-4,
  gazeY: 4.085e-4,
} as const;
export const CLIP_FRAMES = 75;

/** Largest second difference per frame squared: `abs(diff(motion, 2, axis=1)).max()` where all three frames were seen. */
export const LARGEST_ACCELERATION = {
  pitch: 0.037,
  yaw: 0.0229,
  roll: 0.0122,
  x: 0.0135,
  y: 0.0305,
  z: 0.1788,
  opening: 0.157,
} as const;

/** Largest lip opening of all frames, in eye-corner distances: `opening.max()`; 95 % are under 0.144. */
export const WIDEST_OPENING = 0.2432;
