// Tokens for those who must not have the API key: browsers, agents, other programs.
import { z } from 'zod';
import { VaktraError } from '../../errors.ts';
import { ORIGIN_PATTERN } from '../../origins.ts';
import { SCOPES } from '../access/index.ts';
import { json } from './answers.ts';
import type { HttpParts } from './parts.ts';
import { type Route, route } from './route.ts';

const MAX_ORIGINS = 20;
const MAX_NAME_CHARS = 128;
const MAX_ORIGIN_CHARS = 200;
/** A day: whoever needs one longer asks again. */
const MAX_TTL_SECONDS = 86_400;
const MIN_TTL_SECONDS = 10;

const tokenRequest = z.strictObject({
  scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length).default(['session']).describe('What it is good for.'),
  subject: z.string().min(1).max(MAX_NAME_CHARS).optional().describe('Whom it is for, as you name them.'),
  session: z.string().min(1).max(MAX_NAME_CHARS).optional().describe('The one conversation that it opens.'),
  origins: z
    .array(z.string().max(MAX_ORIGIN_CHARS).regex(ORIGIN_PATTERN, 'must be an origin such as https://shop.example'))
    .min(1)
    .max(MAX_ORIGINS)
    .optional()
    .describe('Websites whose pages may use it.'),
  ttl_seconds: z.int().min(MIN_TTL_SECONDS).max(MAX_TTL_SECONDS).optional().describe('How long it is good for.'),
});

export function tokenRoutes({ access }: HttpParts): Route[] {
  return [
    route(
      {
        method: 'POST',
        path: '/v1/tokens',
        access: 'admin',
        summary: 'A short-lived token, for whoever has an API key',
        answers: {
          201: json('The token.', z.strictObject({ token: z.string(), expires_at: z.iso.datetime() })),
        },
      },
      { body: tokenRequest },
      async ({ body, identity }, reply) => {
        if (!identity?.issues) {
          throw new VaktraError('scope_missing', 'Only an API key gives tokens, a token does not: send the key.');
        }
        const { ttl_seconds: ttlSeconds, ...wish } = body;
        const { token, expiresAt } = await access.issue({ ...wish, ttlSeconds });
        return reply.code(201).header('cache-control', 'no-store').send({ token, expires_at: expiresAt });
      },
    ),
  ];
}
