// Running things off the main thread, worker threads and ONNX sessions, and asking other servers.

export { modelFileSchema, readManifest, readModelFile } from './model-files.ts';
export { type ExecutionProvider, openModel } from './onnx.ts';
export { createOutgoingFetch, type OutgoingFetch } from './outgoing-fetch.ts';
export { signedHeaders, signedPost } from './signed-post.ts';
export {
  type CallContext,
  type RequestOptions,
  serveWorkerThread,
  startWorkerThread,
  Transferring,
  type WorkerCall,
  type WorkerHandlers,
  type WorkerThread,
  type WorkerThreadOptions,
} from './worker-thread.ts';
