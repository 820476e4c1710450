// Requests that the server makes to other people's servers: JSON, signed, so that a receiver knows that it is ours and not old.

import { createHmac } from 'node:crypto';

/**
 * Headers by which a receiver knows that a body is ours: HMAC-SHA256 (RFC 2104) in hex over `time.body`.
 *
 * @param secret without one nothing is signed
 * @param timeMs Unix time in milliseconds, also in the headers, so that old bodies cannot be sent again
 */
export function signedHeaders(body: string, secret: string | undefined, timeMs = Date.now()): Record<string, string> {
  if (secret === undefined) return {};
  const signature = createHmac('sha256', secret).update(`${timeMs}.${body}`).digest('hex');
  return { 'vaktra-timestamp': String(timeMs), 'vaktra-signature': `sha256=${signature}` };
}

/** A POST of JSON, signed; for `fetch`. */
export function signedPost(body: object, secret: string | undefined, signal: AbortSignal): RequestInit {
  const json = JSON.stringify(body);
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signedHeaders(json, secret) },
    body: json,
    signal,
  };
}
