// How each speech of a conversation ends: heard to its end, cut, or the conversation is over before.
import { VaktraError } from '../errors.ts';
import type { Conversation, Playback } from './types.ts';

export interface SpeechEnds {
  onOver(eventId: string, playback: Playback): void;
  /** Of all speeches that are not over. */
  onClosed(error: VaktraError): void;
}

export function followSpeechEnds(conversation: Pick<Conversation, 'on'>, { onOver, onClosed }: SpeechEnds): void {
  conversation.on('speechEnded', ({ eventId, start, sample, text }) =>
    onOver(eventId, { position: sample - start, measure: 'sent', isInterrupted: false, text }),
  );
  conversation.on('speechInterrupted', ({ eventId, playbackPosition, measure, text }) =>
    onOver(eventId, { position: playbackPosition, measure, isInterrupted: true, text }),
  );
  conversation.on('closed', ({ error }) => {
    const sentence = 'The conversation ended before this speech did: open a new one.';
    onClosed(error ?? new VaktraError('conversation_closed', sentence));
  });
}

/** Of a speech without any sound. */
export const NOTHING_HEARD: Playback = { position: 0, measure: 'sent', isInterrupted: false, text: '' };
