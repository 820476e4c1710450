// Which mood wins: a speech's own, the conversation's, the wording's, and else the voice's.
import { describe, expect, it } from 'vitest';
import { VoiceMoods } from '../../server/session/voice-moods.ts';
import { moodOfWording } from '../../server/speech/index.ts';
import type { Mood } from '../../server/types.ts';

const USUAL = 0.65;
const hinted: Mood = { emotion: 'sad', strength: 0.4 };

function moods() {
  const applied: (Mood | undefined)[] = [];
  return { moods: new VoiceMoods(USUAL, (mood) => applied.push(mood)), now: () => applied.at(-1) };
}

describe('the mood of a conversation', () => {
  it('is left to the voice while nobody says one', () => {
    const { moods: all, now } = moods();
    all.open('a', {});
    all.mark('start', 'a');
    expect(now()).toBeUndefined();
  });

  it("is the speech's own while it is heard, with the usual strength where it names none", () => {
    const { moods: all, now } = moods();
    all.open('a', { given: { emotion: 'happy' }, hinted });
    all.open('b', { given: { emotion: 'angry', strength: 0.2 } });
    expect(now()).toBeUndefined();
    all.mark('start', 'a');
    expect(now()).toEqual({ emotion: 'happy', strength: USUAL });
    all.mark('end', 'a');
    expect(now()).toBeUndefined();
    all.mark('start', 'b');
    expect(now()).toEqual({ emotion: 'angry', strength: 0.2 });
  });

  it('is the one the conversation was told before what the wording hints at, and stays between speeches', () => {
    const { moods: all, now } = moods();
    all.open('a', { hinted });
    all.mark('start', 'a');
    expect(now()).toEqual(hinted);
    all.stand({ emotion: 'neutral' });
    expect(now()).toEqual({ emotion: 'neutral', strength: USUAL });
    all.mark('end', 'a');
    expect(now()).toEqual({ emotion: 'neutral', strength: USUAL });
    all.stand(undefined);
    expect(now()).toBeUndefined();
  });

  it('outlives an interrupt, while what was interrupted is forgotten', () => {
    const { moods: all, now } = moods();
    all.stand({ emotion: 'surprised', strength: 1 });
    all.open('a', { given: { emotion: 'sad' } });
    all.mark('start', 'a');
    all.clear();
    expect(now()).toEqual({ emotion: 'surprised', strength: 1 });
    all.mark('start', 'a');
    expect(now()).toEqual({ emotion: 'surprised', strength: 1 });
  });
});

describe('the mood that a text hints at', () => {
  it.each([
    ['en', 'I am so sorry for your loss.', 'sad', 0.4],
    ['en-gb', 'Congratulations, you passed!', 'happy', 0.55],
    ['en', 'Watch out, the plate is hot!', 'fearful', 0.55],
    ['de', 'Das tut mir leid, der Zug fährt leider nicht.', 'sad', 0.4],
    ['de', 'Herzlichen Glückwunsch!', 'happy', 0.55],
    ['fr', 'Félicitations pour votre examen !', 'happy', 0.55],
    ['es-419', 'Lo siento, no hay mesas.', 'sad', 0.4],
    ['it', 'Davvero? Non ci credo', 'surprised', 0.4],
  ])('%s: %s', (language, text, emotion, strength) => {
    expect(moodOfWording(text, language)).toEqual({ emotion, strength });
  });

  it.each([
    ['en', 'Your parcel arrives on Tuesday.'],
    ['en', 'Stop. The next bus is at nine!'],
    ['en', 'I am not happy with that.'],
    ['en', 'Sorry, and congratulations.'],
    ['en', 'The unhappy prince'],
    ['tlh', 'congratulations'],
  ])('says nothing of %s: %s', (language, text) => {
    expect(moodOfWording(text, language)).toBeUndefined();
  });
});
