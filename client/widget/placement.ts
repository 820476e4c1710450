// Whether the opened widget is seen, small or closed, as the page around it, this tab's memory and a screen reader are to know.
import type { Session } from '../src/api.ts';
import type { PanelParts } from './panel.ts';

export type Phase = 'closed' | 'minimised' | 'open';

export class Placement {
  readonly #parts: Pick<PanelParts, 'root' | 'remembered'>;

  constructor(parts: Pick<PanelParts, 'root' | 'remembered'>) {
    this.#parts = parts;
  }

  get isOpen(): boolean {
    return this.#parts.root.dataset.phase === 'open';
  }

  set(phase: Phase): void {
    this.#parts.root.dataset.phase = phase;
    this.#launcher?.setAttribute('aria-expanded', String(phase === 'open'));
  }

  /** Where the keyboard goes when what it was in is gone. */
  focusLauncher(): void {
    this.#launcher?.focus();
  }

  /** So that the next page of this tab goes on with it. */
  remember(session: Session | undefined): void {
    if (session === undefined) return;
    const { id, token } = session;
    this.#parts.remembered.tab = { isOpen: this.isOpen, session: { id, ...(token !== undefined && { token }) } };
  }

  forget(): void {
    this.#parts.remembered.tab = {};
  }

  get #launcher(): HTMLElement | null {
    return this.#parts.root.querySelector('.launcher');
  }
}
