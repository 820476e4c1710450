// How long it takes from a request until the avatar is heard: listens to the received sound itself, not to what the
// server says about it. Needs a gesture of the person first, as every AudioContext does.

/** Loudness (RMS, full scale 1) above the noise of an idle Opus stream and below the softest voice. */
const VOICE_RMS = 0.004;
/** Half a frame of the analyser: no onset falls between two looks. */
const LOOK_INTERVAL_MS = 5;
/** Whoever waits longer than this heard nothing. */
const GIVE_UP_MS = 10_000;
/** Samples looked at: 11 ms at 48 kHz. */
const WINDOW_SAMPLES = 512;

export class FirstSound {
  #stream: MediaStream | undefined;
  #context: AudioContext | undefined;
  #analyser: AnalyserNode | undefined;
  #source: MediaStreamAudioSourceNode | undefined;
  #timer: number | undefined;

  /** Listens to another stream from now on. */
  attach(stream: MediaStream): void {
    this.#cancel();
    this.#stream = stream;
    this.#source?.disconnect();
    this.#source = undefined;
  }

  /** Starts the watch at a request; `onHeard` gets the milliseconds until the first sound. Only from silence. */
  start(onHeard: (latencyMs: number) => void): void {
    this.#cancel();
    const analyser = this.#listen();
    if (analyser === undefined || loudness(analyser) > VOICE_RMS) return;
    const startedMs = performance.now();
    this.#timer = window.setInterval(() => {
      const waitedMs = performance.now() - startedMs;
      const heard = loudness(analyser) > VOICE_RMS;
      if (heard) onHeard(waitedMs);
      if (heard || waitedMs > GIVE_UP_MS) this.#cancel();
    }, LOOK_INTERVAL_MS);
  }

  /** The analyser of the stream; made at the first request, because browsers warn of an AudioContext before a gesture. */
  #listen(): AnalyserNode | undefined {
    if (this.#stream === undefined) return undefined;
    this.#context ??= new AudioContext({ latencyHint: 'interactive' });
    this.#analyser ??= new AnalyserNode(this.#context, { fftSize: WINDOW_SAMPLES });
    if (this.#source === undefined) {
      this.#source = this.#context.createMediaStreamSource(this.#stream);
      this.#source.connect(this.#analyser);
    }
    void this.#context.resume();
    return this.#analyser;
  }

  #cancel(): void {
    window.clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** Loudness of the received sound at this moment (RMS, full scale 1). */
function loudness(analyser: AnalyserNode): number {
  const samples = new Float32Array(WINDOW_SAMPLES);
  analyser.getFloatTimeDomainData(samples);
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / WINDOW_SAMPLES);
}
