// Speech by a server with OpenAI's /audio/speech, against a real one on this machine that answers as it is told: well, late, wrongly,
// or not to the end. Whatever it does, something is heard or the error says what to look after.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSpeech, float32ToPcmS16, type Speech, type SpeechPart } from '../../server/speech/index.ts';
import { wavOf } from '../../server/speech/recognition/wav.ts';
import { quiet } from './speech-voices.ts';

const RATE_HZ = 24_000;
/** A tone of this pitch is the server's voice: nothing else here sounds like it. */
const TONE_HZ = 440;
const SECONDS = 2;
const TEXT = 'This is a sentence of eight whole words.';

type Answer = (
  response: ServerResponse,
  request: { body: Record<string, unknown>; headers: IncomingMessage['headers'] },
) => void;
let answer: Answer;
const asked: { body: Record<string, unknown>; headers: IncomingMessage['headers'] }[] = [];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const call = {
      body: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>,
      headers: request.headers,
    };
    asked.push(call);
    answer(response, call);
  });
});

let speech: Speech | undefined;
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterEach(async () => {
  await speech?.close();
  speech = undefined;
  asked.length = 0;
});
afterAll(
  () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
);

/** @param isAlone no other engine is there */
async function open(isAlone = false, timeoutSeconds = 1): Promise<Speech> {
  const { port } = server.address() as AddressInfo;
  speech = await createSpeech({
    engine: 'openai',
    openai: { baseUrl: `http://127.0.0.1:${port}/v1`, model: 'tts', voice: 'alloy', apiKey: 'secret', timeoutSeconds },
    allowPrivate: true,
    logger: quiet,
    ...(isAlone && { espeakModule: 'no-such-module', fliteBinary: 'no-such-program' }),
  });
  return speech;
}

async function say(
  text = TEXT,
): Promise<{ parts: SpeechPart[]; toneSeconds: number; otherSeconds: number; words: string }> {
  const parts: SpeechPart[] = [];
  for await (const part of (speech as Speech).synthesize({ text, language: 'en' })) parts.push(part);
  // Stretches of 20 ms are the server's where the tone explains them.
  const stretch = RATE_HZ / 50;
  const all = parts.flatMap(({ pcm }) => [...pcm]);
  let [tone, other] = [0, 0];
  for (let at = 0; at + stretch <= all.length; at += stretch) {
    const piece = all.slice(at, at + stretch);
    const energy = piece.reduce((sum, value) => sum + value * value, 0);
    if (energy < 1e-3) continue;
    if (toneShare(piece, energy) > 0.8) tone += 1;
    else other += 1;
  }
  return {
    parts,
    toneSeconds: tone / 50,
    otherSeconds: other / 50,
    words: parts.flatMap(({ words }) => words.map((word) => word.text)).join(' '),
  };
}

/** Share of the energy that is at the tone's pitch (Goertzel). */
function toneShare(piece: number[], energy: number): number {
  const sums = [Math.cos, Math.sin].map((wave) =>
    piece.reduce((sum, value, i) => sum + value * wave((2 * Math.PI * TONE_HZ * i) / RATE_HZ), 0),
  ) as [number, number];
  return (2 * (sums[0] ** 2 + sums[1] ** 2)) / (piece.length * energy);
}

function tone(seconds: number, rateHz = RATE_HZ): Float32Array {
  return Float32Array.from(
    { length: seconds * rateHz },
    (_, i) => 0.3 * Math.sin((2 * Math.PI * TONE_HZ * i) / rateHz),
  );
}

const pcmTone = (seconds: number) => Buffer.from(float32ToPcmS16(tone(seconds)));

describe('speech by a server', () => {
  it('is heard as it streams in, with its words, and asks for what the protocol names', async () => {
    await open();
    let sentAll = false;
    answer = async (response) => {
      response.writeHead(200, { 'content-type': 'audio/pcm' });
      const bytes = pcmTone(SECONDS);
      // Cut at an odd byte: a sample may come in two halves.
      response.write(bytes.subarray(0, RATE_HZ + 1));
      await sleep(300);
      sentAll = true;
      response.end(bytes.subarray(RATE_HZ + 1));
    };
    let before = 0;
    for await (const { pcm } of (speech as Speech).synthesize({ text: TEXT, language: 'en' }))
      if (!sentAll) before += pcm.length;
    expect(before).toBe(RATE_HZ / 2);
    const { toneSeconds, words, parts } = await say();
    expect(toneSeconds).toBeCloseTo(SECONDS, 1);
    expect(words).toBe(TEXT);
    const last = parts.flatMap((part) => part.words).at(-1);
    expect(last?.endMs).toBeCloseTo(SECONDS * 1000, -2);
    expect(asked[0]?.body).toEqual({ model: 'tts', voice: 'alloy', input: TEXT, response_format: 'pcm' });
    expect(asked[0]?.headers.authorization).toBe('Bearer secret');
  });

  it('takes WAV too, of any rate and of unknown length', async () => {
    await open();
    answer = (response) => {
      const wav = Buffer.from(wavOf([tone(SECONDS, 22_050)], 22_050));
      wav.writeUInt32LE(0xffff_ffff, 40);
      response.writeHead(200, { 'content-type': 'audio/wav' }).end(wav);
    };
    const { toneSeconds, otherSeconds } = await say();
    expect(toneSeconds).toBeCloseTo(SECONDS, 1);
    expect(otherSeconds).toBeLessThan(0.1);
  });

  it('stops asking within an abort', async () => {
    await open();
    let closed = false;
    answer = (response) => {
      response.on('close', () => {
        closed = true;
      });
      response.writeHead(200, { 'content-type': 'audio/pcm' }).write(pcmTone(0.5));
    };
    const abort = new AbortController();
    for await (const _ of (speech as Speech).synthesize({ text: TEXT, language: 'en', signal: abort.signal }))
      abort.abort();
    await expect.poll(() => closed).toBe(true);
  });

  const failures: Record<string, { answer: Answer; says: RegExp }> = {
    'is slow': { answer: () => undefined, says: /says nothing for 1 s/ },
    'refuses the key': {
      answer: (response) => void response.writeHead(401).end('{}'),
      says: /status 401 .*speech\.openai\.apiKey/,
    },
    'has too much to do': { answer: (response) => void response.writeHead(429).end('{}'), says: /status 429/ },
    'breaks down': { answer: (response) => void response.writeHead(500).end('<html>'), says: /status 500/ },
    'hangs up': { answer: (response) => void response.destroy(), says: /failed/ },
    'sends a page': {
      answer: (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>hello</html>'),
      says: /text\/html instead of sound/,
    },
    'sends MP3': {
      answer: (response) => void response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(Buffer.alloc(5000, 3)),
      says: /audio\/mpeg instead of sound/,
    },
    'sends an impossible rate': {
      answer: (response) =>
        void response.writeHead(200, { 'content-type': 'audio/wav' }).end(wavOf([tone(1, 4000)], 4000)),
      says: /4000 Hz/,
    },
    'sends stereo': {
      answer: (response) => {
        const wav = Buffer.from(wavOf([tone(1)], RATE_HZ));
        wav.writeUInt16LE(2, 22);
        response.writeHead(200, { 'content-type': 'audio/wav' }).end(wav);
      },
      says: /2 channels/,
    },
    'sends nothing': {
      answer: (response) => void response.writeHead(200, { 'content-type': 'audio/pcm' }).end(),
      says: /no sound/,
    },
    redirects: {
      answer: (response) => void response.writeHead(302, { location: '/elsewhere' }).end(),
      says: /redirect/,
    },
  };

  // Opening the other engine takes seconds on a busy machine: what failed makes no difference to it.
  for (const name of ['is slow', 'breaks down', 'sends MP3']) {
    it(`that ${name}: the text is spoken by the engine that is installed`, async () => {
      await open();
      answer = (failures[name] as { answer: Answer }).answer;
      const { toneSeconds, otherSeconds, words } = await say();
      expect(toneSeconds).toBeLessThan(0.2);
      expect(otherSeconds).toBeGreaterThan(1);
      expect(words.split(' ').length).toBe(8);
    });
  }

  for (const [name, failure] of Object.entries(failures)) {
    it(`that ${name}: without another engine the error says so`, async () => {
      await open(true);
      answer = failure.answer;
      await expect(say()).rejects.toMatchObject({
        code: 'speech_failed',
        message: expect.stringMatching(failure.says),
      });
    });
  }

  for (const how of ['ends', 'stalls'] as const) {
    it(`that ${how} in the middle of a sentence: the other engine says the rest`, async () => {
      await open();
      answer = (response) => {
        const wav = Buffer.from(wavOf([tone(SECONDS)], RATE_HZ));
        response.writeHead(200, { 'content-type': 'audio/wav' });
        if (how === 'ends') response.end(wav.subarray(0, RATE_HZ));
        else response.write(wav.subarray(0, RATE_HZ));
      };
      const { toneSeconds, otherSeconds, words, parts } = await say();
      expect(toneSeconds).toBeCloseTo(0.5, 1);
      expect(otherSeconds).toBeGreaterThan(0.8);
      expect(words).toBe(TEXT);
      const times = parts.flatMap((part) => part.words.map(({ startMs }) => startMs));
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    });
  }

  it('is not asked again at once after it failed', async () => {
    await open();
    answer = (response) => void response.writeHead(503).end();
    await say(`${TEXT} ${TEXT}`);
    expect(asked).toHaveLength(1);
  });

  it('is refused without an address', async () => {
    await expect(createSpeech({ engine: 'openai', logger: quiet })).rejects.toMatchObject({ code: 'config_invalid' });
  });

  it('does not reach into the own network unless that is allowed', async () => {
    const { port } = server.address() as AddressInfo;
    speech = await createSpeech({
      engine: 'openai',
      openai: { baseUrl: `http://127.0.0.1:${port}`, model: 'tts', voice: 'alloy', apiKey: null, timeoutSeconds: 1 },
      logger: quiet,
      espeakModule: 'no-such-module',
      fliteBinary: 'no-such-program',
    });
    await expect(say()).rejects.toMatchObject({
      code: 'speech_failed',
      message: expect.stringContaining('allowPrivate'),
    });
    expect(asked).toHaveLength(0);
  });
});
