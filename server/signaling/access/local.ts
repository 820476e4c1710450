// Whether a request comes from the machine that the server runs on, and from no website that a browser there happens to show.
import type { AccessRequest } from './types.ts';

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
const LOCAL_HOST = /^(localhost|127\.[\d.]+|\[::1\])(:\d+)?$/i;
/** What proxies add: who asks one may be anywhere. */
const PROXY_HEADERS = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'];

export function isLocal({ headers, remoteAddress }: AccessRequest): boolean {
  if (!LOOPBACK.test(remoteAddress) || PROXY_HEADERS.some((name) => headers[name] !== undefined)) return false;
  // Another name means that a website's name was made to lead here (DNS rebinding).
  if (!LOCAL_HOST.test(headers.host ?? '')) return false;
  const { origin } = headers;
  return origin === undefined || hostOf(origin) === headers.host?.toLowerCase();
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
