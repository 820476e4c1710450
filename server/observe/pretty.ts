// One JSON log line as a line for people: time of day, level where it matters, message, fields.

interface LoggedError {
  message?: string;
  code?: string;
  stack?: string;
}

const TIME_OF_DAY = { start: 11, end: 19 };

/** `14:03:07 ERROR media worker died  port=40000 pid=77`, with an error's stack indented below. */
export function prettyLine(json: string): string {
  const { time, level, msg, err, ...fields } = JSON.parse(json) as Record<string, unknown> & { err?: LoggedError };
  const clock = String(time).slice(TIME_OF_DAY.start, TIME_OF_DAY.end);
  const severity = level === 'info' ? [] : [String(level).toUpperCase()];
  const values = Object.entries(fields).map(([key, value]) => `${key}=${bare(value)}`);
  const gap = values.length > 0 ? [''] : [];
  const line = [clock, ...severity, String(msg ?? ''), ...gap, ...values].join(' ');
  return err === undefined ? line : `${line}\n${indented(err)}`;
}

function bare(value: unknown): string {
  return typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value);
}

function indented({ code, message, stack }: LoggedError): string {
  const text = stack ?? message ?? 'no message';
  const coded = code === undefined ? text : `[${code}] ${text}`;
  return coded.replaceAll(/^/gm, '    ');
}
