// The thread that prepares portraits and finds faces: loads the models at its first call, does one thing after the other.
import { serveWorkerThread } from '../runtime/index.ts';
import type { PreparedAvatar, PreparingStep } from '../types.ts';
import { describeFace } from './describe-face.ts';
import type { FoundFace } from './face-finder.ts';
import type { RgbPicture } from './picture-input.ts';
import { loadPortraitModels, type PortraitModels, PortraitPreparer, readFrontalFace } from './prepare.ts';

export interface PortraitCalls {
  prepare: {
    request: { image: Uint8Array; neutralFile: string; face: number | undefined };
    part: PreparingStep;
    result: PreparedAvatar;
  };
  find: { request: { picture: RgbPicture }; result: FoundFace[] };
  describe: { request: { image: Uint8Array; face: number | undefined }; result: Float32Array };
}

let loading: Promise<PortraitModels> | undefined;
let last: Promise<unknown> = Promise.resolve();

serveWorkerThread<PortraitCalls>({
  prepare: ({ image, neutralFile, face }, { post }) =>
    inTurn(async (models) =>
      new PortraitPreparer(models, await readFrontalFace(neutralFile)).prepare(image, face, post),
    ),
  find: ({ picture }) => inTurn(({ finder }) => finder.find(picture)),
  describe: ({ image, face }) => inTurn((models) => describeFace(models, image, face)),
});

/** The finder keeps state between its awaits, so its calls must not interleave. */
function inTurn<T>(work: (models: PortraitModels) => Promise<T>): Promise<T> {
  loading ??= loadPortraitModels();
  const loaded = loading;
  const result = last.then(async () => work(await loaded));
  last = result.catch(() => undefined); // its caller hears of the failure; the next one starts anew
  return result;
}
