// What browser tests share: a headless Chromium whose microphone plays a WAV. It is Debian's, or the one that
// VAKTRA_CHROMIUM names; the autoplay policy is the browser's own.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium, type Page } from 'playwright-core';

const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const SOFTWARE_WEBGL_FLAGS = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
export interface BrowserOptions {
  /** A WAV that the fake microphone plays once, from the moment it is opened; without it there is no microphone. */
  microphoneWav?: string;
  viewport?: { width: number; height: number };
  colorScheme?: 'light' | 'dark';
  /** Lets a measurement add a worklet to the page. */
  bypassCSP?: boolean;
  /** A phone: touch and the small viewport's meta tag. */
  isMobile?: boolean;
  /** WebGL, computed by the processor. */
  softwareWebGl?: boolean;
}

export interface TestBrowser {
  page: Page;
  /** What the page wrote to the console as an error, and what it threw. */
  faults: string[];
  close(): Promise<void>;
}

/** A fresh Chromium with a profile of its own; close it after the test. */
export async function openBrowser(options: BrowserOptions = {}): Promise<TestBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'vaktra-chromium-'));
  const {
    microphoneWav,
    viewport = { width: 1440, height: 900 },
    colorScheme = 'light',
    isMobile = false,
    bypassCSP = false,
    softwareWebGl = false,
  } = options;
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(),
    headless: true,
    args: [...CHROMIUM_FLAGS, ...(softwareWebGl ? SOFTWARE_WEBGL_FLAGS : []), ...microphoneFlags(microphoneWav)],
    viewport,
    colorScheme,
    bypassCSP,
    isMobile,
    hasTouch: isMobile,
  });
  const page = context.pages()[0] ?? (await context.newPage());
  return {
    page,
    faults: collectFaults(page),
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function chromiumPath(): string {
  const named = process.env.VAKTRA_CHROMIUM;
  if (named !== undefined) return named;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = CHROMIUM_NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  if (found === undefined)
    throw new Error('No Chromium was found: install it (apt install chromium) or set VAKTRA_CHROMIUM.');
  return found;
}

function microphoneFlags(wav: string | undefined): string[] {
  if (wav === undefined) return [];
  return [
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    // Without %noloop the file would begin anew at its end.
    `--use-file-for-fake-audio-capture=${wav}%noloop`,
  ];
}

function collectFaults(page: Page): string[] {
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  return faults;
}

/** Waits until the page shows the avatar, and presses its button where the browser wanted a gesture before the sound. */
export async function playWithSound(page: Page, patienceMs = 30_000): Promise<void> {
  await page.locator('body[data-connection="connected"]').waitFor({ timeout: patienceMs });
  await page.locator('#stage:is([data-phase="playing"], [data-phase="silent"])').waitFor({ timeout: patienceMs });
  const start = page.getByRole('button', { name: 'Start', exact: true });
  if (await start.isVisible()) await start.click();
}
