// The microphones of one room, one for each use: what the avatar speaks with, and what it listens to. Their packets come out here,
// and what a visitor says can be heard by who stands in for the avatar.
import type { types as mediasoup } from 'mediasoup';

/** `speak`: the avatar speaks with this voice. `listen`: a visitor speaks, and the avatar listens. */
export type MicrophoneUse = 'speak' | 'listen';

interface Microphone {
  transportId: string;
  producer: mediasoup.Producer;
}

export interface MicrophonesEvents {
  onStarted(transportId: string, use: MicrophoneUse): void;
  onStopped(transportId: string, use: MicrophoneUse): void;
  /** A whole RTP packet. The listener may keep it. */
  onPacket(packet: Buffer, use: MicrophoneUse): void;
}

/** Closing the router closes all of them. What it throws comes from mediasoup. */
export class Microphones {
  readonly #router: mediasoup.Router;
  readonly #direct: mediasoup.DirectTransport;
  readonly #events: MicrophonesEvents;
  readonly #open = new Map<MicrophoneUse, Microphone>();
  /** Those by which viewers hear a microphone. */
  readonly #heard = new Set<mediasoup.Consumer>();

  constructor(router: mediasoup.Router, direct: mediasoup.DirectTransport, events: MicrophonesEvents) {
    this.#router = router;
    this.#direct = direct;
    this.#events = events;
  }

  /** Takes a microphone; the one before of the same use is closed. */
  async produce(
    transport: mediasoup.WebRtcTransport,
    rtpParameters: mediasoup.RtpParameters,
    use: MicrophoneUse,
  ): Promise<{ id: string }> {
    const producer = await transport.produce({ kind: 'audio', rtpParameters });
    this.stop(use);
    const microphone = { transportId: transport.id, producer };
    this.#open.set(use, microphone);
    producer.observer.once('close', () => this.#closed(microphone, use));
    const consumer = await this.#direct.consume({
      producerId: producer.id,
      rtpCapabilities: this.#router.rtpCapabilities,
    });
    consumer.on('rtp', (packet) => this.#events.onPacket(packet, use));
    this.#events.onStarted(transport.id, use);
    return { id: producer.id };
  }

  /** Harmless when there is none. */
  stop(use: MicrophoneUse): void {
    this.#open.get(use)?.producer.close();
  }

  /** The microphone of this use as sound for a viewer, paused; undefined where none is open. */
  async consume(
    transport: mediasoup.WebRtcTransport,
    rtpCapabilities: mediasoup.RtpCapabilities,
    use: MicrophoneUse,
  ): Promise<mediasoup.Consumer | undefined> {
    const microphone = this.#open.get(use);
    if (!microphone) return undefined;
    const { id: producerId } = microphone.producer;
    const consumer = await transport.consume({ producerId, rtpCapabilities, paused: true });
    this.#heard.add(consumer);
    consumer.observer.once('close', () => this.#heard.delete(consumer));
    return consumer;
  }

  /** No viewer hears a microphone any more. */
  stopHearing(): void {
    for (const consumer of this.#heard) consumer.close();
  }

  #closed(microphone: Microphone, use: MicrophoneUse): void {
    if (this.#open.get(use) === microphone) this.#open.delete(use);
    this.#events.onStopped(microphone.transportId, use);
  }
}
