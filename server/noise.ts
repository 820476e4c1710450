// Noise that depends on (seed, frame, channel) alone: any cutting into windows, and any order, draws the same numbers.
// models/training/motion/noise.py does the same; the golden test holds the two together.

const TWO_PI = 2 * Math.PI;
const WORDS = 2 ** 32;

/** Gives a frame's channel its Gaussian number, of mean 0 and spread 1; frames before the start are negative. */
export type Noise = (frame: number, channel: number) => number;

/** Uniform number in (0, 1). `stream` tells independent uses of the same frame and channel apart. */
export function uniform(seed: number, frame: number, channel: number, stream: number): number {
  const start = mix((seed ^ Math.imul(stream, 0x9e3779b9)) >>> 0);
  const word = mix((mix((start + Math.imul(frame >>> 0, 0x9e3779b1)) >>> 0) + Math.imul(channel, 0x85ebca77)) >>> 0);
  return (word + 0.5) / WORDS;
}

/** Gaussian number of mean 0 and spread 1 (Box and Muller 1958). Uses streams 0 and 1. */
export function normal(seed: number, frame: number, channel: number): number {
  const radius = Math.sqrt(-2 * Math.log(uniform(seed, frame, channel, 0)));
  return radius * Math.cos(TWO_PI * uniform(seed, frame, channel, 1));
}

/** The finaliser of MurmurHash3 (Appleby, public domain): every bit of the input changes about half of the output's. */
function mix(word: number): number {
  let x = word ^ (word >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
