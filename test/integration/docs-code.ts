// The code in the documentation, taken out of its fences, and run as its readers would run it.
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { PROJECT_ROOT } from '../../server/config.ts';

export interface CodeBlock {
  language: 'js' | 'ts' | 'sh';
  code: string;
  /** Of the section that it stands in. */
  heading: string;
  /** In the document, from 1. */
  line: number;
}

/** All fenced blocks that can run. Blocks of other languages, such as json and html, show data. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let heading = '';
  let open: { fence: string; language: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    if (open !== undefined) {
      if (line.trim() !== open.fence) {
        open.lines.push(line);
        continue;
      }
      const { language, line: first, lines } = open;
      if (language === 'js' || language === 'ts' || language === 'sh')
        blocks.push({ language, code: lines.join('\n'), heading, line: first });
      open = undefined;
      continue;
    }
    const [, fence, language = ''] = /^(```+)(\w*)$/.exec(line.trim()) ?? [];
    if (fence !== undefined) open = { fence, language, line: index + 1, lines: [] };
    else if (line.startsWith('#')) heading = line.replace(/^#+ */, '');
  }
  if (open !== undefined) throw new Error(`The block of line ${open.line} is not closed.`);
  return blocks;
}

/** A customer's project: the package of `npm run sdk` is installed in it. */
export async function makeProject(directory: string): Promise<void> {
  await mkdir(join(directory, 'node_modules/@types'), { recursive: true });
  await symlink(join(PROJECT_ROOT, 'dist/sdk'), join(directory, 'node_modules/vaktra-client'));
  await symlink(join(PROJECT_ROOT, 'node_modules/@types/node'), join(directory, 'node_modules/@types/node'));
  await symlink(join(PROJECT_ROOT, 'node_modules/undici-types'), join(directory, 'node_modules/undici-types'));
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }');
}

/** What a customer's compiler says of these files, the declarations of the package included. */
export function typeErrors(directory: string, files: string[]): string[] {
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    preserveSymlinks: true,
    types: ['node'],
    typeRoots: [join(directory, 'node_modules/@types')],
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const at = file && `${file.fileName}:${file.getLineAndCharacterOfPosition(start).line + 1}`;
    return `${at} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}
