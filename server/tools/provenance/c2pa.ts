// @contentauth/c2pa-node, which has a folder of its own because of its size: fetched at the first use (scripts/setup/provenance.mjs).
// What is described here is what is used of it.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROJECT_ROOT } from '../../config.ts';
import { VaktraError } from '../../errors.ts';

const MODULE = join(PROJECT_ROOT, '.cache/provenance/node_modules/@contentauth/c2pa-node/dist/index.js');
const SETUP = [join(PROJECT_ROOT, 'scripts/setup.mjs'), '--only', 'provenance'];

interface Asset {
  path: string;
  mimeType: string;
}

interface Signer {
  readonly signer: unique symbol;
}

interface Builder {
  setIntent(intent: { create: string }): void;
  /** The manifest is returned, and not put into the file. */
  setNoEmbed(noEmbed: boolean): void;
  addAssertion(label: string, assertion: unknown): void;
  sign(signer: Signer, input: Asset, output: { path: string }): Buffer;
}

/** What a reader finds, as far as it is used here. */
export interface ManifestStore {
  active_manifest: string;
  manifests: Record<string, { title?: string; assertions: { label: string; data: unknown }[] }>;
  validation_state: 'Invalid' | 'Valid' | 'Trusted';
}

export interface C2pa {
  Builder: { withJson(definition: object): Builder };
  LocalSigner: { newSigner(certificates: Buffer, key: Buffer, algorithm: string): Signer };
  Reader: { fromManifestDataAndAsset(manifest: Buffer, asset: Asset): Promise<{ json(): ManifestStore }> };
}

/** @throws VaktraError `model_missing` where it can be neither found nor fetched */
export async function loadC2pa(): Promise<C2pa> {
  // Harmless where it is there. What it tells goes to standard error.
  const { status } = spawnSync(process.execPath, SETUP, { stdio: ['ignore', 'inherit', 'inherit'] });
  try {
    if (status !== 0) throw new Error(`its set-up ended with ${status}`);
    return (await import(pathToFileURL(MODULE).href)) as C2pa;
  } catch (cause) {
    const sentence =
      'c2pa-node, which signs files, is not there: see above, or leave provenance.cert and provenance.development out.';
    throw new VaktraError('internal', sentence, { cause });
  }
}
