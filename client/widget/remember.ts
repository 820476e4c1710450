// What the widget remembers: on this device whether it is small and silent, in this tab which conversation it is in. A browser that
// keeps nothing (private windows, blocked storage) only makes it forget.

interface Memory {
  /** In the tab: how the widget was left on the page before. */
  isOpen?: boolean;
  session?: { id: string; token?: string };
  /** On the device. */
  muted?: boolean;
}

export class Remembered {
  readonly #key: string;

  /** @param name what tells this widget from another one on the page */
  constructor(name: string) {
    this.#key = `vaktra.widget.${name}`;
  }

  get tab(): Pick<Memory, 'isOpen' | 'session'> {
    return load(() => sessionStorage, this.#key);
  }

  set tab(memory: Pick<Memory, 'isOpen' | 'session'>) {
    save(() => sessionStorage, this.#key, memory);
  }

  get device(): Pick<Memory, 'muted'> {
    return load(() => localStorage, this.#key);
  }

  set device(memory: Pick<Memory, 'muted'>) {
    save(() => localStorage, this.#key, memory);
  }
}

/** @param storage asked for each time: where it is blocked, the mere question throws */
function load(storage: () => Storage, key: string): Memory {
  try {
    const memory: unknown = JSON.parse(storage().getItem(key) ?? '{}');
    return typeof memory === 'object' && memory !== null ? memory : {};
  } catch {
    return {}; // blocked, or written by something else: as if nothing was there
  }
}

function save(storage: () => Storage, key: string, memory: Memory): void {
  try {
    storage().setItem(key, JSON.stringify(memory));
  } catch {
    // Blocked or full: the widget forgets, and works all the same.
  }
}
