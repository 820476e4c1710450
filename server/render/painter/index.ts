// The painter: mouths that belong to the portrait, by a few-step diffusion model (models/painter.onnx), painted once for each
// mouth that can be told apart and kept. Loaded once per worker thread; its conversations share what it has painted.

import { type ExecutionProvider, openModel } from '../../runtime/index.ts';
import type { PreparedAvatar } from '../../types.ts';
import type { Rig } from '../rig.ts';
import { painterGraph } from './manifest.ts';
import { PaintedMouth, type PatchSource } from './painted-mouth.ts';
import { PainterNet } from './painter-net.ts';
import { PatchCache } from './patch-cache.ts';

export type { PaintedMouth } from './painted-mouth.ts';
export type { PaintedPatch } from './patch-cache.ts';

export interface PainterOptions {
  /** Path of painter.onnx; manifest.json lies beside it. */
  modelPath: string;
  /** Denoising steps. Default: as distilled. */
  steps?: number;
  /** How much of what was painted is kept, in bytes. */
  cacheBytes: number;
  /** Default cpu. */
  executionProvider?: ExecutionProvider;
}

/** Since the last time they were taken, but `cacheBytes`, which is what is kept now. */
export interface PainterCounts {
  /** Pictures whose mouth was kept from an earlier one, and mouths that were painted. */
  reused: number;
  painted: number;
  cacheBytes: number;
}

/** The painter as one thread holds it. */
export class Painter {
  readonly #net: PainterNet;
  readonly #cache: PatchCache;
  readonly #mouths = new WeakMap<PreparedAvatar, PaintedMouth>();
  readonly #counts: Record<PatchSource, number> = { reused: 0, painted: 0 };
  #portraits = 0;

  constructor(net: PainterNet, cacheBytes: number) {
    this.#net = net;
    this.#cache = new PatchCache(cacheBytes);
  }

  /** The mouths of a portrait; the same for all who ask for this portrait. */
  mouthOf(avatar: PreparedAvatar, rig: Rig): PaintedMouth {
    let mouth = this.#mouths.get(avatar);
    if (!mouth) {
      mouth = new PaintedMouth({
        name: String(this.#portraits++),
        avatar,
        rig,
        net: this.#net,
        cache: this.#cache,
        onPatch: (source) => this.#counts[source]++,
      });
      this.#mouths.set(avatar, mouth);
    }
    return mouth;
  }

  /** Counts of all conversations of this thread; begins again from 0. */
  takeCounts(): PainterCounts {
    const counts = { ...this.#counts, cacheBytes: this.#cache.bytes };
    this.#counts.reused = 0;
    this.#counts.painted = 0;
    return counts;
  }
}

/**
 * Loads the painter for the calling thread.
 *
 * @throws VaktraError `model_missing`, `model_damaged`: the message names the file
 */
export async function loadPainter({
  modelPath,
  steps,
  cacheBytes,
  executionProvider,
}: PainterOptions): Promise<Painter> {
  const graph = await painterGraph(modelPath, steps);
  return new Painter(new PainterNet(await openModel(graph, executionProvider)), cacheBytes);
}
