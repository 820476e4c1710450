import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { outputOf, runQuietly } from '../../scripts/setup/command.mjs';
import { PURPOSES } from '../../scripts/setup/index.mjs';
import { packagesStep } from '../../scripts/setup/packages.mjs';
import { runSteps } from '../../scripts/setup/progress.mjs';
import { workerPath } from '../../scripts/setup/worker.mjs';
import { PROJECT_ROOT } from '../../server/config.ts';
import { VaktraError } from '../../server/errors.ts';
import { mediasoupWorkerPath } from '../../server/worker-path.ts';

function runScript(name: string, ...args: string[]) {
  return spawnSync(process.execPath, [join(PROJECT_ROOT, 'scripts', name), ...args], { encoding: 'utf8' });
}

describe('set-up', () => {
  it('finds the packages of this checkout installed as locked', () => {
    expect(packagesStep.isDone()).toMatch(/^\d+ there$/);
  });

  it('refuses a step that there is not, and lists those there are', () => {
    const { status, stderr } = runScript('setup.mjs', '--only', 'packages,wroker');
    expect(status).toBe(1);
    expect(stderr).toContain('no step "wroker": there are packages, debian, recognition, worker, client');
  });

  it('says how it is used when it is used otherwise', () => {
    expect(runScript('setup.mjs', '--only').stderr).toContain('Usage: node scripts/setup.mjs');
    expect(runScript('run.mjs').stderr).toContain('Usage: node scripts/run.mjs TOOL');
  });

  it('needs neither worker nor page for the checks', () => {
    expect(PURPOSES.check).toEqual(['packages']);
  });

  it('skips what is done, runs the rest in order and stops at the first failure', async () => {
    const ran: string[] = [];
    const step = (title: string, done: boolean, error?: Error) => ({
      title,
      isDone: () => (done ? 'there' : null),
      run: async () => {
        ran.push(title);
        if (error) throw error;
        return 'made';
      },
    });
    const steps = [step('a', true), step('b', false), step('c', false, new Error('no disk')), step('d', false)];
    await expect(runSteps(steps)).rejects.toThrow('no disk');
    expect(ran).toEqual(['b', 'c']);
  });
});

describe('a quiet command', () => {
  it('hands out its lines, of both outputs', async () => {
    const lines: string[] = [];
    await runQuietly('test-command', ['sh', '-c', 'echo one; echo two >&2'], { onLine: (line) => lines.push(line) });
    expect(lines.sort()).toEqual(['one', 'two']);
  });

  it('fails with the end of its log', async () => {
    await expect(runQuietly('test-command', ['sh', '-c', 'echo the reason; exit 3'])).rejects.toThrow(
      /ended with code 3\.[\s\S]*test-command\.log:\nthe reason$/,
    );
  });

  it('fails when there is no such program', async () => {
    await expect(runQuietly('test-command', ['no-such-program'])).rejects.toThrow('ENOENT');
    expect(outputOf(['no-such-program'])).toBeNull();
  });
});

describe("mediasoup's worker", () => {
  it('is put where the server looks for it', () => {
    expect(mediasoupWorkerPath()).toBe(process.env.MEDIASOUP_WORKER_BIN ?? workerPath());
  });

  it('is a setting, too, and named when it is not there', () => {
    const missing = () => mediasoupWorkerPath('/no/such/worker');
    expect(missing).toThrow(VaktraError);
    expect(missing).toThrow(/not at \/no\/such\/worker.*setup\.mjs --only worker/);
  });
});

describe('the package', () => {
  const { scripts } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8'));

  it('starts by a script that any Node can read: no TypeScript, nothing from npm', () => {
    expect(scripts.start).toBe('node scripts/start.mjs');
    const imports = outputOf(['grep', '-rhoE', "from '[^']+'", join(PROJECT_ROOT, 'scripts')])?.split('\n') ?? [];
    for (const line of imports.filter(Boolean)) expect(line).toMatch(/^from '(node:|\.\.?\/[\w./-]+\.mjs')/);
  });
});
