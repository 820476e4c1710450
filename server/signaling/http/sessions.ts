// Opening a conversation, how it stands, and its end.
import { z } from 'zod';
import { VaktraError } from '../../errors.ts';
import type { PreparingStep } from '../../types.ts';
import type { Identity } from '../access/index.ts';
import { announcementFor } from '../announcement.ts';
import { statsOf } from '../events.ts';
import { STEPS_TYPE, streamSteps } from '../opening-steps.ts';
import { done, json, openedSession, sessionState } from './answers.ts';
import type { HttpParts } from './parts.ts';
import { type Route, route } from './route.ts';
import { readWish, sessionForm, sessionRequest } from './wish.ts';

export const conversationParameters = z.object({ id: z.string().min(1) });

export function sessionRoutes(parts: HttpParts): Route[] {
  const { host, attendance, webhooks, isReady } = parts;
  return [
    route(
      {
        method: 'POST',
        path: '/v1/sessions',
        access: 'session',
        summary: 'Opens a conversation',
        answers: {
          200: {
            description:
              'With "Accept: application/x-ndjson": a line for each step of preparing, then the answer or error.',
            type: STEPS_TYPE,
          },
          201: json('It is open.', openedSession),
        },
      },
      { body: sessionRequest, form: sessionForm },
      async ({ body, form, request, identity }, reply) => {
        if (!isReady()) throw new VaktraError('conversations_full', 'The server is stopping: use another one.');
        const wish = await readWish(form ?? body, parts);
        const open = async (onStep?: (step: PreparingStep) => void): Promise<object> => {
          const conversation = await host.create({ ...wish, onStep });
          attendance.watch(conversation);
          webhooks?.watch(conversation);
          const { id, portrait, video } = conversation;
          const announcement = announcementFor(request.headers['accept-language'], parts.announcements);
          return { id, portrait, video, announcement, ...(await tokenFor(id, identity, parts)) };
        };
        if (request.headers.accept === STEPS_TYPE) return reply.type(STEPS_TYPE).send(streamSteps(open));
        return reply.code(201).send(await open());
      },
    ),
    route(
      {
        method: 'GET',
        path: '/v1/sessions/:id',
        access: 'conversation',
        summary: 'How a conversation stands, and what was said in it',
        answers: { 200: json('Its state.', sessionState) },
      },
      { params: conversationParameters },
      async ({ params }) => {
        const conversation = host.get(params.id);
        const { id, portrait, video, transcript } = conversation;
        return { id, portrait, video, stats: statsOf(conversation.stats()), transcript };
      },
    ),
    route(
      {
        method: 'DELETE',
        path: '/v1/sessions/:id',
        access: 'conversation',
        summary: 'Ends a conversation for all who are in it',
        answers: { 204: done },
      },
      { params: conversationParameters },
      async ({ params }, reply) => {
        await host.get(params.id).close();
        return reply.code(204).send();
      },
    ),
  ];
}

/** Whoever opened a conversation gets a token for it, so that a page need not keep one that opens others. */
async function tokenFor(
  session: string,
  identity: Identity | undefined,
  { access, sessionTokenSeconds }: HttpParts,
): Promise<{ token?: string }> {
  if (access.isOpen) return {};
  const { subject, origins } = identity ?? {};
  const { token } = await access.issue({
    scopes: ['session'],
    session,
    subject,
    origins,
    ttlSeconds: sessionTokenSeconds,
  });
  return { token };
}
