// Every block of code in these documents is run against a whole server. To add a document, add it to DOCUMENTS; what it fences as js, ts or sh
// is run then. A block that cannot run here is named in `skips`, with the reason.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PROJECT_ROOT } from '../../server/config.ts';
import type { LiveConversation } from '../../server/session/index.ts';
import { startServer, type TestServer } from '../browser/whole-server.ts';
import { type CodeBlock, codeBlocks, makeProject, typeErrors } from './docs-code.ts';
import { ExampleRun } from './example-run.ts';
import { type LanguageModel, startLanguageModel } from './language-model.ts';

/** Compilers and models start slowly on a busy machine. */
const PATIENCE_MS = 180_000;

interface Document {
  path: string;
  /** Each js and ts block is run behind this code of the same document, and before `epilogue`. */
  preamble?: (blocks: CodeBlock[]) => string;
  epilogue?: string;
  /** Blocks that run until their conversation ends: the test ends it when they are up. */
  runsOn?: RegExp;
  /** What such a block must print first; others must merely end well. */
  prints?: RegExp;
  skips?: { block: RegExp; reason: string }[];
}

const SERVER_RUNS = { block: /npm start$/, reason: 'the server runs already, on a port of its own' };

const DOCUMENTS: Document[] = [
  {
    path: 'docs/sdk.md',
    preamble: (blocks) => blocks.find(({ heading }) => heading === 'Start')?.code ?? '',
    epilogue: 'await avatar.close();',
    skips: [{ block: /^npm run sdk$/, reason: 'it is run before all blocks, which need what it makes' }],
  },
  { path: 'docs/protocol.md', runsOn: /new WebSocket/, prints: /speech\.started/ },
  { path: 'examples/bot-text/README.md', skips: [SERVER_RUNS] },
  { path: 'examples/bot-audio/README.md', skips: [SERVER_RUNS] },
  { path: 'examples/llm/README.md', skips: [SERVER_RUNS], runsOn: /example llm/, prints: /The avatar is at/ },
];

let server: TestServer;
let model: LanguageModel;
let directory: string;
let viewers: NodeJS.Timeout;

beforeAll(async () => {
  const build = new ExampleRun([process.execPath, 'scripts/sdk.mjs'], {});
  server = await startServer({ VAKTRA_SPEECH_RECOGNITION_ENGINE: 'none', VAKTRA_CONVERSATIONS_MAX: '8' });
  model = await startLanguageModel([]);
  directory = await mkdtemp(join(tmpdir(), 'vaktra-docs-'));
  await build.ended();
  await makeProject(directory);
  viewers = watchAll();
}, PATIENCE_MS);

afterAll(async () => {
  clearInterval(viewers);
  model.close();
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

/** Somebody looks at every conversation: without that nothing is spoken. */
function watchAll(): NodeJS.Timeout {
  const watched = new Set<LiveConversation>();
  return setInterval(() => {
    for (const conversation of server.app.host.all()) {
      if (watched.has(conversation)) continue;
      watched.add(conversation);
      void conversation.openSink({ onPacket: () => undefined });
    }
  }, 100);
}

/** The addresses that the documents name, where they are in this test. */
function here(code: string): string {
  return code
    .replaceAll('http://localhost:8080', server.url)
    .replaceAll('ws://localhost:8080', server.url.replace('http', 'ws'))
    .replaceAll('http://localhost:11434/v1', model.baseUrl);
}

async function fileOf(block: CodeBlock, document: Document, blocks: CodeBlock[]): Promise<string> {
  const preamble = document.preamble?.(blocks) ?? '';
  const code = [preamble === block.code ? '' : preamble, block.code, document.epilogue].join('\n');
  const file = join(directory, `${document.path.replaceAll(/\W/g, '-')}-${block.line}.${block.language}`);
  await writeFile(file, here(code));
  return file;
}

describe.each(DOCUMENTS)('$path', (document) => {
  const { path, skips = [], runsOn, prints } = document;
  const blocks = codeBlocks(readFileSync(join(PROJECT_ROOT, path), 'utf8'));

  it('has code', () => {
    expect(blocks).not.toEqual([]);
    for (const { block } of skips) expect(blocks.some(({ code }) => block.test(code))).toBe(true);
  });

  const runnable = blocks.filter(({ code }) => !skips.some(({ block }) => block.test(code)));
  const typed = runnable.filter(({ language }) => language === 'ts');
  it.runIf(typed.length > 0)(
    'has the types that the package declares',
    async () => {
      const files = await Promise.all(typed.map((block) => fileOf(block, document, blocks)));
      expect(typeErrors(directory, files)).toEqual([]);
    },
    PATIENCE_MS,
  );

  it.each(runnable)(
    'line $line runs ($language, $heading)',
    async (block) => {
      const command =
        block.language === 'sh'
          ? ['sh', '-euc', here(block.code)]
          : [process.execPath, await fileOf(block, document, blocks)];
      const run = new ExampleRun(command, { VAKTRA_URL: server.url });
      try {
        if (runsOn?.test(block.code)) {
          if (prints) await run.line(prints);
          await Promise.all(server.app.host.all().map((conversation) => conversation.close()));
        }
        // A page or a bare socket does not end with its conversation; an example does.
        if (runsOn?.test(block.code) && block.language === 'js') run.stop();
        else await run.ended();
        await vi.waitFor(() => expect(server.app.host.all()).toEqual([]));
      } finally {
        run.stop();
      }
    },
    PATIENCE_MS,
  );
});
