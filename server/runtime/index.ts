// Running things off the main thread: worker threads and ONNX sessions.

export { type ExecutionProvider, openModel } from './onnx.ts';
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
