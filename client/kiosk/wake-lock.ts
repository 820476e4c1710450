// Keeps the screen on: asked for anew whenever the page is seen again, because browsers take it back when it is hidden.

export class WakeLock {
  #lock: WakeLockSentinel | undefined;
  readonly #onRefused: (error: unknown) => void;

  constructor(onRefused: (error: unknown) => void) {
    this.#onRefused = onRefused;
  }

  get isHeld(): boolean {
    return this.#lock?.released === false;
  }

  start(): void {
    // Only on secure pages, and not in every browser: then the system's settings have to keep the screen on.
    if (!('wakeLock' in navigator)) return;
    document.addEventListener('visibilitychange', () => void this.#ask());
    void this.#ask();
  }

  async #ask(): Promise<void> {
    if (document.visibilityState !== 'visible' || this.isHeld) return;
    try {
      this.#lock = await navigator.wakeLock.request('screen');
    } catch (error) {
      this.#onRefused(error);
    }
  }
}
