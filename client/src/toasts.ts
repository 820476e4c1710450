// Short notices at the edge of the page: errors and warnings in the server's own words. Never more than three at once.

const STAY_MS = 9000;
const MAX_TOASTS = 3;

export class Toasts {
  readonly #place: HTMLElement;

  /** @param place an element with role="alert", so that notices are read out */
  constructor(place: HTMLElement) {
    this.#place = place;
  }

  show(sentence: string, kind: 'error' | 'warning' = 'error'): void {
    const toast = document.createElement('div');
    toast.className = 'toast';
    toast.dataset.kind = kind;
    const text = document.createElement('p');
    text.textContent = sentence;
    const dismiss = document.createElement('button');
    dismiss.type = 'button';
    dismiss.className = 'icon-button';
    dismiss.setAttribute('aria-label', 'Dismiss');
    dismiss.textContent = '×';
    dismiss.addEventListener('click', () => toast.remove());
    toast.append(text, dismiss);
    this.#place.append(toast);
    while (this.#place.childElementCount > MAX_TOASTS) this.#place.firstElementChild?.remove();
    window.setTimeout(() => toast.remove(), STAY_MS);
  }
}
