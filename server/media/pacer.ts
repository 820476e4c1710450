// The one loop that sends for all conversations: a tick every 20 ms on the thread that owns mediasoup. It counts ticks from
// the monotonic clock instead of sleeping "one tick", so that late timers and blocked stretches never add up.
import type { AvatarSenderEvents, AvatarTracks } from './avatar-sender.ts';
import { AvatarSender, TICK_MS } from './avatar-sender.ts';

const NS_PER_TICK = BigInt(TICK_MS) * 1_000_000n;
const NS_PER_MS = 1_000_000;

/** Where time comes from; tests pass their own. */
export interface PacerClock {
  /** Monotonic, the same for all threads of the process. */
  nowNs(): bigint;
  /** Calls `wake` once, about `delayMs` from now (whole milliseconds). Returns what cancels it. */
  wakeAfter(delayMs: number, wake: () => void): () => void;
}

const SYSTEM_CLOCK: PacerClock = {
  nowNs: () => process.hrtime.bigint(),
  wakeAfter(delayMs, wake) {
    const timer = setTimeout(wake, delayMs);
    return () => clearTimeout(timer);
  },
};

export interface Pacer {
  /** A sender whose clock starts with its first sound. It leaves the pacer when it is closed. */
  openSender(tracks: AvatarTracks, events: AvatarSenderEvents): AvatarSender;
  /** The longest that a tick came late since the last call, in milliseconds: over 20 the main thread was blocked. */
  takeWorstLateMs(): number;
  /** Closes all senders and stops ticking. Harmless twice. */
  close(): void;
}

/** Starts ticking at once; the process does not end before `close`. */
export function startPacer(clock: PacerClock = SYSTEM_CLOCK): Pacer {
  const senders = new Set<AvatarSender>();
  const firstTickNs = clock.nowNs();
  let lastTick = 0n;
  let worstLateNs = 0n;
  let cancel = wakeAtNextTick();

  function wakeAtNextTick(): () => void {
    const aheadNs = firstTickNs + (lastTick + 1n) * NS_PER_TICK - clock.nowNs();
    return clock.wakeAfter(Math.max(0, Math.ceil(Number(aheadNs) / NS_PER_MS)), wake);
  }

  function wake(): void {
    const sinceFirstNs = clock.nowNs() - firstTickNs;
    const tick = sinceFirstNs / NS_PER_TICK;
    // Timers may come a little early: then there is nothing to do yet.
    if (tick > lastTick) {
      const lateNs = sinceFirstNs - (lastTick + 1n) * NS_PER_TICK;
      if (lateNs > worstLateNs) worstLateNs = lateNs;
      lastTick = tick;
      sendAll(Number(tick));
    }
    cancel = wakeAtNextTick();
  }

  function sendAll(tick: number): void {
    for (const sender of senders) {
      sender.tick(tick);
      if (sender.isClosed) senders.delete(sender);
    }
  }

  return {
    openSender(tracks, events) {
      const sender = new AvatarSender(tracks, events, firstTickNs);
      senders.add(sender);
      return sender;
    },
    takeWorstLateMs() {
      const worstMs = Number(worstLateNs) / NS_PER_MS;
      worstLateNs = 0n;
      return worstMs;
    },
    close() {
      cancel();
      cancel = () => undefined;
      for (const sender of senders) sender.close();
      senders.clear();
    },
  };
}
