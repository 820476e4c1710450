// Tells a person what set-up does and how far it is: one line per step, rewritten in place on a terminal, repeated now
// and then in a log. Goes to standard error, since standard output belongs to what runs afterwards (`npm run bench -- --json`).
const TERMINAL_EVERY_MS = 250;
/** In a log each report is a new line: often enough to see that it is alive. */
const LOG_EVERY_MS = 20_000;

/**
 * Runs steps one after another. A step is `{ title, isDone(), run(say) }`: `isDone` answers a sentence about what is
 * there already, or null when there is work; `run` does it, tells by `say(text)` how far it is, and returns such a sentence.
 *
 * @typedef {{ title: string, isDone: () => string | null, run: (say: (text: string) => void) => Promise<string> }} Step
 * @param {Step[]} steps
 */
export async function runSteps(steps) {
  for (const [index, step] of steps.entries()) {
    const label = `[${index + 1}/${steps.length}] ${step.title}`;
    const there = step.isDone();
    if (there !== null) {
      console.error(`${label}: ${there}`);
      continue;
    }
    const line = startLine(label);
    try {
      line.end(await step.run(line.say));
    } catch (error) {
      line.end('failed');
      throw error;
    }
  }
}

/** @param {string} label */
function startLine(label) {
  const startedAt = Date.now();
  const live = process.stderr.isTTY === true;
  let text = 'starting';
  const show = () => {
    const line = `${label}: ${text} (${Math.round((Date.now() - startedAt) / 1000)} s)`;
    if (live) process.stderr.write(`\r\x1b[K${line.slice(0, process.stderr.columns - 1)}`);
    else console.error(line);
  };
  show();
  const timer = setInterval(show, live ? TERMINAL_EVERY_MS : LOG_EVERY_MS);
  return {
    /** @param {string} now */
    say(now) {
      text = now;
    },
    /** @param {string} result */
    end(result) {
      clearInterval(timer);
      text = result;
      show();
      if (live) process.stderr.write('\n');
    },
  };
}
