// The certificate of the port: the operator's, or one that openssl makes on request, so that a phone or a kiosk on the LAN gets at its
// microphone, which browsers keep from plain http.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { VaktraError } from '../errors.ts';

/** Browsers refuse certificates that live longer (CA/Browser Forum, as Safari holds it for all). */
const DAYS = 397;

export interface TlsSettings {
  cert: string | null;
  key: string | null;
  development: boolean;
}

/**
 * @param directory where a made certificate is kept, so that a browser needs to be told of it once
 * @returns undefined where the port is to speak plain http
 * @throws VaktraError `config_invalid`
 */
export function tlsFiles(
  { cert, key, development }: TlsSettings,
  directory: string,
): { cert: Buffer; key: Buffer } | undefined {
  if (cert !== null && key !== null) return { cert: read(cert, 'cert'), key: read(key, 'key') };
  if (cert !== null || key !== null) {
    throw new VaktraError('config_invalid', 'http.tls needs both cert and key: name the other one as well.');
  }
  if (!development) return undefined;
  const made = { cert: join(directory, 'development.crt'), key: join(directory, 'development.key') };
  if (!existsSync(made.cert) || !existsSync(made.key)) make(made, directory);
  return { cert: read(made.cert, 'cert'), key: read(made.key, 'key') };
}

function read(path: string, name: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new VaktraError('config_invalid', `http.tls.${name} is ${path}, which cannot be read.`, { cause });
  }
}

function make({ cert, key }: { cert: string; key: string }, directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const addresses = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  // A link-local address with its interface (fe80::1%eth0) is no address in a certificate.
  const names = ['DNS:localhost', ...addresses.filter((one) => !one.includes('%')).map((one) => `IP:${one}`)];
  const wish = ['-subj', '/CN=Vaktra development', '-addext', `subjectAltName=${names.join(',')}`];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    execFileSync('openssl', ['req', '-x509', ...curve, '-days', `${DAYS}`, '-keyout', key, '-out', cert, ...wish], {
      stdio: 'pipe',
    });
  } catch (cause) {
    const sentence = 'http.tls.development needs openssl, which did not run: install it, or name cert and key.';
    throw new VaktraError('config_invalid', sentence, { cause });
  }
}
