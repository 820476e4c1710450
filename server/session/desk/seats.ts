// Who is at the desk. A seat is kept for a short time where its socket is lost, so that a reload or a weak network loses nothing.
import { randomUUID } from 'node:crypto';
import { VaktraError } from '../../errors.ts';
import type { Agent } from './person.ts';

interface Seat extends Agent {
  sockets: number;
  grace: NodeJS.Timeout | undefined;
}

export class Seats {
  readonly #seats = new Map<string, Seat>();
  readonly #graceMs: number;
  readonly #left: (agent: Agent) => void;

  /** @param left told of everybody who has left, whether they said so or not */
  constructor(graceMs: number, left: (agent: Agent) => void) {
    this.#graceMs = graceMs;
    this.#left = left;
  }

  get size(): number {
    return this.#seats.size;
  }

  get names(): string[] {
    return [...this.#seats.values()].map(({ name }) => name);
  }

  /** One more socket of an agent. With the seat that they had they are the same again, under the name they give now. */
  join(name: string, seat?: string): Agent {
    const known = seat === undefined ? undefined : this.#seats.get(seat);
    const id = known?.seat ?? randomUUID();
    clearTimeout(known?.grace);
    this.#seats.set(id, { seat: id, name, sockets: (known?.sockets ?? 0) + 1, grace: undefined });
    return { seat: id, name };
  }

  /** @throws VaktraError `scope_missing` for a seat that nobody has */
  require(seat: string | undefined): Agent {
    const agent = seat === undefined ? undefined : this.#seats.get(seat);
    if (agent) return agent;
    throw new VaktraError('scope_missing', 'This is for agents at the desk: send "desk.hello" first.');
  }

  /** A socket of this agent is gone. */
  lose(id: string): void {
    const seat = this.#seats.get(id);
    if (!seat) return;
    seat.sockets -= 1;
    if (seat.sockets === 0) seat.grace = setTimeout(() => this.leave(id), this.#graceMs).unref();
  }

  /** This agent goes. Harmless for one who has left. */
  leave(id: string): void {
    const seat = this.#seats.get(id);
    if (!seat) return;
    clearTimeout(seat.grace);
    this.#seats.delete(id);
    this.#left(seat);
  }

  close(): void {
    for (const { grace } of this.#seats.values()) clearTimeout(grace);
    this.#seats.clear();
  }
}
