// Questions that are asked by voice: from the last sample of the question to the first sound of the answer, and from an interrupt to
// silence.

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { epochMs, say, takeLoud } from '../page-sound.ts';
import { median, quantile } from '../statistics.ts';
import { atRest, type Stage, within } from './stage.ts';
import type { Question } from './visitor-sounds.ts';

const PATIENCE_MS = 15_000;
/** How long an answer is heard before it is cut. */
const HEARD_MS = 1300;
/** Uneven, so that questions fall on every phase of the 20 ms tick and of the motion's window. */
const PAUSE_MS = 1217;

/** One turn, in ms. */
export interface TurnTimes {
  /** From the last sample of the question to the first sound of the answer in the browser. */
  answer: number;
  /** Parts of it, one after the other. */
  pause: number;
  silence: number;
  recognition: number;
  brain: number;
  speech: number;
  start: number;
  heard: number;
  /** From the interrupt to the last sample sent, and to silence in the browser. */
  stopped: number;
  silent: number;
}

export interface TurnsResult {
  times: TurnTimes[];
  asked: number;
  /** Not answered, or with something else: what was asked and what happened. */
  wrong: string[];
  /** What else went wrong. */
  faults: string[];
}

export async function measureTurns(
  { page, conversation }: Stage,
  questions: readonly Question[],
  count: number,
): Promise<TurnsResult> {
  const times: TurnTimes[] = [];
  const wrong: string[] = [];
  const faults: string[] = [];
  for (let turn = 0; turn < count; turn++) {
    const question = questions[turn % questions.length] as Question;
    let source = 'nothing';
    const follow = ({ title }: { title: string }) => {
      source = title;
    };
    let heard = '';
    const listen = ({ who, text, isFinal }: { who: string; text: string; isFinal: boolean }) => {
      if (who === 'visitor' && isFinal) heard = `${heard} ${text}`.trim();
    };
    conversation.on('source', follow);
    conversation.on('transcript', listen);
    await takeLoud(page);
    const answered = once(conversation, 'answered');
    await say(page, question.name);
    const answer = await within(answered, PATIENCE_MS);
    if (answer) {
      await sleep(HEARD_MS);
      // An answer may be over by then, or cut by what the visitor seemed to go on saying: there is nothing to stop.
      const isCuttable = conversation.stats().state === 'speaking';
      const interruptedMs = isCuttable ? epochMs() : Number.NaN;
      const stopped = once(conversation, 'speechInterrupted');
      if (isCuttable) conversation.interrupt();
      else faults.push(`the answer to "${question.text}" was over ${HEARD_MS} ms after it began`);
      if (isCuttable && !(await within(stopped, PATIENCE_MS)))
        faults.push(`the answer to "${question.text}" never stopped`);
      const stoppedMs = epochMs();
      await sleep(PAUSE_MS);
      const { heardMs, spokenMs } = await takeLoud(page);
      const [{ marks }] = answer as [{ marks: Record<string, number> }];
      const endMs = spokenMs.at(-1) ?? Number.NaN;
      const at = (mark: string) => epochMs(marks[mark] ?? Number.NaN);
      const firstMs = heardMs[0] ?? Number.NaN;
      times.push({
        answer: firstMs - endMs,
        pause: at('paused') - endMs,
        silence: at('ended') - at('paused'),
        recognition: at('understood') - at('ended'),
        brain: at('written') - at('understood'),
        speech: at('voiced') - at('written'),
        start: at('sent') - at('voiced'),
        heard: firstMs - at('sent'),
        stopped: stoppedMs - interruptedMs,
        silent: (heardMs.at(-1) ?? Number.NaN) - interruptedMs,
      });
    }
    if (source !== question.title) wrong.push(`"${question.text}", heard as "${heard}", was answered from ${source}`);
    conversation.off('source', follow);
    conversation.off('transcript', listen);
    await atRest(conversation);
  }
  return { times, asked: count, wrong, faults };
}

/** Median and 95th percentile of each time, rounded to ms. */
export function summaryOf(times: readonly TurnTimes[]): { part: keyof TurnTimes; medianMs: number; p95Ms: number }[] {
  const parts = Object.keys(times[0] ?? {}) as (keyof TurnTimes)[];
  return parts.map((part) => {
    const values = times.map((time) => time[part]).filter(Number.isFinite);
    return { part, medianMs: Math.round(median(values)), p95Ms: Math.round(quantile(values, 0.95)) };
  });
}
