// The evaluation's own parts on known answers: its statistics (Python), and the tool that rolls conversations out.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../server/config.ts';

const TRAINING = join(PROJECT_ROOT, 'models/training');
const OWN_PYTHON = join(TRAINING, '.venv/bin/python');
const PYTHON = existsSync(OWN_PYTHON) ? OWN_PYTHON : 'python3';
const hasNumpy = spawnSync(PYTHON, ['-c', 'import numpy']).status === 0;

describe('the statistics', () => {
  it.skipIf(!hasNumpy)('give the known answers', () => {
    const { status, stderr } = spawnSync(PYTHON, ['-m', 'unittest', 'evaluation.test_statistics'], {
      cwd: TRAINING,
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/Ran 11 tests/);
  });
});

describe('the roll-out', () => {
  const SECOND = 16_000;
  const FRAMES = 50;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vaktra-evaluation-'));
    const hum = Float32Array.from({ length: 2 * SECOND }, (_, i) => {
      const seconds = i / SECOND;
      return 0.3 * Math.sin(2 * Math.PI * 3 * seconds) * Math.sign(Math.sin(2 * Math.PI * 130 * seconds));
    });
    await writeFile(join(folder, 'sound.f32'), hum);
  });
  afterAll(() => rm(folder, { recursive: true }));

  interface Told {
    coefficients: number;
    frames: number;
  }

  async function rollOut(jobs: object[]): Promise<{ told: Told; motion: Float32Array }> {
    const plan = { sound: join(folder, 'sound.f32'), motion: join(folder, 'motion.f32'), jobs };
    await writeFile(join(folder, 'plan.json'), JSON.stringify(plan));
    const tool = join(PROJECT_ROOT, 'test/bench/eval-motion-roll-out.ts');
    const { status, stdout, stderr } = spawnSync(process.execPath, [tool, join(folder, 'plan.json')], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    const bytes = await readFile(plan.motion);
    return { told: JSON.parse(stdout) as Told, motion: new Float32Array(new Uint8Array(bytes).buffer) };
  }

  it('writes as many frames as the states say, past the end of the sound too', async () => {
    const states = [
      ['speaking', 30],
      ['idle', 31],
    ];
    const { told, motion } = await rollOut([{ seed: 1, sound: [[0, 2 * SECOND]], states }]);
    expect(told.frames).toBe(61);
    expect(motion).toHaveLength(61 * told.coefficients);
  });

  it('hears stretches one after another as the same sound in one', async () => {
    const states = [['speaking', FRAMES]];
    const cut = [
      [0, 7001],
      [7001, 2 * SECOND - 7001],
    ];
    const { told, motion } = await rollOut([
      { seed: 1, sound: [[0, 2 * SECOND]], states },
      { seed: 1, sound: cut, states },
      { seed: 2, sound: cut, states },
    ]);
    const size = FRAMES * told.coefficients;
    expect(motion.slice(size, 2 * size)).toEqual(motion.slice(0, size));
    expect(motion.slice(2 * size)).not.toEqual(motion.slice(0, size));
  });

  it('begins chance anew where it is told to, and only there', async () => {
    const states = [['speaking', 2 * FRAMES]];
    const twice = [
      [0, 2 * SECOND],
      [0, 2 * SECOND],
    ];
    const { told, motion } = await rollOut([
      { seed: 1, sound: twice, states, restart: FRAMES },
      { seed: 1, sound: twice, states },
    ]);
    const blinksAndGaze = (from: number) =>
      Array.from({ length: FRAMES }, (_, k) => motion[(from + k) * told.coefficients + 30] as number);
    const apart = (a: number[], b: number[]) => Math.max(...a.map((value, k) => Math.abs(value - (b[k] as number))));
    const settled = FRAMES / 2; // the first stretch starts from rest
    const again = apart(blinksAndGaze(0).slice(settled), blinksAndGaze(FRAMES).slice(settled));
    const anew = apart(blinksAndGaze(2 * FRAMES).slice(settled), blinksAndGaze(3 * FRAMES).slice(settled));
    expect(again).toBeLessThan(anew / 2);
  });
});
