// What an ear takes for a visitor while the avatar's voice is in the air: not its echo, however long; a visitor at once, also over it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpusEncoder } from '../../server/media/codec/index.ts';
import { VisitorEar, type VisitorEvent } from '../../server/session/visitor/index.ts';
import { loadVad, type Speech, type VadModel } from '../../server/speech/index.ts';
import { joined, openSpeech, spoken } from '../integration/speech-voices.ts';

const RATE_HZ = 48_000;
const BLOCK = RATE_HZ * 0.02;
const RTP_HEADER_BYTES = 12;
const ECHO_GAIN = 10 ** (-12 / 20);

let speech: Speech;
let vad: VadModel;
let avatar: Float32Array;
let visitor: Float32Array;
beforeAll(async () => {
  vad = await loadVad();
  speech = await openSpeech({ engine: 'espeak' });
  const own =
    'Vaktra is a server that turns a voice into a live talking person, and it sends it to your browser, on every network.';
  // A conversation begins with silence.
  avatar = joined(new Float32Array(RATE_HZ * 2), (await spoken(speech, `${own} ${own}`, { rateHz: RATE_HZ })).pcm);
  visitor = (
    await spoken(speech, 'Ich habe noch eine andere Frage, zu meinem Paket.', { language: 'de', rateHz: RATE_HZ })
  ).pcm;
}, 60_000);
afterAll(() => speech.close());

function packetOf(sequence: number, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(RTP_HEADER_BYTES + payload.length);
  const view = new DataView(packet.buffer);
  packet[0] = 0x80;
  packet[1] = 100;
  view.setUint16(2, sequence);
  view.setUint32(4, sequence * BLOCK);
  view.setUint32(8, 1);
  packet.set(payload, RTP_HEADER_BYTES);
  return packet;
}

/** Plays `played` while the microphone hears `heard`; what the ear tells, each with the time of the block in ms. */
async function listen(
  played: Float32Array,
  heard: Float32Array,
): Promise<{ kind: VisitorEvent['kind']; ms: number }[]> {
  const events: { kind: VisitorEvent['kind']; ms: number }[] = [];
  let ms = 0;
  const ear = new VisitorEar({
    vad,
    settings: { redemptionMs: 128, preSpeechPadMs: 256 },
    tell: ({ kind }) => void (kind !== 'sound' && events.push({ kind, ms })),
    level: () => undefined,
  });
  const encoder = createOpusEncoder({ bitrateKbps: 32 });
  try {
    for (let k = 0; (k + 1) * BLOCK <= heard.length; k++) {
      ms = k * 20;
      const block = (sound: Float32Array) => sound.slice(k * BLOCK, (k + 1) * BLOCK);
      const sent = new Float32Array(BLOCK);
      sent.set(block(played));
      ear.played(sent);
      ear.receive(packetOf(k, encoder.encode(block(heard))));
      // The detector works between two blocks, as it does when they come by network.
      for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate);
    }
  } finally {
    ear.close();
    encoder.close();
  }
  return events;
}

/** `sound` from a moment on, over what is there. */
function over(base: Float32Array, sound: Float32Array, atMs: number): Float32Array {
  const mixed = base.slice();
  const at = (atMs * RATE_HZ) / 1000;
  for (let i = 0; i < sound.length && at + i < mixed.length; i++)
    mixed[at + i] = (mixed[at + i] ?? 0) + (sound[i] ?? 0);
  return mixed;
}

function echoOf(sound: Float32Array, delayMs: number): Float32Array {
  const quiet = new Float32Array(sound.length).map((_, i) => 1e-3 * Math.sin(i * i));
  return over(
    quiet,
    sound.map((value) => value * ECHO_GAIN),
    delayMs,
  );
}

describe('a visitor’s ear', () => {
  for (const delayMs of [60, 180, 400]) {
    it(`hears nobody in the avatar's own voice, ${delayMs} ms later at -12 dB`, async () => {
      const events = await listen(avatar, echoOf(avatar, delayMs));
      expect(events).toEqual([]);
    }, 60_000);
  }

  it('hears a visitor over that echo within half a second, and that they have finished while the echo goes on', async () => {
    const beginsMs = 6000;
    const lasts = (visitor.length * 1000) / RATE_HZ;
    const events = await listen(avatar, over(echoOf(avatar, 180), visitor, beginsMs));
    const begins = events.find(({ kind }) => kind === 'begins');
    expect(begins?.ms).toBeGreaterThanOrEqual(beginsMs);
    expect(begins?.ms).toBeLessThan(beginsMs + 600);
    const last = events.at(-1);
    expect(last?.kind).toBe('pauses');
    expect(last?.ms).toBeLessThan(beginsMs + lasts + 700);
  }, 60_000);
});
