// The log: fixed messages with the values in fields. What people say, type or upload never goes into it.
import { type DestinationStream, type Logger, pino } from 'pino';
import { prettyLine } from './pretty.ts';

export interface LogConfig {
  level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Lines for people instead of JSON; auto when standard output is a terminal. */
  pretty: boolean | 'auto';
}

/** Fields that hold what a person said or who agreed: named here so that a slip elsewhere does not write them. */
const PERSONAL_FIELDS = ['text', 'consent', 'transcript', '*.text', '*.consent', '*.transcript'];

/** A logger that writes to standard output, one line per entry. Errors go into the field `err`, with their causes. */
export function createLogger(
  { level, pretty }: LogConfig,
  output: DestinationStream & { isTTY?: boolean } = process.stdout,
): Logger {
  const forPeople = pretty === 'auto' ? output.isTTY === true : pretty;
  const destination = forPeople ? { write: (json: string) => output.write(`${prettyLine(json)}\n`) } : output;
  return pino(
    {
      level,
      base: null,
      redact: { paths: PERSONAL_FIELDS, censor: '(personal)' },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  );
}
