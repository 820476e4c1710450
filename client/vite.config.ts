// Builds the pages into dist/client, from where the server serves them: client/index.html and every client/*/index.html. All in files
// of our own: nothing is loaded from elsewhere. Addresses are relative, so that the pages work under any path of a proxy.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vite';

const ROOT = import.meta.dirname;
const KIOSK_WORKER = 'kiosk/worker.ts';

export default defineConfig({
  root: ROOT,
  base: './',
  build: {
    outDir: '../dist/client',
    emptyOutDir: true,
    target: 'es2022',
    // Inlined pictures and scripts would need a weaker content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: [...globSync(['index.html', '*/index.html'], { cwd: ROOT }), KIOSK_WORKER].map((file) => join(ROOT, file)),
      output: {
        // A service worker reaches what lies below its own address, which therefore stays the same.
        entryFileNames: ({ facadeModuleId }) =>
          facadeModuleId?.endsWith(KIOSK_WORKER) ? 'kiosk/worker.js' : 'assets/[name]-[hash].js',
      },
    },
  },
});
