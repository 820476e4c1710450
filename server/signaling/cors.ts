// Which other websites' pages may talk to this server from a browser (CORS, Fetch Standard section 3.2). The own pages need none of it.
import type { FastifyInstance } from 'fastify';
import { isListed } from '../origins.ts';

const METHODS = 'GET, POST, PUT, PATCH, DELETE';
const REQUEST_HEADERS = 'authorization, content-type';
const ANSWER_HEADERS = 'retry-after';
/** How long a browser may remember that it may, in seconds. */
const MAX_AGE_SECONDS = 600;
const NO_CONTENT = 204;

/** @param origins such as `https://shop.example`, `https://*.shop.example` (any name below it) or `*` */
export function addCors(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    // A cache between must not give one site the answer that was made for another.
    reply.header('vary', 'origin');
    if (origin === undefined || !isListed(origin, origins)) return;
    reply.headers({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': ANSWER_HEADERS,
      'cross-origin-resource-policy': 'cross-origin',
    });
    if (request.method !== 'OPTIONS') return;
    reply.headers({
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': REQUEST_HEADERS,
      'access-control-max-age': MAX_AGE_SECONDS,
    });
    await reply.code(NO_CONTENT).send();
  });
}
