// Makes warp.wasm from warp.wat (node server/render/build-warp.mjs). Needed only after a change there; a test holds both files together.
import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

const folder = new URL('./', import.meta.url);
const { parseWat } = await wabt();
const module = parseWat('warp.wat', readFileSync(new URL('warp.wat', folder), 'utf8'), { simd: true });
module.validate();
writeFileSync(new URL('warp.wasm', folder), module.toBinary({}).buffer);
