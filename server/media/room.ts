// One conversation's place in mediasoup: a router, the avatar's two producers, the viewers' transports and the microphone.
// Knows packets and parameters; what is in them comes from and goes to the session.
import { EventEmitter } from 'node:events';
import type { types as mediasoup } from 'mediasoup';
import { VaktraError } from '../errors.ts';
import type { AvatarTracks } from './avatar-sender.ts';
import { newAvatarStreams, ROOM_CODECS, randomStart } from './codecs-offered.ts';
import { Microphones, type MicrophoneUse } from './microphones.ts';
import type { MediaObserver } from './observer.ts';
import { requestsKeyFrame } from './rtcp.ts';
import type { RoomSink, SinkListener } from './sink.ts';
import { openSink } from './sink.ts';
import { BITRATE_POLL_MS, VideoBitrateAdvisor } from './video-bitrate.ts';
import { type Viewer, Viewers } from './viewers.ts';

export interface TransportDescription {
  id: string;
  iceParameters: mediasoup.IceParameters;
  iceCandidates: mediasoup.IceCandidate[];
  dtlsParameters: mediasoup.DtlsParameters;
}

export interface ConsumerDescription {
  id: string;
  producerId: string;
  kind: mediasoup.MediaKind;
  rtpParameters: mediasoup.RtpParameters;
}

export interface RoomEvents {
  /** A viewer lost the picture or has just come: encode the next picture as a key frame. At most about one a second. */
  keyFrameRequested: [];
  /** Media can flow to this viewer (DTLS is up). */
  viewerConnected: [transportId: string];
  /** The viewer is gone, whether it said so or not; its transport is closed. */
  viewerDisconnected: [transportId: string];
  microphoneStarted: [transportId: string, use: MicrophoneUse];
  microphoneStopped: [transportId: string, use: MicrophoneUse];
  /** One RTP packet of a microphone, whole. The listener may keep it. */
  microphonePacket: [packet: Buffer, use: MicrophoneUse];
  /** What the slowest viewer can take; comes only when it changed by much. */
  videoBitrateSuggested: [kbps: number];
  /** The media worker died: the room is closed, `closed` follows. */
  failed: [error: VaktraError];
  /** Comes once, whoever closed. */
  closed: [];
}

/** What a room is made of; made by `createRoom` alone. */
interface RoomParts {
  router: mediasoup.Router;
  server: mediasoup.WebRtcServer;
  direct: mediasoup.DirectTransport;
  sound: mediasoup.Producer;
  pictures: mediasoup.Producer;
  maxVideoKbps: number;
  observer: MediaObserver | undefined;
}

/**
 * All methods that talk to the worker reject with VaktraError: `conversation_closed` after close, `transport_failed` for
 * parameters that mediasoup refuses or an unknown transport.
 */
export class MediaRoom extends EventEmitter<RoomEvents> {
  /** For an AvatarSender: stream ids, random first counts, and where packets go. */
  readonly tracks: AvatarTracks;
  readonly #parts: RoomParts;
  readonly #viewers: Viewers;
  readonly #bitratePoll: NodeJS.Timeout;
  readonly #microphones: Microphones;
  readonly #bitrate: VideoBitrateAdvisor;
  #suggestedKbps: number;
  #isClosed = false;

  constructor(parts: RoomParts) {
    super();
    this.#parts = parts;
    this.#suggestedKbps = parts.maxVideoKbps;
    this.#bitrate = new VideoBitrateAdvisor(parts.maxVideoKbps);
    const events = {
      onConnected: (transportId: string) => this.emit('viewerConnected', transportId),
      onGone: (transportId: string) => this.emit('viewerDisconnected', transportId),
    };
    this.#viewers = new Viewers(parts.router, parts.server, events, parts.observer);
    this.#microphones = new Microphones(parts.router, parts.direct, {
      onStarted: (transportId, use) => this.emit('microphoneStarted', transportId, use),
      onStopped: (transportId, use) => this.emit('microphoneStopped', transportId, use),
      onPacket: (packet, use) => this.emit('microphonePacket', packet, use),
    });
    this.tracks = { sound: trackOf(parts.sound), pictures: trackOf(parts.pictures) };
    parts.direct.on('rtcp', (packet) => {
      if (requestsKeyFrame(packet, this.tracks.pictures.ssrc)) this.emit('keyFrameRequested');
    });
    parts.router.on('workerclose', () => this.#fail());
    this.#bitratePoll = setInterval(() => void this.#pollBitrate(), BITRATE_POLL_MS);
    this.#bitratePoll.unref();
  }

  /** What a browser loads its device with. */
  get rtpCapabilities(): mediasoup.RtpCapabilities {
    return this.#parts.router.rtpCapabilities;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Viewers to whom media flows. */
  get viewerCount(): number {
    return this.#viewers.connected.length;
  }

  /** A transport for one browser; it serves both directions. */
  async createTransport(): Promise<TransportDescription> {
    return this.#guarded('A transport could not be made', async () => {
      const { id, iceParameters, iceCandidates, dtlsParameters } = await this.#viewers.open();
      return { id, iceParameters, iceCandidates, dtlsParameters };
    });
  }

  async connectTransport(transportId: string, dtlsParameters: mediasoup.DtlsParameters): Promise<void> {
    const { transport } = this.#viewer(transportId);
    await this.#guarded('The DTLS parameters were refused', () => transport.connect({ dtlsParameters }));
  }

  /** New ICE credentials, for a browser whose network changed. */
  async restartIce(transportId: string): Promise<mediasoup.IceParameters> {
    const { transport } = this.#viewer(transportId);
    return this.#guarded('ICE could not restart', () => transport.restartIce());
  }

  /** The avatar's sound and pictures for this viewer, in this order, paused until `resumeConsumers`. */
  async consume(transportId: string, rtpCapabilities: mediasoup.RtpCapabilities): Promise<ConsumerDescription[]> {
    const viewer = this.#viewer(transportId);
    return this.#guarded('The RTP capabilities were refused', async () => {
      if (viewer.consumers.length > 0) {
        throw new VaktraError('transport_failed', `Transport ${transportId} consumes already: open another one.`);
      }
      for (const { id: producerId } of [this.#parts.sound, this.#parts.pictures]) {
        viewer.consumers.push(await viewer.transport.consume({ producerId, rtpCapabilities, paused: true }));
      }
      return viewer.consumers.map(describe);
    });
  }

  /** The viewer has both consumers: begin to send, from a key frame on. */
  async resumeConsumers(transportId: string): Promise<void> {
    const { consumers } = this.#viewer(transportId);
    await this.#guarded('The consumers could not be resumed', () => Promise.all(consumers.map((one) => one.resume())));
  }

  /** Takes a microphone; the one before of the same use is closed. Its packets come as `microphonePacket`. */
  async produceMicrophone(
    transportId: string,
    rtpParameters: mediasoup.RtpParameters,
    use: MicrophoneUse,
  ): Promise<{ id: string }> {
    const { transport } = this.#viewer(transportId);
    return this.#guarded('The microphone was refused', () => this.#microphones.produce(transport, rtpParameters, use));
  }

  /** Harmless when there is none. */
  stopMicrophone(use: MicrophoneUse): void {
    this.#microphones.stop(use);
  }

  /** The open microphone of this use as sound for one viewer, paused until `resumeConsumers`; undefined where none is open. */
  async consumeMicrophone(
    transportId: string,
    rtpCapabilities: mediasoup.RtpCapabilities,
    use: MicrophoneUse,
  ): Promise<ConsumerDescription | undefined> {
    const { transport, consumers } = this.#viewer(transportId);
    return this.#guarded('The RTP capabilities were refused', async () => {
      const consumer = await this.#microphones.consume(transport, rtpCapabilities, use);
      if (!consumer) return undefined;
      consumers.push(consumer);
      consumer.observer.once('close', () => consumers.splice(consumers.indexOf(consumer), 1));
      return describe(consumer);
    });
  }

  /** No viewer hears a microphone any more. */
  stopHearing(): void {
    this.#microphones.stopHearing();
  }

  /** The browser said that it leaves. Harmless for a transport that is gone. */
  closeTransport(transportId: string): void {
    this.#viewers.find(transportId)?.transport.close();
  }

  /** A viewer inside this process, for measuring: it gets what a browser would get, before encryption. */
  async openSink(listener: SinkListener): Promise<RoomSink> {
    return this.#guarded('A sink could not be opened', () =>
      openSink(this.#parts.router, [this.#parts.sound.id, this.#parts.pictures.id], listener),
    );
  }

  /** Closes all that belongs to the room. Harmless twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#bitratePoll);
    this.#parts.router.close();
    this.emit('closed');
    this.removeAllListeners();
  }

  #fail(): void {
    if (this.#isClosed) return;
    const sentence = 'The media worker of this conversation died: open a new conversation.';
    try {
      this.emit('failed', new VaktraError('conversation_failed', sentence));
    } finally {
      this.close();
    }
  }

  async #pollBitrate(): Promise<void> {
    // A viewer that leaves in the meantime rejects; the others still count.
    const answers = await Promise.allSettled(this.#viewers.connected.map(({ transport }) => transport.getStats()));
    const viewers = answers
      .flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
      .flatMap(({ availableOutgoingBitrate, rtpSendBitrate }) =>
        // A viewer without transport-wide congestion control tells nothing.
        availableOutgoingBitrate ? { availableBps: availableOutgoingBitrate, sentBps: rtpSendBitrate } : [],
      );
    const kbps = this.#bitrate.update(viewers);
    if (this.#isClosed || kbps === this.#suggestedKbps) return;
    this.#suggestedKbps = kbps;
    this.emit('videoBitrateSuggested', kbps);
  }

  #viewer(transportId: string): Viewer {
    this.#requireOpen();
    const viewer = this.#viewers.find(transportId);
    if (viewer === undefined) {
      throw new VaktraError('transport_failed', `There is no transport "${transportId}": create one first.`);
    }
    return viewer;
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new VaktraError('conversation_closed', 'The conversation is over: open a new one.');
  }

  /** mediasoup checks foreign parameters and throws its own errors: one kind of error leaves this part. */
  async #guarded<T>(what: string, action: () => Promise<T>): Promise<T> {
    this.#requireOpen();
    try {
      const result = await action();
      this.#requireOpen();
      return result;
    } catch (error) {
      this.#requireOpen();
      if (error instanceof VaktraError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new VaktraError('transport_failed', `${what} (${reason}): check what was sent.`, { cause: error });
    }
  }
}

/** @throws whatever mediasoup throws when the worker dies in the meantime; the router is closed then */
export async function createRoom(
  worker: mediasoup.Worker,
  server: mediasoup.WebRtcServer,
  maxVideoKbps: number,
  observer?: MediaObserver,
): Promise<MediaRoom> {
  const router = await worker.createRouter({ mediaCodecs: ROOM_CODECS });
  try {
    const direct = await router.createDirectTransport();
    const streams = newAvatarStreams();
    const sound = await direct.produce({ kind: 'audio', rtpParameters: streams.sound });
    const pictures = await direct.produce({ kind: 'video', rtpParameters: streams.pictures });
    return new MediaRoom({ router, server, direct, sound, pictures, maxVideoKbps, observer });
  } catch (error) {
    router.close();
    throw error;
  }
}

function describe({ id, producerId, kind, rtpParameters }: mediasoup.Consumer): ConsumerDescription {
  return { id, producerId, kind, rtpParameters };
}

function trackOf(producer: mediasoup.Producer): AvatarTracks['sound'] {
  const { codecs, encodings } = producer.rtpParameters;
  const payloadType = codecs[0]?.payloadType;
  const ssrc = encodings?.[0]?.ssrc;
  if (payloadType === undefined || ssrc === undefined) {
    throw new VaktraError('internal', 'A producer lost its parameters: see the log.');
  }
  return { payloadType, ssrc, ...randomStart(), send: (packet) => producer.send(packet) };
}
