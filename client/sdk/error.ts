// The one error of this client: the server's own refusal with its code, or what the network did.
import type { ErrorCode } from './protocol.ts';

/** `unreachable`: no server answered. `connection_lost`: it was there, and did not come back in time. */
export type NetworkCode = 'unreachable' | 'connection_lost';

export interface VaktraClientErrorOptions extends ErrorOptions {
  /** HTTP status of the server's refusal. */
  status?: number | undefined;
  /** The field of a message that was wrong. */
  path?: string | undefined;
  /** Seconds after which the server may have room again. */
  retryAfterSeconds?: number | undefined;
}

export class VaktraClientError extends Error {
  /** One of docs/errors.md, or a `NetworkCode`. */
  readonly code: ErrorCode | NetworkCode;
  readonly status: number | undefined;
  readonly path: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode | NetworkCode, message: string, options: VaktraClientErrorOptions = {}) {
    super(message, options);
    this.name = 'VaktraClientError';
    this.code = code;
    this.status = options.status;
    this.path = options.path;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Any thrown value as this client's error: what is not one already came from the network. */
export function toClientError(thrown: unknown): VaktraClientError {
  if (thrown instanceof VaktraClientError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new VaktraClientError('unreachable', `The server cannot be reached (${reason}): is it running there?`, {
    cause: thrown,
  });
}
