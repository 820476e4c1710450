// The kiosk's service worker: shows the page from what is kept on the device when the server is away while the browser starts. What is
// kept is the page's own business (offline-page.ts); nothing is kept here, and what lies under /v1 is left alone.

/** A network that swallows packets answers neither way. */
const PATIENCE_MS = 4000;

/** What this file uses of ServiceWorkerGlobalScope, which TypeScript's DOM library leaves out. */
interface FetchEvent extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface Scope {
  addEventListener(type: 'install' | 'activate' | 'fetch', listen: (event: FetchEvent) => void): void;
  skipWaiting(): Promise<void>;
}

const scope = self as unknown as Scope;

scope.addEventListener('install', () => void scope.skipWaiting());

scope.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== location.origin || pathname.includes('/v1/')) return;
  event.respondWith(answer(event.request));
});

async function answer(request: Request): Promise<Response> {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch (error) {
    const kept = await caches.match(request, { ignoreSearch: request.mode === 'navigate' });
    if (kept === undefined) throw error;
    return kept;
  }
}
