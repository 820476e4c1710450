// Short-lived tokens: JSON Web Tokens (RFC 7519) signed by HMAC-SHA256, so that nothing of them needs to be kept.
import { hkdfSync, randomBytes } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { VaktraError } from '../../errors.ts';
import { SCOPES, type Scope, type TokenWish } from './types.ts';

const ALGORITHM = 'HS256';
const ISSUER = 'vaktra';
const KEY_BYTES = 32;
/** Clocks of two servers that share a secret differ by this much at most, in seconds. */
const CLOCK_TOLERANCE_SECONDS = 5;

export interface Claims {
  subject: string;
  scopes: readonly Scope[];
  session?: string | undefined;
  origins?: readonly string[] | undefined;
}

/** `scope` as in RFC 8693, section 4.2; `sid` is the conversation, `origins` the websites that may use it. */
const payload = z.object({
  sub: z.string(),
  scope: z.string().transform((listed) => SCOPES.filter((scope) => listed.split(' ').includes(scope))),
  sid: z.string().optional(),
  origins: z.array(z.string()).optional(),
});

export class Tokens {
  readonly #key: Uint8Array;
  readonly #ttlSeconds: number;

  /**
   * @param secret without one, tokens are good until the server stops
   * @param ttlSeconds how long a token is good for where its wish does not say
   */
  constructor(secret: string | null, ttlSeconds: number) {
    // The settings' secret is a text of any length; the key is made for this one use.
    const source = secret ?? randomBytes(KEY_BYTES);
    this.#key = new Uint8Array(hkdfSync('sha256', source, '', 'vaktra access token', KEY_BYTES));
    this.#ttlSeconds = ttlSeconds;
  }

  async issue(wish: TokenWish): Promise<{ token: string; expiresAt: string }> {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const endSeconds = nowSeconds + (wish.ttlSeconds ?? this.#ttlSeconds);
    const { scopes, session, origins, subject = 'token' } = wish;
    const token = await new SignJWT({
      scope: scopes.join(' '),
      ...(session !== undefined && { sid: session }),
      ...(origins !== undefined && { origins: [...origins] }),
    })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setSubject(subject)
      .setIssuedAt(nowSeconds)
      .setExpirationTime(endSeconds)
      .sign(this.#key);
    return { token, expiresAt: new Date(endSeconds * 1000).toISOString() };
  }

  /** @throws VaktraError `token_expired`, `token_invalid` */
  async verify(token: string): Promise<Claims> {
    try {
      const verified = await jwtVerify(token, this.#key, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        requiredClaims: ['exp', 'sub', 'scope'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      const { sub, scope, sid, origins } = payload.parse(verified.payload);
      return { subject: sub, scopes: scope, session: sid, origins };
    } catch (cause) {
      if (cause instanceof errors.JWTExpired) {
        throw new VaktraError('token_expired', 'The token is too old: ask for a new one by POST /v1/tokens.', {
          cause,
        });
      }
      const sentence = 'The token is neither an API key nor a token of this server: ask for one by POST /v1/tokens.';
      throw new VaktraError('token_invalid', sentence, { cause });
    }
  }
}
