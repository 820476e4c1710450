// The routes as an OpenAPI 3.1 document, made from the schemas that check what comes.
import { z } from 'zod';
import { failure, json } from './answers.ts';
import { type Answer, type Route, route } from './route.ts';

const FAILURE = { $ref: '#/components/schemas/Failure' };
const SCOPES_IN_WORDS: Readonly<Record<Route['access'], string>> = {
  public: 'For everybody.',
  session: 'Scope `session`.',
  conversation: "Scope `session`; a conversation's own token will do.",
  agent: 'Scope `agent`.',
  admin: 'Scope `admin`.',
};

/** Answers the description of `routes` and of itself. */
export function openapiRoute(routes: readonly Route[]): Route {
  const itself: Route = route(
    {
      method: 'GET',
      path: '/v1/openapi.json',
      access: 'public',
      summary: 'This description',
      answers: { 200: json('An OpenAPI 3.1 document.', z.object({ openapi: z.string() }).loose()) },
    },
    {},
    async () => document,
  );
  const document = describe([...routes, itself]);
  return itself;
}

function describe(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const one of routes) {
    const path = one.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [one.method.toLowerCase()]: operation(one) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vaktra',
      version: '1',
      description:
        'Live talking persons: conversations by HTTP. Sound, pictures and events go over the WebSocket /v1/socket.',
    },
    // The server may stand below any path: addresses are relative to this document's.
    servers: [{ url: '..' }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or a token of POST /v1/tokens.' },
      },
      schemas: { Failure: schemaOf(failure, 'output') },
    },
  };
}

function operation({ method, path, access, summary, takes, answers }: Route): object {
  const { body, form } = takes;
  const content = {
    ...(body && { 'application/json': { schema: schemaOf(body) } }),
    ...(form && { 'multipart/form-data': { schema: schemaOf(form) } }),
  };
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[/:._]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary,
    description: SCOPES_IN_WORDS[access],
    ...(access === 'public' && { security: [] }),
    parameters: [...parameters(takes.params, 'path'), ...parameters(takes.query, 'query')],
    ...((body || form) && { requestBody: { required: true, content } }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, response(answer)])),
      default: { description: 'What was wrong.', content: { 'application/json': { schema: FAILURE } } },
    },
  };
}

function response({ description, schema, type }: Answer): object {
  if (schema) return { description, content: { 'application/json': { schema: schemaOf(schema, 'output') } } };
  return type === undefined ? { description } : { description, content: { [type]: {} } };
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): object[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema);
  return Object.entries(properties).map(([name, shape]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: shape,
  }));
}

/** OpenAPI 3.1 takes JSON Schema as it is. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'input') {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
