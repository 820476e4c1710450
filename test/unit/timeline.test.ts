import { describe, expect, it } from 'vitest';
import { VoiceTimeline } from '../../server/session/timeline.ts';

/** Voice whose samples count up, so that order and position can be read off them. */
function voice(from: number, count: number, speaking = true) {
  const data16 = Float32Array.from({ length: count }, (_, i) => from + i);
  const data48 = Float32Array.from({ length: count * 3 }, (_, i) => from + Math.floor(i / 3));
  return { data16, data48, speaking };
}

const timeline = () => new VoiceTimeline({ liveReserveMs: 100 });

describe('the timeline of a conversation', () => {
  it('reads as silence where nothing is to be said, and moves on', () => {
    const line = timeline();
    const read = line.read(2);
    expect(read.data16.every((x) => x === 0)).toBe(true);
    expect(read.data48).toHaveLength(3840);
    expect(read.speaking).toEqual([false, false]);
    expect(line.position).toBe(3840);
  });

  it('plays events one after the other without a gap, and says where each begins and ends', () => {
    const line = timeline();
    line.read(1);
    line.open('a', false);
    line.open('b', false);
    line.append('b', voice(5000, 700));
    line.append('a', voice(1, 400));
    line.end('a');
    line.end('b');
    const read = line.read(2);
    expect(Array.from(read.data16.subarray(0, 400))).toEqual(Array.from(voice(1, 400).data16));
    expect(read.data16[400]).toBe(5000);
    expect(read.data48[1200]).toBe(5000);
    expect(read.data16[1100]).toBe(0);
    expect(read.markers).toEqual([
      { kind: 'start', eventId: 'a', sample: 1920 },
      { kind: 'end', eventId: 'a', sample: 1920 + 1200 },
      { kind: 'start', eventId: 'b', sample: 1920 + 1200 },
      { kind: 'end', eventId: 'b', sample: 1920 + 3300 },
    ]);
  });

  it('labels the pictures in which somebody speaks', () => {
    const line = timeline();
    line.open('a', false);
    line.append('a', voice(1, 640, false));
    line.append('a', voice(1, 100));
    line.append('a', voice(1, 1180, false));
    expect(line.read(3).speaking).toEqual([false, true, false]);
  });

  it('waits for a reserve after an open event ran dry, so that it stutters once and not with each packet', () => {
    const line = timeline();
    line.open('a', false);
    line.append('a', voice(1, 320));
    expect(line.read(1).data16[320]).toBe(0);
    line.append('a', voice(321, 800));
    expect(line.read(1).data16[0]).toBe(0);
    line.append('a', voice(1121, 800));
    expect(line.read(1).data16[0]).toBe(321);
  });

  it('an event that ends without any voice still begins and ends', () => {
    const line = timeline();
    line.open('a', false);
    line.end('a');
    expect(line.read(1).markers.map((marker) => marker.kind)).toEqual(['start', 'end']);
  });

  it('forgets what waits when it is cleared, and later voice for it', () => {
    const line = timeline();
    line.open('a', false);
    line.append('a', voice(1, 5000));
    line.read(1);
    expect(line.clear()).toEqual(['a']);
    line.append('a', voice(1, 5000));
    expect(line.read(1).data16.every((x) => x === 0)).toBe(true);
    expect(line.backlogMs).toBe(0);
  });

  it('ends what a microphone was saying when it is closed in the middle of a word', () => {
    const line = timeline();
    line.open('microphone', true);
    line.append('microphone', voice(1, 3200));
    expect(line.read(2).markers).toEqual([{ kind: 'start', eventId: 'microphone', sample: 0 }]);
    line.closeLive();
    const read = line.read(1);
    expect(read.markers).toEqual([{ kind: 'end', eventId: 'microphone', sample: 3840 }]);
    expect(read.data16.every((x) => x === 0)).toBe(true);
    expect(line.read(1).markers).toEqual([]);
  });

  it('hears the microphone when no event is due, but lets a live utterance finish first', () => {
    const line = timeline();
    line.open('microphone', true);
    line.append('microphone', voice(1, 1600));
    expect(line.read(1).data16[0]).toBe(1);
    line.open('a', false);
    line.append('a', voice(9000, 640));
    line.end('a');
    expect(line.read(1).data16[0]).toBe(641);
    line.append('microphone', voice(7000, 500, false));
    const read = line.read(3);
    expect(Array.from(read.data16.subarray(318, 322))).toEqual([1599, 1600, 7000, 7001]);
    expect(read.data16[820]).toBe(9000);
    expect(read.markers.map((marker) => [marker.kind, marker.eventId])).toEqual([
      ['end', 'microphone'],
      ['start', 'a'],
      ['end', 'a'],
    ]);
  });
});
