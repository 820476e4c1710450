// What a visitor is told while they wait for a person, talk with one, or leave a message for one, in the words of their page.
import type { ServerEvent } from './socket.ts';

export interface HandOverWords {
  /** Their place among those who wait, from 1 on. */
  queue: (position: number) => string;
  /** A person of this name answers. */
  agentSpeaks: (name: string) => string;
  agentLeft: string;
  leaveMessage: string;
  messageKept: string;
}

/** The sentence that holds from this event on, empty where there is none any more; undefined for other events. */
export function handOverNotice(event: ServerEvent, words: HandOverWords): string | undefined {
  if (event.type === 'queue') return event.position > 0 ? words.queue(event.position) : '';
  if (event.type === 'agent') return event.name === undefined ? words.agentLeft : words.agentSpeaks(event.name);
  if (event.type !== 'message') return undefined;
  return { asked: words.leaveMessage, kept: words.messageKept, dropped: '' }[event.state];
}
