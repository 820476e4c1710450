// The events of one conversation that are still to be told: one after the other, so that their order holds.
import type { Sender, WebhookEvent } from './sender.ts';

const MAX_WAITING = 100;

export class DeliveryQueue {
  readonly #sender: Pick<Sender, 'send'>;
  readonly #waiting: WebhookEvent[] = [];
  #work: Promise<void> | undefined;

  constructor(sender: Pick<Sender, 'send'>) {
    this.#sender = sender;
  }

  /** Events that wait, with the one that is on its way. */
  get size(): number {
    return this.#waiting.length;
  }

  /** @returns false where it is full: then the event is not told */
  push(event: WebhookEvent): boolean {
    if (this.size >= MAX_WAITING) return false;
    this.#waiting.push(event);
    this.#work ??= this.#run();
    return true;
  }

  /** Resolves when all that waits was told or given up. */
  async end(): Promise<void> {
    await this.#work;
  }

  async #run(): Promise<void> {
    for (let event = this.#waiting[0]; event !== undefined; event = this.#waiting[0]) {
      await this.#sender.send(event);
      this.#waiting.shift();
    }
    this.#work = undefined;
  }
}
