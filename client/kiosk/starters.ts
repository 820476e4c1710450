// What begins a conversation besides a touch: somebody who comes close, or says something. Either only where the address asks for it.
import type { ErrorLog } from './error-log.ts';
import type { Options } from './options.ts';
import { watchPresence } from './presence.ts';
import { watchVoice } from './voice-start.ts';

/** A camera or microphone that was missing may be plugged in; then it is asked for anew. */
const RETRY_MS = 60_000;

export function startWatching({ starts }: Options, errors: ErrorLog, onSomebody: () => void): void {
  if (starts.has('presence')) void watch(() => watchPresence(onSomebody), errors);
  if (starts.has('voice')) void watch(() => watchVoice(onSomebody), errors);
}

async function watch(begin: () => Promise<unknown>, errors: ErrorLog): Promise<void> {
  try {
    await begin();
  } catch (error) {
    errors.add(error);
    window.setTimeout(() => void watch(begin, errors), RETRY_MS);
  }
}
