// Where the widget gets its token from: written into the page, or asked of the page's own server, which keeps the API key.

/** A token this close to its end is not used any more, so that it does not run out on its way. */
const MARGIN_MS = 30_000;

interface Answer {
  token: string;
  /** Time of its end (ISO 8601), where the endpoint says one. */
  expires_at?: string;
}

/**
 * @param token a token that the page itself holds
 * @param url an endpoint of the page's server that answers a POST as `POST /v1/tokens` does: `{ "token", "expires_at"? }`
 * @returns the token of the moment; rejects when the endpoint gives none
 */
export function tokenSource(token: string | undefined, url: string | undefined): () => Promise<string | undefined> {
  if (url === undefined) return async () => token;
  let known: Answer | undefined;
  return async () => {
    if (known === undefined || isOver(known)) known = await ask(url);
    return known.token;
  };
}

async function ask(url: string): Promise<Answer> {
  const response = await fetch(new URL(url, document.baseURI), { method: 'POST', credentials: 'same-origin' });
  const answer = (await response.json()) as Partial<Answer>;
  if (!response.ok || typeof answer.token !== 'string')
    throw new TokenError(`The token endpoint answered ${response.status}.`);
  return { token: answer.token, ...(answer.expires_at !== undefined && { expires_at: answer.expires_at }) };
}

/** Without a time of its end a token is asked for each time. */
function isOver({ expires_at }: Answer): boolean {
  return expires_at === undefined || Date.parse(expires_at) - Date.now() < MARGIN_MS;
}

/** The page's own server gave no token. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}
