// Streams of the noise, one per use, so that no process hears another's dice. 0 and 1 belong to the model's own noise.

export const STREAM = {
  blink: 2,
  blinkShape: 3,
  gazeTime: 4,
  gazeChoice: 5,
  gazeX: 6,
  gazeY: 7,
  breath: 8,
  sway: 9,
  nod: 10,
  nodShape: 11,
  thought: 12,
} as const;
