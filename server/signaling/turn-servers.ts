// Credentials for TURN servers that share a secret with this one (coturn's use-auth-secret).
import { createHmac } from 'node:crypto';

export interface TurnSettings {
  urls: readonly string[];
  secret: string | null;
  ttlSeconds: number;
}

/** One entry of a browser's RTCConfiguration.iceServers. */
export interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

/**
 * The servers with a user name and a password that are good for a while: the name is the Unix time of their end, the password
 * its HMAC-SHA1 under the secret (draft-uberti-behave-turn-rest-00, section 2.2). Without a secret the servers ask for none.
 */
export function turnServers({ urls, secret, ttlSeconds }: TurnSettings, nowMs = Date.now()): IceServer[] {
  if (urls.length === 0) return [];
  if (secret === null) return [{ urls: [...urls] }];
  const username = String(Math.floor(nowMs / 1000) + ttlSeconds);
  const credential = createHmac('sha1', secret).update(username).digest('base64');
  return [{ urls: [...urls], username, credential }];
}
