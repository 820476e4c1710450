// What happens in conversations, told to the operator's own server by signed requests (docs/api.md). It never delays a conversation: each
// has a queue of its own, which is bounded, and what does not fit is dropped and counted.
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { createOutgoingFetch } from '../../runtime/index.ts';
import type { Conversation } from '../../session/index.ts';
import { forwardEvents } from '../events.ts';
import type { ServerMessage } from '../messages.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import { type DeliveryOutcome, Sender } from './sender.ts';

export type { DeliveryOutcome } from './sender.ts';

/** Events that wait, of all conversations together. */
const MAX_WAITING = 1000;
/** How long the server's end waits for what is still to be told. */
const FLUSH_MS = 5000;
/** What is told; the rest (captions, figures, states) comes many times a second and is for who watches. */
const TOLD = [
  'speech.started',
  'speech.ended',
  'speech.interrupted',
  'transcript',
  'hand_over',
  'agent',
  'message',
  'warning',
] as const satisfies ServerMessage['type'][];

export interface WebhookSettings {
  /** Where each event is posted to; null tells nobody. */
  readonly url: string | null;
  /** What the requests are signed with. */
  readonly secret: string | null;
}

export interface WebhookParts {
  /** May the address be inside the server's own network? */
  allowPrivate: boolean;
  logger: Logger;
  /** Told of each event: whether it arrived, and after how long. One that was dropped took no time. */
  count: (outcome: DeliveryOutcome, seconds?: number) => void;
  /** Before an event is tried again; each further pause is twice as long. */
  firstPauseMs?: number;
}

export class Webhooks {
  readonly #sender: Sender;
  readonly #parts: WebhookParts;
  /** Queues in which something waits, or will. */
  readonly #queues = new Set<DeliveryQueue>();

  constructor(url: string, secret: string | null, parts: WebhookParts) {
    const fetch = createOutgoingFetch({ allowPrivate: parts.allowPrivate });
    this.#sender = new Sender(url, secret, fetch, parts);
    this.#parts = parts;
  }

  /** Tells what happens in this conversation from now on until its end. */
  watch(conversation: Conversation): void {
    const queue = new DeliveryQueue(this.#sender);
    this.#queues.add(queue);
    let sequence = 0;
    const tell = (type: string, data: object): void => {
      const event = {
        id: randomUUID(),
        type,
        session: conversation.id,
        sequence,
        created_at: new Date().toISOString(),
        data,
      };
      sequence += 1;
      const waiting = [...this.#queues].reduce((sum, { size }) => sum + size, 0);
      if (waiting >= MAX_WAITING || !queue.push(event)) this.#parts.count('dropped');
    };
    const { portrait } = conversation;
    tell('session.started', { portrait: { id: portrait.id, title: portrait.title } });
    forwardEvents(conversation, (message) => {
      const { type, ...data } = message;
      if (message.type === 'closed') {
        tell('session.ended', data);
        void queue.end().then(() => this.#queues.delete(queue));
      } else if (TOLD.includes(type as never) && !(message.type === 'transcript' && !message.final)) {
        tell(type, data);
      }
    });
  }

  /** Waits a little for what is still to be told; then it is dropped. */
  async close(): Promise<void> {
    const told = Promise.all([...this.#queues].map((queue) => queue.end()));
    const timer = setTimeout(() => this.#sender.stop(), FLUSH_MS);
    await told;
    clearTimeout(timer);
    this.#sender.stop();
  }
}

/** Undefined where nobody is to be told. */
export function createWebhooks({ url, secret }: WebhookSettings, parts: WebhookParts): Webhooks | undefined {
  return url === null ? undefined : new Webhooks(url, secret, parts);
}
