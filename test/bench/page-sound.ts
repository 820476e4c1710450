// What a page hears and what its microphone hears, by Web Audio: every loud stretch with its time, sounds that are spoken into the
// microphone, and a loudspeaker that feeds what is heard back into it.

import type { Page } from 'playwright-core';

/** Far above what a silent track holds, far below a voice. */
export const AUDIBLE_LEVEL = 0.02;
/** Every stretch this long is called loud or not: shorter than the gaps between two periods of a deep voice would be wrong. */
const STRETCH_MS = 10;
const MICROPHONE_RATE_HZ = 48_000;
/** Peak of the noise that a microphone has in a quiet room. */
const ROOM_NOISE = 0.001;

/** Tells the context's time of each stretch in which something is heard, and the clock's time at which it was computed. */
const LOUDNESS_FINDER = `
  registerProcessor('loudness-finder', class extends AudioWorkletProcessor {
    peak = 0;
    count = 0;
    process([input]) {
      for (const sample of input[0] ?? []) {
        this.peak = Math.max(this.peak, Math.abs(sample));
        this.count += 1;
        if (this.count < sampleRate * ${STRETCH_MS / 1000}) continue;
        if (this.peak > ${AUDIBLE_LEVEL}) this.port.postMessage([currentTime, Date.now()]);
        this.peak = 0;
        this.count = 0;
      }
      return true;
    }
  });
`;

interface SoundOfPage {
  /** Epoch times in ms, of stretches that are loud where they are heard, and in the microphone. */
  heardMs: number[];
  spokenMs: number[];
  sounds: Map<string, AudioBuffer>;
  context: AudioContext;
  /** What the microphone hears. */
  microphone: AudioNode;
  received: AudioNode;
  echo: AudioNode[];
}

/** The same clock in Node and in the page: both count from the machine's time. */
export function epochMs(monotonicMs = performance.now()): number {
  return performance.timeOrigin + monotonicMs;
}

/** Gives the page a microphone that `say` speaks into. To be called before the page is opened. */
export async function replaceMicrophone(page: Page): Promise<void> {
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = async () => {
      const sound = (window as unknown as { soundOfPage?: SoundOfPage }).soundOfPage;
      if (!sound) throw new Error('listenToPage comes first.');
      const destination = sound.context.createMediaStreamDestination();
      sound.microphone.connect(destination);
      return destination.stream;
    };
  });
}

/** Follows what the page plays; to be called once it plays with sound. */
export async function listenToPage(page: Page): Promise<void> {
  await page.evaluate(
    async ([finderCode, roomNoise]) => {
      const stream = document.querySelector('video')?.srcObject;
      if (!(stream instanceof MediaStream)) throw new Error('The page plays no stream.');
      const context = new AudioContext({ latencyHint: 'interactive' });
      await context.audioWorklet.addModule(URL.createObjectURL(new Blob([finderCode], { type: 'text/javascript' })));
      const finder = (source: AudioNode, found: (contextSeconds: number, computedMs: number) => void) => {
        const node = new AudioWorkletNode(context, 'loudness-finder');
        node.port.onmessage = ({ data: [contextSeconds, computedMs] }) => found(contextSeconds, computedMs);
        source.connect(node);
        const silent = context.createGain();
        silent.gain.value = 0;
        node.connect(silent).connect(context.destination);
      };
      const noise = context.createBuffer(1, context.sampleRate, context.sampleRate);
      for (let i = 0; i < noise.length; i++) noise.getChannelData(0)[i] = roomNoise * (2 * Math.random() - 1);
      const room = context.createBufferSource();
      room.buffer = noise;
      room.loop = true;
      room.start();
      const microphone = context.createGain();
      room.connect(microphone);
      const received = context.createMediaStreamSource(new MediaStream(stream.getAudioTracks()));
      const sound: SoundOfPage = {
        heardMs: [],
        spokenMs: [],
        sounds: new Map(),
        context,
        microphone,
        received,
        echo: [],
      };
      finder(received, (contextSeconds) => {
        const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
        sound.heardMs.push(performance.timeOrigin + performanceTime + (contextSeconds - contextTime) * 1000);
      });
      finder(microphone, (_, computedMs) => {
        // The two clocks of a page may be apart.
        sound.spokenMs.push(computedMs + performance.timeOrigin + performance.now() - Date.now());
      });
      Object.assign(window, { soundOfPage: sound });
    },
    [LOUDNESS_FINDER, ROOM_NOISE] as const,
  );
}

/** Brings a sound (mono at 48 kHz, 16 bit) into the page, to be said by its name. */
export async function loadSound(page: Page, name: string, pcm: Int16Array): Promise<void> {
  const base64 = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('base64');
  await page.evaluate(
    ([name, base64, rateHz]) => {
      const { sounds, context } = (window as unknown as { soundOfPage: SoundOfPage }).soundOfPage;
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const samples = Float32Array.from(new Int16Array(bytes.buffer), (sample) => sample / 32_768);
      const buffer = context.createBuffer(1, samples.length, rateHz);
      buffer.copyToChannel(samples, 0);
      sounds.set(name, buffer);
    },
    [name, base64, MICROPHONE_RATE_HZ] as const,
  );
}

/** Says a sound into the microphone now. */
export function say(page: Page, name: string): Promise<void> {
  return page.evaluate((name) => {
    const { sounds, context, microphone } = (window as unknown as { soundOfPage: SoundOfPage }).soundOfPage;
    const source = context.createBufferSource();
    source.buffer = sounds.get(name) ?? null;
    source.connect(microphone);
    source.start();
  }, name);
}

/** A loudspeaker beside the microphone: what is heard comes back, weaker and later; null takes it away. */
export function setEcho(page: Page, echo: { decibels: number; delayMs: number } | null): Promise<void> {
  return page.evaluate((echo) => {
    const sound = (window as unknown as { soundOfPage: SoundOfPage }).soundOfPage;
    for (const node of sound.echo.splice(0)) node.disconnect();
    if (!echo) return;
    const { context, received, microphone } = sound;
    const gain = context.createGain();
    gain.gain.value = 10 ** (echo.decibels / 20);
    const delay = context.createDelay(2);
    delay.delayTime.value = echo.delayMs / 1000;
    received.connect(gain).connect(delay).connect(microphone);
    // What led into the gain is taken away with the gain's own way out.
    sound.echo.push(gain, delay);
  }, echo);
}

/** Epoch times of the loud stretches since the last look. */
export function takeLoud(page: Page): Promise<{ heardMs: number[]; spokenMs: number[] }> {
  return page.evaluate(() => {
    const { heardMs, spokenMs } = (window as unknown as { soundOfPage: SoundOfPage }).soundOfPage;
    return { heardMs: heardMs.splice(0), spokenMs: spokenMs.splice(0) };
  });
}
