// The kiosks over HTTP (docs/kiosk.md): they report, whoever administers sees them and has one start anew.
import { z } from 'zod';
import { KioskRegistry, kioskReport, kioskName as params } from '../kiosks/index.ts';
import { done, json } from './answers.ts';
import { type Route, route } from './route.ts';

const kioskStatus = kioskReport.omit({ page: true }).extend({
  name: z.string(),
  last_seen: z.iso.datetime(),
  is_online: z.boolean(),
  restart_pending: z.boolean(),
});

export function kioskRoutes(): Route[] {
  const kiosks = new KioskRegistry();
  return [
    route(
      {
        method: 'GET',
        path: '/v1/kiosks',
        access: 'admin',
        summary: 'The kiosks that reported, and how they do',
        answers: { 200: json('Them, by name.', z.strictObject({ kiosks: z.array(kioskStatus) })) },
      },
      {},
      async () => ({ kiosks: kiosks.list() }),
    ),
    route(
      {
        method: 'POST',
        path: '/v1/kiosks/:name/report',
        access: 'session',
        summary: 'What a kiosk tells about itself',
        answers: {
          200: json('Whether its page is to be loaded anew.', z.strictObject({ restart: z.boolean() })),
        },
      },
      { params, body: kioskReport },
      async ({ params, body }) => kiosks.report(params.name, body),
    ),
    route(
      {
        method: 'POST',
        path: '/v1/kiosks/:name/restart',
        access: 'admin',
        summary: "Has a kiosk's page loaded anew at its next report",
        answers: { 204: done },
      },
      { params },
      async ({ params }, reply) => {
        kiosks.restart(params.name);
        return reply.code(204).send();
      },
    ),
  ];
}
