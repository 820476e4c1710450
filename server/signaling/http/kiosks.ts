// The kiosks over HTTP (docs/kiosk.md): they report, whoever administers sees them and has one start anew.
import type { FastifyInstance } from 'fastify';
import { KioskRegistry, kioskName, kioskReport } from '../kiosks/index.ts';
import { check } from './check.ts';
import { admit } from './guard.ts';
import type { HttpParts } from './parts.ts';

export function addKiosks(app: FastifyInstance, { access }: HttpParts): void {
  const kiosks = new KioskRegistry();
  app.get('/v1/kiosks', async (request) => {
    await admit(access, request, 'admin');
    return { kiosks: kiosks.list() };
  });
  app.post('/v1/kiosks/:name/report', async (request) => {
    await admit(access, request, 'session');
    return kiosks.report(check(kioskName, request.params).name, check(kioskReport, request.body));
  });
  app.post('/v1/kiosks/:name/restart', async (request, reply) => {
    await admit(access, request, 'admin');
    kiosks.restart(check(kioskName, request.params).name);
    return reply.code(204).send();
  });
}
