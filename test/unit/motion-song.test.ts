// What is heard of the own voice, and the mouth that a held vowel keeps.
import { describe, expect, it } from 'vitest';
import { NoteHold, OwnVoice, type OwnVoiceFrame } from '../../server/motion/song/index.ts';
import { pitchHz } from '../../server/motion/song/pitch.ts';
import { FRAME_RATE_HZ, MODEL_RATE_HZ, MODEL_SAMPLES_PER_FRAME } from '../../server/types.ts';
import { voice } from '../bench/motion-played.ts';

const COEFFICIENTS = 34;

/** A vowel: harmonics under two resonances. Frequency in Hz per sample, so that it may glide or shake. */
function vowel(seconds: number, hz: (seconds: number) => number, formants: readonly [number, number]): Float32Array {
  let phase = 0;
  return Float32Array.from({ length: seconds * MODEL_RATE_HZ }, (_, i) => {
    const now = hz(i / MODEL_RATE_HZ);
    phase += (2 * Math.PI * now) / MODEL_RATE_HZ;
    let value = 0;
    for (let harmonic = 1; harmonic * now < 4000; harmonic++) {
      const at = harmonic * now;
      const gain = formants.reduce((sum, formant) => sum + 1 / (1 + ((at - formant) / 120) ** 2), 0.02);
      value += gain * Math.sin(harmonic * phase);
    }
    return 0.1 * value;
  });
}

const AH = [750, 1200] as const;
const EE = [300, 2300] as const;
const silence = (seconds: number) => new Float32Array(seconds * MODEL_RATE_HZ);

function heard(...sounds: Float32Array[]): OwnVoiceFrame[] {
  const own = new OwnVoice();
  const all = Float32Array.from(sounds.flatMap((sound) => [...sound]));
  return Array.from({ length: Math.floor(all.length / MODEL_SAMPLES_PER_FRAME) }, (_, k) =>
    own.next(all.subarray(k * MODEL_SAMPLES_PER_FRAME, (k + 1) * MODEL_SAMPLES_PER_FRAME)),
  );
}

describe('the pitch of a frame', () => {
  it.each([82.4, 110, 196, 261.6, 329.6, 523.3, 698.5])(
    'of a vowel at %d Hz is read within a fifth of a semitone',
    (hz) => {
      const found = pitchHz(vowel(0.04, () => hz, AH)) as number;
      expect(Math.abs(12 * Math.log2(found / hz))).toBeLessThan(0.2);
    },
  );

  it('of noise, silence and a whisper is none', () => {
    let word = 1;
    const hiss = Float32Array.from({ length: MODEL_SAMPLES_PER_FRAME }, () => {
      word = Math.imul(word, 1664525) + 1013904223;
      return (word >> 8) / 2 ** 24;
    });
    expect(pitchHz(hiss)).toBeUndefined();
    expect(pitchHz(new Float32Array(MODEL_SAMPLES_PER_FRAME))).toBeUndefined();
  });
});

describe('a voice', () => {
  const note = (hz: number) => vowel(0.6, (t) => hz * (1 + 0.02 * Math.sin(2 * Math.PI * 5.5 * t)), AH);

  it('is sung once a few notes with vibrato were held', () => {
    const frames = heard(silence(0.4), note(220), note(247), note(262), note(220), note(196));
    expect(frames.at(-1)?.sung).toBeGreaterThan(0.9);
  });

  it('tells where notes begin, though nothing lies between them', () => {
    const frames = heard(silence(0.4), note(220), note(247), note(294), note(220));
    const onsets = frames.flatMap(({ onset }, k) => (onset ? [k] : []));
    expect(onsets).toHaveLength(4);
    for (const [i, k] of onsets.entries()) expect(Math.abs(k - (10 + 15 * i))).toBeLessThanOrEqual(1);
  });

  it('that glides as speech does is not sung', () => {
    const word = vowel(0.4, (t) => 120 + 60 * Math.sin(2 * Math.PI * 1.8 * t), AH);
    const words = Array.from({ length: 12 }, () => [word, silence(0.15)]).flat();
    expect(Math.max(...heard(silence(0.4), ...words).map(({ sung }) => sung))).toBeLessThan(0.1);
  });

  it('of short syllables on one pitch is not sung either', () => {
    expect(Math.max(...heard(voice(0, 20 * FRAME_RATE_HZ)).map(({ sung }) => sung))).toBeLessThan(0.1);
  });

  it('forgets a song within half a minute of silence', () => {
    const frames = heard(note(220), note(247), note(262), note(220), silence(30));
    expect(frames.at(-1)?.sung).toBe(0);
  });

  it('holds a vowel until its sound changes, though the pitch stays', () => {
    const frames = heard(
      silence(0.4),
      vowel(0.8, () => 220, AH),
      vowel(0.8, () => 220, EE),
    );
    const lengths = frames.map(({ vowelFrames }) => vowelFrames);
    expect(Math.max(...lengths.slice(0, 30))).toBeGreaterThanOrEqual(17);
    expect(Math.min(...lengths.slice(30, 33))).toBeLessThanOrEqual(1);
    expect(lengths.at(-1)).toBeGreaterThanOrEqual(15);
  });
});

describe('the mouth of a held vowel', () => {
  /** What the model makes of it: open, trembling, and closing after the note. */
  const made = (k: number) =>
    Float32Array.from({ length: COEFFICIENTS }, () => (k < 40 ? 1 + 0.3 * Math.sin(2.1 * k) : 0));
  const drawn = (vowelFrames: (k: number) => number) => {
    const hold = new NoteHold();
    return Array.from({ length: 50 }, (_, k) => {
      const frame = made(k);
      hold.apply(frame, vowelFrames(k));
      return frame;
    });
  };

  it('keeps within 10 % while the note lasts, and the head goes on', () => {
    const frames = drawn((k) => (k < 38 ? k + 2 : 0));
    for (const frame of frames.slice(12, 38)) expect(Math.abs((frame[0] as number) - 1)).toBeLessThan(0.1);
    for (const [k, frame] of frames.entries()) expect(frame[24]).toBe(made(k)[24]);
  });

  it("is the model's again when the vowel ends: it was heard two frames ahead", () => {
    const frames = drawn((k) => (k < 38 ? k + 2 : 0));
    for (const [k, frame] of frames.entries()) if (k >= 40) expect(frame[0]).toBe(made(k)[0]);
  });

  it('is not touched in speech, whose vowels are short', () => {
    for (const [k, frame] of drawn((at) => at % 7).entries()) expect([...frame]).toEqual([...made(k)]);
  });
});
