// Times that tick: elements that show how long ago something began.

const TICK_MS = 1000;

/** An element that says how long it has been; `sinceMs` by this page's clock (performance.now). */
export function since(sinceMs: number): HTMLElement {
  const place = document.createElement('time');
  place.dataset.since = String(sinceMs);
  show(place);
  return place;
}

/** Lets all such elements of the page tick. */
export function tick(): void {
  window.setInterval(() => {
    for (const place of document.querySelectorAll<HTMLElement>('[data-since]')) show(place);
  }, TICK_MS);
}

function show(place: HTMLElement): void {
  const seconds = Math.max(0, Math.floor((performance.now() - Number(place.dataset.since)) / 1000));
  const two = (count: number): string => String(count).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  place.textContent = hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
