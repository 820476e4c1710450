// The HTTP side: the page, and the routes under /v1 (docs/api.md).
import Fastify, { type FastifyInstance } from 'fastify';
import { addCors } from '../cors.ts';
import { securityHeaders } from '../headers.ts';
import { addChoices } from './choices.ts';
import { addFailures } from './failure.ts';
import { addKiosks } from './kiosks.ts';
import { addOperations } from './operations.ts';
import { addPage } from './page.ts';
import type { HttpParts } from './parts.ts';
import { addSessions } from './sessions.ts';
import { addStudio } from './studio.ts';

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
  addOperations(app, parts);
  addChoices(app, parts);
  addSessions(app, parts);
  addKiosks(app, parts);
  if (parts.studio) addStudio(app, parts.studio, parts);
  return app;
}
