// `fetch` for addresses that operators and customers write down: it does not reach into the server's own network unless that
// is allowed, follows no redirect, and looks at the address that is really connected to (no second look-up to be tricked by).

import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Agent, fetch as undiciFetch } from 'undici';
import { VaktraError } from '../errors.ts';

/** Networks that are no part of the public internet (RFC 6890 and its updates). */
const INSIDE = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  INSIDE.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  INSIDE.addSubnet(network, bits, 'ipv6');

export interface OutgoingFetchOptions {
  /** Are loopback and private networks allowed? */
  allowPrivate: boolean;
}

export type OutgoingFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * A `fetch` with these rules. It rejects with VaktraError `url_refused` for an address that is not http or https, one inside,
 * and a redirect.
 */
export function createOutgoingFetch({ allowPrivate }: OutgoingFetchOptions): OutgoingFetch {
  const agent = new Agent({ connect: { lookup: allowPrivate ? undefined : publicLookup } });
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new VaktraError('url_refused', `${url.protocol} is not taken: use an http or https address.`);
    }
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (!allowPrivate && isInside(host)) throw inside(host);
    const options = { ...init, redirect: 'manual', dispatcher: agent } as Parameters<typeof undiciFetch>[1];
    const response = await undiciFetch(url, options).catch((error: unknown) => {
      // undici wraps what the look-up said
      const cause = error instanceof Error ? error.cause : undefined;
      throw cause instanceof VaktraError ? cause : error;
    });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      throw new VaktraError(
        'url_refused',
        `${url.origin} answers with a redirect (${response.status}), which is not followed: write down the final address.`,
      );
    }
    return response as unknown as Response;
  };
}

function isInside(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host === 'localhost' || host.endsWith('.localhost');
  return INSIDE.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

const publicLookup: LookupFunction = (hostname, options, done) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, '');
    if (addresses.some(({ address }) => isInside(address))) return done(inside(hostname), '');
    if (options.all) return done(null, addresses);
    const [first] = addresses;
    return first ? done(null, first.address, first.family) : done(new Error(`${hostname} has no address`), '');
  });
};

function inside(host: string): VaktraError {
  return new VaktraError(
    'url_refused',
    `${host} is inside the server's own network: use a public address, or allow it by outgoing.allowPrivate.`,
  );
}
