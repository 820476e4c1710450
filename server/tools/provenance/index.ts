// Says in a rendered file, signed, that an AI made it and who agreed (C2PA 2.2). The library cannot write into WebM, so the manifest stands
// beside the file, as O.webm.c2pa (section 11.4), bound to every byte of it.
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Config } from '../../config.ts';
import type { Admission } from '../../session/index.ts';
import { loadC2pa } from './c2pa.ts';
import { signingCredentials } from './credentials.ts';

export { loadC2pa } from './c2pa.ts';

/** IPTC's word for what a trained model made. */
const SOURCE_TYPE = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';
const CONSENT_LABEL = 'vaktra.consent';
const MIME_TYPE = 'video/webm';

/**
 * Signs the file, where the settings say by whom.
 *
 * @returns a sentence for whoever made the file
 * @throws VaktraError `config_invalid`, `internal`
 */
export async function signRendered(path: string, config: Config, { avatarId, consentId }: Admission): Promise<string> {
  const credentials = signingCredentials(config);
  if (credentials === undefined) {
    return `${path} carries no C2PA manifest: name a certificate by provenance.cert and provenance.key.`;
  }
  const { Builder, LocalSigner } = await loadC2pa();
  const { certificates, key, algorithm } = credentials;
  const builder = Builder.withJson({
    title: basename(path),
    format: MIME_TYPE,
    claim_generator_info: [{ name: 'Vaktra' }],
  });
  builder.setIntent({ create: SOURCE_TYPE });
  builder.addAssertion(CONSENT_LABEL, { consent: consentId, ...(avatarId !== undefined && { avatar: avatarId }) });
  builder.setNoEmbed(true);
  // The library writes a copy of the file whatever it is asked for.
  const copy = join(tmpdir(), `vaktra-${randomUUID()}.webm`);
  try {
    const signer = LocalSigner.newSigner(certificates, key, algorithm);
    const manifest = builder.sign(signer, { path, mimeType: MIME_TYPE }, { path: copy });
    await writeFile(`${path}.c2pa`, manifest);
  } finally {
    await rm(copy, { force: true });
  }
  return `${path}.c2pa: its signed C2PA manifest. Keep the two together.`;
}
