// The HTTP side: the page, portraits and languages, opening a conversation and the simple forms of speaking in one,
// health and metrics. Every failure is answered as `{ error: { code, status, message } }`.
import { existsSync } from 'node:fs';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { z } from 'zod';
import { toVaktraError, VaktraError } from '../errors.ts';
import type { ConversationHost, ConversationOptions } from '../session/index.ts';
import type { PreparingStep } from '../types.ts';
import type { Attendance } from './attendance.ts';
import { addCors } from './cors.ts';
import { securityHeaders } from './headers.ts';
import { check } from './http/check.ts';
import { addKiosks } from './http/kiosks.ts';
import { addStudio, type StudioRouteParts } from './http/studio.ts';
import { chosenLook, lookFields } from './look.ts';
import { moodFields } from './messages.ts';
import { readMood } from './mood.ts';
import { STEPS_TYPE, streamSteps } from './opening-steps.ts';
import { pictureTooLarge, readUpload } from './upload.ts';

/** A form over the picture limit is read up to this many times that limit, so that its sender gets a readable answer. */
const UPLOAD_HEADROOM = 3;
/** A portrait at rest: in a list, and where the living one is to appear. */
const STILL_SIZES_PX = { 'thumbnail.jpg': 192, 'still.jpg': 512 };
/** Longest language tag that anybody uses (RFC 5646 section 4.4.1), in characters. */
const MAX_TAG_CHARS = 35;
/** When a refused client may try again: a conversation lasts minutes, but many are open. */
const RETRY_AFTER_SECONDS = 30;
/** Shipped portraits change only with a new version of the server. */
const THUMBNAIL_MAX_AGE_SECONDS = 3600;
/** Vite names the files in these folders by their content, so a browser may keep them for good. */
const HASHED = /[\\/](assets|widget)[\\/]/;
const ASSET_MAX_AGE_SECONDS = 31_536_000;

/** What `/metrics` needs of a prom-client registry. */
export interface MetricsRegistry {
  readonly contentType: string;
  metrics(): Promise<string>;
}

export interface HttpParts {
  /** The built page. */
  clientDirectory: string;
  maxMessageBytes: number;
  maxPictureBytes: number;
  /** Other websites whose pages may ask. */
  origins: readonly string[];
  /** Certificate and key of https; undefined for http. */
  tls: { cert: Buffer; key: Buffer } | undefined;
  host: ConversationHost;
  /** Undefined where no avatars are kept. */
  studio: StudioRouteParts | undefined;
  attendance: Attendance;
  metrics: MetricsRegistry;
  logger: Logger;
  /** False once the server drains: it takes no new conversations. */
  isReady: () => boolean;
}

const sessionRequest = z
  .strictObject({ portrait: z.string().min(1).optional(), avatar: z.string().min(1).optional(), ...lookFields })
  .refine(({ portrait, avatar }) => (portrait === undefined) !== (avatar === undefined), {
    path: ['portrait'],
    message: 'name either a portrait or an avatar',
  });
/** What an avatar's maker chose, of all options. */
const ownLook = z.object({ background: lookFields.background, framing: lookFields.framing });
const speakRequest = z.strictObject({
  event_id: z.string().min(1).max(128),
  text: z.string(),
  language: z.string().min(1).optional(),
  ...moodFields,
});
const stillParameters = z.object({ id: z.string().min(1), picture: z.enum(['thumbnail.jpg', 'still.jpg']) });
const topicsQuery = z.object({ language: z.string().min(1).max(MAX_TAG_CHARS) });
const idParameter = z.object({ id: z.string().min(1) });

export function createHttp(parts: HttpParts): FastifyInstance {
  // The cast hides only which of Node's two servers it is: both take requests and upgrades alike.
  const app = Fastify({
    logger: false,
    bodyLimit: parts.maxMessageBytes,
    ...(parts.tls && { https: parts.tls }),
  }) as FastifyInstance;
  addCors(app, parts.origins);
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(securityHeaders);
  });
  app.setErrorHandler((error: FastifyError, request, reply) => fail(error, request, reply, parts));
  app.setNotFoundHandler((request, reply) => {
    const sentence = `There is nothing at ${request.method} ${request.url}: see docs/protocol.md for the routes.`;
    return fail(new VaktraError('route_unknown', sentence), request, reply, parts);
  });
  addPage(app, parts);
  addOperations(app, parts);
  addChoices(app, parts);
  addSessions(app, parts);
  addKiosks(app);
  if (parts.studio) addStudio(app, parts.studio);
  return app;
}

function addPage(app: FastifyInstance, { clientDirectory, logger }: HttpParts): void {
  if (!existsSync(clientDirectory)) {
    logger.warn({ clientDirectory }, 'the page is not built, "/" answers 404: run "npx vite build client"');
    return;
  }
  app.register(fastifyStatic, {
    root: clientDirectory,
    // /studio leads to /studio/, to which the page's addresses are relative.
    redirect: true,
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

function addOperations(app: FastifyInstance, { host, metrics, isReady }: HttpParts): void {
  app.get('/healthz', async () => ({ status: 'ok', conversations: host.size }));
  app.get('/readyz', async (_request, reply) => {
    const ready = isReady();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'draining' });
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));
}

function addChoices(app: FastifyInstance, { host, maxPictureBytes }: HttpParts): void {
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

function addSessions(app: FastifyInstance, parts: HttpParts): void {
  const { host, attendance, isReady, maxPictureBytes } = parts;
  app.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit: UPLOAD_HEADROOM * maxPictureBytes },
    (_request, body, done) => done(null, body),
  );

  app.post('/v1/sessions', async (request, reply) => {
    if (!isReady()) throw new VaktraError('conversations_full', 'The server is stopping: use another one.');
    const wish = await readWish(request, parts);
    const open = async (onStep?: (step: PreparingStep) => void): Promise<object> => {
      const conversation = await host.create({ ...wish, onStep });
      attendance.watch(conversation);
      return { id: conversation.id, portrait: conversation.portrait, video: conversation.video };
    };
    if (request.headers.accept === STEPS_TYPE) return reply.type(STEPS_TYPE).send(streamSteps(open));
    return reply.code(201).send(await open());
  });
  app.get('/v1/sessions/:id', async (request) => {
    const conversation = host.get(check(idParameter, request.params).id);
    const { id, portrait, video } = conversation;
    return { id, portrait, video, stats: conversation.stats() };
  });
  app.post('/v1/sessions/:id/speak', async (request, reply) => {
    const conversation = host.get(check(idParameter, request.params).id);
    const { event_id: eventId, text, language, ...mood } = check(speakRequest, request.body);
    attendance.touch(conversation.id);
    await conversation.speak({ eventId, text, language, mood: readMood(mood) });
    return reply.code(202).send({ event_id: eventId });
  });
  app.post('/v1/sessions/:id/interrupt', async (request, reply) => {
    const conversation = host.get(check(idParameter, request.params).id);
    attendance.touch(conversation.id);
    conversation.interrupt();
    return reply.code(204).send();
  });
  app.delete('/v1/sessions/:id', async (request, reply) => {
    await host.get(check(idParameter, request.params).id).close();
    return reply.code(204).send();
  });
}

async function readWish(
  request: FastifyRequest,
  { maxPictureBytes, studio }: HttpParts,
): Promise<Pick<ConversationOptions, 'portrait' | 'look'>> {
  const contentType = request.headers['content-type'];
  if (!(request.body instanceof Uint8Array) || contentType === undefined) {
    const { portrait = '', avatar, ...look } = check(sessionRequest, request.body);
    if (avatar === undefined) return { portrait: { id: portrait }, look: chosenLook(look) };
    const own = (await studio?.studio.avatars.get(avatar))?.options;
    return { portrait: { avatar }, look: chosenLook({ ...check(ownLook, own ?? {}), ...look }) };
  }
  const { portrait, look, backgroundPicture } = await readUpload(request.body, contentType, maxPictureBytes);
  return { portrait, look: chosenLook(check(z.object(lookFields), look), backgroundPicture) };
}

function fail(error: Error, request: FastifyRequest, reply: FastifyReply, parts: HttpParts): FastifyReply {
  const failure = fromFastify(error, request, parts) ?? toVaktraError(error);
  if (failure.code === 'conversations_full') reply.header('retry-after', RETRY_AFTER_SECONDS);
  else if (failure.status >= 500) parts.logger.error({ err: error, url: request.url }, 'request failed');
  return reply.code(failure.status).send({ error: failure.toJSON() });
}

/** Fastify's own refusals of a body (its codes begin with FST_ERR_CTP) in our words. */
function fromFastify(error: Error, request: FastifyRequest, parts: HttpParts): VaktraError | undefined {
  const { code, statusCode } = error as Partial<FastifyError>;
  if (error instanceof VaktraError || code === undefined || statusCode === undefined || statusCode >= 500) {
    return undefined;
  }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const bytes = Number(request.headers['content-length']);
    if (request.headers['content-type']?.startsWith('multipart/')) return pictureTooLarge(bytes, parts.maxPictureBytes);
    const sentence = `A body of ${bytes} bytes is over the limit of ${parts.maxMessageBytes}: send it in parts.`;
    return new VaktraError('message_too_large', sentence, { cause: error });
  }
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || code === 'FST_ERR_CTP_EMPTY_JSON_BODY') {
    return new VaktraError('message_not_decodable', 'The body is not JSON: send JSON.', { cause: error });
  }
  return new VaktraError('invalid_message', `The request was refused: ${error.message}.`, { cause: error });
}
