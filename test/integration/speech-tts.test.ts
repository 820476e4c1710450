import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Speech, SpeechPart, SpeechRequest, SpokenWord } from '../../server/speech/index.ts';
import { joined, openSpeech, quiet, rms } from './speech-voices.ts';

const ABSENT_MODULE = '@vaktra/no-such-espeak';
const ABSENT_BINARY = '/nonexistent/flite';
const HAS_FLITE = process.env.PATH?.split(':').some((directory) => existsSync(join(directory, 'flite'))) ?? false;

async function partsOf(speech: Speech, request: Partial<SpeechRequest> & { text: string }): Promise<SpeechPart[]> {
  const parts: SpeechPart[] = [];
  for await (const part of speech.synthesize({ language: 'en', ...request })) parts.push(part);
  return parts;
}

const soundOfParts = (parts: readonly SpeechPart[]) => joined(...parts.map(({ pcm }) => pcm));
const secondsOf = (parts: readonly SpeechPart[]) => soundOfParts(parts).length / (parts[0]?.sampleRateHz ?? Number.NaN);
const wordsOf = (parts: readonly SpeechPart[]): SpokenWord[] => parts.flatMap(({ words }) => words);

/** Sound that begins after at least 40 ms of silence, in ms: when, and when it falls silent again. */
function burstsOf(parts: readonly SpeechPart[]): { startMs: number; endMs: number }[] {
  const rateHz = parts[0]?.sampleRateHz ?? Number.NaN;
  const pcm = soundOfParts(parts);
  const stepMs = 2;
  const step = Math.round((rateHz * stepMs) / 1_000);
  const bursts: { startMs: number; endMs: number }[] = [];
  for (let at = 0; at + step <= pcm.length; at += step) {
    if (rms(pcm.subarray(at, at + step)) < 0.004) continue;
    const ms = (at / rateHz) * 1_000;
    const open = bursts.at(-1);
    if (open && ms - open.endMs < 40) open.endMs = ms + stepMs;
    else bursts.push({ startMs: ms, endMs: ms + stepMs });
  }
  return bursts;
}

/** Every engine that is installed has to pass these. */
function describeEngine(engine: 'espeak' | 'flite'): void {
  describe(`speech by ${engine}`, () => {
    let speech: Speech;
    beforeAll(async () => {
      speech = await openSpeech({ engine });
    }, 60_000);
    afterAll(() => speech.close());

    it('gives sound, words in order, and one last part', async () => {
      const parts = await partsOf(speech, { text: 'The museum opens at nine. Children enter for free!' });
      const seconds = secondsOf(parts);
      expect(seconds).toBeGreaterThan(2);
      expect(seconds).toBeLessThan(5);
      expect(rms(soundOfParts(parts))).toBeGreaterThan(0.02);
      const loudest = soundOfParts(parts).reduce((peak, value) => Math.max(peak, Math.abs(value)), 0);
      expect(loudest).toBeLessThanOrEqual(1);
      expect(parts.map(({ final }) => final)).toEqual([...parts.slice(1).map(() => false), true]);

      const words = wordsOf(parts);
      expect(words.map(({ text }) => text).join(' ')).toBe('The museum opens at nine. Children enter for free!');
      words.forEach((word, i) => {
        expect(word.endMs).toBeGreaterThan(word.startMs);
        expect(word.startMs).toBeGreaterThanOrEqual(words[i - 1]?.endMs ?? 0);
      });
      expect(words.at(-1)?.endMs).toBeLessThanOrEqual(seconds * 1_000);
    });

    it('comes in parts of at most 200 ms', async () => {
      for (const { pcm, sampleRateHz } of await partsOf(speech, { text: 'One part follows the other, quickly.' })) {
        expect(pcm.length / sampleRateHz).toBeLessThanOrEqual(0.2001);
      }
    });

    it('times words to within 50 ms of where their sound begins', async () => {
      // A pause before each word makes its beginning visible in the sound.
      const text = 'Meadow. River, yellow, lemon, window, nothing, valley, morning.';
      const parts = await partsOf(speech, { text });
      const bursts = burstsOf(parts);
      const words = wordsOf(parts);
      expect(words).toHaveLength(8);
      for (const { startMs, endMs } of words) {
        expect(Math.min(...bursts.map((burst) => Math.abs(burst.startMs - startMs)))).toBeLessThan(50);
        // flite's voice dies away more slowly than its phonemes say.
        expect(Math.min(...bursts.map((burst) => Math.abs(burst.endMs - endMs)))).toBeLessThan(90);
      }
    });

    it('stops within one part when it is aborted, and speaks on for others', async () => {
      const abort = new AbortController();
      const parts: SpeechPart[] = [];
      const text = 'This sentence is going to be interrupted long before it comes to its end. '.repeat(12);
      for await (const part of speech.synthesize({ text, language: 'en', signal: abort.signal })) {
        parts.push(part);
        if (parts.length === 3) abort.abort();
      }
      expect(parts).toHaveLength(3);
      expect(parts.some(({ final }) => final)).toBe(false);
      expect(secondsOf(await partsOf(speech, { text: 'Still here.' }))).toBeGreaterThan(0.4);
    });

    it('gives nothing for a signal that was raised before', async () => {
      expect(await partsOf(speech, { text: 'Too late.', signal: AbortSignal.abort() })).toEqual([]);
    });

    it('stops where its listener leaves', async () => {
      for await (const part of speech.synthesize({ text: 'Nobody listens to this. '.repeat(20), language: 'en' })) {
        expect(part.pcm.length).toBeGreaterThan(0);
        break;
      }
      expect(secondsOf(await partsOf(speech, { text: 'Still here.' }))).toBeGreaterThan(0.4);
    });

    it('speaks for several at once without mixing them up', async () => {
      const texts = [
        'The first one counts: one, two, three, four.',
        'The second one is short.',
        'And a third. With two sentences.',
      ];
      const alone: SpeechPart[][] = [];
      for (const text of texts) alone.push(await partsOf(speech, { text }));
      const together = await Promise.all(texts.map((text) => partsOf(speech, { text })));
      together.forEach((parts, i) => {
        expect(
          wordsOf(parts)
            .map(({ text }) => text)
            .join(' '),
        ).toBe(texts[i]);
        // espeak lets the pitch flutter by chance, which moves its ends by a millisecond or two.
        expect(Math.abs(secondsOf(parts) - secondsOf(alone[i] ?? []))).toBeLessThan(0.03);
      });
    });

    it('is slower at half the rate', async () => {
      const text = 'How long does this sentence take?';
      const [normal, slow] = [await partsOf(speech, { text }), await partsOf(speech, { text, rate: 0.6 })];
      expect(secondsOf(slow) / secondsOf(normal)).toBeGreaterThan(1.4);
    });

    it.each([
      ['markup', '<speak>Hello <b>bold</b> & "quoted" <prosody rate="slow">text</prosody></speak> &amp; <unclosed'],
      ['signs of less and more', 'if 3 < 5 and 7 > 2 then <b'],
      ['emoji', 'Great 😀👍🏽 news 👨‍👩‍👧 🇮🇳 today ❤️'],
      ['numbers', '1,234,567.89 € at 23:59 on 2026-11-24, +49 30 1234567, 50% of ½'],
      ['Arabic among English', 'He said \u202Bمرحبا\u202C to us'],
      ['engine commands', 'a \u0001100S b [[h@l]] c \u0000 d \u001b[31m'],
      ['half a character', `broken \ud83d text`],
      ['a shell', '$(touch /tmp/x) `id` ; rm -rf "$HOME" | cat && -o /etc/passwd'],
      ['an option', '--help -voice kal'],
      ['one endless word', 'a'.repeat(900)],
      ['many lines', 'one\r\n\r\n\r\ntwo\u2028three\n\n\n'],
    ])('is not upset by %s', async (_what, text) => {
      const parts = await partsOf(speech, { text });
      expect(secondsOf(parts)).toBeGreaterThan(0.3);
      expect(parts.at(-1)?.final).toBe(true);
    });

    it.each([
      ['nothing', ''],
      ['spaces', ' \n\t '],
      ['a picture', '😀'],
      ['signs', '... !? —'],
      ['a tag', '<br/>'],
    ])('says that %s is no text', async (_what, text) => {
      await expect(partsOf(speech, { text })).rejects.toMatchObject({ code: 'text_empty', status: 400 });
    });

    it('refuses a text that is too long, and says how long it may be', async () => {
      const error = await partsOf(speech, { text: 'word '.repeat(401) }).catch((reason) => reason);
      expect(error).toMatchObject({ code: 'text_too_long', message: expect.stringMatching(/2005.*2000/) });
    });

    it('refuses a voice and a rate that do not exist', async () => {
      await expect(partsOf(speech, { text: 'a', voice: '../x' })).rejects.toMatchObject({ code: 'invalid_message' });
      await expect(partsOf(speech, { text: 'a', rate: Number.NaN })).rejects.toMatchObject({ code: 'invalid_message' });
    });

    it('refuses a language that it does not speak', async () => {
      const error = await partsOf(speech, { text: 'a', language: 'xx-unknown' }).catch((reason) => reason);
      expect(error).toMatchObject({ code: 'language_unknown', status: 400 });
    });

    it('speaks each of its voices', async () => {
      const some = speech.voices().filter((_, i) => i % 13 === 0);
      for (const voice of some)
        expect(secondsOf(await partsOf(speech, { text: 'Hello.', voice }))).toBeGreaterThan(0.2);
    });
  });
}

describeEngine('espeak');
describe.skipIf(!HAS_FLITE)('with flite installed', () => describeEngine('flite'));

describe('languages of espeak', () => {
  let speech: Speech;
  beforeAll(async () => {
    speech = await openSpeech({ engine: 'espeak', maxTextChars: 120 });
  }, 60_000);
  afterAll(() => speech.close());

  it('are more than a hundred, each with a name for people', () => {
    const languages = speech.languages();
    expect(languages.length).toBeGreaterThan(100);
    expect(new Set(languages.map(({ id }) => id)).size).toBe(languages.length);
    expect(languages).toContainEqual({ id: 'hi', name: 'Hindi' });
    expect(languages).toContainEqual({ id: 'en', name: 'English (America)' });
    expect(languages).toContainEqual({ id: 'en-gb', name: 'English (Great Britain)' });
  });

  it.each([
    ['hi', 'नमस्ते। आप कैसे हैं?', ['नमस्ते।', 'आप', 'कैसे', 'हैं?']],
    ['de', 'Guten Tag, schöne Grüße.', ['Guten', 'Tag,', 'schöne', 'Grüße.']],
    ['ar', 'مرحبا، كيف حالك؟', ['مرحبا،', 'كيف', 'حالك؟']],
    ['zh', '你好世界。', ['你好', '世界。']],
    ['ta', 'வணக்கம் நண்பரே.', ['வணக்கம்', 'நண்பரே.']],
    ['fa', 'نمی‌خواهم بروم.', ['نمی‌خواهم', 'بروم.']],
  ])('speak %s, word by word', async (language, text, words) => {
    const parts = await partsOf(speech, { text, language });
    expect(wordsOf(parts).map((word) => word.text)).toEqual(words);
    expect(parts.flatMap(({ phonemes }) => phonemes).length).toBeGreaterThan(4);
    expect(rms(soundOfParts(parts))).toBeGreaterThan(0.02);
  });

  it('differ: the same letters are other sounds in another language', async () => {
    const phonemes = async (language: string) =>
      (await partsOf(speech, { text: 'Jacke', language }))
        .flatMap((part) => part.phonemes.map(({ ipa }) => ipa))
        .join('');
    expect(await phonemes('de')).toMatch(/^j/);
    expect(await phonemes('en')).toMatch(/^dʒ/);
  });

  it.each([
    ['de-AT', 'de'],
    ['EN_us', 'en'],
    ['zh-CN', 'cmn'],
    ['fr-FR', 'fr'],
    ['pt-br', 'pt-br'],
  ])('take %s for %s', async (tag, id) => {
    const sounds = async (language: string) =>
      (await partsOf(speech, { text: 'Table 5', language })).flatMap((part) => part.phonemes.map(({ ipa }) => ipa));
    expect(speech.languages().map((language) => language.id)).toContain(id);
    expect(await sounds(tag)).toEqual(await sounds(id));
  });

  it.each([
    ['hindi', /hi \(Hindi\)/],
    ['enn', /en \(English/],
    ['german', /de \(German\)/],
  ])('suggest what "%s" may have meant', async (language, suggestion) => {
    const error = await partsOf(speech, { text: 'a', language }).catch((reason) => reason);
    expect(error).toMatchObject({ code: 'language_unknown', message: expect.stringMatching(suggestion) });
  });

  it('cut no sentence at an abbreviation', async () => {
    const parts = await partsOf(speech, { text: 'Ask Dr. Smith or Mrs. Jones.' });
    const words = wordsOf(parts);
    // A sentence's end would put 200 ms of silence of our own there.
    expect((words[2]?.startMs ?? 0) - (words[1]?.endMs ?? 0)).toBeLessThan(250);
    expect(words).toHaveLength(6);
  });

  it('keep to the limit that was configured', async () => {
    const error = await partsOf(speech, { text: 'x'.repeat(121) }).catch((reason) => reason);
    expect(error).toMatchObject({ code: 'text_too_long', message: expect.stringContaining('120') });
  });
});

describe('choice of the engine', () => {
  it('takes espeak where its package is installed', async () => {
    const speech = await openSpeech({ fliteBinary: ABSENT_BINARY });
    expect(speech.engineName).toBe('espeak');
    await speech.close();
    await speech.close();
    await expect(partsOf(speech, { text: 'Closed.' })).rejects.toMatchObject({ code: 'internal' });
  });

  it.skipIf(!HAS_FLITE)('takes flite where it is not, for English only', async () => {
    const speech = await openSpeech({ espeakModule: ABSENT_MODULE });
    expect(speech.engineName).toBe('flite');
    expect(speech.languages()).toEqual([{ id: 'en', name: 'English (America)' }]);
    expect(secondsOf(await partsOf(speech, { text: 'Hello there.' }))).toBeGreaterThan(0.5);
    await expect(partsOf(speech, { text: 'नमस्ते', language: 'hi' })).rejects.toMatchObject({ code: 'language_unknown' });
    await expect(partsOf(speech, { text: 'नमस्ते' })).rejects.toMatchObject({ code: 'text_empty' });
    await speech.close();
  });

  it('names what to install where there is neither', async () => {
    const error = await openSpeech({ espeakModule: ABSENT_MODULE, fliteBinary: ABSENT_BINARY }).catch(
      (reason) => reason,
    );
    expect(error).toMatchObject({ code: 'speech_engine_missing', status: 500 });
    expect(error.message).toMatch(/@echogarden\/espeak-ng-emscripten.*apt-get install flite.*push audio/s);
  });

  it.each(['espeak', 'flite'] as const)('does not take another engine where %s is wanted', async (engine) => {
    const options = {
      engine,
      ...(engine === 'espeak' ? { espeakModule: ABSENT_MODULE } : { fliteBinary: ABSENT_BINARY }),
    };
    await expect(openSpeech(options)).rejects.toMatchObject({ code: 'speech_engine_missing' });
  });

  it('says so where the package is damaged', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'vaktra-test-'));
    const damaged = join(directory, 'damaged.mjs');
    writeFileSync(damaged, 'export default async () => ({});');
    const warnings: unknown[] = [];
    const logger = { ...quiet, warn: (...line: unknown[]) => void warnings.push(line) };
    const error = await openSpeech({ espeakModule: damaged, fliteBinary: ABSENT_BINARY, logger }).catch(
      (reason) => reason,
    );
    expect(error).toMatchObject({ code: 'speech_engine_missing', cause: expect.anything() });
    expect(warnings).toHaveLength(1);
    rmSync(directory, { recursive: true });
  });

  it('takes a program that is not flite for none', async () => {
    const options = { espeakModule: ABSENT_MODULE, fliteBinary: process.execPath };
    await expect(openSpeech(options)).rejects.toMatchObject({ code: 'speech_engine_missing' });
  });
});

describe.skipIf(!HAS_FLITE)('flite as a process', () => {
  const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('vaktra-flite-'));
  const running = () =>
    execFileSync('ps', ['-eo', 'ppid,comm'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.trim() === `${process.pid} flite`);

  it('is killed by an abort and leaves no files', async () => {
    const speech = await openSpeech({ engine: 'flite' });
    const before = left();
    const abort = new AbortController();
    const parts = partsOf(speech, {
      text: 'A sentence that takes its time to be said. '.repeat(40),
      signal: abort.signal,
    });
    await expect.poll(running, { interval: 1, timeout: 5_000 }).not.toHaveLength(0);
    abort.abort();
    await parts;
    await expect.poll(running, { timeout: 2_000 }).toHaveLength(0);
    await expect.poll(left, { timeout: 2_000 }).toEqual(before);
    await speech.close();
  });
});
