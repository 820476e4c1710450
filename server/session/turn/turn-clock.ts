// When each step of the turn that goes on was taken: where the time between a visitor's last word and the avatar's first goes.

/** In the order in which they happen; a question that was written begins with `understood`. */
export type TurnMark =
  /** The detector hears silence. */
  | 'paused'
  /** The silence is long enough: the visitor has finished. */
  | 'ended'
  /** What was said is text. */
  | 'understood'
  /** The brain's first words. */
  | 'written'
  /** Their first sound. */
  | 'voiced'
  /** It is handed to the network. */
  | 'sent';

/** Monotonic times in milliseconds, as of `performance.now()`. */
export type TurnMarks = Partial<Record<TurnMark, number>>;

/** What each step but the first is called by the time that it took. */
const STAGES = [
  ['end_of_turn', 'paused', 'ended'],
  ['recognition', 'ended', 'understood'],
  ['brain', 'understood', 'written'],
  ['speech', 'written', 'voiced'],
  ['start', 'voiced', 'sent'],
] as const satisfies [string, TurnMark, TurnMark][];

export type TurnStage = (typeof STAGES)[number][0];

/** Seconds that each stage took; stages that did not happen are left out. */
export function turnStages(marks: TurnMarks): { stage: TurnStage; seconds: number }[] {
  return STAGES.flatMap(([stage, from, to]) => {
    const [begin, end] = [marks[from], marks[to]];
    return begin === undefined || end === undefined ? [] : [{ stage, seconds: (end - begin) / 1000 }];
  });
}

export class TurnClock {
  #marks: TurnMarks = {};

  /** Notes a step; the steps behind it are still to come. A step that is taken again counts from the first time, but for a pause. */
  mark(step: TurnMark): void {
    if (step === 'paused') this.#marks = {};
    this.#marks[step] ??= performance.now();
  }

  /** The marks of the turn, which is over. */
  take(): TurnMarks {
    const marks = this.#marks;
    this.#marks = {};
    return marks;
  }
}
