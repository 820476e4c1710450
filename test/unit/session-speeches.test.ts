// Requests to speak that come twice, and waiting until a speech was heard.
import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { VaktraError } from '../../server/errors.ts';
import { Speeches } from '../../server/session/speeches.ts';
import type { ConversationEvents, SpeakRequest } from '../../server/session/types.ts';

class Voice {
  readonly spoken: SpeakRequest[] = [];
  readonly underWay = new Set<string>();
  failure: VaktraError | undefined;
  isSilent = false;

  async speak(request: SpeakRequest): Promise<void> {
    this.spoken.push(request);
    if (this.failure) throw this.failure;
    if (!this.isSilent) this.underWay.add(request.eventId);
  }
  isUnderWay(eventId: string): boolean {
    return this.underWay.has(eventId);
  }
}

let voice: Voice;
let conversation: EventEmitter<ConversationEvents>;
let speeches: Speeches;

beforeEach(() => {
  voice = new Voice();
  conversation = new EventEmitter();
  speeches = new Speeches(conversation as never, voice);
});

const end = (eventId: string) =>
  conversation.emit('speechEnded', { eventId, start: 1000, sample: 49_000, text: 'Hello.' });

describe('a request that comes again', () => {
  it('is answered like the first and spoken once, while it is said and after', async () => {
    const request = { eventId: 'a', text: 'Hello.', language: 'en', mood: { emotion: 'happy' as const } };
    await Promise.all([speeches.speak(request), speeches.speak({ ...request })]);
    end('a');
    await speeches.speak({ ...request });
    expect(await speeches.say({ ...request })).toEqual({
      ...{ position: 48_000, measure: 'sent', isInterrupted: false, text: 'Hello.' },
    });
    expect(voice.spoken).toHaveLength(1);
  });

  it.each([
    { text: 'Goodbye.' },
    { text: 'Hello.', language: 'de' },
    { text: 'Hello.', mood: { emotion: 'sad' as const } },
  ])('with %o in place of the first content is refused', async (other) => {
    await speeches.speak({ eventId: 'a', text: 'Hello.' });
    await expect(speeches.speak({ eventId: 'a', ...other })).rejects.toMatchObject({ code: 'invalid_message' });
    expect(voice.spoken).toHaveLength(1);
  });

  it('after a failure is tried again', async () => {
    voice.failure = new VaktraError('speech_failed', 'The server did not answer.');
    await expect(speeches.speak({ eventId: 'a', text: 'Hello.' })).rejects.toMatchObject({ code: 'speech_failed' });
    voice.failure = undefined;
    await speeches.speak({ eventId: 'a', text: 'Hello.' });
    expect(voice.spoken).toHaveLength(2);
  });

  it('is forgotten after some hundreds of others, which bounds the memory', async () => {
    await speeches.speak({ eventId: 'a', text: 'Hello.' });
    for (let i = 0; i < 150; i += 1) await speeches.speak({ eventId: `b${i}`, text: 'On.' });
    await speeches.speak({ eventId: 'a', text: 'Hello.' });
    expect(voice.spoken).toHaveLength(151);
    for (let i = 0; i < 250; i += 1) await speeches.speak({ eventId: `c${i}`, text: 'On.' });
    await speeches.speak({ eventId: 'a', text: 'Hello.' });
    expect(voice.spoken).toHaveLength(402);
  });
});

describe('whoever waits', () => {
  it('is told the position where a speech was cut', async () => {
    const heard = speeches.say({ eventId: 'a', text: 'Hello you.' });
    const cut = { eventId: 'a', start: 0, playbackPosition: 4800, measure: 'heard' as const, text: 'Hello' };
    setImmediate(() => conversation.emit('speechInterrupted', cut));
    expect(await heard).toEqual({ position: 4800, measure: 'heard', isInterrupted: true, text: 'Hello' });
  });

  it('is not told of another speech', async () => {
    let isHeard = false;
    const heard = speeches.say({ eventId: 'a', text: 'Hello.' }).then(() => {
      isHeard = true;
    });
    await speeches.speak({ eventId: 'b', text: 'Hello.' });
    end('b');
    await new Promise(setImmediate);
    expect(isHeard).toBe(false);
    end('a');
    await heard;
  });

  it('is not kept waiting by a text without sound', async () => {
    voice.isSilent = true;
    expect(await speeches.say({ eventId: 'a', text: '...' })).toMatchObject({ position: 0, isInterrupted: false });
  });

  it('learns that the conversation ended, and why', async () => {
    const alone = speeches.say({ eventId: 'a', text: 'Hello.' });
    setImmediate(() => conversation.emit('closed', {}));
    await expect(alone).rejects.toMatchObject({ code: 'conversation_closed' });
  });
});
