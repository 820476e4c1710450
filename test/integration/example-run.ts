// A program that runs in its own process while a test looks on: what it prints, line by line, and how it ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect, vi } from 'vitest';
import { PROJECT_ROOT } from '../../server/config.ts';
import type { TestServer } from '../browser/whole-server.ts';
import { watch } from './watch.ts';

const PATIENCE_MS = 30_000;

export class ExampleRun {
  readonly lines: string[] = [];
  readonly child: ChildProcess;
  readonly #exited: Promise<number | null>;
  #errors = '';

  /** @param env beside the environment of the test */
  constructor(command: string[], env: Record<string, string>) {
    const [program = '', ...args] = command;
    const child = spawn(program, args, { cwd: PROJECT_ROOT, env: { ...process.env, ...env } });
    this.child = child;
    createInterface({ input: child.stdout }).on('line', (line) => this.lines.push(line));
    child.stderr.on('data', (data) => {
      this.#errors += data;
    });
    this.#exited = new Promise((resolve) => child.on('close', resolve));
  }

  /** Waits for a line that it prints. */
  line(pattern: RegExp): Promise<RegExpExecArray> {
    return vi.waitFor(() => {
      const found = this.lines.map((line) => pattern.exec(line)).find((match) => match !== null);
      if (found) return found;
      throw new Error(`It did not print ${pattern}. So far:\n${this.lines.join('\n')}\n${this.#errors}`);
    }, PATIENCE_MS);
  }

  /** Watches the conversation whose page it names, so that it is played. Returns the conversation's id. */
  async show(server: TestServer): Promise<string> {
    const [, id = ''] = await this.line(/http\S+session=([\w-]+)/);
    await watch(server, id);
    return id;
  }

  /** Its exit code must be 0. */
  async ended(): Promise<void> {
    const code = await this.#exited;
    expect(code, `${this.lines.join('\n')}\n${this.#errors}`).toBe(0);
  }

  stop(): void {
    this.child.kill();
  }
}
