// Opens ONNX models. A run blocks the thread that asks for it, so models are opened in worker threads, one ORT thread each.

import { access, constants } from 'node:fs/promises';
import * as ort from 'onnxruntime-node';
import { VaktraError } from '../errors.ts';

/** Where ONNX models are computed; onnxruntime-node must have been built with it. */
export type ExecutionProvider = 'cpu' | 'cuda' | 'webgpu';

/** Level of ORT's own log: errors only, which it throws as well. */
const LOG_ERRORS = 3;

/**
 * Opens a model for the calling thread.
 *
 * @throws VaktraError `model_missing` when there is no readable file, `model_damaged` when ORT cannot load it
 */
export async function openModel(
  path: string,
  executionProvider: ExecutionProvider = 'cpu',
): Promise<ort.InferenceSession> {
  try {
    await access(path, constants.R_OK);
  } catch (cause) {
    throw new VaktraError(
      'model_missing',
      `There is no model at ${path}: restore the folder models/, or correct its path.`,
      {
        cause,
      },
    );
  }
  try {
    return await ort.InferenceSession.create(path, {
      executionProviders: [executionProvider],
      // One thread: these models are small, and every core has a worker of its own.
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: LOG_ERRORS,
    });
  } catch (cause) {
    throw new VaktraError(
      'model_damaged',
      `The model at ${path} cannot be opened on ${executionProvider}: restore the file, or choose another provider.`,
      { cause },
    );
  }
}
