// Writes the figures into the page, with their units. A figure that is not known is a dash, never a zero.

import { element } from './dom.ts';
import type { ReceiverFigures } from './figures.ts';
import type { ServerEvent } from './socket.ts';

const UNKNOWN = '–';

export class FigurePanel {
  readonly #brief = element('figures-brief', HTMLElement);
  readonly #places = new Map<string, HTMLElement>();

  constructor() {
    for (const place of document.querySelectorAll<HTMLElement>('[data-figure]')) {
      this.#places.set(place.dataset.figure ?? '', place);
    }
    // There is room for all figures on a wide screen; on a phone they wait behind their title.
    element('figures', HTMLDetailsElement).open = matchMedia('(min-width: 60rem)').matches;
  }

  showReceiver(figures: ReceiverFigures): void {
    this.#write('roundTrip', figures.roundTripMs, 'ms');
    this.#write('jitterBuffer', figures.jitterBufferMs, 'ms');
    this.#write('loss', figures.loss === undefined ? undefined : figures.loss * 100, '%', 1);
    this.#write('bitrate', figures.bitrateKbps, 'kbit/s');
    this.#write('pictures', figures.picturesPerSecond, '/s');
    const { roundTripMs, picturesPerSecond } = figures;
    if (roundTripMs === undefined || picturesPerSecond === undefined) return;
    this.#brief.textContent = `${roundTripMs.toFixed(0)} ms, ${picturesPerSecond.toFixed(0)} pictures a second`;
  }

  showServer(stats: Extract<ServerEvent, { type: 'stats' }>): void {
    const share = stats.pictures_sent > 0 ? stats.pictures_repeated / stats.pictures_sent : 0;
    this.#set('repeated', `${stats.pictures_repeated} (${(share * 100).toFixed(1)} %)`);
    const compute = stats.motion_ms_per_picture + stats.render_ms_per_picture + stats.encode_ms_per_picture;
    this.#write('compute', compute, 'ms', 1);
  }

  showFirstSound(latencyMs: number): void {
    this.#write('firstSound', latencyMs, 'ms');
  }

  clear(): void {
    for (const place of this.#places.values()) place.textContent = UNKNOWN;
    this.#brief.textContent = '';
  }

  #write(figure: string, value: number | undefined, unit: string, digits = 0): void {
    this.#set(figure, value === undefined ? UNKNOWN : `${value.toFixed(digits)} ${unit}`);
  }

  #set(figure: string, text: string): void {
    const place = this.#places.get(figure);
    if (place === undefined) throw new Error(`The page has no place for the figure "${figure}".`);
    place.textContent = text;
  }
}
