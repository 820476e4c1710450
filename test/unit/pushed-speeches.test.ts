// Which parts of pushed sound reach the voice, and when their sender learns how they were heard.
import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { PushedSpeeches } from '../../server/session/pushed-speeches.ts';
import type { AudioRequest, ConversationEvents } from '../../server/session/types.ts';

function open() {
  const conversation = new EventEmitter<ConversationEvents>();
  const taken: (number | undefined)[] = [];
  const speeches = new PushedSpeeches(conversation as never, {
    pushAudio: ({ part }: AudioRequest) => taken.push(part),
    speakEnd: () => undefined,
  });
  const push = (part?: number) => speeches.push({ eventId: 'e', pcm: new Uint8Array(2), sampleRateHz: 8000, part });
  return { conversation, speeches, taken, push };
}

it('a part that comes again is not spoken again, and one that is missing is missed', () => {
  const { taken, push } = open();
  for (const part of [0, 1, 1, 0, 2]) push(part);
  expect(taken).toEqual([0, 1, 2]);
  expect(() => push(4)).toThrow(/Part 4 of "e" came, and part 3 did not/);
});

it('a part that was refused may come again', () => {
  const conversation = new EventEmitter<ConversationEvents>();
  let isFull = true;
  const taken: (number | undefined)[] = [];
  const speeches = new PushedSpeeches(conversation as never, {
    pushAudio({ part }) {
      if (isFull) throw new Error('full');
      taken.push(part);
    },
    speakEnd: () => undefined,
  });
  const part = { eventId: 'e', pcm: new Uint8Array(2), sampleRateHz: 8000, part: 0 };
  expect(() => speeches.push(part)).toThrow('full');
  isFull = false;
  speeches.push(part);
  expect(taken).toEqual([0]);
});

it('who waits for the end learns it also when it was cut before, and asks in vain for what never was', async () => {
  const { conversation, speeches, push } = open();
  push(0);
  conversation.emit('speechInterrupted', {
    eventId: 'e',
    start: 0,
    playbackPosition: 4811,
    measure: 'heard',
    text: '',
  });
  expect(await speeches.end('e')).toEqual({ position: 4811, measure: 'heard', isInterrupted: true, text: '' });
  expect(await speeches.end('never pushed')).toMatchObject({ position: 0, isInterrupted: false });
});

it('whoever still waits when the conversation ends is told so', async () => {
  const { conversation, speeches, push } = open();
  push(0);
  const end = speeches.end('e');
  conversation.emit('closed', {});
  await expect(end).rejects.toMatchObject({ code: 'conversation_closed' });
});
