// The examples as their readers run them: each as its own process against a whole server.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect } from '../../client/sdk/index.ts';
import { wavOf } from '../../server/speech/recognition/wav.ts';
import { startServer, type TestServer } from '../browser/whole-server.ts';
import { ExampleRun } from './example-run.ts';
import { startLanguageModel } from './language-model.ts';
import { openSpeech, spoken } from './speech-voices.ts';
import { watch } from './watch.ts';

const PATIENCE_MS = 30_000;
const SAMPLES_PER_SECOND = 48_000;

let server: TestServer;
let directory: string;
let runs: ExampleRun[] = [];

beforeAll(async () => {
  server = await startServer({ VAKTRA_BOT_BRAIN: 'none', VAKTRA_SPEECH_RECOGNITION_ENGINE: 'none' });
  directory = await mkdtemp(join(tmpdir(), 'vaktra-examples-'));
});

afterEach(async () => {
  for (const run of runs) run.stop();
  runs = [];
  await Promise.all(server.app.host.all().map((conversation) => conversation.close()));
});

afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

function run(name: string, ...args: string[]): ExampleRun {
  const started = new ExampleRun([process.execPath, 'scripts/example.mjs', name, ...args], { VAKTRA_URL: server.url });
  runs.push(started);
  return started;
}

describe('examples/bot-text', () => {
  it('says its arguments, one after the other, and ends with its conversation', async () => {
    const bot = run('bot-text', 'Good morning.', 'Seven green boats.');
    await bot.show(server);
    await bot.ended();
    expect(bot.lines.slice(1)).toEqual(['Said: Good morning.', 'Said: Seven green boats.']);
    expect(server.app.host.all()).toEqual([]);
  });

  it('says what is typed in a conversation that somebody else opened, tells what visitors write, and leaves it open', async () => {
    const page = await connect({ url: server.url, portrait: 'mona-lisa' });
    await watch(server, page.id);
    const bot = run('bot-text', '--session', page.id);
    await bot.line(/The avatar is at/);
    await page.ask('Are you there?');
    await bot.line(/^Visitor: Are you there\?$/);
    bot.child.stdin?.end('Yes, I am.\n');
    await bot.line(/^Said: Yes, I am\.$/);
    await bot.ended();
    expect(server.app.host.all()).toHaveLength(1);
    await page.close();
  });

  it('says in one sentence that there is no server', async () => {
    const bot = run('bot-text', '--url', 'http://127.0.0.1:9', 'Hello.');
    await expect(bot.ended()).rejects.toThrow(/unreachable|cannot be reached/);
  });
});

describe('examples/bot-audio', () => {
  it('plays the voice of espeak-ng until it interrupts it, and tells how much was heard', async () => {
    const bot = run('bot-audio', '--interrupt-after', '1.5');
    await bot.show(server);
    await bot.ended();
    await bot.line(/^Playback started at sample \d+/);
    const [, seconds] = await bot.line(/^Playback finished: position ([\d.]+) s, interrupted true$/);
    expect(Number(seconds)).toBeGreaterThan(1);
    expect(Number(seconds)).toBeLessThan(4);
  });

  it('plays a file to its end', async () => {
    const speech = await openSpeech();
    const { pcm, rateHz } = await spoken(speech, 'The harbour is open.', { rateHz: 16_000 });
    await speech.close();
    const path = join(directory, 'voice.wav');
    await writeFile(path, wavOf([pcm], rateHz));
    const bot = run('bot-audio', '--wav', path);
    await bot.show(server);
    await bot.ended();
    const [, seconds] = await bot.line(/^Playback finished: position ([\d.]+) s, interrupted false$/);
    // A machine that is late plays gaps between the pieces.
    expect(Number(seconds)).toBeGreaterThan(pcm.length / rateHz - 0.1);
    expect(Number(seconds)).toBeLessThan(pcm.length / rateHz + 2);
  });
});

describe('examples/llm', () => {
  it('speaks what the model writes, and tells the model only what was heard of an answer that was cut', async () => {
    const long =
      'The picture was painted in Florence. It hung in a bath of the king. Later it came to Paris, where it still is.';
    const model = await startLanguageModel([long, 'You are welcome.']);
    try {
      const bot = run('llm', '--base-url', model.baseUrl, '--model', 'stand-in');
      const id = await bot.show(server);
      const visitor = await connect({ url: server.url, session: id });
      const started = once(visitor, 'speech.started');
      await visitor.ask('Where was it painted?');
      const [{ sample }] = await started;
      await vi.waitFor(() => expect(visitor.position).toBeGreaterThan(sample + SAMPLES_PER_SECOND), PATIENCE_MS);
      await visitor.ask('Thank you.');
      await bot.line(/^Heard: You are welcome\.$/);
      expect(model.asked[0]?.messages.map(({ role }) => role)).toEqual(['system', 'user']);
      const [, , heard, thanks] = model.asked[1]?.messages ?? [];
      expect(heard?.role).toBe('assistant');
      expect(heard?.content).not.toBe('');
      expect(long.startsWith(heard?.content ?? 'nothing')).toBe(true);
      expect(heard?.content.length).toBeLessThan(long.length);
      expect(thanks).toEqual({ role: 'user', content: 'Thank you.' });
      await visitor.close();
      await bot.ended();
    } finally {
      model.close();
    }
  });

  it('apologises where the model fails, and goes on', async () => {
    const model = await startLanguageModel([]);
    try {
      const bot = run('llm', '--base-url', model.baseUrl);
      const id = await bot.show(server);
      const visitor = await connect({ url: server.url, session: id });
      await visitor.ask('Is anybody there?');
      await bot.line(/^Heard: I am sorry/);
      await vi.waitFor(() => expect(visitor.state).toBe('idle'), PATIENCE_MS);
      await visitor.close();
      await bot.ended();
    } finally {
      model.close();
    }
  });
});
