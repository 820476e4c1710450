// The messages of the desk, where people stand in for avatars (docs/desk.md), as zod schemas; part of those in messages.ts.
import { z } from 'zod';
import { name, request, token } from './fields.ts';
import { rtpCapabilities } from './rtp-schema.ts';

/** Longest name of an agent, in characters: the visitor sees it. */
const MAX_AGENT_NAME_CHARS = 60;
const MAX_NOTE_CHARS = 4000;

/** What an agent's page sends. */
export const deskRequests = [
  z.strictObject({
    type: z.literal('desk.hello'),
    ...request,
    name: z.string().trim().min(1).max(MAX_AGENT_NAME_CHARS),
    token: token.optional(),
    seat: name.optional(),
  }),
  z.strictObject({ type: z.literal('desk.take'), ...request, session: name }),
  z.strictObject({
    type: z.literal('desk.say'),
    ...request,
    session: name,
    text: z.string(),
    language: name.optional(),
  }),
  z.strictObject({ type: z.literal('desk.hear'), ...request, transport: name, rtp_capabilities: rtpCapabilities }),
  z.strictObject({ type: z.literal('desk.give_back'), ...request, session: name }),
  z.strictObject({ type: z.literal('desk.note'), ...request, session: name, text: z.string().max(MAX_NOTE_CHARS) }),
  z.strictObject({ type: z.literal('desk.message_done'), ...request, message: name }),
  z.strictObject({ type: z.literal('desk.leave'), ...request }),
] as const;

const milliseconds = z.number().int().min(0);

/** What it is told. */
export const deskEvents = [
  z.strictObject({
    type: z.literal('desk.changed'),
    agents: z.array(z.string()),
    conversations: z.array(
      z.strictObject({
        session: z.string(),
        portrait: z.string(),
        language: z.string(),
        open_ms: milliseconds,
        waiting: z
          .strictObject({ position: z.number().int().min(1), waited_ms: milliseconds, reason: z.string() })
          .optional(),
        agent: z.string().optional(),
        mine: z.boolean(),
        topic: z.string().optional(),
        last: z.strictObject({ who: z.enum(['visitor', 'avatar', 'agent']), text: z.string() }).optional(),
        note: z.string(),
      }),
    ),
    messages: z.array(
      z.strictObject({ id: z.string(), at: z.string(), text: z.string(), language: z.string(), reason: z.string() }),
    ),
  }),
] as const;

export type DeskChanged = z.output<(typeof deskEvents)[0]>;
export type DeskRequest = z.output<(typeof deskRequests)[number]>;
