// Who signs: the operator's certificate, or one that openssl makes on request, which only its maker trusts.
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { VaktraError } from '../../errors.ts';

/** C2PA's names of signatures (specification 2.2, section 13.2) by a key's type or curve. */
const ALGORITHMS: Record<string, string> = {
  prime256v1: 'es256',
  secp384r1: 'es384',
  secp521r1: 'es512',
  ed25519: 'ed25519',
  rsa: 'ps256',
};
const DAYS = '365';
const SUBJECT = '/O=Vaktra/CN=Vaktra development';
const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
/** What a signer's certificate has to say (specification 2.2, section 14.5.1); it may not sign itself. */
const ISSUER_EXTENSIONS = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'];
const SIGNER_EXTENSIONS = [
  'basicConstraints=critical,CA:FALSE',
  'keyUsage=critical,digitalSignature',
  'extendedKeyUsage=emailProtection',
];

export interface Credentials {
  /** PEM, the signer's first, then its issuers. */
  certificates: Buffer;
  /** PEM, PKCS 8. */
  key: Buffer;
  algorithm: string;
}

/**
 * @returns undefined where nobody is to sign
 * @throws VaktraError `config_invalid`
 */
export function signingCredentials({ provenance, data }: Config): Credentials | undefined {
  const { cert, key, development } = provenance;
  if (cert !== null && key !== null) return read(cert, key);
  if (cert !== null || key !== null) {
    throw new VaktraError('config_invalid', 'provenance needs both cert and key: name the other one as well.');
  }
  if (!development) return undefined;
  const folder = join(data.directory, 'provenance');
  const made = { cert: join(folder, 'development.crt'), key: join(folder, 'development.key') };
  if (!existsSync(made.cert)) make(folder, made);
  return read(made.cert, made.key);
}

function read(certPath: string, keyPath: string): Credentials {
  try {
    const certificates = readFileSync(certPath);
    const { asymmetricKeyType = '', asymmetricKeyDetails } = new X509Certificate(certificates).publicKey;
    const kind = asymmetricKeyDetails?.namedCurve ?? asymmetricKeyType;
    const algorithm = ALGORITHMS[kind];
    if (algorithm === undefined) throw new Error(`C2PA has no signature for keys of the kind ${kind}`);
    return { certificates, key: readFileSync(keyPath), algorithm };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VaktraError('config_invalid', `provenance.cert or provenance.key cannot be used (${reason}).`, { cause });
  }
}

function make(folder: string, { cert, key }: { cert: string; key: string }): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const issuer = { cert: join(folder, 'issuer.crt'), key: join(folder, 'issuer.key') };
  const own = join(folder, 'signer.crt');
  try {
    request(['-subj', `${SUBJECT} issuer`, '-keyout', issuer.key, '-out', issuer.cert], ISSUER_EXTENSIONS);
    const signedBy = ['-CA', issuer.cert, '-CAkey', issuer.key];
    request(['-subj', SUBJECT, ...signedBy, '-keyout', key, '-out', own], SIGNER_EXTENSIONS);
  } catch (cause) {
    const sentence = 'provenance.development needs openssl 3, which did not do it: install it, or name cert and key.';
    throw new VaktraError('config_invalid', sentence, { cause });
  }
  writeFileSync(cert, Buffer.concat([readFileSync(own), readFileSync(issuer.cert)]));
}

function request(args: string[], extensions: string[]): void {
  const added = extensions.flatMap((extension) => ['-addext', extension]);
  // An empty configuration, or the system's own would add extensions that contradict these.
  const plain = ['-config', '/dev/null'];
  execFileSync('openssl', ['req', '-x509', ...plain, ...CURVE, '-days', DAYS, ...args, ...added], { stdio: 'pipe' });
}
