// Who may do what: API keys, tokens, and a server that is open because no key is set.
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { VaktraError } from '../../server/errors.ts';
import { createAccess, SCOPES } from '../../server/signaling/access/index.ts';

const KEY = 'key-of-the-shop-0123456789';
const SECRET = 'a secret that two servers share';
const AFAR = { remoteAddress: '203.0.113.9' };
const HERE = { remoteAddress: '127.0.0.1' };

const closed = () => createAccess({ apiKeys: ['another-key-of-somebody', KEY], secret: SECRET, tokenMinutes: 15 });
const open = () => createAccess({ apiKeys: [], secret: null, tokenMinutes: 15 });
const bearer = (token: string, more = {}) => ({ ...AFAR, headers: { authorization: `Bearer ${token}`, ...more } });

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof VaktraError)) throw new Error('it was not refused', { cause: error });
  // Every refusal says what to do.
  expect(error.message).toMatch(/: (send|ask|use|set) .+\.$/);
  return error.code;
}

describe('without API keys', () => {
  it.each([
    { from: 'afar', request: { ...AFAR, headers: { host: 'vaktra.example' } } },
    { from: 'behind a proxy', request: { ...HERE, headers: { host: 'localhost', 'x-forwarded-for': '203.0.113.9' } } },
    { from: 'a website', request: { ...HERE, headers: { host: 'localhost:8080', origin: 'https://evil.example' } } },
    { from: 'a name that was made to lead here', request: { ...HERE, headers: { host: 'evil.example:8080' } } },
  ])('conversations are open to whoever comes from $from, the rest is not', async ({ request }) => {
    const access = open();
    expect((await access.require(request, 'session')).scopes).toEqual(new Set(['session']));
    expect(await codeOf(access.require(request, 'agent'))).toBe('scope_missing');
    expect(await codeOf(access.require(request, 'admin'))).toBe('scope_missing');
  });

  it.each(['127.0.0.1', '127.0.1.1', '::1', '::ffff:127.0.0.1'])('everything is open to %s', async (remoteAddress) => {
    const access = open();
    for (const headers of [{ host: 'localhost:8080' }, { host: '[::1]:8080', origin: 'http://[::1]:8080' }]) {
      for (const scope of SCOPES) await access.require({ remoteAddress, headers }, scope);
    }
  });
});

describe('with API keys', () => {
  it.each(SCOPES)('a key has the scope %s, in any conversation, and gives tokens', async (scope) => {
    expect(await closed().require(bearer(KEY), scope, 'any')).toMatchObject({ issues: true });
  });

  it('this machine is asked like any other', async () => {
    const request = { ...HERE, headers: { host: 'localhost' } };
    for (const scope of SCOPES) expect(await codeOf(closed().require(request, scope))).toBe('token_missing');
  });

  it('takes a token beside the headers, as a socket brings it', async () => {
    const access = closed();
    const { token } = await access.issue({ scopes: ['session'] });
    await access.require({ ...AFAR, headers: {}, token }, 'session');
    expect(await codeOf(access.require({ ...AFAR, headers: {}, token: 'x' }, 'session'))).toBe('token_invalid');
  });

  it.each([KEY.slice(0, -1), `${KEY}x`, KEY.toUpperCase(), 'x', 'a.b.c'])('takes %s for no key', async (text) => {
    expect(await codeOf(closed().require(bearer(text), 'session'))).toBe('token_invalid');
  });

  it('takes no header of another kind', async () => {
    const headers = { authorization: `Basic ${KEY}` };
    expect(await codeOf(closed().require({ ...AFAR, headers }, 'session'))).toBe('token_missing');
  });
});

describe('a token', () => {
  it('has the scopes that it was given, and gives no others', async () => {
    const access = closed();
    const { token } = await access.issue({ scopes: ['agent'], subject: 'Ada' });
    expect(await access.require(bearer(token), 'agent')).toMatchObject({ subject: 'Ada', issues: false });
    expect(await codeOf(access.require(bearer(token), 'session'))).toBe('scope_missing');
    expect(await codeOf(access.require(bearer(token), 'admin'))).toBe('scope_missing');
  });

  it('of one conversation reaches no other, and opens none', async () => {
    const access = closed();
    const { token } = await access.issue({ scopes: ['session'], session: 'mine' });
    expect(await access.require(bearer(token), 'session', 'mine')).toMatchObject({ session: 'mine' });
    expect(await codeOf(access.require(bearer(token), 'session', 'yours'))).toBe('scope_missing');
    expect(await codeOf(access.require(bearer(token), 'session'))).toBe('scope_missing');
  });

  it('that names websites is for their pages alone', async () => {
    const access = closed();
    const { token } = await access.issue({
      scopes: ['session'],
      origins: ['https://shop.example', 'https://*.a.example'],
    });
    for (const origin of ['https://shop.example', 'https://b.a.example']) {
      await access.require(bearer(token, { origin }), 'session');
    }
    // A page of the server itself, whose browser leaves the header out.
    await access.require(bearer(token, { 'sec-fetch-site': 'same-origin' }), 'session');
    for (const origin of ['https://evil.example', 'http://shop.example', 'https://shop.example.evil.example', 'null']) {
      expect(await codeOf(access.require(bearer(token, { origin }), 'session'))).toBe('origin_not_allowed');
    }
    expect(await codeOf(access.require(bearer(token), 'session'))).toBe('origin_not_allowed');
  });

  it('ends when it says, with some seconds for clocks that differ', async () => {
    const access = closed();
    const { token, expiresAt } = await access.issue({ scopes: ['session'], ttlSeconds: -4 });
    expect(Date.parse(expiresAt)).toBeLessThan(Date.now());
    await access.require(bearer(token), 'session');
    const { token: old } = await access.issue({ scopes: ['session'], ttlSeconds: -60 });
    expect(await codeOf(access.require(bearer(old), 'session'))).toBe('token_expired');
  });

  it('lasts as long as the settings say where its wish does not', async () => {
    const { expiresAt } = await closed().issue({ scopes: ['session'] });
    const minutes = (Date.parse(expiresAt) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(14);
    expect(minutes).toBeLessThanOrEqual(15);
  });

  it('is good on another server with the same secret, and on none with another', async () => {
    const { token } = await closed().issue({ scopes: ['session'] });
    await closed().require(bearer(token), 'session');
    const other = createAccess({ apiKeys: [KEY], secret: 'a secret of somebody else', tokenMinutes: 15 });
    expect(await codeOf(other.require(bearer(token), 'session'))).toBe('token_invalid');
    const none = () => createAccess({ apiKeys: [KEY], secret: null, tokenMinutes: 15 });
    expect(await codeOf(none().require(bearer((await none().issue({ scopes: ['session'] })).token), 'session'))).toBe(
      'token_invalid',
    );
  });

  it('that was changed, or made by somebody else, is refused', async () => {
    const access = closed();
    const { token } = await access.issue({ scopes: ['session'] });
    const [header, payload = '', signature] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as object;
    const changed = Buffer.from(JSON.stringify({ ...claims, scope: 'session admin' })).toString('base64url');
    const claim = { scope: 'admin' };
    const forged = [
      `${header}.${changed}.${signature}`,
      `${header}.${payload}.`,
      new UnsecuredJWT(claim).setIssuer('vaktra').setSubject('x').setExpirationTime('1h').encode(),
      // The secret itself is not the key.
      await new SignJWT(claim)
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer('vaktra')
        .setSubject('x')
        .setExpirationTime('1h')
        .sign(new TextEncoder().encode(SECRET)),
    ];
    for (const one of forged) expect(await codeOf(access.require(bearer(one), 'admin'))).toBe('token_invalid');
  });
});
