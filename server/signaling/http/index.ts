// The HTTP side: the page, and the routes under /v1 (docs/api.md).
import Fastify, { type FastifyInstance } from 'fastify';
import { addCors } from '../cors.ts';
import { securityHeaders } from '../headers.ts';
import { choiceRoutes } from './choices.ts';
import { consentRoutes } from './consents.ts';
import { addFailures } from './failure.ts';
import { kioskRoutes } from './kiosks.ts';
import { openapiRoute } from './openapi.ts';
import { operationRoutes } from './operations.ts';
import { addPage } from './page.ts';
import type { HttpParts } from './parts.ts';
import { addRoutes, type Route } from './route.ts';
import { sessionRoutes } from './sessions.ts';
import { speechRoutes } from './speech.ts';
import { studioRoutes } from './studio.ts';
import { tokenRoutes } from './tokens.ts';

/** A form over the picture limit is read up to this many times that limit, so that its sender gets a readable answer. */
const UPLOAD_HEADROOM = 3;

export type { MetricsRegistry } from './parts.ts';

export function createHttp(parts: HttpParts): FastifyInstance {
  // The cast hides only which of Node's two servers it is: both take requests and upgrades alike.
  const app = Fastify({
    logger: false,
    bodyLimit: parts.maxMessageBytes,
    ...(parts.tls && { https: parts.tls }),
  }) as FastifyInstance;
  addCors(app, parts.origins);
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(securityHeaders);
  });
  addFailures(app, parts);
  addPage(app, parts);
  app.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit: UPLOAD_HEADROOM * parts.maxPictureBytes },
    (_request, body, done) => done(null, body),
  );
  addJson(app);
  const routes = allRoutes(parts);
  addRoutes(app, [...routes, openapiRoute(routes)], parts.access);
  return app;
}

/** Many clients say that they send JSON although a request has no body. */
function addJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parse(request, String(body), done);
  });
}

function allRoutes(parts: HttpParts): Route[] {
  const { studio, maxPictureBytes } = parts;
  return [
    ...tokenRoutes(parts),
    ...sessionRoutes(parts),
    ...speechRoutes(parts),
    ...choiceRoutes(parts),
    ...(studio ? [...studioRoutes(studio, maxPictureBytes), ...consentRoutes(studio, maxPictureBytes)] : []),
    ...kioskRoutes(),
    ...operationRoutes(parts),
  ];
}
