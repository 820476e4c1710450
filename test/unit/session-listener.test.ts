// What a visitor says on its way to a question: what is asked, and what is dropped when the microphone or the conversation is gone.
import { describe, expect, it, vi } from 'vitest';
import type { VaktraError } from '../../server/errors.ts';
import { Listener, Turn, TurnClock } from '../../server/session/turn/index.ts';
import type { SpeakRequest } from '../../server/session/types.ts';
import type { Recogniser } from '../../server/speech/index.ts';

const TIMING = { silenceMs: 320, finishedSilenceMs: 192, backchannelMs: 600, insistMs: 1000 };

/** A recogniser whose answers come when the test says so: what a slow service does. */
function lateRecogniser() {
  const finishing: ((text: string) => void)[] = [];
  let cancelled = 0;
  const recogniser: Recogniser = {
    name: 'transcriptions',
    vocabulary: undefined,
    isWhole: () => false,
    open: () => ({
      push: () => undefined,
      finish: () => new Promise((resolve) => finishing.push(resolve)),
      cancel: () => {
        cancelled += 1;
      },
    }),
    close: async () => undefined,
  };
  return { recogniser, finishing, cancelled: () => cancelled };
}

function listening(avatarSpeaks = () => false) {
  const late = lateRecogniser();
  const heard: string[] = [];
  const states: string[] = [];
  const listener = new Listener({
    recogniser: late.recogniser,
    timing: TIMING,
    clock: new TurnClock(),
    language: () => 'en',
    avatarSpeaks,
    speaking: (does) => states.push(does ? 'speaks' : 'is silent'),
    duck: () => undefined,
    interrupt: () => heard.push('(interrupted)'),
    stopped: (text) => heard.push(`stopped by ${text}`),
    partial: () => undefined,
    heard: (text) => heard.push(text),
    failed: (error: VaktraError) => heard.push(error.code),
  });
  return { ...late, listener, heard, states };
}

describe('a listener', () => {
  it('asks nothing once the conversation is over, even where the recogniser answers later', async () => {
    const { listener, finishing, cancelled, heard } = listening();
    listener.hear({ kind: 'begins' });
    listener.hear({ kind: 'pauses' });
    await vi.waitFor(() => expect(finishing).toHaveLength(1), 5000);
    listener.close();
    expect(cancelled()).toBe(1);
    finishing[0]?.('What is Vaktra?');
    await new Promise(setImmediate);
    expect(heard).toEqual([]);
    listener.hear({ kind: 'begins' });
    expect(finishing).toHaveLength(1);
  });

  it('takes who paused before the microphone was put away for somebody who has finished', async () => {
    const { listener, finishing, heard, states } = listening();
    listener.hear({ kind: 'begins' });
    listener.hear({ kind: 'pauses' });
    listener.stop();
    finishing[0]?.('What is Vaktra?');
    await vi.waitFor(() => expect(heard).toEqual(['What is Vaktra?']));
    expect(states).toEqual(['speaks', 'is silent']);
  });

  it('drops what was cut off in the middle by putting the microphone away', () => {
    const { listener, finishing, cancelled, states } = listening();
    listener.hear({ kind: 'begins' });
    listener.stop();
    expect([finishing.length, cancelled()]).toEqual([0, 1]);
    expect(states).toEqual(['speaks', 'is silent']);
  });
});

describe('a voice over the avatar’s', () => {
  it('bids it go on by "okay", and interrupts it by any other word', async () => {
    const { listener, finishing, heard } = listening(() => true);
    for (const text of ['Okay.', 'mhm', 'uh huh', 'Yes, yes', 'Tell me more', 'Stop it']) {
      listener.hear({ kind: 'begins' });
      listener.hear({ kind: 'pauses' });
      listener.stop();
      finishing.pop()?.(text);
      await new Promise(setImmediate);
    }
    expect(heard).toEqual(['(interrupted)', 'Tell me more', '(interrupted)', 'stopped by Stop it']);
  });

  it('is an answer by "okay" where the avatar has finished meanwhile', async () => {
    let speaks = true;
    const { listener, finishing, heard } = listening(() => speaks);
    listener.hear({ kind: 'begins' });
    listener.hear({ kind: 'pauses' });
    listener.stop();
    speaks = false;
    finishing.pop()?.('Okay');
    await vi.waitFor(() => expect(heard.at(-1)).toBe('Okay'));
  });
});

describe('a recogniser that knows the short phrases over a voice', () => {
  const sound = (ms: number) => ({ kind: 'sound' as const, pcm: new Float32Array(16 * ms), speaking: true });
  function over(phrase: string, understood = '') {
    const { listener, recogniser, ...rest } = listening(() => true);
    const opened = recogniser.open;
    recogniser.open = (request) => ({
      ...opened(request),
      overVoice: async () => phrase,
      finish: async () => understood,
    });
    listener.hear({ kind: 'begins' });
    return { listener, ...rest };
  }
  const settle = () => new Promise(setImmediate);

  it('interrupts by "stop" in the pause behind it, before the end of the utterance', async () => {
    const { listener, heard } = over('stop');
    listener.hear(sound(500));
    listener.hear({ kind: 'pauses' });
    await settle();
    expect(heard).toEqual(['(interrupted)']);
    listener.stop();
    await settle();
    expect(heard).toEqual(['(interrupted)', 'stopped by stop']);
  });

  it('is believed where the other hears a single word in a sound', async () => {
    const { listener, heard } = over('', 'No');
    listener.hear(sound(500));
    listener.hear({ kind: 'pauses' });
    listener.stop();
    await settle();
    expect(heard).toEqual([]);
  });

  it('lets a long "okay, okay" go on, and a long speech interrupt', async () => {
    for (const [phrase, expected] of [
      ['okay okay', []],
      ['', ['(interrupted)']],
    ] as const) {
      const { listener, heard } = over(phrase);
      for (let ms = 0; ms < 2 * TIMING.insistMs; ms += 100) listener.hear(sound(100));
      await settle();
      expect(heard).toEqual(expected);
      listener.close();
    }
  });
});

describe('a turn', () => {
  it('says that it did not understand as an answer, which an interrupt ends', () => {
    const spoken: SpeakRequest[] = [];
    const thinking: boolean[] = [];
    const turn = new Turn('en', {
      conversationId: 'c',
      brain: {
        name: 'faq',
        answer: () => nothing(),
        topics: () => [],
        close: async () => undefined,
      },
      clock: new TurnClock(),
      speak: async (request) => void spoken.push(request),
      thinking: (does) => thinking.push(does),
      answered: () => undefined,
      said: () => undefined,
      source: () => undefined,
      handOver: () => undefined,
      passes: () => true,
      isAlone: () => true,
      attribute: (_, text) => ({ who: 'avatar', text }),
      warning: () => undefined,
      goodbye: () => undefined,
    });
    turn.notUnderstood();
    expect(spoken).toHaveLength(1);
    expect(thinking).toEqual([true]);
    turn.interrupt();
    expect(thinking).toEqual([true, false]);
    turn.notUnderstood();
    expect(spoken).toHaveLength(2);
  });
});

async function* nothing(): AsyncGenerator<never> {}
