// The last things that went wrong, for the status page and the server. What repeats itself stands there once, with its last time.
import { ApiError } from '../src/api.ts';

const KEPT = 20;
/** As the server takes it, in characters. */
const MAX_CODE = 64;
const MAX_MESSAGE = 300;

export interface LoggedError {
  /** ISO 8601. */
  at: string;
  code: string;
  message: string;
}

export class ErrorLog {
  #errors: LoggedError[] = [];

  constructor() {
    window.addEventListener('error', ({ error, message }) => this.add(error ?? message));
    window.addEventListener('unhandledrejection', ({ reason }) => this.add(reason));
  }

  /** Newest first. */
  get errors(): readonly LoggedError[] {
    return this.#errors;
  }

  add(error: unknown): void {
    const code = (error instanceof ApiError ? error.code : 'internal').slice(0, MAX_CODE);
    const message = (error instanceof Error ? error.message : String(error)).slice(0, MAX_MESSAGE);
    const others = this.#errors.filter((one) => one.code !== code || one.message !== message);
    this.#errors = [{ at: new Date().toISOString(), code, message }, ...others].slice(0, KEPT);
  }
}
