// Voices over the avatar's: which end its answer (interruptions), and which do not (the sounds of listeners); and the avatar that
// hears itself by a loudspeaker.

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { say, setEcho, takeLoud } from '../page-sound.ts';
import { atRest, type Stage, within } from './stage.ts';
import type { VisitorSound } from './visitor-sounds.ts';

/** Long enough for whatever is said over it. */
const LECTURE =
  'The quick brown fox jumps over the lazy dog, and the people who watch it go by wonder why it never stops to rest, not even once. ' +
  'Please bring more paper and a big blue pen, before five families move from Boston to Vienna in the evening. ' +
  'A photo or a painting will do, as long as the face looks towards the camera, and the light comes from the front.';
/** Over each phase of words and pauses of the lecture. */
const FIRST_WORDS_MS = 1200;
const PHASE_MS = 137;
const PHASES = 9;
/** An answer that has not ended by then goes on. */
const DECISION_MS = 3500;
const ECHO_DELAYS_MS = [20, 60, 120, 250, 400];
export const ECHO_DECIBELS = -12;
const MS_PER_MINUTE = 60_000;

export interface OverVoice {
  name: string;
  ended: boolean;
  /** From the first loud sample of the visitor to the last of the avatar, in ms; NaN where the answer went on. */
  silentMs: number;
}

/** Says each of the sounds over an answer of its own. */
export async function speakOver({ page, conversation }: Stage, sounds: readonly VisitorSound[]): Promise<OverVoice[]> {
  const results: OverVoice[] = [];
  for (const [k, { name }] of sounds.entries()) {
    const started = once(conversation, 'speechStarted');
    void conversation.speak({ eventId: `lecture-${name}-${k}`, text: LECTURE });
    await started;
    await sleep(FIRST_WORDS_MS + PHASE_MS * (k % PHASES));
    await takeLoud(page);
    const interrupted = once(conversation, 'speechInterrupted');
    await say(page, name);
    const ended = (await within(interrupted, DECISION_MS)) !== undefined;
    await sleep(500);
    const { heardMs, spokenMs } = await takeLoud(page);
    results.push({
      name,
      ended,
      silentMs: ended ? Math.round((heardMs.at(-1) ?? Number.NaN) - (spokenMs[0] ?? Number.NaN)) : Number.NaN,
    });
    conversation.interrupt();
    // What was understood is answered too.
    await sleep(DECISION_MS);
    conversation.interrupt();
    await atRest(conversation);
  }
  return results;
}

export interface EchoRow {
  delayMs: number;
  minutes: number;
  /** Times that its own voice ended its answer. */
  interrupted: number;
}

/** The avatar talks all the time and hears itself at -12 dB, at several delays. */
export async function hearItself({ page, conversation }: Stage, minutes: number): Promise<EchoRow[]> {
  const rows: EchoRow[] = [];
  const each = minutes / ECHO_DELAYS_MS.length;
  for (const delayMs of ECHO_DELAYS_MS) {
    const row: EchoRow = { delayMs, minutes: each, interrupted: 0 };
    const interrupted = () => {
      row.interrupted += 1;
    };
    conversation.on('speechInterrupted', interrupted);
    await setEcho(page, { decibels: ECHO_DECIBELS, delayMs });
    const endMs = performance.now() + each * MS_PER_MINUTE;
    for (let k = 0; performance.now() < endMs; k++) {
      const over = Promise.race([once(conversation, 'speechEnded'), once(conversation, 'speechInterrupted')]);
      await conversation.speak({ eventId: `echo-${delayMs}-${k}`, text: LECTURE });
      await over;
      // What it answers itself belongs to the fault.
      await atRest(conversation);
    }
    conversation.off('speechInterrupted', interrupted);
    await setEcho(page, null);
    rows.push(row);
  }
  return rows;
}
