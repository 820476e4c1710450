// The simple forms of speaking in a conversation: what a bot's server does without a socket.
import { z } from 'zod';
import { askFields, speakFields } from '../messages.ts';
import { speak } from '../speak.ts';
import { done, json, playback } from './answers.ts';
import type { HttpParts } from './parts.ts';
import { type Route, route } from './route.ts';
import { conversationParameters as params } from './sessions.ts';

const speakRequest = z.strictObject(speakFields);
const askRequest = z.strictObject(askFields);
const about = { method: 'POST', access: 'conversation' } as const;

export function speechRoutes({ host, attendance }: HttpParts): Route[] {
  const use = (id: string) => {
    const conversation = host.get(id);
    attendance.touch(id);
    return conversation;
  };
  return [
    route(
      {
        ...about,
        path: '/v1/sessions/:id/speak',
        summary: 'Speaks a text, behind what is being said',
        answers: {
          200: json('With `wait`: it was heard to its end, or interrupted.', playback),
          202: json('It is being spoken, or waits.', z.strictObject({ event_id: z.string() })),
        },
      },
      { params, body: speakRequest },
      async ({ params, body }, reply) => {
        const heard = await speak(use(params.id), body);
        return heard ?? reply.code(202).send({ event_id: body.event_id });
      },
    ),
    route(
      {
        ...about,
        path: '/v1/sessions/:id/ask',
        summary: 'What a visitor writes: answered as if it had been said',
        answers: { 204: done },
      },
      { params, body: askRequest },
      async ({ params, body }, reply) => {
        use(params.id).ask(body.text);
        return reply.code(204).send();
      },
    ),
    route(
      {
        ...about,
        path: '/v1/sessions/:id/interrupt',
        summary: 'Stops all speech at once and forgets what waits',
        answers: { 204: done },
      },
      { params },
      async ({ params }, reply) => {
        use(params.id).interrupt();
        return reply.code(204).send();
      },
    ),
    route(
      {
        ...about,
        path: '/v1/sessions/:id/keep_alive',
        summary: 'Counts as use, and puts off the end of a conversation that nobody uses',
        answers: { 204: done },
      },
      { params },
      async ({ params }, reply) => {
        use(params.id);
        return reply.code(204).send();
      },
    ),
  ];
}
