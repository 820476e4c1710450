// Makes a checkout ready without starting anything; an image is built with it, step by step (Dockerfile).
//
//   node scripts/setup.mjs                          all that `npm start` needs
//   node scripts/setup.mjs --only packages,worker   these steps; scripts/setup/index.mjs lists them
import { fail } from './setup/fail.mjs';
import { PURPOSES, setUp } from './setup/index.mjs';

const [flag, names, ...rest] = process.argv.slice(2);
const isRight = flag === undefined || (flag === '--only' && names !== undefined && rest.length === 0);
if (!isRight) fail(new Error('Usage: node scripts/setup.mjs [--only packages,worker,client]'));
else await setUp(names?.split(',') ?? PURPOSES.start).catch(fail);
