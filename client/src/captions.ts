// Captions in step with the sound: takes stretches of text with their samples, shows the line that is heard just now and
// marks the words that were spoken. Screen readers get each line once.

const SAMPLES_PER_SECOND = 48_000;
/** A line of this many characters fits two rows on a phone. */
const MAX_LINE_CHARS = 60;
/** How long the last line stays after its last word. */
const LINGER_SECONDS = 3;

interface Word {
  text: string;
  start: number;
  end: number;
}

interface Line {
  eventId: string;
  words: Word[];
}

export interface Stretch {
  event_id: string;
  text: string;
  start: number;
  end: number;
}

export class Captions {
  readonly #shown: HTMLElement;
  readonly #spoken: HTMLElement;
  #lines: Line[] = [];
  #current: Line | undefined;
  #currentSize = 0;

  /**
   * @param shown where the line is drawn
   * @param spoken a polite live region, for screen readers
   */
  constructor(shown: HTMLElement, spoken: HTMLElement) {
    this.#shown = shown;
    this.#spoken = spoken;
  }

  add({ event_id: eventId, text, start, end }: Stretch): void {
    for (const word of splitStretch(text, start, end)) {
      const line = this.#lines.at(-1);
      if (line !== undefined && line.eventId === eventId && hasRoom(line, word)) line.words.push(word);
      else this.#lines.push({ eventId, words: [word] });
    }
  }

  /** Drops what will not be heard any more; the line that is on show keeps its words up to `sample`. */
  cut(sample: number): void {
    for (const line of this.#lines) line.words = line.words.filter((word) => word.start <= sample);
    this.#lines = this.#lines.filter((line) => line.words.length > 0);
    if (this.#current?.words.length === 0) this.clear();
  }

  clear(): void {
    this.#lines = [];
    this.#show(undefined);
  }

  /** Draws what is heard at `sample`; called once per displayed picture. */
  draw(sample: number): void {
    const line = this.#lines.findLast((candidate) => (candidate.words[0]?.start ?? Infinity) <= sample);
    const over = line === undefined || sample > endOf(line) + LINGER_SECONDS * SAMPLES_PER_SECOND;
    this.#show(over ? undefined : line);
    if (line === undefined || over) return;
    this.#lines = this.#lines.slice(this.#lines.indexOf(line));
    for (const [index, element] of [...this.#shown.children].entries()) {
      const word = line.words[index];
      if (word === undefined || !(element instanceof HTMLElement)) continue;
      element.dataset.word = sample < word.start ? 'coming' : sample < word.end ? 'now' : 'spoken';
    }
  }

  #show(line: Line | undefined): void {
    const size = line?.words.length ?? 0;
    if (line === this.#current && size === this.#currentSize) return;
    const isNew = line !== this.#current;
    this.#current = line;
    this.#currentSize = size;
    const elements = (line?.words ?? []).map((word) => {
      const element = document.createElement('span');
      element.textContent = word.text;
      return element;
    });
    this.#shown.replaceChildren(...elements);
    if (isNew && line !== undefined) this.#spoken.textContent = line.words.map((word) => word.text).join(' ');
  }
}

/** The words of a stretch; within it time is shared out by their length, which is near enough to read along. */
function splitStretch(text: string, start: number, end: number): Word[] {
  const parts = text.split(/\s+/).filter((part) => part !== '');
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  let before = 0;
  return parts.map((part) => {
    const from = start + ((end - start) * before) / total;
    before += part.length;
    return { text: part, start: from, end: start + ((end - start) * before) / total };
  });
}

function hasRoom(line: Line, word: Word): boolean {
  const text = line.words.map(({ text }) => text).join(' ');
  return text.length + 1 + word.text.length <= MAX_LINE_CHARS && !/[.!?…。！？]$/.test(text);
}

function endOf(line: Line): number {
  return line.words.at(-1)?.end ?? 0;
}
