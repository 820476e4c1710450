// Who administers: whoever is on this machine.
import type { FastifyRequest } from 'fastify';
import { VaktraError } from '../../errors.ts';

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

/** @throws VaktraError `route_unknown` for requests from elsewhere */
export async function requireAdmin({ socket, headers, url }: FastifyRequest): Promise<void> {
  const isLocal = LOOPBACK.test(socket.remoteAddress ?? '') && headers['x-forwarded-for'] === undefined;
  if (!isLocal) throw new VaktraError('route_unknown', `${url} is for the machine that the server runs on.`);
}
