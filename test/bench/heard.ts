// How soon a visitor hears: from pushed audio to its first sound, and from an interrupt to silence, on the received track
// as the browser plays it.

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { float32ToPcmS16 } from '../../server/speech/index.ts';
import type { Voice } from '../../server/tools/voice.ts';
import { openBrowser, playWithSound } from '../browser/harness.ts';
import type { TestServer } from '../browser/whole-server.ts';
import { AUDIBLE_LEVEL, epochMs, listenToPage, takeLoud } from './page-sound.ts';
import { median, quantile } from './statistics.ts';

const TURNS = 20;
/** The browser's jitter buffer has found its length by then. */
const SETTLE_MS = 10_000;
/** Uneven, so that the pushes fall on every phase of the 20 ms tick and of the motion's window. */
const PAUSE_MS = 1017;
const INTERRUPT_AFTER_MS = 900;
export interface Heard {
  turns: number;
  firstSoundMedianMs: number;
  firstSound95PercentMs: number;
  silenceMedianMs: number;
  silence95PercentMs: number;
}

/** One conversation in a real browser; `server` must have no other. */
export async function measureHeard(server: TestServer, voice: Voice): Promise<Heard> {
  const browser = await openBrowser({ bypassCSP: true });
  try {
    const { page } = browser;
    await page.goto(server.url);
    await playWithSound(page);
    await listenToPage(page);
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
      const { heardMs: loud } = await takeLoud(page);
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
