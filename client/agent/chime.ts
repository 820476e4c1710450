// The sound of a new request: two soft tones, made here.

/** A fifth upwards, in hertz. */
const TONES_HZ = [587, 880];
const TONE_SECONDS = 0.35;
const APART_SECONDS = 0.14;
const LOUDNESS = 0.18;
/** An exponential ramp cannot reach nought. */
const SILENCE = 0.0001;

export class Chime {
  #context: AudioContext | undefined;

  /** To be called in a gesture: browsers let no page sound before. */
  allow(): void {
    this.#context ??= new AudioContext();
    void this.#context.resume();
  }

  play(): void {
    const context = this.#context;
    if (context?.state !== 'running') return;
    for (const [index, frequency] of TONES_HZ.entries()) {
      const start = context.currentTime + index * APART_SECONDS;
      const loudness = new GainNode(context, { gain: SILENCE });
      loudness.gain.setValueAtTime(SILENCE, start);
      loudness.gain.exponentialRampToValueAtTime(LOUDNESS, start + TONE_SECONDS / 10);
      loudness.gain.exponentialRampToValueAtTime(SILENCE, start + TONE_SECONDS);
      loudness.connect(context.destination);
      const tone = new OscillatorNode(context, { frequency });
      tone.connect(loudness);
      tone.start(start);
      tone.stop(start + TONE_SECONDS);
    }
  }
}
