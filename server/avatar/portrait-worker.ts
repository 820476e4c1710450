// The thread that prepares portraits: takes one request after the other, answers each, and ends when it is told to.
import { parentPort } from 'node:worker_threads';
import { type ErrorCode, toVaktraError } from '../errors.ts';
import type { PreparedAvatar } from '../types.ts';
import { createFaceFinder, type FaceFinder, type FoundFace } from './face-finder.ts';
import type { RgbPicture } from './picture-input.ts';
import { PortraitPreparer, readFrontalFace } from './prepare.ts';

export type PortraitRequest =
  | { id: number; kind: 'prepare'; image: Uint8Array; neutralFile: string }
  | { id: number; kind: 'find'; picture: RgbPicture }
  | { kind: 'stop' };

export type PortraitAnswer =
  | { id: number; avatar: PreparedAvatar }
  | { id: number; faces: FoundFace[] }
  | { id: number; error: { code: ErrorCode; message: string } };

let finder: Promise<FaceFinder> | undefined;
let queue: Promise<void> = Promise.resolve();

parentPort?.on('message', (request: PortraitRequest) => {
  // Behind what is being done: a run of the WASM backend must not be cut off.
  queue = queue.then(() => (request.kind === 'stop' ? parentPort?.close() : answer(request)));
});

async function answer(request: Exclude<PortraitRequest, { kind: 'stop' }>): Promise<void> {
  try {
    finder ??= createFaceFinder();
    const loaded = await finder;
    if (request.kind === 'find') {
      post({ id: request.id, faces: await loaded.find(request.picture) });
    } else {
      const preparer = new PortraitPreparer(loaded, await readFrontalFace(request.neutralFile));
      post({ id: request.id, avatar: await preparer.prepare(request.image) });
    }
  } catch (error) {
    const { code, message } = toVaktraError(error);
    post({ id: request.id, error: { code, message } });
  }
}

function post(message: PortraitAnswer): void {
  parentPort?.postMessage(message);
}
