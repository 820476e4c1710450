// What a conversation may be opened with: portraits and their pictures, languages, topics. Open to everybody, as pictures in a page
// carry no token.
import { z } from 'zod';
import { json, portraitSummary } from './answers.ts';
import type { HttpParts } from './parts.ts';
import { type Route, route } from './route.ts';

/** A portrait at rest: in a list, and where the living one is to appear. */
const STILL_SIZES_PX = { 'thumbnail.jpg': 192, 'still.jpg': 512 };
/** Longest language tag that anybody uses (RFC 5646 section 4.4.1), in characters. */
const MAX_TAG_CHARS = 35;
/** Shipped portraits change only with a new version of the server. */
const THUMBNAIL_MAX_AGE_SECONDS = 3600;

const stillParameters = z.object({ id: z.string().min(1), picture: z.enum(['thumbnail.jpg', 'still.jpg']) });
const topicsQuery = z.object({ language: z.string().min(1).max(MAX_TAG_CHARS) });
const about = { method: 'GET', access: 'public' } as const;

export function choiceRoutes({ host, maxPictureBytes }: HttpParts): Route[] {
  return [
    route(
      {
        ...about,
        path: '/v1/portraits',
        summary: 'The portraits that come with the server',
        answers: {
          200: json(
            'Them, and how large an uploaded picture may be.',
            z.strictObject({ portraits: z.array(portraitSummary), max_picture_bytes: z.int() }),
          ),
        },
      },
      {},
      async () => ({ portraits: host.portraits(), max_picture_bytes: maxPictureBytes }),
    ),
    route(
      {
        ...about,
        path: '/v1/portraits/:id/:picture',
        summary: 'A portrait at rest, 192 or 512 pixels wide',
        answers: { 200: { description: 'The picture.', type: 'image/jpeg' } },
      },
      { params: stillParameters },
      async ({ params: { id, picture } }, reply) => {
        const jpeg = await host.portraitThumbnail(id, STILL_SIZES_PX[picture]);
        reply.header('cache-control', `public, max-age=${THUMBNAIL_MAX_AGE_SECONDS}`);
        return reply.type('image/jpeg').send(Buffer.from(jpeg));
      },
    ),
    route(
      {
        ...about,
        path: '/v1/languages',
        summary: 'The languages that text is spoken in',
        answers: {
          200: json(
            'Them.',
            z.strictObject({ languages: z.array(z.strictObject({ id: z.string(), name: z.string() })) }),
          ),
        },
      },
      {},
      async () => ({ languages: host.languages() }),
    ),
    route(
      {
        ...about,
        path: '/v1/topics',
        summary: 'What visitors may ask in a language',
        answers: {
          200: json("What the bot's folder has.", z.strictObject({ topics: z.array(z.string()) })),
        },
      },
      { query: topicsQuery },
      async ({ query }) => ({ topics: host.topics(query.language) }),
    ),
  ];
}
