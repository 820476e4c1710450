// Conversations of a whole server with real media leave nothing behind: the bench of 200, small (npm run bench -- leak).
import { describe, expect, it } from 'vitest';
import { runVisits } from '../bench/leak/run-visits.ts';

const VISITS = 20;
const KILLED = 4;
const WARM_UP = 6;
/** Caches still fill in so few; what this finds is a picture or a model that stays, in each of them. */
const MAX_GROWTH_MB_PER_VISIT = 8;
const PATIENCE_MS = 300_000;

describe('conversations that end', () => {
  it('leave no transport, timer, message, thread line, file descriptor or memory', {
    timeout: PATIENCE_MS,
  }, async () => {
    const { left, before, after } = await runVisits({ visits: VISITS, killed: KILLED, warmUp: WARM_UP });
    expect(left, after.timers.join('\n')).toEqual([]);
    // The counting counts: a server has workers, timers and descriptors of its own.
    expect(before.counts).toMatchObject({ 'mediasoup workers': expect.any(Number) });
    expect(before.timers.some((start) => start.includes('server/media/pacer.ts'))).toBe(true);
    expect(before.counts['file descriptors']).toBeGreaterThan(10);
    expect(after.memory.treeMb - before.memory.treeMb).toBeLessThan(MAX_GROWTH_MB_PER_VISIT * VISITS);
  });
});
