// Every failure as an answer: `{ error: { code, status, message } }`.
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { toVaktraError, VaktraError } from '../../errors.ts';
import { pictureTooLarge } from '../upload.ts';
import type { HttpParts } from './parts.ts';

/** When a refused client may try again: a conversation lasts minutes, but many are open. */
const RETRY_AFTER_SECONDS = 30;

export function addFailures(app: FastifyInstance, parts: HttpParts): void {
  app.setErrorHandler((error: FastifyError, request, reply) => fail(error, request, reply, parts));
  app.setNotFoundHandler((request, reply) => {
    const sentence = `There is nothing at ${request.method} ${request.url}: see docs/api.md for the routes.`;
    return fail(new VaktraError('route_unknown', sentence), request, reply, parts);
  });
}

function fail(error: Error, request: FastifyRequest, reply: FastifyReply, parts: HttpParts): FastifyReply {
  const failure = fromFastify(error, request, parts) ?? toVaktraError(error);
  parts.countError(failure);
  if (failure.code === 'conversations_full') reply.header('retry-after', RETRY_AFTER_SECONDS);
  else if (failure.status >= 500) parts.logger.error({ err: error, url: request.url }, 'request failed');
  // RFC 6750, section 3.
  if (failure.status === 401) reply.header('www-authenticate', 'Bearer realm="vaktra"');
  return reply.code(failure.status).send({ error: failure.toJSON() });
}

/** Fastify's own refusals of a body (its codes begin with FST_ERR_CTP) in our words. */
function fromFastify(error: Error, request: FastifyRequest, parts: HttpParts): VaktraError | undefined {
  const { code, statusCode } = error as Partial<FastifyError>;
  if (error instanceof VaktraError || code === undefined || statusCode === undefined || statusCode >= 500) {
    return undefined;
  }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const bytes = Number(request.headers['content-length']);
    if (request.headers['content-type']?.startsWith('multipart/')) return pictureTooLarge(bytes, parts.maxPictureBytes);
    const sentence = `A body of ${bytes} bytes is over the limit of ${parts.maxMessageBytes}: send it in parts.`;
    return new VaktraError('message_too_large', sentence, { cause: error });
  }
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY') {
    return new VaktraError('message_not_decodable', 'The body is not JSON: send JSON.', { cause: error });
  }
  return new VaktraError('invalid_message', `The request was refused: ${error.message}.`, { cause: error });
}
