// What the parts of access and those who ask it speak of.
import type { IncomingHttpHeaders } from 'node:http';

/** `session`: open and hold conversations. `agent`: stand in for the avatar. `admin`: avatars, consents, the log. */
export const SCOPES = ['session', 'agent', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** The settings (config/default.yaml explains each). */
export interface AccessSettings {
  readonly apiKeys: readonly string[];
  readonly secret: string | null;
  readonly tokenMinutes: number;
}

/** What of a request says who asks. */
export interface AccessRequest {
  headers: IncomingHttpHeaders;
  remoteAddress: string;
  /** Where it does not come in the header `authorization`, as in a socket's first message. */
  token?: string | undefined;
}

export interface Identity {
  readonly subject: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Only this conversation may be reached. */
  readonly session?: string;
  /** Only pages of these websites may ask. */
  readonly origins?: readonly string[];
  /** May give tokens to others: an API key may, a token may not. */
  readonly issues: boolean;
}

export interface TokenWish {
  scopes: readonly Scope[];
  /** Whom the token is for, as the customer names them. */
  subject?: string | undefined;
  /** The one conversation that it opens. */
  session?: string | undefined;
  /** Websites whose pages may use it. */
  origins?: readonly string[] | undefined;
  ttlSeconds?: number | undefined;
}

export interface Access {
  /** No API key is set: conversations are open to everybody, the rest to this machine. */
  readonly isOpen: boolean;
  /**
   * @param sessionId the conversation that is asked for
   * @throws VaktraError `token_missing`, `token_expired`, `token_invalid`, `origin_not_allowed`, `scope_missing`
   */
  require(request: AccessRequest, scope: Scope, sessionId?: string): Promise<Identity>;
  /** A token and the time of its end (ISO 8601). */
  issue(wish: TokenWish): Promise<{ token: string; expiresAt: string }>;
}
