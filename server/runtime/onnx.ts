// Opens ONNX models. A run blocks the thread that asks for it, so models are opened in worker threads, one ORT thread each.

import { access, constants, readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-node';
import { VaktraError } from '../errors.ts';

/** Where ONNX models are computed; onnxruntime-node must have been built with it. */
export type ExecutionProvider = 'cpu' | 'cuda' | 'webgpu';

/** Level of ORT's own log: errors only, which it throws as well. */
const LOG_ERRORS = 3;

/** Fields of ModelProto, GraphProto and ValueInfoProto (onnx.proto). */
const [GRAPH, GRAPH_OUTPUT, VALUE_NAME] = [7, 12, 1];
const LENGTH_DELIMITED = 2;

/**
 * Opens a model for the calling thread.
 *
 * @param alsoOutputs inner values of the graph that are to be outputs too
 * @throws VaktraError `model_missing` when there is no readable file, `model_damaged` when ORT cannot load it
 */
export async function openModel(
  path: string,
  executionProvider: ExecutionProvider = 'cpu',
  alsoOutputs: readonly string[] = [],
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
    const options: ort.InferenceSession.SessionOptions = {
      executionProviders: [executionProvider],
      // One thread: these models are small, and every core has a worker of its own.
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: LOG_ERRORS,
    };
    if (alsoOutputs.length === 0) return await ort.InferenceSession.create(path, options);
    const model = Buffer.concat([await readFile(path), ...alsoOutputs.map(asOutput)]);
    return await ort.InferenceSession.create(model, options);
  } catch (cause) {
    throw new VaktraError(
      'model_damaged',
      `The model at ${path} cannot be opened on ${executionProvider}: restore the file, or choose another provider.`,
      { cause },
    );
  }
}

/** Two encoded messages one after the other are the two merged (Protocol Buffers, "Last One Wins"): this adds an output to a model. */
function asOutput(name: string): Buffer {
  return field(GRAPH, field(GRAPH_OUTPUT, field(VALUE_NAME, Buffer.from(name))));
}

function field(number: number, content: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = content.length; rest > 0 || length.length === 0; rest >>= 7) {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  }
  return Buffer.concat([Buffer.from([(number << 3) | LENGTH_DELIMITED, ...length]), content]);
}
