// What media tells about the ways to its viewers while they last, for the server's numbers. Read from mediasoup alone: whether
// a relay stands between is not seen from here.
import type { types as mediasoup } from 'mediasoup';

/** How often receiver reports are read; browsers send one or two a second. */
const POLL_MS = 5000;

export interface MediaObserver {
  iceState(state: mediasoup.IceState): void;
  /** A way by this protocol came up (1) or went (-1). */
  selected(protocol: mediasoup.TransportProtocol, change: 1 | -1): void;
  roundTrip(seconds: number): void;
  /** Since the last time. */
  lost(kind: mediasoup.MediaKind, packets: number): void;
  keyFramesRequested(count: number): void;
}

/** Tells the observer about one transport until it closes. */
export function observeTransport(
  transport: mediasoup.WebRtcTransport,
  consumers: readonly mediasoup.Consumer[],
  observer: MediaObserver,
): void {
  let protocol: mediasoup.TransportProtocol | undefined;
  const select = (next: mediasoup.TransportProtocol | undefined): void => {
    if (next === protocol) return;
    if (protocol !== undefined) observer.selected(protocol, -1);
    if (next !== undefined) observer.selected(next, 1);
    protocol = next;
  };
  transport.on('icestatechange', (state) => observer.iceState(state));
  transport.on('iceselectedtuplechange', (tuple) => select(tuple.protocol));
  const known = new Map<string, { lost: number; requests: number }>();
  const poll = setInterval(() => {
    for (const consumer of consumers) {
      consumer
        .getStats()
        .then((reports) => note(consumer, reports))
        // It closed in the meantime.
        .catch(() => undefined);
    }
  }, POLL_MS).unref();
  const note = (consumer: mediasoup.Consumer, reports: Awaited<ReturnType<mediasoup.Consumer['getStats']>>): void => {
    const sent = reports.find(({ type }) => type === 'outbound-rtp');
    if (sent === undefined) return;
    const before = known.get(consumer.id) ?? { lost: 0, requests: 0 };
    const now = { lost: Math.max(before.lost, sent.packetsLost), requests: sent.pliCount + sent.firCount };
    known.set(consumer.id, now);
    // Without a report there is no time yet.
    if (sent.roundTripTime) observer.roundTrip(sent.roundTripTime / 1000);
    observer.lost(consumer.kind, now.lost - before.lost);
    observer.keyFramesRequested(now.requests - before.requests);
  };
  transport.observer.once('close', () => {
    clearInterval(poll);
    select(undefined);
  });
}
