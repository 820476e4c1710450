// The studio's conductor: which avatar is open, what is sent to the server, and which part of the page shows what came of it.
import { ApiError, listLanguages } from '../src/api.ts';
import { element } from '../src/dom.ts';
import { FaceChooser } from '../src/face-chooser.ts';
import { Toasts } from '../src/toasts.ts';
import {
  type Avatar,
  changeAvatar,
  createAvatar,
  eraseAvatar,
  listAvatars,
  readAvatar,
  readSettings,
  renewAvatar,
} from './api.ts';
import { AvatarList } from './avatar-list.ts';
import { ConsentPanel } from './consent-panel.ts';
import { showEmbedding } from './embed.ts';
import { LogPanel } from './log-panel.ts';
import { NewAvatar, type NewPicture } from './new-avatar.ts';
import { OptionsForm } from './options-form.ts';
import { PictureMarks } from './picture-marks.ts';
import { Preview } from './preview.ts';

type View = 'empty' | 'new' | 'avatar';

export class StudioPage {
  readonly #toasts = new Toasts(element('toasts', HTMLElement));
  readonly #list = new AvatarList((id) => void this.#try(() => this.#open(id)));
  readonly #new = new NewAvatar({
    onSend: (wish) => this.#create(wish),
    onRefused: (sentence) => this.#toasts.show(sentence),
  });
  /** What is done with the picture once its face is chosen. */
  #withFace: (face: number) => Promise<Avatar> = () => Promise.reject(new Error('No picture waits for its face.'));
  readonly #faces = new FaceChooser(
    ({ face = 0 }) => void this.#try(async () => this.#enter(await this.#withFace(face))),
  );
  readonly #marks = new PictureMarks();
  readonly #options = new OptionsForm((options) =>
    this.#change(() => changeAvatar(this.#id(), { options })).then(() => this.#preview.restart()),
  );
  readonly #consents = new ConsentPanel({
    onChanged: () => this.#refresh(),
    attempt: (work) => this.#try(work),
  });
  readonly #preview = new Preview({
    onRefused: (sentence) => this.#toasts.show(sentence),
    onEnded: () => void this.#try(() => this.#refresh()),
  });
  readonly #log = new LogPanel((work) => this.#try(work));
  #avatar: Avatar | undefined;

  async start(): Promise<void> {
    element('new', HTMLButtonElement).addEventListener('click', () => this.#startNew());
    element('new-cancel', HTMLButtonElement).addEventListener('click', () =>
      this.#show(this.#avatar ? 'avatar' : 'empty'),
    );
    element('rename-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      const name = element('rename', HTMLInputElement).value.trim();
      if (name) void this.#change(() => changeAvatar(this.#id(), { name }));
    });
    const file = element('renew-file', HTMLInputElement);
    file.addEventListener('change', () => void this.#renew(file));
    const erase = element('erase', HTMLDialogElement);
    element('erase-open', HTMLButtonElement).addEventListener('click', () => erase.showModal());
    element('erase-cancel', HTMLButtonElement).addEventListener('click', () => erase.close());
    element('erase-form', HTMLFormElement).addEventListener('submit', () => void this.#try(() => this.#erase()));
    await this.#try(() => this.#load());
  }

  async #load(): Promise<void> {
    const [settings, languages, avatars] = await Promise.all([readSettings(), listLanguages(), listAvatars()]);
    this.#new.setLimit(settings.max_picture_bytes);
    this.#consents.setLanguages(settings.consent_languages);
    this.#options.fillLanguages(languages);
    this.#list.fill(avatars, undefined);
    const wished = avatars.find(({ id }) => `#${id}` === location.hash) ?? avatars[0];
    if (wished) this.#enter(wished);
    else this.#startNew();
  }

  #startNew(): void {
    this.#preview.close();
    this.#new.clear();
    this.#show('new');
    element('new-file', HTMLInputElement).focus();
  }

  async #create(wish: NewPicture): Promise<void> {
    await this.#try(async () => {
      const make = (face?: number) => createAvatar({ ...wish, face });
      await this.#withFaceOf(wish.picture, make);
    });
  }

  async #renew(input: HTMLInputElement): Promise<void> {
    const picture = input.files?.[0];
    input.value = '';
    if (picture === undefined) return;
    await this.#try(() => this.#withFaceOf(picture, (face) => renewAvatar(this.#id(), picture, face)));
  }

  /** Makes it; where the picture shows several people, it is asked whose face is meant. */
  async #withFaceOf(picture: Blob, make: (face?: number) => Promise<Avatar>): Promise<void> {
    try {
      this.#enter(await make());
      await this.#refresh();
    } catch (error) {
      if (!(error instanceof ApiError) || error.faces.length < 2) throw error;
      this.#withFace = async (face) => {
        const avatar = await make(face);
        this.#list.fill(await listAvatars(), avatar.id);
        return avatar;
      };
      this.#faces.ask({ picture: new File([picture], 'picture'), consent: '' }, error.faces);
    }
  }

  async #open(id: string): Promise<void> {
    this.#enter(await readAvatar(id));
  }

  async #change(change: () => Promise<Avatar>): Promise<void> {
    await this.#try(async () => {
      await change();
      await this.#refresh();
    });
  }

  async #erase(): Promise<void> {
    await eraseAvatar(this.#id());
    this.#preview.close();
    this.#avatar = undefined;
    history.replaceState(null, '', location.pathname);
    await this.#load();
  }

  async #refresh(): Promise<void> {
    const avatars = await listAvatars();
    const avatar = avatars.find(({ id }) => id === this.#avatar?.id);
    this.#list.fill(avatars, avatar?.id);
    if (avatar) this.#enter(avatar);
  }

  #enter(avatar: Avatar): void {
    this.#avatar = avatar;
    history.replaceState(null, '', `#${avatar.id}`);
    for (const button of document.querySelectorAll<HTMLElement>('[data-avatar]')) {
      if (button.dataset.avatar === avatar.id) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
    }
    element('avatar-title', HTMLElement).textContent = avatar.name;
    element('rename', HTMLInputElement).value = avatar.name;
    this.#marks.show(avatar);
    showEmbedding(avatar);
    this.#options.show(avatar);
    this.#consents.show(avatar);
    this.#preview.show(avatar);
    this.#log.show(avatar.id);
    this.#new.clear();
    this.#show('avatar');
  }

  #show(view: View): void {
    document.body.dataset.view = view;
  }

  #id(): string {
    if (this.#avatar) return this.#avatar.id;
    throw new ApiError('avatar_unknown', 'Choose an avatar first.');
  }

  async #try(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) console.error(error);
      const unexpected = 'Something went wrong on this page. Reload it to start anew.';
      this.#toasts.show(error instanceof ApiError ? error.message : unexpected);
      return false;
    }
  }
}
