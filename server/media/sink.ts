// A viewer inside the process: receives the avatar's RTP packets from the worker as a browser would, without network and
// encryption. Used where what arrives is counted and looked at: benches and tests.
import type { types as mediasoup } from 'mediasoup';

export interface SinkListener {
  /** A whole RTP packet; the listener may keep it. */
  onPacket(kind: mediasoup.MediaKind, packet: Buffer): void;
}

export interface RoomSink {
  /** As a viewer does that lost the picture (PLI). */
  requestKeyFrame(): Promise<void>;
  close(): void;
}

/** Opens a sink on the producers of one router; packets flow at once, pictures from the next key frame on. */
export async function openSink(
  router: mediasoup.Router,
  producerIds: readonly string[],
  listener: SinkListener,
): Promise<RoomSink> {
  const transport = await router.createDirectTransport();
  const consumers: mediasoup.Consumer[] = [];
  for (const producerId of producerIds) {
    const consumer = await transport.consume({
      producerId,
      rtpCapabilities: router.rtpCapabilities,
      paused: true,
      enableRtx: false,
    });
    consumer.on('rtp', (packet) => listener.onPacket(consumer.kind, packet));
    consumers.push(consumer);
  }
  await Promise.all(consumers.map((consumer) => consumer.resume()));
  return {
    async requestKeyFrame() {
      await Promise.all(consumers.filter(({ kind }) => kind === 'video').map((one) => one.requestKeyFrame()));
    },
    close: () => transport.close(),
  };
}
