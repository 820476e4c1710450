// The page of media-browser.test.ts: a viewer with mediasoup-client and nothing else. It calls the room through functions
// that the test puts into the window, and keeps what it saw.
import { Device, type types } from 'mediasoup-client';

type Transport = types.Transport;

/** A method of the room, with the transport's id where it takes one. */
declare function callRoom(method: string, ...values: unknown[]): Promise<never>;

export interface Seen {
  /** RTP time and mean brightness of the picture's left part, per picture that was shown. */
  pictures: { rtpTimestamp: number; brightness: number }[];
  soundEnergy: number;
}

const seen: Seen = { pictures: [], soundEnergy: 0 };
const device = new Device();
let transport: Transport | undefined;

async function watch(): Promise<void> {
  await device.load({ routerRtpCapabilities: await callRoom('rtpCapabilities') });
  transport = await open('createRecvTransport');
  const stream = new MediaStream();
  const { id } = transport;
  for (const description of (await callRoom('consume', id, device.recvRtpCapabilities)) as types.ConsumerOptions[]) {
    stream.addTrack((await transport.consume(description)).track);
  }
  const video = document.createElement('video');
  video.srcObject = stream;
  document.body.append(video);
  await callRoom('resumeConsumers', id);
  await video.play();
  lookAt(video);
}

async function speak(): Promise<void> {
  const media = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: false, noiseSuppression: false },
  });
  const sending = await open('createSendTransport');
  sending.on('produce', ({ rtpParameters }, done, failed) => {
    callRoom('produceMicrophone', sending.id, rtpParameters).then(done, failed);
  });
  await sending.produce({ track: media.getAudioTracks()[0] as MediaStreamTrack });
}

async function look(): Promise<Seen> {
  for (const report of ((await transport?.getStats()) ?? new Map()).values()) {
    if (report.type === 'inbound-rtp' && report.kind === 'audio') seen.soundEnergy = report.totalAudioEnergy;
  }
  return seen;
}

async function open(kind: 'createRecvTransport' | 'createSendTransport'): Promise<Transport> {
  const opened = device[kind](await callRoom('createTransport'));
  opened.on('connect', ({ dtlsParameters }, done, failed) => {
    callRoom('connectTransport', opened.id, dtlsParameters).then(done, failed);
  });
  return opened;
}

function lookAt(video: HTMLVideoElement): void {
  const canvas = new OffscreenCanvas(8, 8);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const note: VideoFrameRequestCallback = (_now, { rtpTimestamp }) => {
    context?.drawImage(video, 0, 0, video.videoWidth / 2, video.videoHeight, 0, 0, 8, 8);
    const pixels = context?.getImageData(0, 0, 8, 8).data ?? [];
    let sum = 0;
    for (let i = 0; i < pixels.length; i += 4) sum += pixels[i] ?? 0;
    seen.pictures.push({ rtpTimestamp: rtpTimestamp ?? -1, brightness: sum / 64 });
    video.requestVideoFrameCallback(note);
  };
  video.requestVideoFrameCallback(note);
}

Object.assign(window, { viewer: { watch, speak, look, leave: () => transport?.close() } });
