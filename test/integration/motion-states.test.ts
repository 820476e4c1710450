// Changes of state as they are served, with the shipped model: no jump, measured beside the filmed man.
import { beforeAll, describe, expect, it } from 'vitest';
import { createBehaviour } from '../../server/motion/behaviour/index.ts';
import { loadMotionModel, type MotionModel } from '../../server/motion/index.ts';
import { type ConversationState, FRAME_RATE_HZ } from '../../server/types.ts';
import { HEAD, LARGEST_ACCELERATION } from '../bench/filmed-man.ts';
import { play, type Stretch, visitorInPhrases, voice } from '../bench/motion-played.ts';

const BLINK = 32;
const SEEDS = [1, 2, 3, 4, 5, 6, 17, 18, 21];
/** Each of the twelve changes between four states once. */
const TOUR: readonly ConversationState[] = [
  ...(['idle', 'listening', 'idle', 'thinking', 'idle', 'speaking', 'listening'] as const),
  ...(['thinking', 'listening', 'speaking', 'thinking', 'speaking', 'idle'] as const),
];
const STRETCH_FRAMES = 44;
/** Frames before a change that belong to it; after it the whole stretch does. */
const BEFORE_FRAMES = 5;
/** Five thousand frames take seconds; a busy machine takes many times as long. */
const TIMEOUT_MS = 300_000;

let model: MotionModel;
beforeAll(async () => {
  model = await loadMotionModel({ modelPath: new URL('../../models/motion.onnx', import.meta.url).pathname });
});

/** As a conversation has it: voice while speaking, a visitor's phrases while listening. */
function stretch(state: ConversationState, frames: number): Stretch {
  if (state === 'speaking') return { state, frames, sound: voice };
  if (state === 'listening') return { state, frames, visitor: visitorInPhrases };
  return { state, frames };
}

async function motionOf(seed: number, stretches: Stretch[]): Promise<Float32Array[]> {
  const frames: Float32Array[] = [];
  await play(model.createStream({ seed }), stretches, ({ coefficients }) => frames.push(coefficients));
  return frames;
}

function largestAcceleration(values: readonly number[]): number {
  const found = values.slice(2).map((value, k) => value - 2 * (values[k + 1] as number) + (values[k] as number));
  return Math.max(...found.map(Math.abs));
}

describe('a change of state', () => {
  it(
    'moves head and lips no harder than the filmed man ever did, whichever it is',
    async () => {
      for (const seed of SEEDS) {
        const tour = await motionOf(
          seed,
          TOUR.map((state) => stretch(state, STRETCH_FRAMES)),
        );
        for (const [k, to] of TOUR.slice(1).entries()) {
          const at = (k + 1) * STRETCH_FRAMES;
          const frames = tour.slice(at - BEFORE_FRAMES, at + STRETCH_FRAMES);
          const change = `${TOUR[k]} to ${to}, seed ${seed}`;
          for (const [axis, row] of Object.entries(HEAD)) {
            const found = largestAcceleration(frames.map((frame) => frame[row] as number));
            expect(found, `${axis}, ${change}`).toBeLessThan(LARGEST_ACCELERATION[axis as keyof typeof HEAD]);
          }
          const opening = largestAcceleration(frames.map((frame) => model.lipOpening(frame)));
          expect(opening, `opening, ${change}`).toBeLessThan(LARGEST_ACCELERATION.opening);
        }
      }
    },
    TIMEOUT_MS,
  );
});

describe('the lids', () => {
  it('shut in each blink of the behaviour and in no other', async () => {
    const frames = await motionOf(5, [stretch('idle', 40 * FRAME_RATE_HZ)]);
    const behaviour = createBehaviour(5);
    const given = frames.map(() => behaviour.next('idle').blink);
    const begins = (lids: number[]) => lids.flatMap((lid, k) => (lid > 0.5 && (lids[k - 1] ?? 0) <= 0.5 ? [k] : []));
    const [wanted, drawn] = [begins(given), begins(frames.map((frame) => frame[BLINK] as number))];
    expect(wanted.length).toBeGreaterThan(5);
    expect(drawn).toHaveLength(wanted.length);
    for (const [i, k] of drawn.entries()) expect(Math.abs(k - (wanted[i] as number))).toBeLessThanOrEqual(2);
  });
});
