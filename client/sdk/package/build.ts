// Makes the package that customers install, in dist/sdk: each module as JavaScript with its declarations, and the protocol's types
// written out, so that it needs nothing of the server but its address.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { PROJECT_ROOT } from '../../../server/config.ts';
import { expandAliases } from './expand-types.ts';

const SOURCE = join(PROJECT_ROOT, 'client/sdk');
const TARGET = join(PROJECT_ROOT, 'dist/sdk');
/** The one module whose types are made from the server's. */
const PROTOCOL = join(SOURCE, 'protocol.ts');

const { config } = ts.readConfigFile(join(PROJECT_ROOT, 'tsconfig.json'), (path) => readFileSync(path, 'utf8'));
const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, PROJECT_ROOT);
const modules = readdirSync(SOURCE).filter((name) => name.endsWith('.ts'));
const program = ts.createProgram(
  modules.map((name) => join(SOURCE, name)),
  {
    ...options,
    noEmit: false,
    declaration: true,
    rewriteRelativeImportExtensions: true,
    outDir: TARGET,
    rootDir: PROJECT_ROOT,
  },
);

rmSync(TARGET, { recursive: true, force: true });
mkdirSync(TARGET, { recursive: true });
for (const name of modules) {
  const source = program.getSourceFile(join(SOURCE, name));
  program.emit(source, (path, text) => {
    const [, file = ''] = path.split('/client/sdk/');
    // Declarations keep the names of the sources; ./error.js finds error.d.ts.
    writeFileSync(
      join(TARGET, file),
      file.endsWith('.d.ts') ? text.replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'") : text,
    );
  });
}
writeFileSync(join(TARGET, 'protocol.d.ts'), expandAliases(program, PROTOCOL));
writeFileSync(join(TARGET, 'package.json'), `${JSON.stringify(manifest(), undefined, 2)}\n`);
console.log(`dist/sdk: ${modules.length} modules. Install it with: npm install ${TARGET}`);

function manifest(): object {
  const { version, license, dependencies } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8'));
  return {
    name: 'vaktra-client',
    version,
    license,
    description: 'Makes a Vaktra avatar speak, from a server of your own',
    type: 'module',
    engines: { node: '>=22' },
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
    dependencies: { msgpackr: dependencies.msgpackr, ws: dependencies.ws },
  };
}
