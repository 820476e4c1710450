// The stated random process behind blinks, gaze, breath, nods and beat, by itself.
import { describe, expect, it } from 'vitest';
import { type Cues, createBehaviour, type Heard } from '../../server/motion/behaviour/index.ts';
import { SILENT_FRAME } from '../../server/motion/song/index.ts';
import { type ConversationState, FRAME_RATE_HZ } from '../../server/types.ts';
import { visitorInPhrases } from '../bench/motion-played.ts';
import { correlation, mean } from '../bench/statistics.ts';

const STATES: readonly ConversationState[] = ['idle', 'listening', 'thinking', 'speaking'];
const MINUTES_10 = 10 * 60 * FRAME_RATE_HZ;
const SEEDS = Array.from({ length: 24 }, (_, seed) => seed);
/** The nod's own depth begins here; the head's wander stays far below it within a stroke. */
const NOD_RAD = 0.01;

function cuesOf(
  seed: number,
  state: ConversationState,
  frames: number,
  heard: (frame: number) => Partial<Heard> = () => ({}),
): Cues[] {
  const behaviour = createBehaviour(seed);
  return Array.from({ length: frames }, (_, k) =>
    behaviour.next(state, { visitorLevel: 0, own: SILENT_FRAME, ...heard(k) }),
  );
}

function blinkLengths(cues: readonly Cues[]): number[] {
  const begins = cues.flatMap(({ blink }, k) => (blink > 0.5 && (cues[k - 1]?.blink ?? 0) <= 0.5 ? [k] : []));
  const ends = begins.map((begin) => cues.findIndex(({ blink }, k) => k > begin && blink <= 0.5));
  return ends.flatMap((end, i) => (end < 0 ? [] : [end - (begins[i] as number)]));
}

describe.each(STATES)('ten minutes of %s', (state) => {
  it('have 8 to 25 blinks a minute with every seed, each half shut or more for 80 to 400 ms', () => {
    for (const seed of SEEDS) {
      const lengths = blinkLengths(cuesOf(seed, state, MINUTES_10));
      expect(lengths.length / 10, `seed ${seed}`).toBeGreaterThan(8);
      expect(lengths.length / 10, `seed ${seed}`).toBeLessThan(25);
      expect(Math.min(...lengths) / FRAME_RATE_HZ).toBeGreaterThanOrEqual(0.08);
      expect(Math.max(...lengths) / FRAME_RATE_HZ).toBeLessThanOrEqual(0.4);
    }
  });

  it('are alike in no two seeds', () => {
    const [one, ...others] = SEEDS.slice(0, 8).map((seed) => cuesOf(seed, state, MINUTES_10));
    for (const other of others) {
      for (const cue of ['pitch', 'yaw', 'gazeX', 'blink'] as const) {
        const r = correlation(
          (one as Cues[]).map((cues) => cues[cue]),
          other.map((cues) => cues[cue]),
        );
        expect(Math.abs(r), cue).toBeLessThan(0.3);
      }
    }
  });

  it('are the same again with the same seed', () => {
    expect(cuesOf(7, state, 500)).toEqual(cuesOf(7, state, 500));
  });
});

describe('gaze', () => {
  const awayShare = (state: ConversationState) => {
    const cues = cuesOf(4, state, MINUTES_10);
    return cues.filter(({ gazeX }) => Math.abs(gazeX) > 0.04).length / cues.length;
  };

  it('is away for most of a thought, and seldom while listening', () => {
    expect(awayShare('thinking')).toBeGreaterThan(0.7);
    expect(awayShare('listening')).toBeLessThan(0.2);
  });

  it('wanders and returns when idle', () => {
    const cues = cuesOf(4, 'idle', MINUTES_10);
    const away = cues.map(({ gazeX, glanceY }) => Math.hypot(gazeX, glanceY) > 0.03);
    const returns = away.filter((is, k) => !is && away[k - 1]).length;
    expect(returns / 10).toBeGreaterThan(6);
    expect(Math.abs(mean(cues.map(({ gazeX }) => gazeX)))).toBeLessThan(0.01);
  });

  it('leaves for a thought within half a second, and up, but for the few that look back once more', () => {
    const left = SEEDS.filter((seed) => {
      const behaviour = createBehaviour(seed);
      for (let k = 0; k < 50; k++) behaviour.next('listening');
      return Array.from({ length: 13 }, () => behaviour.next('thinking')).some(({ glanceY }) => glanceY < -0.02);
    });
    expect(left.length / SEEDS.length).toBeGreaterThan(0.75);
  });
});

describe('a listener', () => {
  /** What the visitor adds: all else is the same with the same seed. */
  const answer = (seed: number, state: ConversationState, frames: number, level: (frame: number) => number) => {
    const alone = cuesOf(seed, state, frames);
    return cuesOf(seed, state, frames, (k) => ({ visitorLevel: level(k) })).map((cues, k) => ({
      pitch: cues.pitch - (alone[k] as Cues).pitch,
      brow: cues.browRaise - (alone[k] as Cues).browRaise,
    }));
  };
  const nodsOf = (pitches: number[]) =>
    pitches
      .flatMap((pitch, k) => (pitch > NOD_RAD && (pitches[k - 1] ?? 0) <= NOD_RAD ? [k] : []))
      .filter((k, i, all) => i === 0 || k - (all[i - 1] as number) > FRAME_RATE_HZ);

  it('nods 6 to 15 times a minute to phrases of 2.4 s, in their pauses', () => {
    for (const seed of SEEDS) {
      const nods = nodsOf(answer(seed, 'listening', MINUTES_10, visitorInPhrases).map(({ pitch }) => pitch));
      expect(nods.length / 10).toBeGreaterThan(6);
      expect(nods.length / 10).toBeLessThan(15);
      // Pauses last from 2.4 to 3.2 s; a nod begins 0.2 s into one and takes up to half a second to be seen.
      const late = nods.filter((k) => (k / FRAME_RATE_HZ + 0.8) % 3.2 > 0.8);
      expect(late.length / nods.length).toBeLessThan(0.1);
    }
  });

  it('raises the brows a little while the visitor speaks, and not in silence', () => {
    const brows = answer(2, 'listening', 3000, visitorInPhrases).map(({ brow }) => brow);
    expect(mean(brows)).toBeGreaterThan(0.08);
    expect(Math.max(...brows)).toBeLessThanOrEqual(1);
    expect(cuesOf(2, 'listening', 3000).every(({ browRaise }) => browRaise === 0)).toBe(true);
  });

  it('nods to a quiet microphone in a noisy room as well', () => {
    const level = (frame: number) => 0.01 + 0.5 * visitorInPhrases(frame);
    expect(nodsOf(answer(3, 'listening', 3000, level).map(({ pitch }) => pitch)).length).toBeGreaterThan(8);
  });

  it.each([
    ['steady noise', 'listening', () => 0.05],
    ['a click now and then', 'listening', (frame: number) => (frame % 40 === 0 ? 0.3 : 0.001)],
    ['a visitor who is not listened to', 'thinking', visitorInPhrases],
  ] as const)('does not nod to %s', (_what, state, level) => {
    for (const seed of SEEDS.slice(0, 8)) {
      expect(nodsOf(answer(seed, state, 3000, level).map(({ pitch }) => pitch))).toEqual([]);
    }
  });
});

describe('breath', () => {
  it('is taken in a pause of the voice: the head rises', () => {
    const sounding = (pauseFrom: number) => (k: number) => ({
      own: { ...SILENT_FRAME, sounding: k < pauseFrom || k > pauseFrom + 20 },
    });
    for (const seed of SEEDS) {
      const through = cuesOf(seed, 'speaking', 150, sounding(1000));
      const paused = cuesOf(seed, 'speaking', 150, sounding(100));
      const rise = (k: number) => (through[k] as Cues).y - (paused[k] as Cues).y;
      expect(rise(100)).toBeCloseTo(0, 6);
      expect(rise(122)).toBeGreaterThan(0.008);
    }
  });

  it('does not come in the silence of a stop consonant', () => {
    const stops = (k: number) => ({ own: { ...SILENT_FRAME, sounding: k % 12 < 9 } });
    const whole = () => ({ own: { ...SILENT_FRAME, sounding: true } });
    const [with_, without] = [cuesOf(1, 'speaking', 60, stops), cuesOf(1, 'speaking', 60, whole)];
    for (const [k, { y }] of with_.entries()) expect(y).toBeCloseTo((without[k] as Cues).y, 6);
  });
});

describe('a singer', () => {
  /** Notes every 14 frames. */
  const song = (sung: number) => (k: number) => ({
    own: { ...SILENT_FRAME, sounding: true, sung, onset: k % 14 === 0 },
  });

  it('keeps the beat: deepest where the notes begin, though the first beat was elsewhere', () => {
    const spoken = cuesOf(6, 'speaking', 1400, song(0));
    const depth = cuesOf(6, 'speaking', 1400, song(1)).map(({ pitch }, k) => pitch - (spoken[k] as Cues).pitch);
    // Onsets are heard two frames ahead of the picture.
    const late = depth.slice(700);
    const at = (shift: number) => mean(late.filter((_, k) => (k + 700 - 2 - shift) % 14 === 0));
    expect(at(0)).toBeGreaterThan(0.018);
    expect(at(7)).toBeLessThan(0.006);
  });

  it('moves not at all to the beat of plain speech', () => {
    const still = cuesOf(6, 'speaking', 500, () => ({ own: { ...SILENT_FRAME, sounding: true } }));
    expect(cuesOf(6, 'speaking', 500, song(0))).toEqual(still);
  });
});
