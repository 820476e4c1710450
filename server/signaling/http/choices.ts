// What a conversation may be opened with: portraits and their pictures, languages, topics. Open to everybody, as pictures in a page
// carry no token.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { check } from './check.ts';
import type { HttpParts } from './parts.ts';

/** A portrait at rest: in a list, and where the living one is to appear. */
const STILL_SIZES_PX = { 'thumbnail.jpg': 192, 'still.jpg': 512 };
/** Longest language tag that anybody uses (RFC 5646 section 4.4.1), in characters. */
const MAX_TAG_CHARS = 35;
/** Shipped portraits change only with a new version of the server. */
const THUMBNAIL_MAX_AGE_SECONDS = 3600;

const stillParameters = z.object({ id: z.string().min(1), picture: z.enum(['thumbnail.jpg', 'still.jpg']) });
const topicsQuery = z.object({ language: z.string().min(1).max(MAX_TAG_CHARS) });

export function addChoices(app: FastifyInstance, { host, maxPictureBytes }: HttpParts): void {
  app.get('/v1/portraits', async () => ({ portraits: host.portraits(), max_picture_bytes: maxPictureBytes }));
  app.get('/v1/portraits/:id/:picture', async (request, reply) => {
    const { id, picture } = check(stillParameters, request.params);
    const jpeg = await host.portraitThumbnail(id, STILL_SIZES_PX[picture]);
    reply.header('cache-control', `public, max-age=${THUMBNAIL_MAX_AGE_SECONDS}`);
    return reply.type('image/jpeg').send(Buffer.from(jpeg));
  });
  app.get('/v1/languages', async () => ({ languages: host.languages() }));
  app.get('/v1/topics', async (request) => ({ topics: host.topics(check(topicsQuery, request.query).language) }));
}
