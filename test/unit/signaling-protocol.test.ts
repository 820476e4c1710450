// docs/protocol.md and the schemas of the messages must say the same: names, fields, and which fields may be missing.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { clientMessage, serverMessage } from '../../server/signaling/messages.ts';

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

/** The rows of the first table below a heading, as message -> fields. */
function tableBelow(heading: string): Record<string, string[]> {
  const section = page.split(`### ${heading}\n`)[1]?.split('\n### ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return Object.fromEntries(
    rows.map((row) => {
      const [, message = '', fields = ''] = row.split('|');
      return [message.replaceAll('`', '').trim(), [...fields.matchAll(/`([^`]+)`/g)].map(([, field]) => field ?? '')];
    }),
  );
}

function fieldsOf(union: { options: readonly z.ZodObject[] }, ignored: string[]): Record<string, string[]> {
  return Object.fromEntries(
    union.options.map(({ shape }) => {
      const [type] = (shape.type as z.ZodLiteral<string>).values;
      const fields = Object.entries(shape)
        .filter(([field]) => !ignored.includes(field))
        .map(([field, schema]) => `${field}${(schema as z.ZodType).safeParse(undefined).success ? '?' : ''}`);
      return [type, fields];
    }),
  );
}

describe('docs/protocol.md', () => {
  it('lists every message of a client with its fields', () => {
    expect(tableBelow('From the client')).toEqual(fieldsOf(clientMessage, ['type', 'id']));
  });

  it('lists every message of the server with its fields', () => {
    expect(tableBelow('From the server')).toEqual(fieldsOf(serverMessage, ['type']));
  });
});
