// What those who run the server ask: is it alive, does it take conversations, its figures. Open to everybody who reaches the port.
import { z } from 'zod';
import { json } from './answers.ts';
import type { HttpParts } from './parts.ts';
import { type Route, route } from './route.ts';

const health = z.strictObject({ status: z.literal('ok'), conversations: z.int().describe('That are open.') });
const readiness = z.strictObject({ status: z.enum(['ready', 'draining']) });

export function operationRoutes({ host, metrics, isReady }: HttpParts): Route[] {
  return [
    route(
      {
        method: 'GET',
        path: '/healthz',
        access: 'public',
        summary: 'Is the process alive?',
        answers: { 200: json('It is.', health) },
      },
      {},
      async () => ({ status: 'ok', conversations: host.size }),
    ),
    route(
      {
        method: 'GET',
        path: '/readyz',
        access: 'public',
        summary: 'Does it take conversations?',
        answers: { 200: json('It does.', readiness), 503: json('The server is about to stop.', readiness) },
      },
      {},
      async (_asked, reply) => {
        const ready = isReady();
        return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'draining' });
      },
    ),
    route(
      {
        method: 'GET',
        path: '/metrics',
        access: 'public',
        summary: 'Figures for Prometheus',
        answers: { 200: { description: 'The text format of Prometheus.', type: 'text/plain' } },
      },
      {},
      async (_asked, reply) => reply.type(metrics.contentType).send(await metrics.metrics()),
    ),
  ];
}
