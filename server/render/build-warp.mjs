// Makes mesh.wasm and warp.wasm from their .wat (node server/render/build-warp.mjs). Needed only after a change there; a test holds
// the files together.
import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

const folder = new URL('./', import.meta.url);
const { parseWat } = await wabt();
for (const name of ['mesh', 'warp']) {
  const text = readFileSync(new URL(`${name}.wat`, folder), 'utf8');
  const module = parseWat(`${name}.wat`, text, { simd: true, bulk_memory: true });
  module.validate();
  writeFileSync(new URL(`${name}.wasm`, folder), module.toBinary({}).buffer);
}
