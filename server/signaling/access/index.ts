// Who may do what: API keys of customers' servers, short-lived tokens for browsers, and a server that is open where no key is set.
import type { IncomingHttpHeaders } from 'node:http';
import { VaktraError } from '../../errors.ts';
import { isListed } from '../../origins.ts';
import { ApiKeys } from './api-keys.ts';
import { isLocal } from './local.ts';
import { type Claims, Tokens } from './tokens.ts';
import { type Access, type AccessRequest, type AccessSettings, type Identity, SCOPES, type Scope } from './types.ts';

export { type Access, type AccessSettings, type Identity, SCOPES, type Scope } from './types.ts';

const ALL = new Set(SCOPES);
const EVERYBODY: Identity = { subject: 'everybody', scopes: new Set(['session'] as const), issues: false };
const THIS_MACHINE: Identity = { subject: 'this machine', scopes: ALL, issues: true };
const KEY_HOLDER: Identity = { subject: 'API key', scopes: ALL, issues: true };

export function createAccess({ apiKeys, secret, tokenMinutes }: AccessSettings): Access {
  const keys = new ApiKeys(apiKeys);
  const tokens = new Tokens(secret, tokenMinutes * 60);
  const isOpen = apiKeys.length === 0;

  async function identify(request: AccessRequest): Promise<Identity> {
    if (isOpen) return isLocal(request) ? THIS_MACHINE : EVERYBODY;
    const bearer = request.token ?? bearerOf(request.headers);
    if (bearer === undefined) {
      const sentence =
        'This server wants to know who asks: send a token or an API key as docs/api.md says; a page takes "?token=".';
      throw new VaktraError('token_missing', sentence);
    }
    if (keys.has(bearer)) return KEY_HOLDER;
    const claims = await tokens.verify(bearer);
    requireOrigin(request.headers, claims);
    const { subject, scopes, session, origins } = claims;
    return {
      subject,
      scopes: new Set(scopes),
      issues: false,
      ...(session !== undefined && { session }),
      ...(origins !== undefined && { origins }),
    };
  }

  return {
    isOpen,
    async require(request, scope, sessionId) {
      const identity = await identify(request);
      if (!identity.scopes.has(scope)) throw scopeMissing(scope, isOpen);
      if (identity.session !== undefined && identity.session !== sessionId) {
        const sentence = `This token is for the conversation ${identity.session} and nothing else: use that one's, or an API key.`;
        throw new VaktraError('scope_missing', sentence);
      }
      return identity;
    },
    issue: (wish) => tokens.issue(wish),
  };
}

/** RFC 6750, section 2.1. */
function bearerOf({ authorization }: IncomingHttpHeaders): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
}

function requireOrigin(headers: IncomingHttpHeaders, { origins }: Claims): void {
  if (origins === undefined) return;
  const { origin } = headers;
  // A browser leaves Origin out where a page gets something from its own server: that is one of our pages.
  if (origin === undefined && headers['sec-fetch-site'] === 'same-origin') return;
  if (origin !== undefined && isListed(origin, origins)) return;
  const sentence = `This token is for pages of ${origins.join(', ')}, not of ${origin ?? 'no website'}: ask for one that names yours.`;
  throw new VaktraError('origin_not_allowed', sentence);
}

function scopeMissing(scope: Scope, isOpen: boolean): VaktraError {
  const sentence = isOpen
    ? `"${scope}" is for the machine that the server runs on while access.apiKeys is empty: set a key there and send it.`
    : `The token does not have the scope "${scope}": ask for one that has it.`;
  return new VaktraError('scope_missing', sentence);
}
