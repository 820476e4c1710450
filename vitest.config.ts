// Three kinds of tests, fastest first: unit (no process, no socket), integration (real workers, sockets, models), browser
// (headless Chromium against a whole server). The last two measure times, so their files run one after another.
import { defineConfig } from 'vitest/config';

const CORES_TO_USE = 2;

export default defineConfig({
  test: {
    // Native parts (codecs, ONNX Runtime) share a process badly with each other's worker threads: a process per file.
    pool: 'forks',
    maxWorkers: CORES_TO_USE,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
