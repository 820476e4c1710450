// The hidden page for whoever looks after the kiosk: five touches in the corner show how it does. In English, as the log and the docs.
import { FigureReader } from '../src/figures.ts';
import { h } from '../widget/build.ts';
import type { LoggedError } from './error-log.ts';

const TOUCHES = 5;
const WITHIN_MS = 3000;
const REFRESH_MS = 1000;

export interface Status {
  rows: readonly (readonly [name: string, value: string])[];
  errors: readonly LoggedError[];
  stats: RTCStatsReport | undefined;
}

export interface StatusActions {
  onReload: () => void;
  onReset: () => void;
}

export class StatusPage {
  readonly #dialog = h('dialog', { class: 'sheet status', lang: 'en', dir: 'ltr', 'aria-label': 'Status' });
  readonly #rows = h('dl');
  readonly #errors = h('ol');
  readonly #read: () => Promise<Status>;
  #figures = new FigureReader();
  #timer = 0;

  constructor(read: () => Promise<Status>, { onReload, onReset }: StatusActions) {
    this.#read = read;
    const close = (): void => this.#dialog.close();
    this.#dialog.append(
      h('h2', {}, 'Kiosk status'),
      this.#rows,
      h('h3', {}, 'Last errors'),
      this.#errors,
      h(
        'div',
        { class: 'actions' },
        button('Reload the page', onReload),
        button('New conversation', () => {
          close();
          onReset();
        }),
        button('Close', close, 'primary'),
      ),
    );
    this.#dialog.addEventListener('close', () => window.clearInterval(this.#timer));
    document.body.append(this.#dialog);
  }

  /** Opens when `corner` was touched five times within three seconds. */
  openBy(corner: HTMLElement): void {
    let touches: number[] = [];
    corner.addEventListener('click', () => {
      const now = performance.now();
      touches = [...touches.filter((time) => now - time < WITHIN_MS), now];
      if (touches.length < TOUCHES) return;
      touches = [];
      this.#open();
    });
  }

  #open(): void {
    this.#figures = new FigureReader();
    this.#timer = window.setInterval(() => void this.#show(), REFRESH_MS);
    void this.#show();
    this.#dialog.showModal();
  }

  async #show(): Promise<void> {
    const { rows, errors, stats } = await this.#read();
    const all = [...rows, ...(stats === undefined ? [] : mediaRows(stats, this.#figures))];
    this.#rows.replaceChildren(...all.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
    const lines = errors.map(({ at, code, message }) =>
      h('li', {}, `${at.slice(0, 19).replace('T', ' ')} ${code}: ${message}`),
    );
    this.#errors.replaceChildren(...(lines.length > 0 ? lines : [h('li', {}, 'None since the page was loaded.')]));
  }
}

function button(text: string, act: () => void, look = ''): HTMLButtonElement {
  const made = h('button', { type: 'button', class: look }, text);
  made.addEventListener('click', act);
  return made;
}

/** What this file reads of a statistics entry (W3C webrtc-stats). */
interface StatsEntry {
  id: string;
  type: string;
  nominated?: boolean;
  state?: string;
  localCandidateId?: string;
  remoteCandidateId?: string;
  candidateType?: string;
  protocol?: string;
  address?: string;
  port?: number;
}

function mediaRows(stats: RTCStatsReport, reader: FigureReader): [string, string][] {
  const figures = reader.read(stats);
  const pair = [...entries(stats)].find(
    (one) => one.type === 'candidate-pair' && one.nominated && one.state === 'succeeded',
  );
  const local = pair && entryOf(stats, pair.localCandidateId);
  const remote = pair && entryOf(stats, pair.remoteCandidateId);
  const path = remote && `${remote.protocol} ${local?.candidateType} → ${remote.address}:${remote.port}`;
  const rows: [string, string | undefined][] = [
    ['Path of the media', path],
    ['Round trip', inMs(figures.roundTripMs)],
    ['Playout delay', inMs(figures.playoutDelayMs)],
    ['Bitrate', figures.bitrateKbps === undefined ? undefined : `${Math.round(figures.bitrateKbps)} kbit/s`],
    ['Lost packets', figures.loss === undefined ? undefined : `${(100 * figures.loss).toFixed(1)} %`],
    ['Pictures', figures.picturesPerSecond === undefined ? undefined : `${figures.picturesPerSecond.toFixed(1)} /s`],
  ];
  return rows.map(([name, value]) => [name, value ?? '–']);
}

function inMs(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${Math.round(value)} ms`;
}

function* entries(stats: RTCStatsReport): Generator<StatsEntry> {
  for (const [, entry] of stats as unknown as Map<string, StatsEntry>) yield entry;
}

function entryOf(stats: RTCStatsReport, id: string | undefined): StatsEntry | undefined {
  return id === undefined ? undefined : (stats as unknown as Map<string, StatsEntry>).get(id);
}
