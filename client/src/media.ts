// WebRTC by mediasoup-client: receives the avatar's sound and picture as one stream and sends a microphone.
// Asks the server through a Socket; shows nothing.
import { Device } from 'mediasoup-client';
import type { Consumer, Producer, RtpCapabilities, Transport, TransportOptions } from 'mediasoup-client/types';
import { ApiError } from './api.ts';
import { MediaWatch } from './media-watch.ts';
import type { Socket } from './socket.ts';

/**
 * The browser's own processing is for calls: it would cut the voice that the avatar is to speak with, so it is off.
 * Who speaks this way listens by headphones, because nothing takes the echo out.
 */
const OWN_VOICE: MediaTrackConstraints = {
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
  channelCount: 1,
};

/** A visitor who talks with the avatar hears it by a loudspeaker, most often. */
const VISITOR_VOICE: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  channelCount: 1,
};

/** `speak`: the avatar speaks with this voice. `listen`: it listens, and answers. */
export type MicrophoneUse = 'speak' | 'listen';

export class Media {
  readonly #device: Device;
  /** The socket of the moment: it changes when the connection broke and came back. */
  readonly #socket: () => Socket;
  #receiving: Transport | undefined;
  #sending: Transport | undefined;
  #microphone: Producer | undefined;
  #visitor: Consumer | undefined;
  #use: MicrophoneUse = 'speak';
  #watch: MediaWatch | undefined;
  #onFlow: (flows: boolean) => void = () => {};

  private constructor(device: Device, socket: () => Socket) {
    this.#device = device;
    this.#socket = socket;
  }

  static async load(routerRtpCapabilities: RtpCapabilities, socket: () => Socket): Promise<Media> {
    const device = await Device.factory();
    await device.load({ routerRtpCapabilities });
    return new Media(device, socket);
  }

  /**
   * The avatar's sound and picture in one stream, so that the browser keeps them together.
   *
   * @param onFlow true when packets can flow, false when their way broke, now and then while it stays broken; `repair` may mend it
   */
  async receive(onFlow: (flows: boolean) => void): Promise<MediaStream> {
    const transport = this.#device.createRecvTransport(await this.#createTransport());
    this.#receiving = transport;
    this.#onFlow = onFlow;
    this.#connectOnDemand(transport);
    transport.on('connectionstatechange', (state) => {
      if (state === 'connected') onFlow(true);
      if (state === 'failed' || state === 'disconnected') onFlow(false);
    });
    this.#watch = new MediaWatch(() => this.receiverStats(), onFlow);
    const { consumers } = await this.#socket().request({
      type: 'consume',
      transport: transport.id,
      rtp_capabilities: this.#device.recvRtpCapabilities as never,
    });
    const tracks = await Promise.all(
      consumers.map(async ({ id, producer_id, kind, rtp_parameters }) => {
        const consumer = await transport.consume({
          id,
          producerId: producer_id,
          kind,
          rtpParameters: rtp_parameters as never,
        });
        playAtOnce(consumer.rtpReceiver);
        return consumer.track;
      }),
    );
    await this.#socket().request({ type: 'resume', transport: transport.id });
    return new MediaStream(tracks);
  }

  /** Mends both ways after a break by new ICE credentials (RFC 8445 section 9), also a way that only looks whole. */
  async repair(): Promise<void> {
    for (const transport of [this.#receiving, this.#sending]) {
      if (transport === undefined || transport.closed) continue;
      const { ice_parameters: iceParameters, ice_servers: iceServers } = await this.#socket().request({
        type: 'transport.restart_ice',
        transport: transport.id,
      });
      await transport.updateIceServers({ iceServers });
      await transport.restartIce({ iceParameters });
    }
  }

  /** Asks for the microphone (the browser asks the person) and sends it; one that was open is closed. */
  async startMicrophone(use: MicrophoneUse, onEnded: () => void): Promise<MediaStreamTrack> {
    const track = await openMicrophone(use === 'listen' ? VISITOR_VOICE : OWN_VOICE);
    this.#use = use;
    this.#microphone?.close();
    try {
      this.#sending ??= this.#device.createSendTransport(await this.#createTransport());
      const transport = this.#sending;
      if (transport.listenerCount('produce') === 0) {
        this.#connectOnDemand(transport);
        transport.on('connectionstatechange', (state) => {
          if (state === 'failed') this.#onFlow(false);
        });
        transport.on('produce', ({ rtpParameters }, done, failed) => {
          this.#socket()
            .request({
              type: 'microphone.start',
              transport: transport.id,
              rtp_parameters: rtpParameters as never,
              use: this.#use,
            })
            .then(done, failed);
        });
      }
      // Without DTX: a pause is silence that the server hears, not a gap in the packets.
      this.#microphone = await transport.produce({ track, codecOptions: { opusDtx: false, opusFec: true } });
      this.#microphone.on('trackended', onEnded);
      return track;
    } catch (error) {
      track.stop();
      throw error;
    }
  }

  /** Lets the open microphone's voice through, or sends silence in its place. */
  holdMicrophone(open: boolean): void {
    if (open) this.#microphone?.resume();
    else this.#microphone?.pause();
  }

  async stopMicrophone(): Promise<void> {
    const microphone = this.#microphone;
    this.#microphone = undefined;
    if (microphone === undefined) return;
    microphone.close();
    await this.#socket().request({ type: 'microphone.stop', use: this.#use });
  }

  /** For an agent: the visitor's microphone on the avatar's way; undefined where it is not open. */
  async hearVisitor(): Promise<MediaStreamTrack | undefined> {
    const transport = this.#receiving;
    this.#visitor?.close();
    this.#visitor = undefined;
    if (transport === undefined) return undefined;
    const { consumer } = await this.#socket().request({
      type: 'desk.hear',
      transport: transport.id,
      rtp_capabilities: this.#device.recvRtpCapabilities as never,
    });
    if (consumer === undefined) return undefined;
    const { id, producer_id: producerId, kind, rtp_parameters: rtpParameters } = consumer;
    this.#visitor = await transport.consume({ id, producerId, kind, rtpParameters: rtpParameters as never });
    playAtOnce(this.#visitor.rtpReceiver);
    await this.#socket().request({ type: 'resume', transport: transport.id });
    return this.#visitor.track;
  }

  /** The browser's figures about what is received, or undefined before anything is. */
  receiverStats(): Promise<RTCStatsReport> | undefined {
    return this.#receiving?.closed === false ? this.#receiving.getStats() : undefined;
  }

  close(): void {
    this.#watch?.stop();
    this.#microphone?.close();
    this.#receiving?.close();
    this.#sending?.close();
  }

  async #createTransport(): Promise<TransportOptions> {
    const transport = await this.#socket().request({ type: 'transport.create' });
    return {
      id: transport.id,
      iceParameters: transport.ice_parameters,
      iceCandidates: transport.ice_candidates as never,
      dtlsParameters: transport.dtls_parameters as never,
      iceServers: transport.ice_servers,
    };
  }

  #connectOnDemand(transport: Transport): void {
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      this.#socket()
        .request({ type: 'transport.connect', transport: transport.id, dtls_parameters: dtlsParameters as never })
        .then(() => done(), failed);
    });
  }
}

/** Asks for the shortest jitter buffer: a conversation minds delay more than a rare gap. */
function playAtOnce(receiver: RTCRtpReceiver | undefined): void {
  if (receiver === undefined) return;
  if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
  // The older name of the same wish, which Chromium still reads.
  if ('playoutDelayHint' in receiver) receiver.playoutDelayHint = 0;
}

async function openMicrophone(constraints: MediaTrackConstraints): Promise<MediaStreamTrack> {
  // Browsers hide media devices from pages that did not come by https, except from localhost.
  if (navigator.mediaDevices === undefined) {
    throw new ApiError(
      'microphone_insecure',
      'The microphone works only on https or localhost: open the page that way.',
    );
  }
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: constraints });
    const [track] = stream.getAudioTracks();
    if (track === undefined) throw new ApiError('microphone_missing', 'The browser gave no microphone.');
    return track;
  } catch (error) {
    const denied = error instanceof DOMException && error.name === 'NotAllowedError';
    const sentence = denied
      ? 'The microphone was not allowed. Allow it in the browser’s address bar and try again.'
      : 'No microphone was found. Connect one and try again.';
    throw new ApiError(denied ? 'microphone_denied' : 'microphone_missing', sentence);
  }
}
