// The kiosks over HTTP (docs/kiosk.md): they report, whoever administers sees them and has one start anew.
import type { FastifyInstance } from 'fastify';
import { KioskRegistry, kioskName, kioskReport } from '../kiosks/index.ts';
import { check } from './check.ts';
import { requireAdmin } from './local-only.ts';

export function addKiosks(app: FastifyInstance): void {
  const kiosks = new KioskRegistry();
  app.get('/v1/kiosks', { onRequest: requireAdmin }, async () => ({ kiosks: kiosks.list() }));
  app.post('/v1/kiosks/:name/report', async (request) =>
    kiosks.report(check(kioskName, request.params).name, check(kioskReport, request.body)),
  );
  app.post('/v1/kiosks/:name/restart', { onRequest: requireAdmin }, async (request, reply) => {
    kiosks.restart(check(kioskName, request.params).name);
    return reply.code(204).send();
  });
}
