// The avatar's own voice, come back by loudspeaker and microphone, against the voices of others.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EchoGuard } from '../../server/session/visitor/echo-guard.ts';
import { createResampler, type Speech } from '../../server/speech/index.ts';
import { joined, openSpeech, random, spoken } from '../integration/speech-voices.ts';

const PLAYED_RATE_HZ = 48_000;
const HEARD_RATE_HZ = 16_000;
const BLOCK_MS = 40;
const NOISE = 0.002;

let speech: Speech;
let avatar: Float32Array;
let visitor: Float32Array;
beforeAll(async () => {
  speech = await openSpeech({ engine: 'espeak' });
  const own = 'Vaktra is a server that turns a voice into a live talking person, and sends it to your browser.';
  avatar = (await spoken(speech, own, { rateHz: PLAYED_RATE_HZ })).pcm;
  visitor = (
    await spoken(speech, 'Ich habe noch eine andere Frage, und zwar zu meinem Paket.', {
      language: 'de',
      rateHz: HEARD_RATE_HZ,
    })
  ).pcm;
}, 60_000);
afterAll(() => speech.close());

function at16(pcm: Float32Array): Float32Array {
  const resampler = createResampler({ inputRateHz: PLAYED_RATE_HZ, outputRateHz: HEARD_RATE_HZ });
  return joined(resampler.push(pcm), resampler.flush());
}

/** Plays the avatar's voice while `microphone` is heard; the share of decisions that take it for an echo. */
function shareOfEcho(microphone: Float32Array): number {
  const guard = new EchoGuard();
  const noise = random(7);
  const heard = microphone.map((value) => value + NOISE * (noise() - 0.5));
  const decisions: boolean[] = [];
  const [played, block] = [PLAYED_RATE_HZ, HEARD_RATE_HZ].map((rate) => (rate * BLOCK_MS) / 1000) as [number, number];
  for (let k = 0; (k + 1) * played <= avatar.length; k++) {
    guard.played(avatar.subarray(k * played, (k + 1) * played));
    const end = (k + 1) * block;
    // Decisions begin when something has been played that can have come back.
    if (end < HEARD_RATE_HZ * 1.6 || end > heard.length || k % 5 !== 0) continue;
    decisions.push(guard.isEcho(heard.subarray(end - EchoGuard.windowSamples, end)));
  }
  expect(decisions.length).toBeGreaterThan(5);
  return decisions.filter(Boolean).length / decisions.length;
}

function delayed(sound: Float32Array, ms: number, gain: number): Float32Array {
  return joined(new Float32Array((HEARD_RATE_HZ * ms) / 1000), sound).map((value) => value * gain);
}

describe('the echo guard', () => {
  for (const ms of [60, 180, 420, 900]) {
    for (const decibels of [0, -12, -24]) {
      it(`knows the avatar's voice ${ms} ms later at ${decibels} dB`, () => {
        expect(shareOfEcho(delayed(at16(avatar), ms, 10 ** (decibels / 20)))).toBeGreaterThanOrEqual(0.9);
      });
    }
  }

  it('knows it from a room, with reflections', () => {
    const direct = at16(avatar);
    const room = direct.map(
      (value, i) =>
        value + 0.5 * (direct[i - 400] ?? 0) - 0.35 * (direct[i - 730] ?? 0) + 0.2 * (direct[i - 1300] ?? 0),
    );
    expect(shareOfEcho(delayed(room, 150, 0.25))).toBeGreaterThanOrEqual(0.8);
  });

  it('takes a visitor for a visitor, alone and over an echo', () => {
    const alone = joined(visitor, visitor);
    expect(shareOfEcho(alone)).toBeLessThanOrEqual(0.1);
    const echo = delayed(at16(avatar), 180, 10 ** (-12 / 20));
    expect(shareOfEcho(alone.map((value, i) => value + (echo[i] ?? 0)))).toBeLessThanOrEqual(0.25);
  });

  it('hears no echo where nothing was played', () => {
    const guard = new EchoGuard();
    guard.played(new Float32Array(PLAYED_RATE_HZ * 2));
    expect(guard.isAudible).toBe(false);
    expect(guard.isEcho(visitor.subarray(8000, 8000 + EchoGuard.windowSamples))).toBe(false);
  });
});
