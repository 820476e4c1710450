// The agent's place at the desk: signs in, keeps the seat over a lost connection and a reload, and passes on what changes.
import type { DeskChanged } from '../../server/signaling/desk-messages.ts';
import { ApiError } from '../src/api.ts';
import { attempts } from '../src/attempts.ts';
import { ownServer } from '../src/server.ts';
import { type Request, Socket } from '../src/socket.ts';

/** Of this tab, so that a reload is no farewell; gone with the tab. */
const SEAT_KEY = 'vaktra.seat';

export interface DeskHandlers {
  onChanged: (view: DeskChanged) => void;
  onConnected: (connected: boolean) => void;
  /** The server does not take this agent back. */
  onRefused: (error: ApiError) => void;
}

export interface SignIn {
  name: string;
  token: string | undefined;
}

export class Desk {
  readonly #handlers: DeskHandlers;
  readonly #signIn: SignIn;
  #socket: Socket | undefined;
  #seat: string | undefined = sessionStorage.getItem(SEAT_KEY) ?? undefined;
  #cannedAnswers: readonly string[] = [];
  #left = false;

  constructor(signIn: SignIn, handlers: DeskHandlers) {
    this.#signIn = signIn;
    this.#handlers = handlers;
  }

  /** @throws ApiError before anybody is signed in */
  get seat(): string {
    if (this.#seat === undefined) throw new ApiError('scope_missing', 'Sign in first.');
    return this.#seat;
  }

  get cannedAnswers(): readonly string[] {
    return this.#cannedAnswers;
  }

  /** @throws ApiError */
  async join(): Promise<void> {
    const socket = await Socket.connect(
      ownServer,
      (event) => {
        if (event.type === 'desk.changed') this.#handlers.onChanged(event);
      },
      () => void this.#reconnect(),
    );
    try {
      const { name, token = await ownServer.token() } = this.#signIn;
      const { seat, canned_answers } = await socket.request({
        type: 'desk.hello',
        name,
        ...(token !== undefined && { token }),
        ...(this.#seat !== undefined && { seat: this.#seat }),
      });
      this.#seat = seat;
      this.#cannedAnswers = canned_answers;
      this.#socket = socket;
      sessionStorage.setItem(SEAT_KEY, seat);
      this.#handlers.onConnected(true);
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** @throws ApiError */
  async request(request: Request): Promise<void> {
    if (this.#socket === undefined) throw new ApiError('unreachable', 'There is no connection just now.');
    await this.#socket.request(request);
  }

  /** Signs out: conversations that this agent has wait for somebody else. */
  leave(): void {
    this.#left = true;
    sessionStorage.removeItem(SEAT_KEY);
    this.#socket?.tell({ type: 'desk.leave' });
    this.#socket?.close();
  }

  async #reconnect(): Promise<void> {
    // A socket that was refused never was the desk's.
    if (this.#left || this.#socket === undefined) return;
    this.#socket = undefined;
    this.#handlers.onConnected(false);
    for await (const _ of attempts(Number.POSITIVE_INFINITY)) {
      if (this.#left) return;
      try {
        await this.join();
        return;
      } catch (error) {
        if (!(error instanceof ApiError) || !/^(token_|origin_|scope_)/.test(error.code)) continue;
        this.#handlers.onRefused(error);
        return;
      }
    }
  }
}
