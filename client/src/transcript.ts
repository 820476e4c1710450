// What was said, as a list that grows: in the order of the conversation's clock, with who said it and where an answer is from.
// Knows nothing of the connection.

export type Speaker = 'visitor' | 'avatar' | 'agent';

/** The list's words in the language of its page. */
export interface TranscriptWords {
  names: Record<Speaker, string>;
  source: (title: string) => string;
}

export class Transcript {
  readonly #list: HTMLOListElement;
  readonly #words: TranscriptWords;
  /** Where the answer that is heard now is taken from. */
  #source: string | undefined;
  /** What the visitor has said so far, until it is final. */
  #partial: HTMLLIElement | undefined;

  constructor(list: HTMLOListElement, words: TranscriptWords) {
    this.#list = list;
    this.#words = words;
  }

  /** @param sample where it began on the conversation's clock: an answer that is cut is told after the question that cut it */
  say(who: Speaker, text: string, sample: number, isFinal: boolean): void {
    if (text === '') {
      // What the visitor seemed to say was nothing.
      this.#partial?.remove();
      this.#partial = undefined;
      return;
    }
    const entry = (who === 'visitor' && this.#partial) || document.createElement('li');
    entry.dataset.who = who;
    entry.dataset.final = String(isFinal);
    entry.dataset.sample = String(sample);
    const name = document.createElement('b');
    name.textContent = this.#words.names[who];
    entry.replaceChildren(name, ' ', text);
    if (!entry.isConnected) this.#list.insertBefore(entry, this.#firstAfter(sample));
    if (who === 'avatar' && this.#source !== undefined) entry.append(this.#sourceElement(this.#source));
    if (who === 'avatar') this.#source = undefined;
    if (who === 'visitor') this.#partial = isFinal ? undefined : entry;
    // Not scrollIntoView: that would also move the page around the list.
    const below = entry.getBoundingClientRect().bottom - this.#list.getBoundingClientRect().bottom;
    if (below > 0) this.#list.scrollTop += below;
  }

  /** Where the answer that comes next is taken from. */
  showSource(title: string): void {
    this.#source = title;
  }

  clear(): void {
    this.#list.replaceChildren();
    this.#partial = undefined;
    this.#source = undefined;
  }

  #firstAfter(sample: number): Element | null {
    return [...this.#list.children].find((entry) => Number((entry as HTMLElement).dataset.sample) > sample) ?? null;
  }

  #sourceElement(title: string): HTMLElement {
    const source = document.createElement('small');
    source.textContent = this.#words.source(title);
    return source;
  }
}
