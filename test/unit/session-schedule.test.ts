import { describe, expect, it } from 'vitest';
import { SampleSchedule } from '../../server/session/schedule.ts';
import { Utterance } from '../../server/session/utterances.ts';

describe('the schedule of a conversation', () => {
  it('runs what is due, in the order of samples, and each once', () => {
    const ran: string[] = [];
    const schedule = new SampleSchedule();
    schedule.at(1920, () => ran.push('b'));
    schedule.at(960, () => ran.push('a'));
    schedule.at(1920, () => ran.push('c'));
    schedule.advance(959);
    expect(ran).toEqual([]);
    schedule.advance(1920);
    schedule.advance(9999);
    expect(ran).toEqual(['a', 'b', 'c']);
  });

  it('forgets what lies behind a cut', () => {
    const ran: string[] = [];
    const schedule = new SampleSchedule();
    schedule.at(10, () => ran.push('kept'));
    schedule.at(20, () => ran.push('dropped'));
    schedule.dropFrom(20);
    schedule.advance(100);
    expect(ran).toEqual(['kept']);
  });

  it('lets an action add another', () => {
    const ran: string[] = [];
    const schedule = new SampleSchedule();
    schedule.at(10, () => schedule.at(11, () => ran.push('later')));
    schedule.advance(11);
    expect(ran).toEqual(['later']);
  });
});

describe('an utterance', () => {
  it('keeps its words until it has its place on the clock', () => {
    const utterance = new Utterance('hello');
    expect(utterance.addWords([{ text: 'good', startMs: 12.5, endMs: 250 }])).toEqual([]);
    expect(utterance.begin(4801)).toEqual([{ eventId: 'hello', text: 'good', start: 5401, end: 16801 }]);
    expect(utterance.addWords([{ text: 'day', startMs: 250, endMs: 500 }])).toEqual([
      { eventId: 'hello', text: 'day', start: 16801, end: 28801 },
    ]);
  });
});
