// npm run render as whoever uses it runs it: a picture or an avatar of the studio and a voice become a signed file, each file is a use in
// the studio's log, and nobody is rendered whose consent was taken back.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAvatarStore } from '../../server/avatar/index.ts';
import { Studio } from '../../server/session/index.ts';
import { loadC2pa } from '../../server/tools/provenance/index.ts';

const project = (name: string) => new URL(`../../${name}`, import.meta.url).pathname;
const PORTRAIT = project('config/portraits/ada-lovelace.jpg');
/** A machine that also runs other tests takes its time. */
const PATIENCE_MS = 120_000;
const MIME_TYPE = 'video/webm';

let folder: string;
let studio: Studio;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vaktra-render-'));
  await writeFile(join(folder, 'voice.txt'), 'Good day.');
  studio = new Studio({
    store: openAvatarStore(join(folder, 'data')),
    recogniser: undefined,
    ...{ codeMinutes: 10, evidenceDays: 30, statementSeconds: 60 },
    logger: console,
  });
});

afterAll(async () => {
  await studio.close();
  await rm(folder, { recursive: true });
});

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

function render(args: string[], settings: Record<string, string> = {}): Promise<Ran> {
  const env = { ...process.env, VAKTRA_DATA_DIRECTORY: join(folder, 'data'), ...settings };
  const all = [project('server/tools/render.ts'), '--voice', join(folder, 'voice.txt'), ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, all, { env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

async function lastUses(avatarId?: string): Promise<string[]> {
  const lines = await studio.audit({ limit: 5, avatarId });
  return lines.map(({ action, detail }) => (detail ? `${action} ${detail}` : action)).reverse();
}

describe('a picture with the word of whoever agreed', () => {
  it(
    'becomes a file whose manifest says that an AI made it, and the file is a use in the log',
    async () => {
      const out = join(folder, 'ada.webm');
      const args = ['--portrait', PORTRAIT, '--consent', 'public domain', '--out', out, '--size', '384'];
      const { code, stdout, stderr } = await render(args, { VAKTRA_PROVENANCE_DEVELOPMENT: 'true' });
      expect(stderr).not.toContain('internal');
      expect(code).toBe(0);
      expect(stdout).toContain('signed C2PA manifest');
      const manifest = await readFile(`${out}.c2pa`);
      const { Reader } = await loadC2pa();
      const store = (await Reader.fromManifestDataAndAsset(manifest, { path: out, mimeType: MIME_TYPE })).json();
      expect(store.validation_state).toBe('Valid');
      const { assertions } = store.manifests[store.active_manifest] ?? { assertions: [] };
      expect(JSON.stringify(assertions)).toContain('digitalsourcetype/trainedAlgorithmicMedia');
      const [started] = (await studio.audit({ limit: 5 })).filter(({ action }) => action === 'use.started');
      expect(assertions).toContainEqual({ label: 'vaktra.consent', data: { consent: started?.consentId } });
      expect(await lastUses()).toEqual(['consent.given statement', 'use.started', 'use.ended']);

      // The manifest is for this file and no other.
      const other = join(folder, 'other.webm');
      const bytes = await readFile(out);
      bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
      await writeFile(other, bytes);
      const changed = (await Reader.fromManifestDataAndAsset(manifest, { path: other, mimeType: MIME_TYPE })).json();
      expect(changed.validation_state).toBe('Invalid');
    },
    PATIENCE_MS,
  );
});

describe('an avatar of the studio', () => {
  it(
    'is rendered by its record, and not any more once that was taken back',
    async () => {
      const picture = await readFile(PORTRAIT);
      const { id } = await studio.avatars.create({ name: 'Ada', kind: 'painting', picture, options: {} });
      const out = join(folder, 'avatar.webm');
      const refused = await render(['--avatar', id, '--out', out]);
      expect(refused.stderr).toContain('consent_missing');

      const wish = { who: 'A. E. Chalon', recordedBy: 'the test', purpose: 'a test' };
      const record = await studio.consents.declare(id, wish, 'public-domain', 'Science Museum');
      const made = await render(['--avatar', id, '--out', out, '--framing', 'portrait', '--background', '#2f6f4f']);
      expect(made).toMatchObject({ code: 0 });
      // Nobody is named to sign it.
      expect(made.stdout).toContain('carries no C2PA manifest');
      expect(existsSync(`${out}.c2pa`)).toBe(false);
      expect(await lastUses(id)).toEqual([
        ...['avatar.created painting', 'use.refused consent_missing', 'consent.given public-domain'],
        ...['use.started', 'use.ended'],
      ]);

      await studio.consents.revoke(record.id);
      await rm(out);
      const again = await render(['--avatar', id, '--out', out]);
      expect(again.code).toBe(1);
      expect(again.stderr).toContain('consent_revoked');
      expect(existsSync(out)).toBe(false);
    },
    2 * PATIENCE_MS,
  );

  it(
    'is not mixed with a picture, and has to be there',
    async () => {
      const both = await render(['--avatar', 'a', '--portrait', PORTRAIT, '--out', join(folder, 'x.webm')]);
      expect(both.stderr).toContain('invalid_message');
      const unknown = await render(['--avatar', 'nobody', '--out', join(folder, 'x.webm')]);
      expect(unknown.stderr).toContain('avatar_unknown');
    },
    PATIENCE_MS,
  );
});
