// Keeps the page itself on the device, so that a browser that starts while the server is away shows the still picture and waits, instead
// of an error. Only on secure pages: browsers give others no service worker.

const CACHE = 'vaktra-kiosk';

export async function keepPage(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  // Made by the build beside the page (client/vite.config.ts).
  const worker = new URL('worker.js', location.href);
  await navigator.serviceWorker.register(worker, { scope: './' });
  const files = filesOfPage();
  const cache = await caches.open(CACHE);
  await cache.addAll(files);
  // What an older version of the page was made of.
  const kept = await cache.keys();
  await Promise.all(kept.filter(({ url }) => !files.includes(url)).map((old) => cache.delete(old)));
}

/** The page, its scripts and its styles, without what was asked of the server while it ran. */
function filesOfPage(): string[] {
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
  const own = loaded.filter((url) => url.startsWith(location.origin) && /\.(js|css|svg)$/.test(new URL(url).pathname));
  return [...new Set([location.href.split(/[?#]/)[0] ?? '', ...own])];
}
