// What the routes answer, as schemas; a test holds the answers against them.
import { z } from 'zod';
import { ERROR_STATUS, type ErrorCode } from '../../errors.ts';
import { PORTRAIT_WARNINGS } from '../../types.ts';
import { statsFields } from '../messages.ts';
import type { Answer } from './route.ts';

const share = z.number().min(0).max(1);
const errorCode = z.enum(Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]]);

export const failure = z.strictObject({
  error: z.strictObject({
    code: errorCode,
    status: z.int(),
    message: z.string().describe('What was received, and what to do.'),
    faces: z
      .array(z.strictObject({ left: share, top: share, width: share, height: share }))
      .optional()
      .describe('The faces of a picture that shows several, as shares of its size.'),
  }),
});

export const portraitSummary = z.strictObject({
  id: z.string(),
  title: z.string(),
  artist: z.string(),
  year: z.string(),
  licence: z.string(),
});

const conversationFields = {
  id: z.string(),
  portrait: z.strictObject({
    id: z.string(),
    title: z.string(),
    warnings: z.array(z.strictObject({ code: z.enum(PORTRAIT_WARNINGS), message: z.string() })),
  }),
  video: z.strictObject({ width: z.int(), height: z.int(), matte: z.enum(['none', 'below']) }),
};

export const openedSession = z.strictObject({
  ...conversationFields,
  announcement: z
    .string()
    .describe('That one talks with an AI, in the language of Accept-Language: to be shown or said at first contact.'),
  token: z.string().optional().describe('Opens this conversation and no other; only where access is closed.'),
});

export const sessionState = z.strictObject({
  ...conversationFields,
  stats: z.strictObject(statsFields),
  transcript: z.array(
    z.strictObject({
      who: z.enum(['visitor', 'avatar', 'agent']),
      text: z.string(),
      sample: z.int(),
      refused: z.literal(true).optional(),
    }),
  ),
});

export const playback = z.strictObject({
  event_id: z.string(),
  playback_position: z.int().describe('Samples of it that were heard, 48 000 a second.'),
  measure: z.enum(['sent', 'heard']).describe('"sent" where no client reported its playout delay.'),
  interrupted: z.boolean(),
  text: z.string().describe('The words that were heard; empty for pushed audio.'),
});

export const done: Answer = { description: 'Done.' };

export function json(description: string, schema: z.ZodType): Answer {
  return { description, schema };
}
