// models/painter.onnx in one thread: one mouth at a time, out of buffers and into one that are made once.
import * as ort from 'onnxruntime-node';
import { VaktraError } from '../../errors.ts';
import { CROP_PX } from './crop-frame.ts';
import { MAP_COUNT } from './maps.ts';

const PLANE = CROP_PX * CROP_PX;
const COLOURS = 3;
const INPUTS = { warp: COLOURS, reference: COLOURS, maps: MAP_COUNT, noise: COLOURS } as const;

/** What the net is told: planes of 128 * 128; colours in -1..1. Those of one portrait are made once and written again and again. */
export interface PainterInputs {
  /** [3 * 128 * 128] the portrait's mouth carried to the wanted lips, black between them. */
  warp: Float32Array;
  /** [3 * 128 * 128] the portrait's mouth as it is. */
  reference: Float32Array;
  /** [5 * 128 * 128] see MouthMaps. */
  maps: Float32Array;
  /** [3 * 128 * 128] Gaussian, of spread 1. */
  noise: Float32Array;
}

export class PainterNet {
  readonly #session: ort.InferenceSession;
  readonly #painted = new Float32Array(COLOURS * PLANE);
  /** What runs and what waits: the net and its buffers serve one mouth at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  /** @throws VaktraError `model_damaged` for a graph of other inputs or outputs */
  constructor(session: ort.InferenceSession) {
    const [inputs, outputs] = [[...session.inputNames].sort().join(), session.outputNames.join()];
    if (inputs !== Object.keys(INPUTS).sort().join() || outputs !== 'painted') {
      throw new VaktraError(
        'model_damaged',
        `The painter's model takes ${inputs} and gives ${outputs}, which is another model: restore the folder models/.`,
      );
    }
    this.#session = session;
  }

  /** Runs `work` when no other is running. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** The painted mouth [3 * 128 * 128] in -1..1, valid until the next run. Called within `exclusively`. */
  async paint(inputs: PainterInputs): Promise<Float32Array> {
    const feeds: Record<string, ort.Tensor> = {};
    for (const [name, channels] of Object.entries(INPUTS)) {
      feeds[name] = tensor(inputs[name as keyof PainterInputs], channels);
    }
    await this.#session.run(feeds, { painted: tensor(this.#painted, COLOURS) });
    return this.#painted;
  }
}

function tensor(planes: Float32Array, channels: number): ort.Tensor {
  return new ort.Tensor('float32', planes, [1, channels, CROP_PX, CROP_PX]);
}
