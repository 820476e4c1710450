// The kiosk's documents and files for systemd and Chromium say what the page really does.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../server/config.ts';

const read = (path: string): string => readFileSync(join(PROJECT_ROOT, path), 'utf8');
const docs = read('docs/kiosk.md');

describe('docs/kiosk.md', () => {
  it('lists each parameter that the page reads, and no other', () => {
    const parameters = [...read('client/kiosk/options.ts').matchAll(/text\('(\w+)'\)/g)].map(([, name]) => name);
    const rows = [...docs.matchAll(/^\| (`\w+`(?:, `\w+`)*) \|/gm)].flatMap(([, names = '']) =>
      names.replaceAll('`', '').split(', '),
    );
    expect(rows.toSorted()).toEqual([...new Set(parameters)].toSorted());
  });

  it('names files and documents that exist', () => {
    const files = [...docs.matchAll(/`(config\/kiosk\/[\w.-]+)`/g)].map(([, path = '']) => path);
    const links = [...docs.matchAll(/\]\((\w+\.md)\)/g)].map(([, path]) => `docs/${path}`);
    expect(files.length).toBeGreaterThan(2);
    for (const path of [...files, ...links]) expect(existsSync(join(PROJECT_ROOT, path)), path).toBe(true);
  });

  it('explains each flag of the unit', () => {
    const flags = read('config/kiosk/vaktra-kiosk.service').match(/ --[\w-]+(=\S+)?/g) ?? [];
    const evident = ['--ozone-platform=wayland', '--no-first-run'];
    for (const flag of flags.map((one) => one.trim()).filter((one) => !evident.includes(one))) {
      expect(docs, flag).toContain(`\`${flag}\``);
    }
    expect(flags.length).toBeGreaterThan(5);
  });
});

describe('config/kiosk', () => {
  it('has units that start again by themselves', () => {
    for (const unit of ['vaktra.service', 'vaktra-kiosk.service']) {
      const text = read(`config/kiosk/${unit}`);
      expect(text).toMatch(/^Restart=always$/m);
      expect(text).toMatch(/^ExecStart=\/usr\/bin\//m);
      expect(text).toMatch(/^WantedBy=multi-user\.target$/m);
    }
  });

  it('has a policy that allows one and the same address everywhere', () => {
    const policy = JSON.parse(read('config/kiosk/chromium-policy.json')) as Record<string, unknown>;
    const { AudioCaptureAllowedUrls: audio, VideoCaptureAllowedUrls: video, AutoplayAllowlist: autoplay } = policy;
    expect(audio).toHaveLength(1);
    expect(video).toEqual(audio);
    expect(autoplay).toEqual(audio);
  });
});
