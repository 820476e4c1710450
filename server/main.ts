// Starts and stops the server: reads the config, builds the app, listens, drains on SIGTERM.

import { startApp } from './app.ts';
import { loadConfig } from './config.ts';
import { toVaktraError } from './errors.ts';
import { createLogger } from './observe/index.ts';

/** A second signal ends at once; the first one lets running conversations end for this long. */
const DRAIN_MS = 10_000;
const DRAIN_CHECK_MS = 100;

async function main(): Promise<void> {
  const config = loadConfig();
  const logger = createLogger(config.log);
  const app = await startApp(config, { logger });
  const shown = config.http.host === '127.0.0.1' || config.http.host === '0.0.0.0' ? 'localhost' : config.http.host;
  const scheme = config.http.tls.cert !== null || config.http.tls.development ? 'https' : 'http';
  logger.info(`Vaktra is ready: open ${scheme}://${shown}:${app.port}`);

  let signals = 0;
  const stop = async (signal: NodeJS.Signals) => {
    signals += 1;
    if (signals > 1) process.exit(1);
    logger.info({ signal, conversations: app.host.size }, 'stopping');
    app.drain();
    // Ctrl+C at a terminal means now; a supervisor's SIGTERM lets people finish their sentence.
    const until = performance.now() + (signal === 'SIGTERM' ? DRAIN_MS : 0);
    while (app.host.size > 0 && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_CHECK_MS));
    }
    await app.close();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

try {
  await main();
} catch (error) {
  const { code, message } = toVaktraError(error);
  process.stderr.write(`Vaktra cannot start (${code}): ${message}\n`);
  process.exit(1);
}
