// The client for bots' servers against a whole server with real models, and against servers that are not there, or not any more.
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Session, VaktraClientError } from '../../client/sdk/index.ts';
import { float32ToPcmS16 } from '../../server/speech/index.ts';
import { freeMediaPort, startServer, type TestServer } from '../browser/whole-server.ts';
import { openSpeech, spoken } from './speech-voices.ts';
import { watch } from './watch.ts';

const PORTRAIT = 'vigee-le-brun';
const SAMPLES_PER_SECOND = 48_000;
const LONG_TEXT = 'One, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen and fourteen.';

let server: TestServer;
let voice: { pcm: Uint8Array; rateHz: number; seconds: number };
const sessions: Session[] = [];

beforeAll(async () => {
  server = await startServer();
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
    await Promise.all([first.started, second.accepted]);
    await session.interrupt();
    const cut = await first.ended;
    expect(cut.interrupted).toBe(true);
    expect(cut.text.length).toBeLessThan(LONG_TEXT.length / 2);
    expect(await second.ended).toEqual({ position: 0, interrupted: true, text: '' });
    expect(await second.started).toBeUndefined();
  });

  it('speaks a stream of sound from its first sample to its last', async () => {
    const session = await open();
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
