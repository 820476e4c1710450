// Conversations opened and closed one after another on a whole server, and what they left behind. For the bench and its test.

import { startServer } from '../../browser/whole-server.ts';
import { type Holdings, leftBehind, watchHoldings } from './holdings.ts';
import { type Ending, until, visit } from './visit.ts';

/** A killed conversation waits this long for its client to come back, in seconds. */
const GRACE_SECONDS = 1;
/** The kept mouths of each thread: so few that the warm-up fills them, and what grows afterwards is no cache. */
const MOUTHS_MB = 8;
/** One in so many is ended over HTTP. */
const DELETED_ONE_IN = 7;

export interface VisitsResult {
  visits: number;
  killed: number;
  /** In words; empty where nothing was left. */
  left: string[];
  before: Holdings;
  after: Holdings;
}

/**
 * @param warmUp visits before the first count: caches, compiled code and what is loaded on demand come into being in them
 * @param onVisit told after each visit
 */
export async function runVisits(
  { visits, killed, warmUp }: { visits: number; killed: number; warmUp: number },
  onVisit: (done: number) => void = () => undefined,
): Promise<VisitsResult> {
  const watch = watchHoldings();
  const server = await startServer({
    VAKTRA_CONVERSATIONS_GRACE_SECONDS: String(GRACE_SECONDS),
    VAKTRA_RENDER_PAINTER_CACHE_MEGABYTES: String(MOUTHS_MB),
  });
  try {
    const { app } = server;
    for (let k = 0; k < warmUp; k++) await visit(server, endingOf(k, warmUp, 1));
    await until(() => app.host.size === 0);
    const before = await watch.take(app);
    for (let k = 0; k < visits; k++) {
      await visit(server, endingOf(k, visits, killed));
      onVisit(k + 1);
    }
    await until(() => app.host.size === 0);
    const after = await watch.take(app);
    return { visits, killed, left: leftBehind(before, after), before, after };
  } finally {
    await server.close();
    watch.close();
  }
}

/** The killed ones spread evenly, and the last is one. */
function endingOf(k: number, visits: number, killed: number): Ending {
  if (Math.floor(((k + 1) * killed) / visits) > Math.floor((k * killed) / visits)) return 'killed';
  return k % DELETED_ONE_IN === 0 ? 'deleted' : 'closed';
}
