// What was said in this visit, and in no other: the list on the screen, in the language of the moment.
import type { ServerEvent } from '../src/socket.ts';
import { Transcript } from '../src/transcript.ts';
import type { Language } from '../widget/options.ts';
import { PANEL_TEXTS } from '../widget/panel-texts.ts';

export class VisitLog {
  readonly #list: HTMLOListElement;
  readonly #heading: string | undefined;
  #transcript: Transcript;
  /** Where the conversation is, in samples, as the server last told; and where this visit began. */
  #position = 0;
  #from = 0;
  /** Where the answer that comes next is taken from, and when that was told: what began before it is no answer to it. */
  #source: { title: string; position: number } | undefined;

  /** @param heading stands for the avatar's name */
  constructor(list: HTMLOListElement, heading: string | undefined, language: Language) {
    this.#list = list;
    this.#heading = heading;
    this.#transcript = this.#made(language);
  }

  receive(event: ServerEvent): void {
    if (event.type === 'stats') this.#position = event.position;
    else if (event.type === 'state') this.#position = event.sample;
    else if (event.type === 'source') this.#source = { title: event.title, position: this.#position };
    else if (event.type === 'transcript') this.#say(event);
  }

  #say({ who, text, sample, final }: Extract<ServerEvent, { type: 'transcript' }>): void {
    // What was said to invite visitors belongs to no visit.
    if (sample <= this.#from) return;
    if (who === 'avatar' && this.#source !== undefined && sample >= this.#source.position) {
      this.#transcript.showSource(this.#source.title);
      this.#source = undefined;
    }
    this.#transcript.say(who, text, sample, final);
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  /** A visit begins or is over. @param isNew in a conversation whose clock begins anew */
  clear(isNew = false): void {
    if (isNew) this.#position = 0;
    this.#from = this.#position;
    this.#source = undefined;
    this.#transcript.clear();
  }

  setLanguage(language: Language): void {
    this.clear();
    this.#transcript = this.#made(language);
  }

  #made(language: Language): Transcript {
    const { you: visitor, avatar, agent, from } = PANEL_TEXTS[language];
    return new Transcript(this.#list, {
      names: { visitor, avatar: this.#heading ?? avatar, agent },
      source: (title) => from + title,
    });
  }
}
