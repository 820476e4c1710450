import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { loadPortraits } from '../../server/avatar/index.ts';

const SHIPPED = fileURLToPath(new URL('../../config/portraits', import.meta.url));

describe('the shipped portraits', () => {
  it('are three public-domain pictures of at most 1024 pixels and 300 kB, each with its artist', async () => {
    const portraits = await loadPortraits(SHIPPED);
    expect(portraits.map(({ id }) => id)).toEqual(['vigee-le-brun', 'mona-lisa', 'ada-lovelace']);
    for (const portrait of portraits) {
      expect((await stat(portrait.file)).size).toBeLessThan(300_000);
      const { width, height, format } = await sharp(portrait.file).metadata();
      expect(Math.max(width, height)).toBeLessThanOrEqual(1024);
      expect(format).toBe('jpeg');
      expect(portrait.licence).toContain('public domain');
    }
  });
});

describe('a list of portraits that is wrong', () => {
  it('is config_invalid and names the field', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'portraits-'));
    try {
      await writeFile(path.join(dir, 'portraits.yaml'), 'portraits:\n  - id: one\n    file: ../outside.jpg\n');
      await expect(loadPortraits(dir)).rejects.toMatchObject({ code: 'config_invalid' });
      await expect(loadPortraits(dir)).rejects.toThrow(/file/);
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it('is config_invalid when there is none', async () => {
    await expect(loadPortraits('/nowhere')).rejects.toMatchObject({ code: 'config_invalid', status: 500 });
  });
});
