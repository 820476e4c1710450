// A painter that paints what it is given: the smallest graph with the painter's inputs and output (ONNX, opset 17, one Identity).
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const IDENTITY =
  'CAg61wEKGQoEd2FycBIHcGFpbnRlZCIISWRlbnRpdHkSB3BhaW50ZXJaIAoEd2FycBIYChYIARISCgIIAQoCCAMKAwiAAQoDCIABWiUKCXJlZmVyZW5jZRIYChYIARISCgIIAQoCCAMKAwiAAQoDCIABWiAKBG1hcHMSGAoWCAESEgoCCAEKAggFCgMIgAEKAwiAAVohCgVub2lzZRIYChYIARISCgIIAQoCCAMKAwiAAQoDCIABYiMKB3BhaW50ZWQSGAoWCAESEgoCCAEKAggDCgMIgAEKAwiAAUIECgAQEQ==';

export interface ModelFolder {
  /** Path of its painter.onnx. */
  modelPath: string;
  remove(): Promise<void>;
}

/** A folder with a painter and its manifest. @param bytes of painter.onnx; the identity when left out */
export async function painterFolder(bytes: Buffer = Buffer.from(IDENTITY, 'base64')): Promise<ModelFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'vaktra-painter-'));
  const modelPath = join(folder, 'painter.onnx');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const model = { file: 'painter.onnx', bytes: bytes.length, sha256 };
  await writeFile(modelPath, bytes);
  await writeFile(join(folder, 'manifest.json'), JSON.stringify({ painter: { model, otherSteps: {}, steps: 1 } }));
  return { modelPath, remove: () => rm(folder, { recursive: true, force: true }) };
}
