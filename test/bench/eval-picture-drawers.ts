// The renderers that are held against each other: the first one, whose mouth is drawn by rule, and the painter with as many steps as
// there are graphs for.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PROJECT_ROOT } from '../../server/config.ts';
import { createPictureStream } from '../../server/render/index.ts';
import { Painter } from '../../server/render/painter/index.ts';
import { PainterNet } from '../../server/render/painter/painter-net.ts';
import { openModel } from '../../server/runtime/index.ts';
import type { PictureStream, PreparedAvatar } from '../../server/types.ts';

const MODELS_DIR = join(PROJECT_ROOT, 'models');
/** Nothing that one evaluation paints is dropped. */
const CACHE_BYTES = 256 * 2 ** 20;
const manifestSchema = z.object({
  painter: z
    .object({
      model: z.object({ file: z.string() }),
      otherSteps: z.record(z.string(), z.object({ file: z.string() })),
      steps: z.number(),
    })
    .optional(),
});

export interface Drawer {
  name: string;
  /** @param basis the motion basis, further rows allowed */
  open(avatar: PreparedAvatar, basis: Float32Array): PictureStream;
}

export const FIRST_RENDERER: Drawer = { name: 'first renderer', open: opener() };

/**
 * The first renderer, then the painters from few steps to many; the one that is served is called `painter, served`.
 *
 * @param graphs further graphs as NAME=FILE
 */
export async function loadDrawers(graphs: readonly string[]): Promise<Drawer[]> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(MODELS_DIR, 'manifest.json'), 'utf8')));
  const shipped = manifest.painter
    ? [
        { steps: manifest.painter.steps, file: manifest.painter.model.file, served: ', served' },
        ...Object.entries(manifest.painter.otherSteps).map(([steps, { file }]) => ({
          steps: Number(steps),
          file,
          served: '',
        })),
      ].sort((a, b) => a.steps - b.steps)
    : [];
  const named = [
    ...shipped.map(({ steps, file, served }) => [`painter ${steps}${served}`, join(MODELS_DIR, file)]),
    ...graphs.map((graph) => graph.split('=', 2)),
  ];
  const painters: Drawer[] = [];
  for (const [name = '', file = ''] of named) {
    const painter = new Painter(new PainterNet(await openModel(file)), CACHE_BYTES);
    painters.push({ name, open: opener(painter) });
  }
  return [FIRST_RENDERER, ...painters];
}

/** The served one, or the last where none is. */
export function servedDrawer(drawers: readonly Drawer[]): Drawer {
  return drawers.find(({ name }) => name.endsWith('served')) ?? drawers.at(-1) ?? FIRST_RENDERER;
}

function opener(painter?: Painter): Drawer['open'] {
  // A copy: rigs are kept by avatar, and each basis needs its own.
  return (avatar, basis) => createPictureStream({ ...avatar }, basis, { label: '', painter });
}
