// Who agreed to an avatar: the records there are, and the form for a new one. What is to be read aloud has a dialog of its own.
import { element } from '../src/dom.ts';
import { type Avatar, askSpoken, type Consent, declare, revokeConsent, sendDocument, type Wish } from './api.ts';
import { Reading } from './reading.ts';
import { languageName, MANNER_TEXT, STANDING_TEXT, timeText } from './words.ts';

export interface ConsentPanelHandlers {
  /** A record came, or went. */
  onChanged: () => Promise<void>;
  /** Does it; what is refused is shown. False where it was. */
  attempt: (work: () => Promise<void>) => Promise<boolean>;
}

type Manner = Consent['manner'];

export class ConsentPanel {
  readonly #standing = element('consent-standing', HTMLElement);
  readonly #list = element('consents', HTMLUListElement);
  readonly #form = element('consent-form', HTMLFormElement);
  readonly #manners = element('consent-manner', HTMLFieldSetElement);
  readonly #language = element('consent-language', HTMLSelectElement);
  readonly #source = element('consent-source', HTMLInputElement);
  readonly #document = element('consent-document', HTMLInputElement);
  readonly #send = element('consent-send', HTMLButtonElement);
  readonly #handlers: ConsentPanelHandlers;
  readonly #reading: Reading;
  #avatar: Avatar | undefined;
  #canSpeak = false;

  constructor(handlers: ConsentPanelHandlers) {
    this.#handlers = handlers;
    this.#reading = new Reading(() => handlers.onChanged());
    this.#manners.addEventListener('change', () => this.#showFields());
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
  }

  /** @param languages in which a sentence can be read; none where nothing recognises it */
  setLanguages(languages: readonly string[]): void {
    this.#canSpeak = languages.length > 0;
    this.#language.replaceChildren(...languages.map((tag) => new Option(languageName(tag), tag)));
    element('no-spoken', HTMLElement).hidden = this.#canSpeak;
  }

  show(avatar: Avatar): void {
    const isAnother = this.#avatar?.id !== avatar.id;
    this.#avatar = avatar;
    this.#standing.textContent = STANDING_TEXT[avatar.consent];
    this.#standing.dataset.standing = avatar.consent;
    this.#list.replaceChildren(...avatar.consents.map((consent) => this.#item(consent, avatar)));
    for (const input of this.#manners.querySelectorAll('input')) {
      const manner = input.value as Manner;
      const fits = avatar.kind !== 'photo' || manner !== 'own-work';
      input.disabled = !fits || (manner === 'spoken' && !this.#canSpeak);
      (input.closest('label') as HTMLLabelElement).hidden = !fits || (manner === 'spoken' && avatar.kind !== 'photo');
    }
    if (isAnother) {
      this.#form.reset();
      const first = avatar.kind === 'photo' ? (this.#canSpeak ? 'spoken' : 'document') : 'public-domain';
      const input = this.#manners.querySelector<HTMLInputElement>(`input[value="${first}"]`);
      if (input) input.checked = true;
    }
    element('consent-new', HTMLDetailsElement).open = avatar.consent !== 'valid';
    this.#showFields();
  }

  #manner(): Manner {
    return new FormData(this.#form).get('manner') as Manner;
  }

  #showFields(): void {
    const manner = this.#manner();
    const needsSource = manner === 'public-domain' || manner === 'own-work';
    for (const [field, shown] of [
      [this.#language, manner === 'spoken'],
      [this.#document, manner === 'document'],
      [this.#source, needsSource],
    ] as const) {
      (field.closest('label') as HTMLLabelElement).hidden = !shown;
      field.required = shown;
      field.disabled = !shown;
    }
    element('consent-who-label', HTMLElement).textContent = needsSource
      ? 'Whose work is it?'
      : 'Who is in the picture?';
    this.#send.textContent = manner === 'spoken' ? 'Get the sentence' : 'Record the consent';
  }

  async #submit(): Promise<void> {
    const avatar = this.#avatar;
    if (avatar === undefined) return;
    const data = new FormData(this.#form);
    const text = (name: string) => String(data.get(name) ?? '').trim();
    const until = text('until');
    const wish: Wish = {
      who: text('who'),
      recorded_by: text('recorded_by'),
      purpose: text('purpose'),
      // The day itself still counts.
      ...(until && { until: new Date(`${until}T23:59:59`).toISOString() }),
    };
    const manner = this.#manner();
    this.#send.disabled = true;
    await this.#handlers.attempt(async () => {
      if (manner === 'spoken') {
        this.#reading.open(await askSpoken(avatar.id, wish, this.#language.value));
        return;
      }
      const document = this.#document.files?.[0];
      if (manner === 'document' && document) await sendDocument(avatar.id, wish, document);
      else if (manner !== 'document') await declare(avatar.id, wish, manner, text('source'));
      await this.#handlers.onChanged();
    });
    this.#send.disabled = false;
  }

  #item(consent: Consent, { version }: Avatar): HTMLLIElement {
    const item = document.createElement('li');
    const chip = document.createElement('span');
    chip.className = 'chip';
    chip.dataset.standing = consent.status;
    chip.textContent = consent.version === version ? STANDING_TEXT[consent.status] : 'For an older picture';
    const words = document.createElement('p');
    const who = [MANNER_TEXT[consent.manner], consent.who, consent.source].filter(Boolean).join(', ');
    words.textContent = `${who}: ${consent.purpose}`;
    const times = document.createElement('p');
    times.className = 'hint';
    times.textContent = [
      consent.given_at && `since ${timeText(consent.given_at)}`,
      consent.until && `until ${timeText(consent.until)}`,
      consent.revoked_at && `taken back ${timeText(consent.revoked_at)}`,
    ]
      .filter(Boolean)
      .join(', ');
    item.append(chip, words, times);
    if (consent.status === 'valid') item.append(this.#revokeButton(consent));
    return item;
  }

  #revokeButton({ id, who }: Consent): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'danger';
    button.textContent = 'Take back';
    button.setAttribute('aria-label', `Take back the consent of ${who}`);
    button.addEventListener('click', () => {
      button.disabled = true;
      void this.#handlers.attempt(async () => {
        await revokeConsent(id);
        await this.#handlers.onChanged();
      });
    });
    return button;
  }
}
