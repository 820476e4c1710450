// The kiosk's elements: built once, shown by data attributes of the body and kiosk.css. Decides nothing.
import { h, icon, outline } from '../widget/build.ts';
import type { Language } from '../widget/options.ts';
import { PANEL_TEXTS } from '../widget/panel-texts.ts';
import { KIOSK_TEXTS, type KioskTexts } from './texts.ts';

/** What is on the screen: nothing yet, an invitation, a conversation, or a picture until the connection is back. */
export type Screen = 'opening' | 'attract' | 'talk' | 'offline';
type State = 'idle' | 'listening' | 'thinking' | 'speaking';

/** Outlines on a grid of 24: a finger with the ring of its touch; a globe. */
const TOUCH =
  'M7.500 8.500a4.500 4.500 0 1 1 8.600 1.800M10.300 13.500V7a1.500 1.500 0 0 1 3 0v5l3.900.9a2 2 0 0 1 1.500 2.300l-.7 3.600a2.500 2.500 0 0 1-2.500 2h-2.800a3 3 0 0 1-2.300-1.100l-3-3.800a1.300 1.300 0 0 1 1.900-1.700z';
const GLOBE =
  'M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM3.800 12h16.400M12 3.500c2.600 2.500 3.700 5.300 3.700 8.500s-1.100 6-3.700 8.500c-2.600-2.500-3.700-5.300-3.700-8.500s1.100-6 3.700-8.500z';

export class View {
  readonly video = h('video', { class: 'video', playsinline: true, disablepictureinpicture: true });
  readonly poster = h('img', { class: 'poster', alt: '' });
  readonly captions = h('p', { class: 'captions', 'aria-hidden': 'true' });
  readonly log = h('ol', { class: 'log', role: 'log', tabindex: '0' });
  /** Covers the screen: wherever it is touched, the conversation begins. */
  readonly begin = h('button', { type: 'button', class: 'begin' });
  readonly microphone = h('button', { type: 'button', class: 'microphone' });
  readonly stop = h('button', { type: 'button', class: 'stop' });
  readonly finish = h('button', { type: 'button', class: 'finish' });
  readonly languageButton = h('button', { type: 'button', class: 'language', 'aria-haspopup': 'dialog' });
  readonly languages = h('dialog', { class: 'sheet languages' });
  readonly stillThere = h('dialog', { class: 'sheet still-there' });
  readonly stay = h('button', { type: 'button', class: 'primary' });
  readonly stage: HTMLElement;
  /** Where five touches open the status page. */
  readonly corner = h('div', { class: 'corner', 'aria-hidden': 'true' });
  readonly #heading = h('p', { class: 'heading' });
  readonly #label = h('p', { class: 'label' });
  readonly #title = h('span', { class: 'title' });
  readonly #touch = h('span', { class: 'touch' });
  readonly #touchText = h('span');
  readonly #orSpeak = h('span', { class: 'or-speak' });
  readonly #firstSound = h('span', { class: 'first-sound' });
  readonly #state = h('p', { class: 'state', role: 'status' });
  readonly #stateText = h('span');
  readonly #notice = h('p', { class: 'notice', role: 'status' });
  readonly #handOver = h('p', { class: 'hand-over', role: 'status' });
  readonly #topicsTitle = h('h2');
  readonly #topics = h('div', { class: 'topics' });
  readonly #topicsHead = h('div', { class: 'topics-head' });
  readonly more = h('button', { type: 'button', class: 'more' });
  readonly #microphoneText = h('span');
  readonly #stopText = h('span');
  readonly #finishText = h('span');
  readonly #languageText = h('span');
  readonly #languagesTitle = h('h2');
  readonly #stillThereTitle = h('h2');
  readonly #wipedIn = h('p');
  readonly #wiped = h('p', { class: 'wiped' });
  readonly #awayTitle = h('h1');
  readonly #awayHint = h('p');
  #texts: KioskTexts = KIOSK_TEXTS.en;
  #language: Language = 'en';

  constructor(heading: string | undefined, onLanguage: (language: Language) => void, languages: readonly Language[]) {
    this.#heading.textContent = heading ?? '';
    this.stage = h('div', { class: 'stage' }, this.poster, this.video, h('div', { class: 'scrim' }));
    this.#touch.append(outline('touch', TOUCH), this.#touchText);
    this.begin.append(this.#title, this.#touch, this.#orSpeak, this.#firstSound);
    this.microphone.append(h('span', { class: 'ring' }, icon('microphone')), this.#microphoneText);
    this.stop.append(icon('stop'), this.#stopText);
    this.finish.append(icon('end'), this.#finishText);
    this.languageButton.append(outline('globe', GLOBE), this.#languageText);
    this.languageButton.hidden = languages.length < 2;
    this.#state.append(h('span', { class: 'dot' }), this.#stateText);
    this.#topicsHead.append(this.#topicsTitle, this.more);
    this.languages.append(this.#languagesTitle, this.#languageChoice(languages, onLanguage));
    this.stillThere.append(this.#stillThereTitle, this.#wipedIn, this.stay);
    for (const sheet of [this.languages, this.stillThere]) closeBeside(sheet);
    document.body.append(
      h(
        'main',
        { class: 'kiosk' },
        this.stage,
        this.begin,
        h('header', { class: 'top' }, h('div', { class: 'who' }, this.#heading, this.#label), this.languageButton),
        this.captions,
        h(
          'section',
          { class: 'panel' },
          h('div', { class: 'panel-head' }, this.#state, this.finish),
          this.#handOver,
          this.log,
          this.#topicsHead,
          this.#topics,
          this.#notice,
          h('div', { class: 'actions' }, this.microphone, this.stop),
          this.#wiped,
        ),
        h(
          'section',
          { class: 'offline', role: 'status' },
          h('span', { class: 'spinner', 'aria-hidden': 'true' }),
          this.#awayTitle,
          this.#awayHint,
        ),
        this.corner,
      ),
      this.languages,
      this.stillThere,
    );
    this.showState('idle');
    this.showHandOver(false);
    this.say('');
  }

  get screen(): Screen {
    return document.body.dataset.screen as Screen;
  }

  get state(): State {
    return document.body.dataset.state as State;
  }

  get isSilent(): boolean {
    return document.body.dataset.silent === 'true';
  }

  showScreen(screen: Screen): void {
    document.body.dataset.screen = screen;
    this.begin.disabled = screen !== 'attract';
    if (screen !== 'talk') this.stillThere.close();
    if (screen === 'offline') this.languages.close();
  }

  /** All words, in another language. */
  showLanguage(language: Language, orSpeak: boolean): void {
    const texts = KIOSK_TEXTS[language];
    const shared = PANEL_TEXTS[language];
    this.#texts = texts;
    this.#language = language;
    document.documentElement.lang = language;
    document.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr';
    this.#label.textContent = shared.disclosure;
    this.#title.textContent = texts.title;
    this.#touchText.textContent = texts.touch;
    this.#orSpeak.textContent = orSpeak ? texts.orSpeak : '';
    this.#firstSound.textContent = texts.firstSound;
    this.#topicsTitle.textContent = texts.topics;
    this.more.textContent = texts.more;
    this.#microphoneText.textContent = texts.talk;
    this.#stopText.textContent = texts.stop;
    this.#finishText.textContent = texts.finish;
    this.#languageText.textContent = texts.name;
    this.languageButton.setAttribute('aria-label', `${texts.language}: ${texts.name}`);
    this.#languagesTitle.textContent = texts.language;
    this.#stillThereTitle.textContent = texts.stillThere;
    this.stay.textContent = texts.stay;
    this.#wiped.textContent = texts.wiped;
    this.#awayTitle.textContent = texts.away;
    this.#awayHint.textContent = texts.awayHint;
    this.#handOver.textContent = texts.handOver;
    this.log.setAttribute('aria-label', shared.log);
    this.showState(this.state);
  }

  showState(state: State): void {
    document.body.dataset.state = state;
    const { listening, thinking, speaking, live } = PANEL_TEXTS[this.#language];
    this.#stateText.textContent = { idle: live, listening, thinking, speaking }[state];
  }

  /** Whether the browser still waits for a touch before it plays sound. */
  showSilent(silent: boolean): void {
    document.body.dataset.silent = String(silent);
  }

  /** A sentence to the visitor; the empty one takes it away. */
  say(sentence: string): void {
    this.#notice.textContent = sentence;
    this.#notice.hidden = sentence === '';
  }

  showHandOver(shown: boolean): void {
    this.#handOver.hidden = !shown;
  }

  /** @param areAll there are no more than these */
  showTopics(topics: readonly string[], areAll: boolean, onTopic: (topic: string) => void): void {
    const buttons = topics.map((topic) => {
      const button = h('button', { type: 'button', class: 'topic' }, topic);
      button.addEventListener('click', () => onTopic(topic));
      return button;
    });
    this.#topicsHead.hidden = topics.length === 0;
    this.more.hidden = areAll;
    this.#topics.replaceChildren(...buttons);
  }

  /** Asks whether somebody is there; undefined takes the question away. */
  ask(secondsLeft: number | undefined): void {
    if (secondsLeft === undefined) {
      this.stillThere.close();
      return;
    }
    this.#wipedIn.textContent = this.#texts.wipedIn(secondsLeft);
    if (!this.stillThere.open) this.stillThere.showModal();
  }

  #languageChoice(languages: readonly Language[], onLanguage: (language: Language) => void): HTMLElement {
    const buttons = languages.map((language) => {
      const button = h('button', { type: 'button', lang: language }, KIOSK_TEXTS[language].name);
      button.addEventListener('click', () => {
        this.languages.close();
        onLanguage(language);
      });
      return button;
    });
    this.languageButton.addEventListener('click', () => this.languages.showModal());
    return h('div', { class: 'choice' }, ...buttons);
  }
}

/** A sheet goes away when the screen is touched beside it. */
function closeBeside(sheet: HTMLDialogElement): void {
  sheet.addEventListener('click', (event) => {
    if (event.target === sheet) sheet.close();
  });
}
