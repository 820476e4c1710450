// Camera and microphone of this device: a picture from the camera, and what was read aloud as a WAV.
import { wavOf } from '../../server/speech/recognition/wav.ts';
import { ApiError } from '../src/api.ts';

/** What recognisers hear. */
const RECORDED_RATE_HZ = 16_000;
const JPEG_QUALITY = 0.92;
const CAMERA: MediaTrackConstraints = { facingMode: 'user', width: { ideal: 1280 }, height: { ideal: 960 } };

/** Asks for the devices (the browser asks the person). @throws ApiError with words for the person */
export async function openDevices(wish: { sound: boolean }): Promise<MediaStream> {
  // Browsers hide media devices from pages that did not come by https, except from localhost.
  if (navigator.mediaDevices === undefined) {
    throw new ApiError('camera', 'Camera and microphone work only on https or localhost: open the page that way.');
  }
  const devices = wish.sound ? 'camera and microphone' : 'camera';
  try {
    return await navigator.mediaDevices.getUserMedia({ video: CAMERA, audio: wish.sound });
  } catch (error) {
    const isDenied = error instanceof DOMException && error.name === 'NotAllowedError';
    throw new ApiError(
      'camera',
      isDenied
        ? `The ${devices} were not allowed. Allow them in the browser’s address bar and try again.`
        : `No ${devices} could be opened. Connect them, close what else uses them, and try again.`,
    );
  }
}

export function closeDevices(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** What the camera shows now, JPEG. */
export async function takePicture(video: HTMLVideoElement): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', JPEG_QUALITY));
  if (blob === null || canvas.width === 0) throw new ApiError('camera', 'The camera shows nothing yet: try again.');
  return blob;
}

/** Records a stream's sound until `stop`. */
export class SoundRecorder {
  readonly #recorder: MediaRecorder;
  readonly #parts: Blob[] = [];

  constructor(stream: MediaStream) {
    this.#recorder = new MediaRecorder(new MediaStream(stream.getAudioTracks()));
    this.#recorder.addEventListener('dataavailable', ({ data }) => this.#parts.push(data));
    this.#recorder.start();
  }

  /** A WAV of 16 kHz, mono. */
  async stop(): Promise<Blob> {
    const stopped = new Promise((resolve) => this.#recorder.addEventListener('stop', resolve, { once: true }));
    this.#recorder.stop();
    await stopped;
    const coded = await new Blob(this.#parts, { type: this.#recorder.mimeType }).arrayBuffer();
    const context = new OfflineAudioContext(1, 1, RECORDED_RATE_HZ);
    // Decoding into this context also brings it to the context's rate.
    const sound = await context.decodeAudioData(coded);
    return new Blob([wavOf([sound.getChannelData(0)], RECORDED_RATE_HZ)], { type: 'audio/wav' });
  }
}
