// The viewers of one room: their WebRTC transports from the first offer to the moment they are gone, said or unsaid.
import type { types as mediasoup } from 'mediasoup';
import { VaktraError } from '../errors.ts';
import { type MediaObserver, observeTransport } from './observer.ts';

/** Viewers, reconnects included, of one conversation. A client that goes on opening transports is stopped here. */
const MAX_TRANSPORTS = 32;
/** What a transport may send before anything was measured; enough for the default encoder. */
const INITIAL_OUTGOING_BPS = 1_000_000;
/** Seconds without an answer to ICE checks until a viewer counts as gone (RFC 7675 asks for 30 at most). */
const ICE_CONSENT_TIMEOUT_S = 20;
/** A transport over which nobody came by then is closed; a browser that cannot get through tries again with a new one. */
const CONNECT_TIMEOUT_MS = 60_000;

export interface Viewer {
  transport: mediasoup.WebRtcTransport;
  consumers: mediasoup.Consumer[];
  /** DTLS is up: media can flow. */
  isConnected: boolean;
}

interface ViewerEvents {
  onConnected(transportId: string): void;
  /** Only for viewers that were connected. */
  onGone(transportId: string): void;
}

/** Closing the router closes all of them. */
export class Viewers {
  readonly #router: mediasoup.Router;
  readonly #server: mediasoup.WebRtcServer;
  readonly #events: ViewerEvents;
  readonly #observer: MediaObserver | undefined;
  readonly #viewers = new Map<string, Viewer>();

  constructor(
    router: mediasoup.Router,
    server: mediasoup.WebRtcServer,
    events: ViewerEvents,
    observer?: MediaObserver,
  ) {
    this.#router = router;
    this.#server = server;
    this.#events = events;
    this.#observer = observer;
  }

  get connected(): Viewer[] {
    return [...this.#viewers.values()].filter(({ isConnected }) => isConnected);
  }

  find(transportId: string): Viewer | undefined {
    return this.#viewers.get(transportId);
  }

  /** @throws VaktraError `transport_failed` when too many are open, and what mediasoup throws */
  async open(): Promise<mediasoup.WebRtcTransport> {
    if (this.#viewers.size >= MAX_TRANSPORTS) {
      throw new VaktraError('transport_failed', `${MAX_TRANSPORTS} transports are open: close the ones you left.`);
    }
    const transport = await this.#router.createWebRtcTransport({
      webRtcServer: this.#server,
      preferUdp: true,
      initialAvailableOutgoingBitrate: INITIAL_OUTGOING_BPS,
      iceConsentTimeout: ICE_CONSENT_TIMEOUT_S,
    });
    // Closed in the meantime: the router did not know this one yet.
    if (this.#router.closed) transport.close();
    else this.#watch(transport);
    return transport;
  }

  #watch(transport: mediasoup.WebRtcTransport): void {
    const viewer: Viewer = { transport, consumers: [], isConnected: false };
    this.#viewers.set(transport.id, viewer);
    if (this.#observer) observeTransport(transport, viewer.consumers, this.#observer);
    const giveUp = setTimeout(() => {
      if (!viewer.isConnected) transport.close();
    }, CONNECT_TIMEOUT_MS);
    giveUp.unref();
    transport.on('dtlsstatechange', (state) => {
      if (state === 'connected') this.#connected(viewer);
      if (state === 'failed' || state === 'closed') transport.close();
    });
    transport.on('icestatechange', (state) => {
      if (state === 'disconnected' || state === 'closed') transport.close();
    });
    transport.observer.once('close', () => {
      clearTimeout(giveUp);
      this.#viewers.delete(transport.id);
      if (viewer.isConnected) this.#events.onGone(transport.id);
    });
  }

  #connected(viewer: Viewer): void {
    if (viewer.isConnected) return;
    viewer.isConnected = true;
    this.#events.onConnected(viewer.transport.id);
  }
}
