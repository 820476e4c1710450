// What browser tests share: a whole server with real models on free ports, and a headless Chromium whose microphone plays
// a WAV. Chromium is Debian's, or the one that VAKTRA_CHROMIUM names; the autoplay policy is the browser's own.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pino } from 'pino';
import { chromium, type Page } from 'playwright-core';
import { type App, type AppOptions, startApp } from '../../server/app.ts';
import { loadConfig } from '../../server/config.ts';

const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Media ports are tried from here on; each media worker takes one. */
const FIRST_MEDIA_PORT = 41_000;
const MEDIA_PORT_STEP = 64;
const LAST_MEDIA_PORT = 60_000;

export interface BrowserOptions {
  /** A WAV that the fake microphone plays once, from the moment it is opened; without it there is no microphone. */
  microphoneWav?: string;
  viewport?: { width: number; height: number };
  colorScheme?: 'light' | 'dark';
  /** A phone: touch and the small viewport's meta tag. */
  isMobile?: boolean;
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
  const { microphoneWav, viewport = { width: 1440, height: 900 }, colorScheme = 'light', isMobile = false } = options;
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(),
    headless: true,
    args: [...CHROMIUM_FLAGS, ...microphoneFlags(microphoneWav)],
    viewport,
    colorScheme,
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

export interface TestServer {
  app: App;
  url: string;
  close(): Promise<void>;
}

/**
 * A whole server on free ports with the shipped settings.
 *
 * @param settings environment variables as in docs, for example { VAKTRA_MOTION_STEPS: '4' }
 */
export async function startServer(
  settings: Record<string, string> = {},
  options: AppOptions = {},
): Promise<TestServer> {
  const config = loadConfig({
    env: {
      VAKTRA_HTTP_PORT: '0',
      VAKTRA_MEDIA_LISTEN_IP: '127.0.0.1',
      VAKTRA_MEDIA_BASE_PORT: String(await freeMediaPort()),
      ...settings,
    },
  });
  const app = await startApp(config, { logger: pino({ level: process.env.VAKTRA_TEST_LOG ?? 'silent' }), ...options });
  return { app, url: `http://127.0.0.1:${app.port}`, close: () => app.close() };
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

/** A port with room for the media workers above it. */
async function freeMediaPort(): Promise<number> {
  const span = (LAST_MEDIA_PORT - FIRST_MEDIA_PORT) / MEDIA_PORT_STEP;
  // Test processes start apart from each other, so that they rarely try the same port at the same time.
  const first = process.pid % span;
  for (let step = 0; step < span; step++) {
    const port = FIRST_MEDIA_PORT + Math.floor((first + step) % span) * MEDIA_PORT_STEP;
    if (await isFree(port)) return port;
  }
  throw new Error('No free port for media was found.');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
