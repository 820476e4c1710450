// A route as data: what it is called, who may ask, what it takes and answers. The server's routes, the OpenAPI description and the tests
// of docs/api.md are all made from the same list of these.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { VaktraError } from '../../errors.ts';
import type { Access, Identity, Scope } from '../access/index.ts';
import { parseForm } from '../upload.ts';
import { check } from './check.ts';

/** One of a route's answers. Without a schema it has no body, or the body that `type` says. */
export interface Answer {
  description: string;
  schema?: z.ZodType;
  /** JSON where it is left out. */
  type?: string;
}

interface About {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** As Fastify writes it: `/v1/sessions/:id`. */
  path: `/${string}`;
  /** `conversation` is the scope `session` for the conversation that `:id` names. */
  access: 'public' | 'conversation' | Scope;
  summary: string;
  answers: Readonly<Record<number, Answer>>;
}

/** What a route takes. With a `form` it takes multipart/form-data, with a `body` too it takes either. */
interface Taken {
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  form?: z.ZodType;
}

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

/** A form's schema describes it; who reads it checks it, as files need sentences of their own. */
type Content<T extends Taken> = T extends { form: z.ZodType }
  ?
      | { form: FormData; body: undefined }
      | (T extends { body: z.ZodType } ? { form: undefined; body: Output<T['body']> } : never)
  : { form: undefined; body: Output<T['body']> };

type Asked<T extends Taken> = Content<T> & {
  params: Output<T['params']>;
  query: Output<T['query']>;
  request: FastifyRequest;
  /** Undefined for routes that everybody may ask. */
  identity: Identity | undefined;
};

export interface Route extends About {
  readonly takes: Taken;
  /** Checks what came, and answers. */
  run(request: FastifyRequest, reply: FastifyReply, identity: Identity | undefined): Promise<unknown>;
}

export function route<T extends Taken>(
  about: About,
  takes: T,
  handle: (asked: Asked<T>, reply: FastifyReply) => Promise<unknown>,
): Route {
  return {
    ...about,
    takes,
    async run(request, reply, identity) {
      const form = takes.form && (await formIn(request));
      if (takes.form && !takes.body && !form) {
        const sentence = 'This request takes a multipart/form-data form: see docs/api.md.';
        throw new VaktraError('invalid_message', sentence);
      }
      // Each is what its schema gave out, which the compiler cannot see through the conditional types.
      const asked = {
        params: takes.params && check(takes.params, request.params),
        query: takes.query && check(takes.query, request.query),
        body: form ? undefined : takes.body && check(takes.body, request.body),
        form,
        request,
        identity,
      } as unknown as Asked<T>;
      return handle(asked, reply);
    },
  };
}

export function addRoutes(app: FastifyInstance, routes: readonly Route[], access: Access): void {
  for (const { method, path, access: wanted, run } of routes) {
    const identities = new WeakMap<FastifyRequest, Identity>();
    app.route({
      method,
      url: path,
      // Before a body is read.
      onRequest: async (request) => {
        if (wanted === 'public') return;
        const { headers, socket, params } = request;
        const asking = { headers, remoteAddress: socket.remoteAddress ?? '' };
        const [scope, id] =
          wanted === 'conversation' ? (['session', (params as { id: string }).id] as const) : [wanted];
        identities.set(request, await access.require(asking, scope, id));
      },
      handler: (request, reply) => run(request, reply, identities.get(request)),
    });
  }
}

async function formIn({ body, headers }: FastifyRequest): Promise<FormData | undefined> {
  const contentType = headers['content-type'];
  return body instanceof Uint8Array && contentType !== undefined ? parseForm(body, contentType) : undefined;
}
