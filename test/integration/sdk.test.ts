// The client for bots' servers against a whole server with real models, and against servers that are not there, or not any more.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ConnectOptions, connect, type Session, VaktraClientError } from '../../client/sdk/index.ts';
import { float32ToPcmS16 } from '../../server/speech/index.ts';
import { freeMediaPort, startServer, type TestServer } from '../browser/whole-server.ts';
import { RecordingHost, startSignaling, TEST_CONFIG } from './signaling-host.ts';
import { openSpeech, spoken } from './speech-voices.ts';
import { watch } from './watch.ts';
import { startWay } from './way.ts';

const PORTRAIT = 'vigee-le-brun';
const SAMPLES_PER_SECOND = 48_000;
const LONG_TEXT = 'One, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen and fourteen.';

let server: TestServer;
let voice: { pcm: Uint8Array; rateHz: number; seconds: number };
const sessions: Session[] = [];

beforeAll(async () => {
  server = await startServer({ VAKTRA_SPEECH_RECOGNITION_ENGINE: 'none' });
  const speech = await openSpeech();
  const { pcm, rateHz } = await spoken(speech, 'The harbour is open in the morning.', { rateHz: 24_000 });
  await speech.close();
  voice = { pcm: float32ToPcmS16(pcm), rateHz, seconds: pcm.length / rateHz };
});

afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.close()));
});

afterAll(() => server.close());

/** An open conversation that is watched. */
async function open(options: { url?: string; reconnectMs?: number } = {}): Promise<Session> {
  const session = await connect({ url: server.url, portrait: PORTRAIT, ...options });
  sessions.push(session);
  await watch(server, session.id);
  return session;
}

async function refusalOf(work: Promise<unknown>): Promise<VaktraClientError> {
  const error = await work.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(VaktraClientError);
  return error as VaktraClientError;
}

describe('a session', () => {
  it('says a sentence, tells its first sample, its length and its words', async () => {
    const session = await open();
    const speech = session.speak('Seven green boats.', { language: 'en', emotion: 'happy', eventId: 'boats' });
    const started = await speech.started;
    expect(started?.sample).toBeGreaterThanOrEqual(0);
    const end = await speech.ended;
    expect(end).toMatchObject({ interrupted: false, text: 'Seven green boats.' });
    expect(end.position).toBeGreaterThan(0.5 * SAMPLES_PER_SECOND);
  });

  it('is cut in the middle: what was heard is less than the whole, and what waits is forgotten', async () => {
    const session = await open();
    const [first, second] = [session.speak(LONG_TEXT), session.speak('This is never heard.')];
    await first.started;
    await session.interrupt();
    const cut = await first.ended;
    expect(cut.interrupted).toBe(true);
    expect(cut.text.length).toBeLessThan(LONG_TEXT.length / 2);
    expect(await second.ended).toEqual({ position: 0, interrupted: true, text: '' });
    expect(await second.started).toBeUndefined();
  });

  it('speaks a stream of sound from its first sample to its last', async () => {
    const session = await open();
    // It waits behind this, so that a busy machine plays no gaps between its pieces.
    await session.speak(LONG_TEXT).started;
    // Cut at odd bytes, as streams are.
    const pieces = [voice.pcm.subarray(0, 3333), voice.pcm.subarray(3333, 20_001), voice.pcm.subarray(20_001)];
    const end = await session.speakAudio(pieces, voice.rateHz).ended;
    expect(end.interrupted).toBe(false);
    expect(end.position / SAMPLES_PER_SECOND).toBeCloseTo(voice.seconds, 1);
  });

  it('is joined by another, who hears the same and leaves it running', async () => {
    const session = await open();
    const other = await connect({ url: server.url, session: session.id });
    const heard = once(other, 'speech.started');
    const spokenByFirst = session.speak('Good morning.', { eventId: 'shared' });
    expect(await heard).toMatchObject([{ event_id: 'shared' }]);
    other.leave();
    expect((await spokenByFirst.ended).interrupted).toBe(false);
  });
});

describe('a client', () => {
  it('that finds no server says so', async () => {
    const url = `http://127.0.0.1:${await freeMediaPort()}`;
    for (const wish of [{ portrait: PORTRAIT }, { session: 'any' }]) {
      const { code, message } = await refusalOf(connect({ url, ...wish }));
      expect(code).toBe('unreachable');
      expect(message).toContain('ECONNREFUSED');
    }
  });

  it('is told what the server refuses, by its code', async () => {
    expect((await refusalOf(connect({ url: server.url, portrait: 'nobody' }))).code).toBe('portrait_unknown');
    expect((await refusalOf(connect({ url: server.url, session: 'no-such' }))).code).toBe('conversation_unknown');
    const session = await open();
    expect((await refusalOf(session.say(' '))).code).toBe('text_empty');
    expect((await refusalOf(session.say('Hello', { language: 'xx' }))).code).toBe('language_unknown');
    expect(await refusalOf(session.mood({ strength: 7 }))).toMatchObject({ code: 'invalid_message', path: 'strength' });
  });

  it('that pushes sound at a rate there is not is refused before anything is sent', async () => {
    const session = await open();
    expect(() => session.speakAudio([], 4000)).toThrow(/8000 to 48000.*4000/);
  });

  it('cannot speak in a conversation that is over', async () => {
    const session = await open();
    const waiting = session.speak(LONG_TEXT);
    await session.close();
    expect((await refusalOf(waiting.ended)).code).toBe('conversation_closed');
    expect((await refusalOf(session.say('Hello'))).code).toBe('conversation_closed');
    expect((await refusalOf(connect({ url: server.url, session: session.id }))).code).toMatch(/conversation_/);
  });
});

describe('a client whose connection breaks', () => {
  it('comes back to the same conversation, speaks nothing twice and misses no end', async () => {
    const way = await startWay(server.url);
    try {
      const session = await open({ url: way.url });
      const starts: string[] = [];
      server.app.host.get(session.id).on('speechStarted', ({ eventId }) => starts.push(eventId));
      const [first, second] = [
        session.speak('Good morning.', { eventId: 'a' }),
        session.speak(LONG_TEXT, { eventId: 'b' }),
      ];
      await second.started;
      const reconnecting = once(session, 'reconnecting');
      const reconnected = once(session, 'reconnected');
      way.cut();
      const third = session.speak('And this is said after all.', { eventId: 'c' });
      await reconnecting;
      way.repair();
      await reconnected;
      expect(await second.ended).toMatchObject({ interrupted: false, text: LONG_TEXT });
      expect(await third.ended).toMatchObject({ interrupted: false, text: 'And this is said after all.' });
      expect((await first.ended).text).toBe('Good morning.');
      expect(starts).toEqual(['a', 'b', 'c']);
    } finally {
      way.close();
    }
  });

  it('loses no sound and pushes none twice, where it broke in the middle of a stream', async () => {
    const way = await startWay(server.url);
    try {
      const session = await open({ url: way.url });
      // It waits behind this, so that it is whole when its turn comes.
      await session.speak(LONG_TEXT).started;
      const pieces = 4;
      const bytes = 2 * Math.ceil(voice.pcm.length / pieces / 2);
      const speech = session.openAudio(voice.rateHz);
      for (let piece = 0; piece < pieces; piece += 1) {
        if (piece === 1) way.hush();
        const written = speech.write(voice.pcm.subarray(piece * bytes, (piece + 1) * bytes));
        if (piece === 1) {
          const reconnected = once(session, 'reconnected');
          // By then the server has the part, and its answer is lost.
          await sleep(500);
          way.cut();
          way.repair();
          await reconnected;
        }
        await written;
      }
      await speech.speakEnd();
      const end = await speech.ended;
      expect(end.interrupted).toBe(false);
      // One piece more or less would be 0.4 s.
      expect(Math.abs(end.position / SAMPLES_PER_SECOND - voice.seconds)).toBeLessThan(0.2);
    } finally {
      way.close();
    }
  });

  it('gives up after its patience, by one error for all that waits', async () => {
    const way = await startWay(server.url);
    const session = await open({ url: way.url, reconnectMs: 1000 });
    const closed = once(session, 'closed');
    const speech = session.speak(LONG_TEXT);
    const asked = speech.started.then(() => {
      way.close();
      return session.ask('Is anybody there?');
    });
    // A question is not asked twice: its answer would be heard twice.
    expect((await refusalOf(asked)).code).toBe('connection_lost');
    expect((await refusalOf(speech.ended)).code).toBe('connection_lost');
    expect(await closed).toMatchObject([{ error: { code: 'connection_lost' } }]);
    expect((await refusalOf(session.say('Hello'))).code).toBe('connection_lost');
  });
});

describe('a server that dies', () => {
  it('and is started anew knows nothing of the conversation: its client is told', async () => {
    const dying = await startSignaling(new RecordingHost());
    const session = await connect({ url: dying.url, portrait: 'lady' });
    const closed = once(session, 'closed');
    await dying.close();
    const config = { ...TEST_CONFIG, http: { ...TEST_CONFIG.http, port: dying.port } };
    const reborn = await startSignaling(new RecordingHost(), config);
    try {
      expect(await closed).toMatchObject([{ error: { code: 'conversation_unknown' } }]);
      expect((await refusalOf(session.say('Hello'))).code).toBe('conversation_unknown');
    } finally {
      await reborn.close();
    }
  });
});

describe('a server that is not open to everybody', () => {
  it('is entered by a key, or by a token for one conversation, and refuses others by their codes', async () => {
    const apiKey = 'a-key-of-this-test-alone';
    const config = { ...TEST_CONFIG, access: { ...TEST_CONFIG.access, apiKeys: [apiKey] } };
    const closed = await startSignaling(new RecordingHost(), config);
    try {
      const { url } = closed;
      const codeOf = async (options: ConnectOptions) => (await refusalOf(connect(options))).code;
      expect(await codeOf({ url, portrait: 'lady' })).toBe('token_missing');
      expect(await codeOf({ url, apiKey: 'another-key-of-16', portrait: 'lady' })).toBe('token_invalid');
      const [one, other] = [
        await connect({ url, apiKey, portrait: 'lady' }),
        await connect({ url, apiKey, portrait: 'lady' }),
      ];
      const page = await connect({ url, token: async () => one.token ?? '', session: one.id });
      expect(page.details.portrait.id).toBe('lady');
      expect(new URL(one.pageUrl).searchParams.get('token')).toBe(one.token);
      expect(await codeOf({ url, token: one.token, session: other.id })).toBe('scope_missing');
      for (const session of [one, other, page]) session.leave();
    } finally {
      await closed.close();
    }
  });
});
