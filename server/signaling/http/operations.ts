// What those who run the server ask: is it alive, does it take conversations, its figures. Open to everybody who reaches the port.
import type { FastifyInstance } from 'fastify';
import type { HttpParts } from './parts.ts';

export function addOperations(app: FastifyInstance, { host, metrics, isReady }: HttpParts): void {
  app.get('/healthz', async () => ({ status: 'ok', conversations: host.size }));
  app.get('/readyz', async (_request, reply) => {
    const ready = isReady();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'draining' });
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));
}
