import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../server/config.ts';
import { ERROR_STATUS, toVaktraError, VaktraError } from '../../server/errors.ts';

/** Rows of the page's tables: | `code` | status | meaning | advice |. */
function documented(): { code: string; status: number; meaning: string; advice: string }[] {
  const page = readFileSync(join(PROJECT_ROOT, 'docs/errors.md'), 'utf8');
  return [...page.matchAll(/^\| `(\w+)` \| (\d+) \| (.+?) \| (.+?) \|$/gm)].map(
    ([, code = '', status, meaning = '', advice = '']) => ({ code, status: Number(status), meaning, advice }),
  );
}

describe('docs/errors.md', () => {
  it('lists every code once, with its status, in the order of server/errors.ts', () => {
    expect(documented().map(({ code, status }) => [code, status])).toEqual(Object.entries(ERROR_STATUS));
  });

  it('says of every code what it means and what to do, in sentences', () => {
    for (const { code, meaning, advice } of documented()) {
      expect(meaning, code).toMatch(/^[A-Z].{15,}\.$/);
      expect(advice, code).toMatch(/^.{10,}\.$/);
    }
  });
});

describe('VaktraError', () => {
  it('goes over the wire as code, status and sentence, without stack or cause', () => {
    const error = new VaktraError('text_too_long', 'The text has 2001 characters.', { cause: new Error('inner') });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: 'text_too_long',
      status: 400,
      message: 'The text has 2001 characters.',
    });
  });

  it('is passed through unchanged when it is one already', () => {
    const error = new VaktraError('route_unknown', 'There is no /v2.');
    expect(toVaktraError(error)).toBe(error);
  });

  it('is made of anything else that is thrown, which stays as the cause', () => {
    const cause = new TypeError('x is undefined');
    expect(toVaktraError(cause)).toMatchObject({ code: 'internal', status: 500, cause });
    expect(toVaktraError('only text').message).toContain('only text');
  });
});
