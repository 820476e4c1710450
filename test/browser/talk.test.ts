// A visitor talks with the avatar through a real browser: asks by microphone, hears the answer, interrupts it in the middle, and asks
// for a person.
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openBrowser, playWithSound, type TestBrowser } from './harness.ts';
import { type SpokenWav, spokenWav } from './spoken-wav.ts';
import { startServer, type TestServer } from './whole-server.ts';

/** A machine that also runs other tests takes its time. */
const PATIENCE_MS = 60_000;
/** The answer to the first question takes some ten seconds to say. */
const BEFORE_INTERRUPT_SECONDS = 6;

let server: TestServer;
let browser: TestBrowser;
let wav: SpokenWav;

beforeAll(async () => {
  wav = await spokenWav([
    { afterSeconds: 2, text: 'Tell me about yourself' },
    { afterSeconds: BEFORE_INTERRUPT_SECONDS, text: 'Wait a moment' },
    { afterSeconds: 4, text: 'Can I talk to a person?' },
  ]);
  server = await startServer();
  browser = await openBrowser({ microphoneWav: wav.path });
  await browser.page.goto(server.url);
  await playWithSound(browser.page, PATIENCE_MS);
}, 2 * PATIENCE_MS);

afterAll(async () => {
  await browser.close();
  await server.close();
  await rm(wav.folder, { recursive: true });
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
