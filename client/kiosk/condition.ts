// How this kiosk does, for the server's list and for the hidden page.
import packageJson from '../../package.json' with { type: 'json' };
import type { KioskReport } from '../../server/signaling/kiosks/messages.ts';
import type { Language } from '../widget/options.ts';
import type { ErrorLog } from './error-log.ts';
import type { Link } from './link.ts';
import type { View } from './view.ts';
import type { WakeLock } from './wake-lock.ts';

const BYTES_PER_MB = 1_048_576;
const SECONDS_PER_MINUTE = 60;
const SECONDS_PER_HOUR = 3600;
const HOURS_PER_DAY = 24;

export interface ConditionParts {
  name: string | undefined;
  link: Link;
  view: View;
  errors: ErrorLog;
  wakeLock: WakeLock;
  language: () => Language;
  visits: () => number;
}

export class Condition {
  readonly #parts: ConditionParts;
  /** Tells this load of the page from others. */
  readonly #page = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16)).join('');

  constructor(parts: ConditionParts) {
    this.#parts = parts;
  }

  report(): KioskReport {
    const { link, view, errors, language, visits } = this.#parts;
    const { connection, recoveries, slowestRecoveryMs } = link.keeper;
    const session = link.avatar.session?.id;
    const memory = memoryMb();
    return {
      page: this.#page,
      version: packageJson.version,
      screen: view.screen,
      connection,
      ...(session !== undefined && { session }),
      language: language(),
      uptime_seconds: Math.floor(performance.now() / 1000),
      visits: visits(),
      recoveries,
      slowest_recovery_ms: Math.round(slowestRecoveryMs),
      ...(memory !== undefined && { memory_mb: memory }),
      errors: [...errors.errors],
    };
  }

  rows(): [name: string, value: string][] {
    const { name, view, wakeLock } = this.#parts;
    const told = this.report();
    return [
      ['Name', name ?? 'none: this kiosk does not report'],
      ['Version', told.version],
      ['Screen', `${told.screen}, ${window.innerWidth} × ${window.innerHeight}`],
      ['Connection', told.connection],
      ['Conversation', told.session ?? '–'],
      ['Sound', view.video.muted ? 'waits for a touch' : 'on'],
      ['Screen kept on', wakeLock.isHeld ? 'yes' : 'not by this page'],
      ['Running for', duration(told.uptime_seconds)],
      ['Visits', String(told.visits)],
      ['Recoveries', `${told.recoveries}, the slowest took ${(told.slowest_recovery_ms / 1000).toFixed(1)} s`],
      ['Memory of the scripts', told.memory_mb === undefined ? '–' : `${told.memory_mb.toFixed(1)} MB`],
    ];
  }
}

/** Only Chromium tells. */
function memoryMb(): number | undefined {
  const { memory } = performance as { memory?: { usedJSHeapSize: number } };
  return memory && Math.round((10 * memory.usedJSHeapSize) / BYTES_PER_MB) / 10;
}

function duration(seconds: number): string {
  const hours = Math.floor(seconds / SECONDS_PER_HOUR);
  const minutes = Math.floor(seconds / SECONDS_PER_MINUTE) % SECONDS_PER_MINUTE;
  const days = Math.floor(hours / HOURS_PER_DAY);
  return `${days} d ${hours % HOURS_PER_DAY} h ${minutes} min ${seconds % SECONDS_PER_MINUTE} s`;
}
