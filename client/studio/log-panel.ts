// The log of one avatar: every use and every step of its consent, newest first. Read when it is opened.
import { element } from '../src/dom.ts';
import { readLog } from './api.ts';
import { actionText, timeText } from './words.ts';

export class LogPanel {
  readonly #panel = element('log', HTMLDetailsElement);
  readonly #rows = element('log-rows', HTMLTableSectionElement);
  readonly #attempt: (work: () => Promise<void>) => Promise<boolean>;
  #id: string | undefined;

  constructor(attempt: (work: () => Promise<void>) => Promise<boolean>) {
    this.#attempt = attempt;
    this.#panel.addEventListener('toggle', () => void this.#read());
  }

  show(id: string): void {
    this.#id = id;
    void this.#read();
  }

  async #read(): Promise<void> {
    const id = this.#id;
    if (id === undefined || !this.#panel.open) return;
    await this.#attempt(async () => {
      const lines = await readLog(id);
      this.#rows.replaceChildren(
        ...lines.map(({ at, action, detail = '' }) => {
          const row = document.createElement('tr');
          for (const text of [timeText(at), actionText(action), detail]) {
            const cell = document.createElement('td');
            cell.textContent = text;
            row.append(cell);
          }
          return row;
        }),
      );
    });
  }
}
