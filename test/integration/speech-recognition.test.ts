// Speech to text: pocketsphinx on voices of flite, and a transcription server that behaves and misbehaves.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ENGLISH_OVER_VOICE } from '../../server/session/index.ts';
import { meaningOf } from '../../server/session/turn/over-voice.ts';
import { createRecogniser, pcmS16ToFloat32, type Recogniser } from '../../server/speech/index.ts';
import { grammarOf } from '../../server/speech/recognition/grammar.ts';
import { phonesOf } from '../../server/speech/recognition/pronounce.ts';
import { joined } from './speech-voices.ts';

const run = promisify(execFile);
const WAV_HEADER_BYTES = 44;
const BLOCK_SAMPLES = 1600;
const BLOCK_MS = 100;
const PHRASES = [
  'Do I need a graphics card?',
  'How do I interrupt you?',
  'Can I talk to a person?',
  'Do I need a GPU?',
  'Yes, please',
  'What is Vaktra?',
];
const logger = { info: () => undefined, warn: () => undefined };
const OPTIONS = {
  phrases: PHRASES,
  overVoice: ENGLISH_OVER_VOICE,
  transcriptions: { baseUrl: null, model: 'whisper-1', apiKey: 'key-1', timeoutSeconds: 1 },
  allowPrivate: true,
  logger,
} as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vaktra-recognition-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** As an utterance is cut out: a quarter of a second of a quiet room before and behind it. */
function withSilence(pcm: Float32Array): Float32Array {
  const room = () => Float32Array.from({ length: 4000 }, () => 0.002 * (Math.random() - 0.5));
  return joined(joined(room(), pcm), room());
}

/** 16 kHz, by one of flite's voices of that rate. */
async function spoken(text: string, voice: string): Promise<Float32Array> {
  const file = join(folder, `${voice}-${text.length}.wav`);
  await run('flite', ['-voice', voice, '-t', text, '-o', file]);
  return pcmS16ToFloat32((await readFile(file)).subarray(WAV_HEADER_BYTES));
}

async function understood(recogniser: Recogniser, pcm: Float32Array): Promise<string> {
  const recognition = recogniser.open({ language: 'en' });
  for (let at = 0; at < pcm.length; at += BLOCK_SAMPLES) recognition.push(pcm.subarray(at, at + BLOCK_SAMPLES));
  return recognition.finish();
}

describe('pocketsphinx', () => {
  let sphinx: Recogniser;
  beforeAll(async () => {
    sphinx = (await createRecogniser({ ...OPTIONS, engine: 'sphinx' })) as Recogniser;
  }, 60_000);
  afterAll(() => sphinx.close());

  test('understands its phrases from several voices, as they are written', async () => {
    for (const voice of ['slt', 'awb', 'rms']) {
      for (const phrase of PHRASES.slice(0, 4)) {
        expect(await understood(sphinx, await spoken(phrase, voice)), voice).toBe(phrase);
      }
    }
  }, 120_000);

  test('hears a phrase behind a filler and before a please', async () => {
    expect(await understood(sphinx, await spoken('So, how do I interrupt you please?', 'slt'))).toBe(
      'How do I interrupt you?',
    );
  }, 60_000);

  test('understands nothing where something else is said, or nothing', async () => {
    for (const text of ['Where is my parcel?', 'I want to return my shoes', 'The weather is fine today', 'mm hmm']) {
      for (const voice of ['slt', 'rms']) expect(await understood(sphinx, await spoken(text, voice)), text).toBe('');
    }
    expect(await understood(sphinx, new Float32Array(16_000))).toBe('');
    expect(await understood(sphinx, new Float32Array(0))).toBe('');
  }, 120_000);

  test('tells the words before the end, listens to many at once, and forgets what was cancelled', async () => {
    const pcm = await spoken('Can I talk to a person?', 'slt');
    const cancelled = sphinx.open({ language: 'en' });
    cancelled.push(pcm);
    const texts = await Promise.all(Array.from({ length: 5 }, () => understood(sphinx, pcm)));
    cancelled.cancel();
    expect(texts).toEqual(Array(5).fill('Can I talk to a person?'));

    const partials: string[] = [];
    const recognition = sphinx.open({ language: 'en', onPartial: (text) => partials.push(text) });
    for (let at = 0; at < pcm.length; at += BLOCK_SAMPLES) {
      recognition.push(pcm.subarray(at, at + BLOCK_SAMPLES));
      await setTimeout(BLOCK_MS);
    }
    await recognition.finish();
    expect(partials).toContainEqual(expect.stringContaining('can i talk'));
  }, 120_000);

  test('understands a name that its dictionary lacks, as espeak would say it', async () => {
    for (const voice of ['slt', 'awb', 'rms']) {
      expect(await understood(sphinx, await spoken('What is Vaktra?', voice)), voice).toBe('What is Vaktra?');
    }
    expect(sphinx.vocabulary).toContain('What is Vaktra?');
  }, 60_000);

  test('hears nothing that stops a voice in bursts of noise', async () => {
    for (const fadeSamples of [500, 1000, 2000]) {
      const recognition = sphinx.open({ language: 'en' });
      const burst = Float32Array.from({ length: 8000 }, (_, i) => Math.exp(-i / fadeSamples) * (Math.random() - 0.5));
      recognition.push(withSilence(burst));
      expect(meaningOf((await recognition.overVoice?.()) ?? '', 'en')).not.toBe('stop');
      recognition.cancel();
    }
  }, 60_000);

  test.each([
    ['Stop', 'stop'],
    ['Wait a moment', 'wait a moment'],
    ['No', 'no'],
    ['Okay', 'okay'],
    ['Right', 'right'],
    ['Where is my parcel?', ''],
  ])(
    'hears what "%s" is over another voice',
    async (text, phrase) => {
      for (const voice of ['slt', 'rms', 'kal16']) {
        const recognition = sphinx.open({ language: 'en' });
        recognition.push(withSilence(await spoken(text, voice)));
        expect(await recognition.overVoice?.(), voice).toBe(phrase);
        recognition.cancel();
      }
    },
    60_000,
  );
});

test.each([
  ['v_ˈæ_k_t_ɹ_ə', 'V AE K T R AH'],
  ['b_ˈɜː_kɐ_n_ˌaɪ', 'B ER K AH N AY'],
  ['tʃ_ˈiː_z_i', 'CH IY Z IY'],
  ['d‍ʒ_ˈo‍ʊ_ʁ', 'JH OW'],
  ['', ''],
])('the phones of %s', (ipa, phones) => {
  expect(phonesOf(ipa)).toBe(phones);
});

test('a grammar takes fillers off and leaves phrases with unknown words out', () => {
  const grammar = grammarOf(['Is it OK?', "What's a blorp?", '…'], (word) => word !== 'blorp');
  expect(grammar.left).toEqual(["What's a blorp?"]);
  expect(grammar.phraseOf('is it o k')).toBe('Is it OK?');
  expect(grammar.phraseOf('so is it o k thank you')).toBe('Is it OK?');
  expect(grammar.phraseOf('is it')).toBe('');
});

describe('a transcription server', () => {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  });

  async function recogniser(listener: RequestListener): Promise<Recogniser> {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const transcriptions = { ...OPTIONS.transcriptions, baseUrl };
    return (await createRecogniser({ ...OPTIONS, engine: 'transcriptions', transcriptions })) as Recogniser;
  }

  test('gets the utterance as WAV, with model, language and key', async () => {
    let form: FormData | undefined;
    let head: (string | undefined)[] = [];
    const asked = await recogniser(async (request, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece);
      head = [request.url, request.headers.authorization];
      const headers = { 'content-type': request.headers['content-type'] ?? '' };
      form = await new Response(Buffer.concat(pieces), { headers }).formData();
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"text":" Where is it? "}');
    });
    const pcm = Float32Array.from({ length: 4000 }, (_, i) => Math.sin(i / 10) / 2);
    expect(await understood(asked, pcm)).toBe('Where is it?');
    expect(head).toEqual(['/v1/audio/transcriptions', 'Bearer key-1']);
    expect([form?.get('model'), form?.get('language')]).toEqual(['whisper-1', 'en']);
    const file = form?.get('file');
    const wav = file instanceof Blob ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0);
    expect(wav.subarray(0, 4).toString()).toBe('RIFF');
    expect(wav.length).toBe(WAV_HEADER_BYTES + 8000);
    expect(wav.readInt16LE(WAV_HEADER_BYTES + 32)).toBe(Math.round((pcm[16] as number) * 32_767));
  });

  test.each([
    ['refuses the key', (_, response) => response.writeHead(401).end()],
    ['is too busy', (_, response) => response.writeHead(429).end()],
    ['sends a page', (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
    ['sends half an answer', (_, response) => response.writeHead(200).end('{"text":"Wh')],
    ['says nothing', () => undefined],
    ['hangs up', (request) => request.socket.destroy()],
  ] as [string, RequestListener][])('that %s is recognition_failed', async (_, listener) => {
    const asked = await recogniser(listener);
    await expect(understood(asked, new Float32Array(1600))).rejects.toMatchObject({ code: 'recognition_failed' });
  });
});
