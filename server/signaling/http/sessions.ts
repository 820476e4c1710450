// Opening a conversation, and the simple forms of speaking in one.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { VaktraError } from '../../errors.ts';
import type { PreparingStep } from '../../types.ts';
import { moodFields } from '../messages.ts';
import { readMood } from '../mood.ts';
import { STEPS_TYPE, streamSteps } from '../opening-steps.ts';
import { check } from './check.ts';
import type { HttpParts } from './parts.ts';
import { readWish } from './wish.ts';

/** A form over the picture limit is read up to this many times that limit, so that its sender gets a readable answer. */
const UPLOAD_HEADROOM = 3;

const speakRequest = z.strictObject({
  event_id: z.string().min(1).max(128),
  text: z.string(),
  language: z.string().min(1).optional(),
  ...moodFields,
});
const idParameter = z.object({ id: z.string().min(1) });

export function addSessions(app: FastifyInstance, parts: HttpParts): void {
  const { host, attendance, isReady, maxPictureBytes } = parts;
  app.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit: UPLOAD_HEADROOM * maxPictureBytes },
    (_request, body, done) => done(null, body),
  );

  app.post('/v1/sessions', async (request, reply) => {
    if (!isReady()) throw new VaktraError('conversations_full', 'The server is stopping: use another one.');
    const wish = await readWish(request, parts);
    const open = async (onStep?: (step: PreparingStep) => void): Promise<object> => {
      const conversation = await host.create({ ...wish, onStep });
      attendance.watch(conversation);
      return { id: conversation.id, portrait: conversation.portrait, video: conversation.video };
    };
    if (request.headers.accept === STEPS_TYPE) return reply.type(STEPS_TYPE).send(streamSteps(open));
    return reply.code(201).send(await open());
  });
  app.get('/v1/sessions/:id', async (request) => {
    const conversation = host.get(idOf(request));
    const { id, portrait, video } = conversation;
    return { id, portrait, video, stats: conversation.stats() };
  });
  app.post('/v1/sessions/:id/speak', async (request, reply) => {
    const conversation = host.get(idOf(request));
    const { event_id: eventId, text, language, ...mood } = check(speakRequest, request.body);
    attendance.touch(conversation.id);
    await conversation.speak({ eventId, text, language, mood: readMood(mood) });
    return reply.code(202).send({ event_id: eventId });
  });
  app.post('/v1/sessions/:id/interrupt', async (request, reply) => {
    const conversation = host.get(idOf(request));
    attendance.touch(conversation.id);
    conversation.interrupt();
    return reply.code(204).send();
  });
  app.delete('/v1/sessions/:id', async (request, reply) => {
    await host.get(idOf(request)).close();
    return reply.code(204).send();
  });
}

function idOf(request: FastifyRequest): string {
  return check(idParameter, request.params).id;
}
