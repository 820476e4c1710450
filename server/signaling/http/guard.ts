// The one question that every route asks before it reads a body: who is this, and may they?
import type { FastifyRequest } from 'fastify';
import type { Access, Identity, Scope } from '../access/index.ts';

/**
 * @param sessionId the conversation that is asked for
 * @throws VaktraError as `Access.require`
 */
export function admit(access: Access, request: FastifyRequest, scope: Scope, sessionId?: string): Promise<Identity> {
  const { headers, socket } = request;
  return access.require({ headers, remoteAddress: socket.remoteAddress ?? '' }, scope, sessionId);
}
