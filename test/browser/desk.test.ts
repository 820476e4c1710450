// A person takes over, in two real browsers: a visitor asks for one by text, the agent's page sees it, takes the conversation by text and
// by microphone, hears the visitor, and gives it back; the visitor reloads and goes on. Sound is measured where it is heard.
import { readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, playWithSound, type TestBrowser } from './harness.ts';
import { type SpokenWav, spokenWav } from './spoken-wav.ts';
import { startServer, type TestServer } from './whole-server.ts';

/** A machine that also runs other tests takes its time. */
const PATIENCE_MS = 60_000;
/** Loudness of a voice, RMS; silence is below a thousandth. */
const VOICE_RMS = 0.02;
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

let server: TestServer;
let visitor: TestBrowser;
let agent: TestBrowser;
let wavs: [SpokenWav, SpokenWav];

beforeAll(async () => {
  wavs = await Promise.all([
    spokenWav([{ afterSeconds: 1, text: 'Tell me about yourself' }]),
    spokenWav([{ afterSeconds: 1, text: 'Hello, I am a person and I speak for the avatar now, with my own voice.' }]),
  ]);
  server = await startServer();
  [visitor, agent] = await Promise.all([
    openBrowser({ microphoneWav: wavs[0].path }),
    // Lets axe into the page.
    openBrowser({ microphoneWav: wavs[1].path, bypassCSP: true }),
  ]);
}, PATIENCE_MS);

afterAll(async () => {
  await Promise.all([visitor.close(), agent.close()]);
  await server.close();
  await Promise.all(wavs.map(({ folder }) => rm(folder, { recursive: true })));
});

/** Resolves when what an element plays is as loud as a voice. */
function voiceIn(page: Page, selector: string): Promise<boolean> {
  return page.evaluate(
    async ([selector, threshold, patienceMs]) => {
      const media = document.querySelector<HTMLMediaElement>(selector);
      if (!(media?.srcObject instanceof MediaStream)) throw new Error(`${selector} plays no stream.`);
      const context = new AudioContext();
      const analyser = new AnalyserNode(context, { fftSize: 512 });
      context.createMediaStreamSource(media.srcObject).connect(analyser);
      const samples = new Float32Array(512);
      const end = performance.now() + patienceMs;
      let isLoud = false;
      while (!isLoud && performance.now() < end) {
        analyser.getFloatTimeDomainData(samples);
        isLoud = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length) > threshold;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await context.close();
      return isLoud;
    },
    [selector, VOICE_RMS, PATIENCE_MS / 2] as const,
  );
}

async function violations(page: Page): Promise<string[]> {
  await page.addScriptTag({ content: await readFile(AXE, 'utf8') });
  return page.evaluate(async () => {
    const found = await (window as unknown as { axe: typeof axe }).axe.run();
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 100)).join(' | ')}`);
  });
}

it(
  'lets an agent take over by text and by voice, hear the visitor, and give back',
  async () => {
    const { page } = visitor;
    const desk = agent.page;
    await desk.goto(`${server.url}/agent`);
    expect(await violations(desk)).toEqual([]);
    await desk.getByLabel('Your name').fill('Anna');
    await desk.keyboard.press('Enter');
    await desk.getByText('At the desk: Anna').waitFor({ timeout: PATIENCE_MS });

    await page.goto(server.url);
    await playWithSound(page, PATIENCE_MS);
    await page.getByLabel('Your question').fill('Can I talk to a person?');
    await page.keyboard.press('Enter');
    await page.getByText('A person will be with you next.').waitFor({ timeout: PATIENCE_MS });
    const waiting = desk.getByRole('button', { name: /Can I talk to a person\? 1\. Waits \d+:\d\d/ });
    await waiting.waitFor({ timeout: PATIENCE_MS });

    // By keyboard alone.
    await desk.keyboard.press('Alt+KeyN');
    const said = desk.getByRole('list', { name: 'What was said' });
    await said.getByText('Can I talk to a person?').waitFor({ timeout: PATIENCE_MS });
    await desk.keyboard.press('Alt+KeyT');
    await desk.getByRole('button', { name: 'Give back to the avatar' }).waitFor({ timeout: PATIENCE_MS });
    await page.getByText('A person speaks now: Anna.').waitFor({ timeout: PATIENCE_MS });

    const heard = voiceIn(page, 'video');
    await desk.getByLabel('What the avatar says for you').fill('Good day, this is Anna.');
    await desk.keyboard.press('Enter');
    await page.getByText('A person Good day, this is Anna.').waitFor({ timeout: PATIENCE_MS });
    expect(await heard).toBe(true);
    for (const scheme of ['light', 'dark'] as const) {
      await desk.emulateMedia({ colorScheme: scheme });
      expect(await violations(desk), scheme).toEqual([]);
    }

    // The visitor talks: their sound and what was understood reach the agent, and no brain answers.
    await page.getByRole('button', { name: 'Talk' }).click();
    await desk.getByText('You hear the visitor.').waitFor({ timeout: PATIENCE_MS });
    expect(await voiceIn(desk, 'audio')).toBe(true);
    await said.getByText('Tell me about yourself').waitFor({ timeout: PATIENCE_MS });

    // The agent's own voice is the avatar's, while the visitor's microphone stays open.
    await desk.getByRole('button', { name: 'Speak by voice' }).click();
    await desk.getByText('You are heard as the avatar.').waitFor({ timeout: PATIENCE_MS });
    expect(await voiceIn(page, 'video')).toBe(true);
    await page.locator('body[data-state="speaking"]').waitFor({ timeout: PATIENCE_MS });
    expect(server.app.host.all()[0]?.person.standing.microphones).toEqual(['listen', 'speak']);

    await desk.keyboard.press('Alt+KeyG');
    await page.getByText('The avatar speaks again.').waitFor({ timeout: PATIENCE_MS });
    await desk.getByRole('button', { name: 'Take over' }).waitFor({ timeout: PATIENCE_MS });
    await desk.getByRole('button', { name: 'Speak by voice' }).waitFor({ timeout: PATIENCE_MS });
    expect(server.app.host.all()[0]?.person.standing.microphones).toEqual(['listen']);

    await page.reload();
    await playWithSound(page, PATIENCE_MS);
    await page.getByText('A person Good day, this is Anna.').waitFor({ timeout: PATIENCE_MS });
    await page.getByLabel('Your question').fill('Is it open source?');
    await page.keyboard.press('Enter');
    await page.getByText(/^Avatar .*Apache/).waitFor({ timeout: PATIENCE_MS });
    await said.getByText(/Apache/).waitFor({ timeout: PATIENCE_MS });
    expect([...visitor.faults, ...agent.faults]).toEqual([]);
  },
  4 * PATIENCE_MS,
);
