// The kiosks that report to this server: when each was heard of last, how it does, and whether it is to start anew. Kept in memory alone:
// after a restart of the server each is there again with its next report.
import { VaktraError } from '../../errors.ts';
import type { KioskReport } from './messages.ts';

/** Beyond it the one that was heard of longest ago is forgotten, so that made-up names fill no memory. */
const MAX_KIOSKS = 500;
/** A kiosk reports every five seconds; one that missed three reports is away. */
const AWAY_AFTER_MS = 15_000;

/** What is known of a kiosk; times are ISO 8601. */
export interface KioskStatus extends Omit<KioskReport, 'page'> {
  name: string;
  last_seen: string;
  is_online: boolean;
  /** Asked for and not done yet. */
  restart_pending: boolean;
}

interface Entry {
  report: KioskReport;
  seenMs: number;
  /** The page that is to start anew: the order stands until another page reports, so a lost answer loses nothing. */
  restartPage: string | undefined;
}

export class KioskRegistry {
  readonly #kiosks = new Map<string, Entry>();
  readonly #now: () => number;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Takes a kiosk's report. Returns whether the page that reports is to start anew. */
  report(name: string, report: KioskReport): { restart: boolean } {
    const { restartPage } = this.#kiosks.get(name) ?? {};
    const restart = restartPage === report.page;
    // Put in anew: a Map keeps the order, so the first one is the one that was heard of longest ago.
    this.#kiosks.delete(name);
    this.#kiosks.set(name, { report, seenMs: this.#now(), restartPage: restart ? restartPage : undefined });
    const [oldest] = this.#kiosks.keys();
    if (this.#kiosks.size > MAX_KIOSKS && oldest !== undefined) this.#kiosks.delete(oldest);
    return { restart };
  }

  /** By name. */
  list(): KioskStatus[] {
    return [...this.#kiosks].map((entry) => this.#statusOf(entry)).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The kiosk's page is loaded anew at its next report. @throws VaktraError `kiosk_unknown` */
  restart(name: string): void {
    const entry = this.#kiosks.get(name);
    if (entry === undefined) {
      const sentence = `No kiosk "${name}" has reported since the server started: see GET /v1/kiosks for those that did.`;
      throw new VaktraError('kiosk_unknown', sentence);
    }
    entry.restartPage = entry.report.page;
  }

  #statusOf([name, { report, seenMs, restartPage }]: [string, Entry]): KioskStatus {
    const { page: _, ...told } = report;
    return {
      name,
      ...told,
      last_seen: new Date(seenMs).toISOString(),
      is_online: this.#now() - seenMs < AWAY_AFTER_MS,
      restart_pending: restartPage !== undefined,
    };
  }
}
