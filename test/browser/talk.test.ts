// A visitor talks with the avatar through a real browser: asks by microphone, hears the answer, interrupts it in the middle, and asks
// for a person. The voice is flite's, which the recogniser understands; espeak's it does not.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createResampler, pcmS16ToFloat32 } from '../../server/speech/index.ts';
import { joined } from '../integration/speech-voices.ts';
import { openBrowser, playWithSound, type TestBrowser } from './harness.ts';
import { writeWav } from './wav.ts';
import { startServer, type TestServer } from './whole-server.ts';

const run = promisify(execFile);
const WAV_HEADER_BYTES = 44;
const FLITE_RATE_HZ = 16_000;
const MICROPHONE_RATE_HZ = 48_000;
/** A machine that also runs other tests takes its time. */
const PATIENCE_MS = 60_000;
/** The answer to the first question takes some ten seconds to say. */
const BEFORE_INTERRUPT_SECONDS = 6;

let server: TestServer;
let browser: TestBrowser;
let folder: string;

async function said(text: string): Promise<Float32Array> {
  const file = join(folder, 'said.wav');
  await run('flite', ['-voice', 'slt', '-t', text, '-o', file]);
  const resampler = createResampler({ inputRateHz: FLITE_RATE_HZ, outputRateHz: MICROPHONE_RATE_HZ });
  const pcm = pcmS16ToFloat32((await readFile(file)).subarray(WAV_HEADER_BYTES));
  return joined(resampler.push(pcm), resampler.flush());
}

const silence = (seconds: number) => new Float32Array(seconds * MICROPHONE_RATE_HZ);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vaktra-talk-'));
  const wav = join(folder, 'visitor.wav');
  const voice = joined(
    silence(2),
    await said('Tell me about yourself'),
    silence(BEFORE_INTERRUPT_SECONDS),
    await said('Wait a moment'),
    silence(4),
    await said('Can I talk to a person?'),
    silence(60),
  );
  await writeWav(wav, voice, MICROPHONE_RATE_HZ);
  server = await startServer();
  browser = await openBrowser({ microphoneWav: wav });
  await browser.page.goto(server.url);
  await playWithSound(browser.page, PATIENCE_MS);
}, 2 * PATIENCE_MS);

afterAll(async () => {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true });
});

it(
  'answers a question that is asked by voice, stops when the visitor speaks, and hands over when asked to',
  async () => {
    const { page } = browser;
    const [conversation] = server.app.host.all();
    if (!conversation) throw new Error('No conversation is on stage.');
    const states: string[] = [];
    const cut: string[] = [];
    let handedOver = false;
    conversation.on('state', ({ state }) => states.push(state));
    conversation.on('speechInterrupted', ({ text }) => cut.push(text));
    conversation.on('handOver', () => {
      handedOver = true;
    });
    await page.getByRole('button', { name: 'Talk' }).click();
    const transcript = page.getByRole('list', { name: 'What was said' });
    await transcript.getByText('You Tell me about yourself').waitFor({ timeout: PATIENCE_MS });
    await vi.waitFor(() => expect(cut).toHaveLength(1), { timeout: PATIENCE_MS });
    expect('Vaktra is a server that turns a voice into a live talking person. It takes the voice of a bot').toContain(
      cut[0]?.slice(0, 60),
    );
    expect(cut[0]?.length).toBeGreaterThan(10);
    expect(states.slice(0, 3)).toEqual(['listening', 'thinking', 'speaking']);
    await vi.waitFor(() => expect(handedOver).toBe(true), { timeout: PATIENCE_MS });
    await transcript.getByText('I will get a person for you.').waitFor({ timeout: PATIENCE_MS });
    // What was cut off is not in the transcript.
    expect(await transcript.textContent()).not.toContain('to your browser');
    expect(browser.faults).toEqual([]);
  },
  4 * PATIENCE_MS,
);
