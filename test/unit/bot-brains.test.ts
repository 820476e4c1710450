// Brains that ask another server, against real servers on this machine that behave and misbehave; and the limits around all brains.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type AnswerPart, type Brain, createBrain } from '../../server/bot/index.ts';
import { withLimits } from '../../server/bot/limits.ts';
import { signedHeaders } from '../../server/runtime/index.ts';

const servers: Server[] = [];
const brains: Brain[] = [];
afterEach(async () => {
  await Promise.all(brains.splice(0).map((brain) => brain.close()));
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const OPTIONS = {
  maxAnswerChars: 2000,
  patienceSeconds: 1,
  faq: { knowledge: 'config/knowledge', threshold: 0.5 },
  llm: { baseUrl: null, model: 'm', apiKey: 'key-1', instructions: 'Be kind.', lookUp: false },
  webhook: { url: null, secret: 'secret-1' },
  allowPrivate: true,
} as const;

async function llm(baseUrl: string, more: Partial<{ lookUp: boolean; allowPrivate: boolean }> = {}): Promise<Brain> {
  const { allowPrivate = true, lookUp = false } = more;
  const brain = await createBrain({ ...OPTIONS, allowPrivate, brain: 'llm', llm: { ...OPTIONS.llm, baseUrl, lookUp } });
  brains.push(brain as Brain);
  return brain as Brain;
}

async function webhook(url: string, allowPrivate = true): Promise<Brain> {
  const brain = await createBrain({ ...OPTIONS, allowPrivate, brain: 'webhook', webhook: { ...OPTIONS.webhook, url } });
  return brain as Brain;
}

const QUESTION = {
  conversationId: 'c1',
  text: 'Where is my parcel?',
  language: 'en',
  history: [{ who: 'avatar', text: 'Hello!', sample: 0 }],
} as const;

function ask(brain: Brain, signal = new AbortController().signal): Promise<AnswerPart[]> {
  return Array.fromAsync(brain.answer(QUESTION, signal));
}

function textOf(parts: AnswerPart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** One event of a streamed chat completion. */
function delta(delta: object, finish: string | null = null): string {
  return `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
}

test('a language model is told who it is and what was said, and its words come as they are written', async () => {
  const bodies: { messages: { role: string; content: string }[] }[] = [];
  const headers: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    let body = '';
    headers.push(request.headers.authorization);
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      bodies.push(JSON.parse(body));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(delta({ role: 'assistant', content: 'It arrives ' }));
      setTimeout(() => response.end(`${delta({ content: 'tomorrow.' })}${delta({}, 'stop')}data: [DONE]\n\n`), 20);
    });
  });
  const parts = await ask(await llm(url));
  expect(textOf(parts)).toBe('It arrives tomorrow.');
  expect(parts.length).toBeGreaterThan(1);
  expect(headers).toEqual(['Bearer key-1']);
  const messages = bodies[0]?.messages ?? [];
  expect(messages[0]).toMatchObject({ role: 'system', content: expect.stringContaining('Be kind.') });
  expect(messages.slice(1)).toEqual([
    { role: 'assistant', content: 'Hello!' },
    { role: 'user', content: 'Where is my parcel?' },
  ]);
});

test('a language model can look a question up, and hand over to a person', async () => {
  let call = 0;
  let lookedUp = '';
  const url = await serve((request, response) => {
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      const [name, input] =
        call++ === 0 ? ['look_up', { question: 'Do I need a GPU?' }] : ['hand_over', { reason: 'angry' }];
      lookedUp = body;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const tool = { index: 0, id: `t${call}`, type: 'function', function: { name, arguments: JSON.stringify(input) } };
      response.end(`${delta({ role: 'assistant', tool_calls: [tool] })}${delta({}, 'tool_calls')}data: [DONE]\n\n`);
    });
  });
  const parts = await ask(await llm(url, { lookUp: true }));
  expect(lookedUp).toContain('ordinary processor');
  expect(parts).toContainEqual({ type: 'hand_over', reason: 'angry' });
}, 30_000);

test.each([
  ['refuses the key', 401, 'application/json', '{"error":{"message":"bad key"}}'],
  ['has too much to do', 429, 'application/json', '{"error":{"message":"slow down"}}'],
  ['sends a page instead', 200, 'text/html', '<html></html>'],
])(
  'a language model that %s is brain_failed',
  async (_, status, type, body) => {
    const url = await serve((_request, response) => {
      response.writeHead(status, { 'content-type': type });
      response.end(body);
    });
    const brain = await llm(url);
    await expect(ask(brain)).rejects.toMatchObject({ code: 'brain_failed' });
  },
  20_000,
);

test('what a language model said before its stream broke off is kept', async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(delta({ role: 'assistant', content: 'One moment. ' }));
    setTimeout(() => response.destroy(), 50);
  });
  const heard: AnswerPart[] = [];
  const brain = await llm(url);
  await expect(
    (async () => {
      for await (const part of brain.answer(QUESTION, new AbortController().signal)) heard.push(part);
    })(),
  ).rejects.toMatchObject({ code: 'brain_failed' });
  expect(textOf(heard)).toBe('One moment. ');
});

test('an interrupt ends the answer and the connection at once', async () => {
  const { promise: left, resolve } = Promise.withResolvers<void>();
  const url = await serve((request, response) => {
    request.on('close', () => undefined);
    response.on('close', resolve);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const timer = setInterval(() => response.write(delta({ content: 'and so on ' })), 10);
    response.on('close', () => clearInterval(timer));
  });
  const interrupt = new AbortController();
  let parts = 0;
  for await (const _ of (await llm(url)).answer(QUESTION, interrupt.signal)) if (++parts === 3) interrupt.abort();
  expect(parts).toBe(3);
  await left;
});

test('a webhook is asked with a signature and answers in text, JSON or lines', async () => {
  const bodies: string[] = [];
  const signatures: (string | string[] | undefined)[] = [];
  const url = await serve((request, response) => {
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      bodies.push(body);
      const { 'vaktra-timestamp': time, 'vaktra-signature': signature } = request.headers;
      signatures.push(signature);
      expect(signedHeaders(body, 'secret-1', Number(time))['vaktra-signature']).toBe(signature);
      const [type, answer] = {
        '/text': ['text/plain; charset=utf-8', 'Plain words.'],
        '/json': ['application/json', '{"text":"Done.","source":{"title":"Parcels","url":"p"},"end":true}'],
        '/lines': ['application/x-ndjson', '{"text":"One. "}\n{"text":"Two."}\n{"hand_over":"stuck"}\n'],
      }[request.url ?? ''] ?? ['text/plain', ''];
      response.writeHead(200, { 'content-type': type });
      response.end(answer);
    });
  });
  expect(await ask(await webhook(`${url}/text`))).toEqual([{ type: 'text', text: 'Plain words.' }]);
  expect(await ask(await webhook(`${url}/json`))).toEqual([
    { type: 'text', text: 'Done.' },
    { type: 'source', title: 'Parcels', url: 'p' },
    { type: 'end' },
  ]);
  expect(await ask(await webhook(`${url}/lines`))).toEqual([
    { type: 'text', text: 'One. ' },
    { type: 'text', text: 'Two.' },
    { type: 'text', text: 'I will get a person for you.' },
    { type: 'hand_over', reason: 'stuck' },
  ]);
  expect(JSON.parse(bodies[0] as string)).toMatchObject({
    conversation: 'c1',
    text: 'Where is my parcel?',
    language: 'en',
  });
  expect(signatures.every(Boolean)).toBe(true);
});

test.each([
  ['is down', undefined],
  ['fails', (_: unknown, response) => response.writeHead(500).end('no')],
  ['sends a picture', (_: unknown, response) => response.writeHead(200, { 'content-type': 'image/png' }).end('x')],
  [
    'sends broken JSON',
    (_: unknown, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{'),
  ],
  [
    'sends JSON of another shape',
    (_: unknown, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"text":1}'),
  ],
  ['says nothing', () => undefined],
  ['redirects', (_: unknown, response) => response.writeHead(302, { location: 'http://example.com/' }).end()],
] as [string, RequestListener | undefined][])('a webhook that %s is brain_failed', async (_, listener) => {
  const url = listener ? await serve(listener) : 'http://127.0.0.1:9/';
  await expect(ask(await webhook(url))).rejects.toMatchObject({ code: 'brain_failed' });
});

test.each([
  'http://127.0.0.1:80/',
  'http://localhost/',
  'http://[::1]/',
  'http://10.1.2.3/',
  'http://169.254.169.254/x',
  'http://[::ffff:127.0.0.1]/',
  'ftp://example.com/',
])('a webhook that points inside is not called: %s', async (url) => {
  const answer = ask(await webhook(url, false));
  await expect(answer).rejects.toMatchObject({ code: 'brain_failed', cause: { code: 'url_refused' } });
});

test('a brain that never ends is cut at a sentence; one that hangs is brain_failed', async () => {
  async function* endless(): AsyncGenerator<AnswerPart> {
    for (;;) yield { type: 'text', text: 'This is a sentence. And this is' };
  }
  async function* hanging(): AsyncGenerator<AnswerPart> {
    await new Promise(() => undefined);
  }
  const brain = (answer: () => AsyncGenerator<AnswerPart>): Brain => ({
    name: 'faq',
    answer,
    topics: () => [],
    close: async () => undefined,
  });
  const text = textOf(await ask(withLimits(brain(endless), { maxAnswerChars: 100, patienceMs: 1000 })));
  expect(text.length).toBeLessThanOrEqual(100);
  expect(text.trim()).toMatch(/This is a sentence\.$/);
  await expect(ask(withLimits(brain(hanging), { maxAnswerChars: 100, patienceMs: 50 }))).rejects.toMatchObject({
    code: 'brain_failed',
  });
});
