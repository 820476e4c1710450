// Notices a way that died without a word, as when a cable is pulled: asks now and then, and expects to hear anything at all after it.

const BEAT_MS = 2000;
/** Without a word for this long after a beat the way is dead. */
const SILENCE_MS = 4000;
/** A page that was kept from running hears late what came in time: it gets this long to do so. */
const CATCH_UP_MS = 500;

export class Heartbeat {
  readonly #beats: number;
  readonly #beat: () => void;
  readonly #onDead: () => void;
  #silence = 0;

  /** @param beat asks the other side for a sign of life @param onDead called once, when none came */
  constructor(beat: () => void, onDead: () => void) {
    this.#beat = beat;
    this.#onDead = onDead;
    this.#beats = window.setInterval(() => this.#ask(), BEAT_MS);
  }

  /** The other side was heard. */
  heard(): void {
    window.clearTimeout(this.#silence);
    this.#silence = 0;
  }

  stop(): void {
    window.clearInterval(this.#beats);
    this.heard();
  }

  #ask(): void {
    this.#beat();
    // Counted from the first beat that was not answered. Not from what was heard last: that is long ago when a device wakes up.
    if (this.#silence !== 0) return;
    this.#silence = window.setTimeout(() => {
      this.#silence = window.setTimeout(() => {
        this.stop();
        this.#onDead();
      }, CATCH_UP_MS);
    }, SILENCE_MS);
  }
}
