// What a request brought, held against its schema.
import type { z } from 'zod';
import { VaktraError } from '../../errors.ts';

/** @throws VaktraError `invalid_message`, which names the first field that is wrong */
export function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  const path = issue?.path.map(String).join('.') || '(body)';
  const sentence = `The request is not valid at ${path}: ${issue?.message ?? 'unknown shape'}. See docs/api.md.`;
  throw new VaktraError('invalid_message', sentence);
}
