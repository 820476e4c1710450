// How soon a visitor hears: from pushed audio to its first sound, and from an interrupt to silence, on the received track
// as the browser plays it.

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { float32ToPcmS16 } from '../../server/speech/index.ts';
import type { Voice } from '../../server/tools/voice.ts';
import { openBrowser, playWithSound } from '../browser/harness.ts';
import type { TestServer } from '../browser/whole-server.ts';
import { median, quantile } from './statistics.ts';

const TURNS = 20;
/** The browser's jitter buffer has found its length by then. */
const SETTLE_MS = 10_000;
/** Uneven, so that the pushes fall on every phase of the 20 ms tick and of the motion's window. */
const PAUSE_MS = 1017;
const INTERRUPT_AFTER_MS = 900;
/** Far above what a silent track holds, far below a voice. */
const AUDIBLE_LEVEL = 0.02;
/** Every stretch this long is called loud or not: shorter than the gaps between two periods of a deep voice would be wrong. */
const STRETCH_MS = 10;

export interface Heard {
  turns: number;
  firstSoundMedianMs: number;
  firstSound95PercentMs: number;
  silenceMedianMs: number;
  silence95PercentMs: number;
}

/** Tells the context's time of each stretch in which the voice is heard. */
const LOUDNESS_FINDER = `
  registerProcessor('loudness-finder', class extends AudioWorkletProcessor {
    peak = 0;
    count = 0;
    process([input]) {
      for (const sample of input[0] ?? []) {
        this.peak = Math.max(this.peak, Math.abs(sample));
        this.count += 1;
        if (this.count < sampleRate * ${STRETCH_MS / 1000}) continue;
        if (this.peak > ${AUDIBLE_LEVEL}) this.port.postMessage(currentTime);
        this.peak = 0;
        this.count = 0;
      }
      return true;
    }
  });
`;

/** One conversation in a real browser; `server` must have no other. */
export async function measureHeard(server: TestServer, voice: Voice): Promise<Heard> {
  const browser = await openBrowser({ bypassCSP: true });
  try {
    const { page } = browser;
    await page.goto(server.url);
    await playWithSound(page);
    await listen(page);
    await sleep(SETTLE_MS);
    const [conversation] = server.app.host.all();
    if (!conversation) throw new Error('The page opened no conversation.');
    // An engine may begin with silence, which would count as delay.
    const pcm = float32ToPcmS16(voice.pcm.subarray(voice.pcm.findIndex((sample) => Math.abs(sample) > AUDIBLE_LEVEL)));
    const firstSounds: number[] = [];
    const silences: number[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      await takeLoud(page);
      const pushedMs = epochMs();
      conversation.pushAudio({ eventId: `turn-${turn}`, pcm, sampleRateHz: voice.sampleRateHz });
      conversation.speakEnd({ eventId: `turn-${turn}` });
      await sleep(INTERRUPT_AFTER_MS);
      const interruptedMs = epochMs();
      const stopped = once(conversation, 'speechInterrupted');
      conversation.interrupt();
      await stopped;
      await sleep(PAUSE_MS);
      const loud = await takeLoud(page);
      firstSounds.push((loud[0] ?? Number.NaN) - pushedMs);
      silences.push((loud.at(-1) ?? Number.NaN) - interruptedMs);
    }
    return {
      turns: TURNS,
      firstSoundMedianMs: Math.round(median(firstSounds)),
      firstSound95PercentMs: Math.round(quantile(firstSounds, 0.95)),
      silenceMedianMs: Math.round(median(silences)),
      silence95PercentMs: Math.round(quantile(silences, 0.95)),
    };
  } finally {
    await browser.close();
  }
}

/** The same clock in Node and in the page: both count from the machine's time. */
function epochMs(): number {
  return performance.timeOrigin + performance.now();
}

async function listen(page: Page): Promise<void> {
  await page.evaluate(async (finderCode) => {
    const stream = document.querySelector('video')?.srcObject;
    if (!(stream instanceof MediaStream)) throw new Error('The page plays no stream.');
    const loudMs: number[] = [];
    Object.assign(window, { loudMs });
    const context = new AudioContext({ latencyHint: 'interactive' });
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([finderCode], { type: 'text/javascript' })));
    const finder = new AudioWorkletNode(context, 'loudness-finder');
    finder.port.onmessage = ({ data: contextSeconds }) => {
      const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
      loudMs.push(performance.timeOrigin + performanceTime + (contextSeconds - contextTime) * 1000);
    };
    context.createMediaStreamSource(new MediaStream(stream.getAudioTracks())).connect(finder);
    finder.connect(context.destination);
  }, LOUDNESS_FINDER);
}

/** Epoch times of the loud stretches since the last look. */
function takeLoud(page: Page): Promise<number[]> {
  return page.evaluate(() => (window as unknown as { loudMs: number[] }).loudMs.splice(0));
}
