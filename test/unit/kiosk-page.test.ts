// What the kiosk's page decides for itself: what its address asks for, what counts as somebody, when a visit is over.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readOptions } from '../../client/kiosk/options.ts';
import { Motion } from '../../client/kiosk/presence.ts';
import { Silence } from '../../client/kiosk/silence.ts';
import { KIOSK_TEXTS } from '../../client/kiosk/texts.ts';
import { Loudness } from '../../client/kiosk/voice-start.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the kiosk's address", () => {
  const optionsOf = (rest: string) => readOptions(new URL(`https://kiosk.example/kiosk/${rest}`));
  beforeEach(() => vi.stubGlobal('navigator', { language: 'fr-CH' }));

  it('may say nothing', () => {
    expect(optionsOf('')).toMatchObject({
      name: undefined,
      choice: undefined,
      token: undefined,
      language: 'en',
      languages: ['en', 'hi', 'de', 'es', 'zh', 'ar'],
      silenceMs: 60_000,
      greetMs: 60_000,
      starts: new Set(['touch']),
      hasMicrophone: true,
      size: 720,
    });
  });

  it('may say everything', () => {
    const query = '?name=lobby&portrait=lady&language=de-AT&languages=de,en&silence=30&greet=0&start=voice,presence';
    const options = optionsOf(
      `${query}&microphone=off&size=512&background=blur&theme=dark&heading=Town%20Hall#token=abc`,
    );
    expect(options).toEqual({
      name: 'lobby',
      choice: { id: 'lady' },
      token: 'abc',
      language: 'de',
      languages: ['de', 'en'],
      heading: 'Town Hall',
      silenceMs: 30_000,
      greetMs: Number.POSITIVE_INFINITY,
      starts: new Set(['touch', 'voice', 'presence']),
      hasMicrophone: false,
      size: 512,
      background: 'blur',
      theme: 'dark',
    });
  });

  it('may be mistyped without leaving the display dark', () => {
    const options = optionsOf(
      '?language=xx&languages=klingon&silence=soon&greet=-4&start=telepathy&size=9999&theme=pink',
    );
    expect(options).toMatchObject({ language: 'en', silenceMs: 60_000, greetMs: 5000, size: 720, theme: undefined });
    expect(options.languages).toHaveLength(6);
  });

  it('speaks a language that visitors may choose', () => {
    expect(optionsOf('?language=es&languages=de,ar').language).toBe('de');
  });
});

describe('the words', () => {
  it('are all there in each language, and differ from English', () => {
    const { en, ...others } = KIOSK_TEXTS;
    for (const [language, texts] of Object.entries(others)) {
      for (const [key, text] of Object.entries(texts)) {
        const english = en[key as keyof typeof en];
        const words = typeof text === 'function' ? text(5) : text;
        expect(words, `${language}.${key}`).not.toBe('');
        expect(words, `${language}.${key}`).not.toBe(typeof english === 'function' ? english(5) : english);
      }
    }
  });
});

describe('motion before the camera', () => {
  const DOTS = 1000;
  /** A picture whose first dots have another lightness. */
  const picture = (changed: number, lightness: number): Uint8ClampedArray =>
    Uint8ClampedArray.from({ length: 4 * DOTS }, (_, index) => (index / 4 < changed ? lightness : 100));

  it('is somebody when it goes on', () => {
    const somebody = vi.fn();
    const motion = new Motion(somebody);
    for (let look = 0; look < 20; look++) motion.see(picture(200, look % 2 === 0 ? 60 : 140));
    expect(somebody).toHaveBeenCalledTimes(1);
  });

  it('is nobody when it is noise, a moment or the light', () => {
    const somebody = vi.fn();
    const motion = new Motion(somebody);
    for (let look = 0; look < 20; look++) motion.see(picture(1000, look % 2 === 0 ? 96 : 104));
    for (let look = 0; look < 20; look++) motion.see(picture(200, look % 5 === 0 ? 60 : 100));
    for (let look = 0; look < 20; look++) motion.see(picture(1000, look % 2 === 0 ? 20 : 200));
    expect(somebody).not.toHaveBeenCalled();
  });
});

describe('a voice before the microphone', () => {
  it('begins once it has lasted for a word', () => {
    const voice = vi.fn();
    const loudness = new Loudness(voice);
    for (let look = 0; look < 40; look++) loudness.hear(0.003, 50);
    for (let look = 0; look < 3; look++) loudness.hear(0.1, 50);
    for (let look = 0; look < 10; look++) loudness.hear(0.003, 50);
    expect(voice).not.toHaveBeenCalled();
    for (let look = 0; look < 20; look++) loudness.hear(0.1, 50);
    expect(voice).toHaveBeenCalledTimes(1);
  });

  it('is not the noise of a loud hall', () => {
    const voice = vi.fn();
    const loudness = new Loudness(voice);
    // It grows over some minutes.
    for (let look = 0; look < 6000; look++) loudness.hear(0.003 + (0.05 * look) / 6000, 50);
    expect(voice).not.toHaveBeenCalled();
  });
});

describe('silence', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('window', { setInterval, clearInterval });
  });

  function silence(limitMs: number) {
    const told: (number | undefined | 'end')[] = [];
    const busy = { now: false };
    const one = new Silence(limitMs, {
      isBusy: () => busy.now,
      onQuestion: (seconds) => told.push(seconds),
      onEnd: () => told.push('end'),
    });
    return { one, told, busy };
  }

  it('asks ten seconds before the end, counts down and ends', () => {
    const { one, told } = silence(60_000);
    one.start();
    vi.advanceTimersByTime(49_000);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(120_000);
    expect(told[0]).toBe(10);
    expect(told.filter((word) => word === 'end')).toHaveLength(1);
    expect(told.at(-1)).toBe('end');
  });

  it('begins anew with each sign of somebody', () => {
    const { one, told } = silence(60_000);
    one.start();
    vi.advanceTimersByTime(55_000);
    one.broken();
    expect(told.at(-1)).toBeUndefined();
    vi.advanceTimersByTime(55_000);
    expect(told).not.toContain('end');
  });

  it('does not pass while somebody speaks', () => {
    const { one, told, busy } = silence(60_000);
    one.start();
    busy.now = true;
    vi.advanceTimersByTime(600_000);
    expect(told).toEqual([]);
    busy.now = false;
    vi.advanceTimersByTime(61_000);
    expect(told.at(-1)).toBe('end');
  });
});
