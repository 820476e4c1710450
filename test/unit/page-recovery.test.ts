// How a page notices what broke and how often it tries again; time is a stand-in's, nothing else is.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../../client/src/api.ts';
import { attempts } from '../../client/src/attempts.ts';
import { Heartbeat } from '../../client/src/heartbeat.ts';
import { MediaRepair } from '../../client/src/media-repair.ts';
import { MediaWatch } from '../../client/src/media-watch.ts';

class Page extends EventTarget {
  setTimeout = (act: () => void, ms: number) => setTimeout(act, ms);
  clearTimeout = (timer: number) => clearTimeout(timer);
  setInterval = (act: () => void, ms: number) => setInterval(act, ms);
  clearInterval = (timer: number) => clearInterval(timer);
}

let page: Page;

beforeEach(() => {
  vi.useFakeTimers();
  page = new Page();
  vi.stubGlobal('window', page);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('attempts', () => {
  async function timesOf(patienceMs: number, limit: number): Promise<number[]> {
    const times: number[] = [];
    const start = performance.now();
    for await (const _ of attempts(patienceMs)) {
      times.push(performance.now() - start);
      if (times.length === limit) break;
    }
    return times;
  }

  it('come soon at first, then every two seconds at most, for as long as was asked', async () => {
    const running = timesOf(60_000, Number.POSITIVE_INFINITY);
    await vi.advanceTimersByTimeAsync(120_000);
    const times = await running;
    expect(times[0]).toBeLessThanOrEqual(250);
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.max(...waits)).toBeLessThanOrEqual(2000);
    expect(Math.min(...waits.slice(4))).toBeGreaterThanOrEqual(1400);
    expect(times.at(-1)).toBeGreaterThanOrEqual(60_000);
    expect(times.at(-1)).toBeLessThan(62_000);
  });

  it('do not come at the same moments on every page', async () => {
    const running = Promise.all([timesOf(60_000, 8), timesOf(60_000, 8)]);
    await vi.advanceTimersByTimeAsync(30_000);
    const [one, other] = await running;
    expect(one).not.toEqual(other);
  });

  it('come at once when the network is back', async () => {
    const running = timesOf(60_000, 5);
    await vi.advanceTimersByTimeAsync(2800);
    const before = performance.now();
    page.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(0);
    expect(performance.now()).toBe(before);
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await running).some((time) => Math.abs(time - 2800) < 1)).toBe(true);
  });
});

describe('the heartbeat', () => {
  it('calls a way dead that says nothing for some seconds after a beat, and that once', async () => {
    const dead = vi.fn();
    new Heartbeat(() => {}, dead);
    await vi.advanceTimersByTimeAsync(6400);
    expect(dead).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(dead).toHaveBeenCalledTimes(1);
  });

  it('leaves a way alone that answers late', async () => {
    const dead = vi.fn();
    const heartbeat: Heartbeat = new Heartbeat(() => setTimeout(() => heartbeat.heard(), 3500), dead);
    await vi.advanceTimersByTimeAsync(60_000);
    heartbeat.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(dead).not.toHaveBeenCalled();
  });
});

describe('the watch over sound and picture', () => {
  it('says when packets stop, goes on saying so, and says when they come again', async () => {
    let packets = 0;
    let perSecond = 50;
    const told: boolean[] = [];
    const stats = async () => {
      packets += perSecond;
      return new Map([['in', { type: 'inbound-rtp', packetsReceived: packets }]]) as unknown as RTCStatsReport;
    };
    const watch = new MediaWatch(stats, (flows) => told.push(flows));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toEqual([]);
    perSecond = 0;
    await vi.advanceTimersByTimeAsync(7000);
    expect(told).toEqual([false, false]);
    perSecond = 50;
    await vi.advanceTimersByTimeAsync(3000);
    expect(told).toEqual([false, false, true]);
    watch.stop();
  });
});

describe('the repair of sound and picture', () => {
  function repair(restart: () => Promise<void>) {
    const done: string[] = [];
    let isWanted = true;
    const parts = {
      isWanted: () => isWanted,
      restart: () => {
        done.push('restart');
        return restart();
      },
      renew: async () => {
        done.push('renew');
      },
      onGone: (error: ApiError) => done.push(error.code),
    };
    const stop = (): void => {
      isWanted = false;
      one.flows();
    };
    const one = new MediaRepair(parts);
    return { one, done, stop };
  }

  it('restarts twice and then makes a new way, over and over, until packets flow', async () => {
    const { one, done, stop } = repair(async () => {});
    void one.start();
    void one.start();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(done.slice(0, 4)).toEqual(['restart', 'restart', 'renew', 'restart']);
    stop();
    const count = done.length;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(done).toHaveLength(count);
  });

  it('makes a new way at once where the server has given the old one up', async () => {
    const { one, done, stop } = repair(() => Promise.reject(new ApiError('transport_failed', 'There is none.')));
    void one.start();
    await vi.advanceTimersByTimeAsync(1000);
    stop();
    expect(done).toEqual(['restart', 'renew']);
  });

  it('says when the conversation itself is over', async () => {
    const { one, done, stop } = repair(() => Promise.reject(new ApiError('conversation_unknown', 'Over.')));
    void one.start();
    await vi.advanceTimersByTimeAsync(300);
    stop();
    expect(done).toEqual(['restart', 'conversation_unknown']);
  });
});
