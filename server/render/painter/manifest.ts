// Reads of models/manifest.json what concerns the painter, and checks its file.
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { VaktraError } from '../../errors.ts';
import { modelFileSchema, readManifest, readModelFile } from '../../runtime/index.ts';

const manifestSchema = z.object({
  painter: z.object({
    model: modelFileSchema,
    /** Graphs for other numbers of steps, each whole. */
    otherSteps: z.record(z.string(), modelFileSchema),
    steps: z.number().int(),
  }),
});

/**
 * Path of the graph for a number of steps.
 *
 * @param modelPath path of painter.onnx; its manifest and the other graphs lie beside it
 * @param steps denoising steps; the manifest's own number when left out
 * @throws VaktraError `model_missing`, `model_damaged`; `config_invalid` for a number of steps that there is no graph for
 */
export async function painterGraph(modelPath: string, steps?: number): Promise<string> {
  const folder = dirname(modelPath);
  const { painter } = await readManifest(join(folder, 'manifest.json'), manifestSchema);
  if (steps === undefined || steps === painter.steps) {
    await readModelFile(modelPath, painter.model.sha256);
    return modelPath;
  }
  const entry = painter.otherSteps[steps];
  if (!entry) {
    const known = [...Object.keys(painter.otherSteps), painter.steps].sort().join(', ');
    throw new VaktraError('config_invalid', `render.painter.steps is ${steps}: there are graphs for ${known} steps.`);
  }
  const path = join(folder, entry.file);
  await readModelFile(path, entry.sha256);
  return path;
}
