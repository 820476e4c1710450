// The thread that prepares portraits and finds faces: loads the models at its first call, does one thing after the other.
import { serveWorkerThread } from '../runtime/index.ts';
import type { PreparedAvatar } from '../types.ts';
import { createFaceFinder, type FaceFinder, type FoundFace } from './face-finder.ts';
import type { RgbPicture } from './picture-input.ts';
import { PortraitPreparer, readFrontalFace } from './prepare.ts';

export interface PortraitCalls {
  prepare: { request: { image: Uint8Array; neutralFile: string; face: number | undefined }; result: PreparedAvatar };
  find: { request: { picture: RgbPicture }; result: FoundFace[] };
}

let loading: Promise<FaceFinder> | undefined;
let last: Promise<unknown> = Promise.resolve();

serveWorkerThread<PortraitCalls>({
  prepare: ({ image, neutralFile, face }) =>
    inTurn(async (finder) => new PortraitPreparer(finder, await readFrontalFace(neutralFile)).prepare(image, face)),
  find: ({ picture }) => inTurn((finder) => finder.find(picture)),
});

/** The finder keeps state between its awaits, so its calls must not interleave. */
function inTurn<T>(work: (finder: FaceFinder) => Promise<T>): Promise<T> {
  loading ??= createFaceFinder();
  const loaded = loading;
  const result = last.then(async () => work(await loaded));
  last = result.catch(() => undefined); // its caller hears of the failure; the next one starts anew
  return result;
}
