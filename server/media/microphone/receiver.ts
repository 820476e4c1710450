// A live microphone: raw RTP with Opus in, blocks of 20 ms of mono sound out, in order and without holes. Lost packets are
// concealed. Runs on a worker thread; knows no clock: what arrives drives it.
import { SAMPLES_PER_PACKET } from '../../types.ts';
import { createOpusDecoder } from '../codec/opus-decoder.ts';
import { parseRtpPacket, type RtpPacket } from '../rtp.ts';
import { ReorderWindow, signed32 } from './reorder-window.ts';

/** Concealment is a guess that gets worse: after 100 ms it is silence. */
const MAX_CONCEALED_SAMPLES = 4800;
/** A pause of the sender (muted, DTX) up to 1 s is filled with silence; after a longer one the sound just goes on. */
const MAX_FILLED_SAMPLES = 48_000;

/** Counts since the start. */
export interface MicrophoneCounts {
  packets: number;
  /** No RTP, or no Opus. */
  damaged: number;
  /** Arrived after their place was given up, or twice. */
  late: number;
  /** Samples at 48 kHz that were guessed or filled with silence. */
  concealedSamples: number;
}

export interface MicrophoneReceiver {
  /**
   * Takes a packet as it came from the network.
   *
   * @returns the blocks that are complete now, each [960] mono in [-1, 1] at 48 kHz, none most often when a packet is
   *   missing; they belong to the caller
   */
  push(packet: Uint8Array): Float32Array[];
  readonly counts: MicrophoneCounts;
  /** Harmless twice. */
  close(): void;
}

export function createMicrophoneReceiver(): MicrophoneReceiver {
  const decoder = createOpusDecoder();
  const window = new ReorderWindow();
  const blocks = new BlockCutter();
  const counts = { packets: 0, damaged: 0, concealedSamples: 0 };
  /** RTP time at which the next packet should begin. */
  let expected: number | undefined;

  /** Sound for a hole of `length` samples: concealment first, then silence. */
  function fill(length: number): void {
    counts.concealedSamples += length;
    let left = length;
    const silenceFrom = length - MAX_CONCEALED_SAMPLES;
    while (left > Math.max(0, silenceFrom)) {
      const guess = decoder.conceal()?.subarray(0, left);
      if (guess === undefined || guess.length === 0) break;
      blocks.push(guess);
      left -= guess.length;
    }
    if (left > 0) blocks.push(new Float32Array(left));
  }

  function play({ timestamp, payload }: RtpPacket): void {
    const hole = expected === undefined ? 0 : signed32(timestamp - expected);
    if (hole > 0 && hole <= MAX_FILLED_SAMPLES) fill(hole);
    const samples = decoder.decode(payload);
    if (samples === null) {
      counts.damaged += 1;
      // Its place becomes part of the next hole.
      expected = timestamp;
      return;
    }
    blocks.push(samples);
    expected = timestamp + samples.length;
  }

  return {
    push(data) {
      const packet = parseRtpPacket(data);
      counts.packets += 1;
      if (packet === null || packet.payload.length === 0) {
        counts.damaged += 1;
        return [];
      }
      // Own bytes: a packet may wait here longer than the caller keeps its buffer.
      for (const ready of window.push({ ...packet, payload: packet.payload.slice() })) play(ready);
      return blocks.take();
    },
    get counts() {
      return { ...counts, late: window.lateCount };
    },
    close: () => decoder.close(),
  };
}

/** Cuts sound of any lengths into blocks of 960. */
class BlockCutter {
  #ready: Float32Array[] = [];
  #block = new Float32Array(SAMPLES_PER_PACKET);
  #filled = 0;

  push(samples: Float32Array): void {
    let offset = 0;
    while (offset < samples.length) {
      const count = Math.min(samples.length - offset, SAMPLES_PER_PACKET - this.#filled);
      this.#block.set(samples.subarray(offset, offset + count), this.#filled);
      this.#filled += count;
      offset += count;
      if (this.#filled < SAMPLES_PER_PACKET) return;
      this.#ready.push(this.#block);
      this.#block = new Float32Array(SAMPLES_PER_PACKET);
      this.#filled = 0;
    }
  }

  take(): Float32Array[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }
}
