// The dialog in which a person agrees: the sentence with its code, what the camera sees, and a button that records. What is wrong
// with a reading is said in the dialog, and it may be read again.
import { ApiError } from '../src/api.ts';
import { element } from '../src/dom.ts';
import { answerConsent, type Consent } from './api.ts';
import { closeDevices, openDevices, SoundRecorder, takePicture } from './camera.ts';

const COUNT_INTERVAL_MS = 1000;

/** `closed`: devices are not open. `ready`: they are. `recording`, `checking`. */
type Phase = 'closed' | 'ready' | 'recording' | 'checking';

const BUTTON_TEXT: Record<Phase, string> = {
  closed: 'Open camera and microphone',
  ready: 'Start reading',
  recording: 'I have read it',
  checking: 'Listening to it',
};

export class Reading {
  readonly #dialog = element('reading', HTMLDialogElement);
  readonly #sentence = element('reading-sentence', HTMLElement);
  readonly #left = element('reading-left', HTMLElement);
  readonly #video = element('reading-camera', HTMLVideoElement);
  readonly #button = element('reading-button', HTMLButtonElement);
  readonly #refusal = element('reading-refusal', HTMLElement);
  readonly #onGiven: () => Promise<void>;
  #consent: Consent | undefined;
  #stream: MediaStream | undefined;
  #recorder: SoundRecorder | undefined;
  #timer = 0;
  #phase: Phase = 'closed';

  constructor(onGiven: () => Promise<void>) {
    this.#onGiven = onGiven;
    this.#button.addEventListener('click', () => void this.#next());
    element('reading-cancel', HTMLButtonElement).addEventListener('click', () => this.#dialog.close());
    this.#dialog.addEventListener('close', () => this.#forget());
  }

  /** @param consent one that waits for its sentence */
  open(consent: Consent): void {
    const { challenge } = consent;
    if (challenge === undefined) return;
    this.#consent = consent;
    this.#sentence.textContent = challenge.sentence;
    this.#sentence.lang = challenge.language;
    this.#refusal.textContent = '';
    this.#enter('closed');
    const count = () => this.#showTimeLeft(challenge.expires_at);
    count();
    this.#timer = window.setInterval(count, COUNT_INTERVAL_MS);
    this.#dialog.showModal();
  }

  async #next(): Promise<void> {
    this.#button.disabled = true;
    try {
      if (this.#phase === 'closed') await this.#openDevices();
      else if (this.#phase === 'ready') this.#record();
      else if (this.#phase === 'recording') await this.#send();
    } catch (error) {
      if (!(error instanceof ApiError)) console.error(error);
      this.#refusal.textContent = error instanceof ApiError ? error.message : 'The recording failed: try again.';
      this.#enter(this.#stream === undefined ? 'closed' : 'ready');
    }
    this.#button.disabled = false;
  }

  async #openDevices(): Promise<void> {
    this.#stream = await openDevices({ sound: true });
    this.#video.srcObject = this.#stream;
    await this.#video.play();
    this.#refusal.textContent = '';
    this.#enter('ready');
  }

  #record(): void {
    if (this.#stream === undefined) return;
    this.#refusal.textContent = '';
    this.#recorder = new SoundRecorder(this.#stream);
    this.#enter('recording');
  }

  async #send(): Promise<void> {
    const [recorder, consent] = [this.#recorder, this.#consent];
    if (recorder === undefined || consent === undefined) return;
    const picture = await takePicture(this.#video);
    const sound = await recorder.stop();
    this.#recorder = undefined;
    this.#enter('checking');
    await answerConsent(consent.id, sound, picture);
    this.#dialog.close();
    await this.#onGiven();
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#dialog.dataset.phase = phase;
    this.#button.textContent = BUTTON_TEXT[phase];
  }

  #showTimeLeft(expiresAt: string): void {
    const seconds = Math.max(0, Math.round((Date.parse(expiresAt) - Date.now()) / 1000));
    const minutes = Math.floor(seconds / 60);
    this.#left.textContent =
      seconds === 0
        ? 'The code is too old now: close this and get a new sentence.'
        : `The code is good for ${minutes}:${String(seconds % 60).padStart(2, '0')} minutes.`;
  }

  #forget(): void {
    window.clearInterval(this.#timer);
    closeDevices(this.#stream);
    this.#stream = undefined;
    this.#recorder = undefined;
    this.#video.srcObject = null;
  }
}
