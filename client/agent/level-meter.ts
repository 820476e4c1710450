// How loud a microphone is, as a bar that moves with the voice.

/** Loudness below which the bar is empty, and its span up to full, in dB of full scale. */
const QUIETEST_DB = -60;
const SPAN_DB = 54;

export class LevelMeter {
  readonly #bar: HTMLMeterElement;
  #context: AudioContext | undefined;
  #request = 0;

  constructor(bar: HTMLMeterElement) {
    this.#bar = bar;
  }

  show(track: MediaStreamTrack): void {
    this.stop();
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    this.#context = context;
    const samples = new Float32Array(analyser.fftSize);
    const draw = (): void => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      const db = 10 * Math.log10(power + Number.EPSILON);
      this.#bar.value = Math.min(1, Math.max(0, (db - QUIETEST_DB) / SPAN_DB));
      this.#request = requestAnimationFrame(draw);
    };
    draw();
  }

  stop(): void {
    cancelAnimationFrame(this.#request);
    void this.#context?.close();
    this.#context = undefined;
    this.#bar.value = 0;
  }
}
