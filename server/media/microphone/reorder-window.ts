// Puts a microphone's RTP packets back in order. Waits for a missing packet only while the ones behind it cover less than
// the window, measured in RTP time: what arrives drives it, there is no timer.
import type { RtpPacket } from '../rtp.ts';

/** Packets overtake each other by a few milliseconds in most networks; a retransmission takes a round trip. */
const REORDER_WINDOW_MS = 60;
const TICKS_PER_MS = 48;
const WINDOW_TICKS = REORDER_WINDOW_MS * TICKS_PER_MS;
/** Farther away than this (10 s of packets) it is not the same run of numbers: the sender started again. */
const MAX_SEQUENCE_JUMP = 500;

export class ReorderWindow {
  /** Packets that are ahead, by how far they are behind the next one in line. */
  #held: RtpPacket[] = [];
  #nextSequence: number | undefined;
  /** RTP time of the last packet that left. */
  #lastTimestamp = 0;
  /** Packets that came twice, or after their place was given up. */
  lateCount = 0;

  /** Takes a packet and gives those that are now in line, in order. Gaps show in their timestamps. */
  push(packet: RtpPacket): RtpPacket[] {
    const distance = this.#distance(packet);
    if (Math.abs(distance) > MAX_SEQUENCE_JUMP) return this.#restart(packet);
    const isKnown = this.#held.some(({ sequence }) => sequence === packet.sequence);
    if (distance < 0 || isKnown) {
      this.lateCount += 1;
      return [];
    }
    this.#held.push(packet);
    this.#held.sort((one, other) => this.#distance(one) - this.#distance(other));
    return this.#release();
  }

  #restart(packet: RtpPacket): RtpPacket[] {
    const rest = this.#held;
    this.#held = [];
    this.#leave(packet);
    return [...rest, packet];
  }

  #release(): RtpPacket[] {
    const ready: RtpPacket[] = [];
    for (let first = this.#held[0]; first !== undefined; first = this.#held[0]) {
      const newest = this.#held.at(-1) ?? first;
      const coveredTicks = signed32(newest.timestamp - this.#lastTimestamp);
      if (this.#distance(first) > 0 && coveredTicks <= WINDOW_TICKS) break;
      this.#held.shift();
      this.#leave(first);
      ready.push(first);
    }
    return ready;
  }

  #leave(packet: RtpPacket): void {
    this.#nextSequence = (packet.sequence + 1) & 0xffff;
    this.#lastTimestamp = packet.timestamp;
  }

  /** How many numbers after the next one in line, across the wrap at 2^16; negative: before it. */
  #distance({ sequence }: RtpPacket): number {
    return this.#nextSequence === undefined ? 0 : ((sequence - this.#nextSequence) << 16) >> 16;
  }
}

/** The difference of two 32-bit timestamps across their wrap. */
export function signed32(difference: number): number {
  return difference | 0;
}
