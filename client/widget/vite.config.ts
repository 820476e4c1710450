// Builds the widget beside the pages: widget.js, which host pages name in their script tag, and in widget/ what it loads with its first
// use. Apart from the pages' build, so that the launcher shares no file with them and stays small.
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  publicDir: false,
  build: {
    outDir: '../../dist/client',
    // The pages are there already.
    emptyOutDir: false,
    target: 'es2022',
    // Without it a loader of style sheets and preloads would be part of the launcher.
    modulePreload: false,
    rollupOptions: {
      input: { widget: 'launcher.ts' },
      preserveEntrySignatures: false,
      output: { entryFileNames: '[name].js', chunkFileNames: 'widget/[name]-[hash].js' },
    },
  },
});
