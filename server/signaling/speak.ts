// Text to speak as it comes over the wire, and what is answered to it.

import type { z } from 'zod';
import type { Conversation, Playback } from '../session/index.ts';
import type { PlaybackResult, speakFields } from './messages.ts';
import { readMood } from './mood.ts';
import { requireVoice } from './voice-right.ts';

type Wish = z.output<z.ZodObject<typeof speakFields>>;

/**
 * @returns with `wait`, when it was heard to its end or interrupted, how far it was heard; without, when it was handed over, undefined
 * @throws VaktraError as the conversation throws it
 */
export async function speak(conversation: Conversation, wish: Wish): Promise<PlaybackResult | undefined> {
  const { event_id: eventId, text, language, wait } = wish;
  requireVoice(conversation, undefined);
  const request = { eventId, text, language, mood: readMood(wish) };
  if (!wait) {
    await conversation.speak(request);
    return undefined;
  }
  return playbackOf(eventId, await conversation.say(request));
}

export function playbackOf(eventId: string, { position, measure, isInterrupted, text }: Playback): PlaybackResult {
  return { event_id: eventId, playback_position: position, measure, interrupted: isInterrupted, text };
}
