// The built page and the widget's files.
import { existsSync, globSync } from 'node:fs';
import { dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { HttpParts } from './parts.ts';

/** Vite names the files in these folders by their content, so a browser may keep them for good. */
const HASHED = /[\\/](assets|widget)[\\/]/;
const ASSET_MAX_AGE_SECONDS = 31_536_000;

export function addPage(app: FastifyInstance, { clientDirectory, logger }: HttpParts): void {
  if (!existsSync(clientDirectory)) {
    logger.warn({ clientDirectory }, 'the page is not built, "/" answers 404: run "npx vite build client"');
    return;
  }
  // /studio leads to /studio/, to which the page's addresses are relative; so is the way there, since a proxy may have taken a path off.
  for (const page of globSync('*/index.html', { cwd: clientDirectory }).map(dirname)) {
    app.get(`/${page}`, (request, reply) => {
      const query = request.url.indexOf('?');
      return reply.redirect(`${page}/${query < 0 ? '' : request.url.slice(query)}`);
    });
  }
  app.register(fastifyStatic, {
    root: clientDirectory,
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.header(
        'cache-control',
        HASHED.test(path) ? `public, max-age=${ASSET_MAX_AGE_SECONDS}, immutable` : 'no-cache',
      );
      // Any website may load the widget; whether its conversations are taken is decided where they are opened.
      reply.header('access-control-allow-origin', '*');
      reply.header('cross-origin-resource-policy', 'cross-origin');
    },
  });
}
