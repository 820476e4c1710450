// Whether somebody speaks to the screen: loudness of the microphone, measured on this device. Nothing is recorded or sent; the avatar
// hears only what is said while the button is held.

const LOOK_INTERVAL_MS = 50;
const WINDOW_SAMPLES = 2048;
/** A voice is this many times louder than what the room has been lately, and never softer than this (RMS, full scale 1). */
const ABOVE_ROOM = 4;
const LEAST_RMS = 0.02;
/** Share of each look in the room's loudness: it follows within some seconds. */
const ROOM_SHARE = 0.01;
/** A word; shorter sounds are doors and coughs. */
const VOICE_MS = 250;

/** @throws DOMException where there is no microphone, or it is not allowed */
export async function watchVoice(onVoice: () => void): Promise<{ stop(): void }> {
  // The avatar's own voice comes out of the loudspeaker.
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: true, noiseSuppression: true },
  });
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: WINDOW_SAMPLES });
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(WINDOW_SAMPLES);
  const loudness = new Loudness(onVoice);
  const timer = window.setInterval(() => {
    if (context.state === 'suspended') void context.resume();
    analyser.getFloatTimeDomainData(samples);
    loudness.hear(
      Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / WINDOW_SAMPLES),
      LOOK_INTERVAL_MS,
    );
  }, LOOK_INTERVAL_MS);
  return {
    stop() {
      window.clearInterval(timer);
      for (const track of stream.getTracks()) track.stop();
      void context.close();
    },
  };
}

export class Loudness {
  readonly #onVoice: () => void;
  #room = LEAST_RMS / ABOVE_ROOM;
  #voiceMs = 0;

  constructor(onVoice: () => void) {
    this.#onVoice = onVoice;
  }

  /** @param rms of what is heard just now, full scale 1 @param ms since the last time */
  hear(rms: number, ms: number): void {
    const isVoice = rms > Math.max(LEAST_RMS, ABOVE_ROOM * this.#room);
    this.#room += ROOM_SHARE * (rms - this.#room);
    const before = this.#voiceMs;
    this.#voiceMs = isVoice ? before + ms : 0;
    if (before < VOICE_MS && this.#voiceMs >= VOICE_MS) this.#onVoice();
  }
}
