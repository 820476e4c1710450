// The answer to opening a conversation as lines of JSON (application/x-ndjson), for who wants to see how far the portrait is: a line
// for each step as it begins, then the one that would have been the whole answer, or the error.
import { PassThrough, type Readable } from 'node:stream';
import { toVaktraError } from '../errors.ts';
import type { PreparingStep } from '../types.ts';

export const STEPS_TYPE = 'application/x-ndjson';

/** @param open opens the conversation; what it throws becomes the last line, as the status is sent before */
export function streamSteps(open: (onStep: (step: PreparingStep) => void) => Promise<object>): Readable {
  const lines = new PassThrough();
  const write = (line: object): void => {
    lines.write(`${JSON.stringify(line)}\n`);
  };
  void open((step) => write({ step }))
    .catch((error: unknown) => ({ error: toVaktraError(error).toJSON() }))
    .then((line) => {
      write(line);
      lines.end();
    });
  return lines;
}
