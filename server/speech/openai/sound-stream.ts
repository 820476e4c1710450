// Sound as servers stream it: raw PCM, or WAV whose length may not be known yet (RIFF with a size of 0 or of all ones). 16 bit, mono.

import { VaktraError } from '../../errors.ts';
import { pcmS16ToFloat32 } from '../pcm.ts';
import { assertInputRate } from '../resampler.ts';

/** What OpenAI's `pcm` has, where the server does not say another (RFC 2586 has the parameter `rate`). */
const PCM_RATE_HZ = 24_000;
const RAW_TYPES = new Set(['audio/pcm', 'audio/l16', 'audio/raw', 'audio/basic', 'application/octet-stream', '']);
const WAV_TYPES = new Set(['audio/wav', 'audio/x-wav', 'audio/wave', 'audio/vnd.wave']);
const RIFF_BYTES = 12;
const CHUNK_HEAD_BYTES = 8;
const FORMAT_BYTES = 16;
const PCM_FORMAT = 1;
const EXTENSIBLE_FORMAT = 0xfffe;
const SAMPLE_BITS = 16;
/** A head longer than this is none. */
const MAX_HEAD_BYTES = 65_536;
const UNKNOWN_SIZE = 0xffff_ffff;

export interface SoundStream {
  /** Known once the head was read. */
  readonly rateHz: number | undefined;
  /**
   * Takes bytes as they come, cut anywhere.
   *
   * @returns the samples in them, in [-1, 1)
   * @throws Error saying what the server sends instead of such sound
   */
  push(bytes: Uint8Array): Float32Array;
  /** @throws Error where the stream ended before its sound did */
  end(): void;
}

/** @param contentType as the server names it; null where it does not */
export function openSoundStream(contentType: string | null): SoundStream {
  const [type = '', ...parameters] = (contentType ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  if (!RAW_TYPES.has(type) && !WAV_TYPES.has(type)) throw new Error(`sends ${type.slice(0, 40)} instead of sound`);
  const named = parameters.map((parameter) => /^rate=(\d+)$/.exec(parameter)?.[1]).find(Boolean);
  let rateHz: number | undefined = named === undefined ? undefined : checkedRate(Number(named));
  let waiting = new Uint8Array(0);
  let hasHead = false;
  /** Bytes of sound that a WAV file promises. */
  let promised: number | undefined;
  let given = 0;

  function openHead(): boolean {
    if (waiting.length < 4) return false;
    if (!WAV_TYPES.has(type) && text(waiting, 0) !== 'RIFF') {
      rateHz ??= PCM_RATE_HZ;
      return true;
    }
    const head = wavHead(waiting);
    if (!head) {
      if (waiting.length > MAX_HEAD_BYTES) throw new Error('sends a WAV file without sound');
      return false;
    }
    rateHz = checkedRate(head.rateHz);
    promised = head.bytes;
    waiting = waiting.slice(head.at);
    return true;
  }

  return {
    get rateHz() {
      return hasHead ? rateHz : undefined;
    },
    push(bytes) {
      const joined = new Uint8Array(waiting.length + bytes.length);
      joined.set(waiting);
      joined.set(bytes, waiting.length);
      waiting = joined;
      hasHead ||= openHead();
      if (!hasHead) return new Float32Array(0);
      const left = promised === undefined ? waiting.length : Math.min(waiting.length, promised - given);
      const whole = left - (left % 2);
      const pcm = pcmS16ToFloat32(waiting.subarray(0, whole));
      // What stands behind the sound of a WAV file are other chunks.
      waiting = waiting.slice(whole, left);
      given += whole;
      return pcm;
    },
    end() {
      if (given === 0) throw new Error('sends no sound');
      if (promised !== undefined && given + 1 < promised) throw new Error('breaks off in the middle');
    },
  };
}

function checkedRate(rateHz: number): number {
  try {
    assertInputRate(rateHz);
    return rateHz;
  } catch (error) {
    if (error instanceof VaktraError) throw new Error(`sends sound at ${rateHz} Hz, which cannot be taken`);
    throw error;
  }
}

/** Undefined while the sound has not begun. */
function wavHead(bytes: Uint8Array): { rateHz: number; bytes: number | undefined; at: number } | undefined {
  if (bytes.length < RIFF_BYTES) return undefined;
  if (text(bytes, 0) !== 'RIFF' || text(bytes, 8) !== 'WAVE')
    throw new Error('sends something else than the WAV it names');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let rateHz: number | undefined;
  for (let at = RIFF_BYTES; at + CHUNK_HEAD_BYTES <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const body = at + CHUNK_HEAD_BYTES;
    if (text(bytes, at) === 'data') {
      if (rateHz === undefined) throw new Error('sends a WAV file without a format');
      return { rateHz, bytes: size === 0 || size >= UNKNOWN_SIZE - MAX_HEAD_BYTES ? undefined : size, at: body };
    }
    if (text(bytes, at) === 'fmt ' && body + FORMAT_BYTES <= bytes.length) {
      const format = view.getUint16(body, true);
      const [channels, bits] = [view.getUint16(body + 2, true), view.getUint16(body + 14, true)];
      if ((format !== PCM_FORMAT && format !== EXTENSIBLE_FORMAT) || channels !== 1 || bits !== SAMPLE_BITS) {
        throw new Error(
          `sends ${channels} channels of ${bits} bit in format ${format}: only 16-bit PCM, mono, is taken`,
        );
      }
      rateHz = view.getUint32(body + 4, true);
    }
    at = body + size + (size % 2);
  }
  return undefined;
}

function text(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
