// What the page computes for itself: which sample is heard now, and the figures of the connection.
import { describe, expect, it } from 'vitest';
import { FigureReader } from '../../client/src/figures.ts';
import { PlaybackClock } from '../../client/src/playback-clock.ts';

describe('the playback clock', () => {
  it('knows nothing before the first report', () => {
    expect(new PlaybackClock().heardAt(5)).toBeUndefined();
  });

  it('goes on at 48 kHz between reports and stays behind by the playout delay', () => {
    const clock = new PlaybackClock();
    clock.report(96_000, 1000);
    expect(clock.heardAt(1250)).toBe(108_000);
    clock.setPlayoutDelay(62.5);
    expect(clock.heardAt(1250)).toBe(105_000);
  });

  it('is not set back by a report that was held up on its way', () => {
    const clock = new PlaybackClock();
    clock.report(48_000, 1000);
    clock.report(96_000, 2170);
    expect(clock.heardAt(3000)).toBe(144_000);
  });

  it('forgets old reports, so that it follows a server whose clock stalled', () => {
    const clock = new PlaybackClock();
    clock.report(0, 0);
    clock.report(480_000, 10_700);
    expect(clock.heardAt(10_700)).toBe(480_000);
  });
});

describe('the figures', () => {
  /** Two readings, one second apart, of a browser's statistics. */
  function read(second: Record<string, unknown>[]) {
    const first = second.map((entry) => ({
      ...Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, typeof value === 'number' ? 0 : value])),
      timestamp: 5000,
    }));
    const report = (entries: Record<string, unknown>[]) =>
      new Map(entries.map((entry, index) => [String(index), entry]));
    const reader = new FigureReader();
    reader.read(report(first) as unknown as RTCStatsReport);
    return reader.read(report(second.map((entry) => ({ ...entry, timestamp: 6000 }))) as unknown as RTCStatsReport);
  }

  it('tell about the last second, in the units of the page', () => {
    const figures = read([
      { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.0125 },
      {
        type: 'inbound-rtp',
        kind: 'audio',
        mid: '0',
        bytesReceived: 4000,
        packetsReceived: 49,
        packetsLost: 1,
        jitterBufferDelay: 1440,
        jitterBufferEmittedCount: 48_000,
      },
      {
        type: 'inbound-rtp',
        kind: 'video',
        mid: '1',
        bytesReceived: 46_000,
        packetsReceived: 47,
        packetsLost: 3,
        framesDecoded: 25,
      },
      { type: 'media-playout', kind: 'audio', totalPlayoutDelay: 960, totalSamplesCount: 48_000 },
    ]);
    expect(figures).toEqual({
      roundTripMs: 12.5,
      jitterBufferMs: 30,
      playoutDelayMs: 50,
      bitrateKbps: 400,
      loss: 0.04,
      picturesPerSecond: 25,
    });
  });

  it('leave the padding out by which the network is measured', () => {
    const figures = read([
      {
        type: 'inbound-rtp',
        kind: 'video',
        mid: 'probator',
        bytesReceived: 90_000,
        packetsReceived: 90,
        framesDecoded: 0,
      },
      { type: 'inbound-rtp', kind: 'video', mid: '1', bytesReceived: 50_000, packetsReceived: 50, framesDecoded: 24 },
    ]);
    expect(figures).toMatchObject({ bitrateKbps: 400, picturesPerSecond: 24, loss: 0 });
    expect(figures.jitterBufferMs).toBeUndefined();
  });
});
