import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createResampler,
  createVoiceInput,
  loadVad,
  type Speech,
  type VadModel,
  type VoiceInput,
  type VoiceInputOptions,
  type VoiceSpan,
} from '../../server/speech/index.ts';
import { joined, openSpeech, random, soundOf, spoken, utterancesOf } from './speech-voices.ts';

const RATE_HZ = 22_050;
const FRAME_S = 0.032;
const REDEMPTION_S = 0.256;
const PAD_S = 0.096;

let speech: Speech;
let vad: VadModel;
/** Silence, a sentence, silence, a sentence, silence; with the true times of the sound in seconds. */
let voice: Float32Array;
let truth: { from: number; to: number }[];

beforeAll(async () => {
  [speech, vad] = await Promise.all([openSpeech(), loadVad()]);
  const first = await spoken(speech, 'Welcome to our exhibition of old paintings', { rateHz: RATE_HZ });
  const second = await spoken(speech, 'Please ask me anything', { rateHz: RATE_HZ });
  const silence = (seconds: number) => new Float32Array(Math.round(seconds * RATE_HZ));
  const parts = [silence(0.613), first.pcm, silence(0.871), second.pcm, silence(0.733)];
  voice = joined(...parts);
  truth = [1, 3].map((index) => {
    const before = joined(...parts.slice(0, index)).length;
    const { from, to } = soundOf(parts[index] ?? new Float32Array(0), RATE_HZ);
    return { from: (before + from) / RATE_HZ, to: (before + to) / RATE_HZ };
  });
}, 60_000);

afterAll(() => speech.close());

function open(options: Partial<VoiceInputOptions> = {}): VoiceInput {
  return createVoiceInput({ vad, sampleRateHz: RATE_HZ, ...options });
}

async function run(input: VoiceInput, pcm: Float32Array, nextCut = () => pcm.length): Promise<VoiceSpan[]> {
  const spans: VoiceSpan[] = [];
  for (let at = 0; at < pcm.length; ) {
    const next = at + nextCut();
    spans.push(...(await input.push(pcm.subarray(at, next))));
    at = next;
  }
  return [...spans, ...(await input.end())];
}

function expectContiguous(spans: readonly VoiceSpan[], start = 0): void {
  let at = start;
  for (const span of spans) {
    expect(span.start).toBe(at);
    expect(span.data48).toHaveLength(3 * span.data16.length);
    at += span.data16.length;
  }
}

/** Label of every 16 kHz sample, which no cutting may change. */
function labels(spans: readonly VoiceSpan[]): Uint8Array {
  return Uint8Array.from(
    spans.flatMap((span) => new Array(span.data16.length).fill(span.speaking ? span.utterance : 0)),
  );
}

const sound16 = (spans: readonly VoiceSpan[]) => joined(...spans.map(({ data16 }) => data16));
const sound48 = (spans: readonly VoiceSpan[]) => joined(...spans.map(({ data48 }) => data48));

describe('voice input', () => {
  it('finds the utterances where they are', async () => {
    const found = utterancesOf(await run(open(), voice));
    expect(found.map(({ utterance }) => utterance)).toEqual([1, 2]);
    found.forEach(({ from, to }, i) => {
      const { from: trueFrom, to: trueTo } = truth[i] ?? { from: Number.NaN, to: Number.NaN };
      // The label reaches back by the padding, and VAD may notice a soft beginning two frames late or a frame early.
      expect(from).toBeGreaterThan(trueFrom - PAD_S - 2 * FRAME_S);
      expect(from).toBeLessThan(trueFrom);
      expect(to).toBeGreaterThan(trueTo);
      expect(to).toBeLessThan(trueTo + REDEMPTION_S + 7 * FRAME_S);
    });
  });

  it('loses and changes no sample, whatever the cut', async () => {
    const whole = createResampler({ inputRateHz: RATE_HZ, outputRateHz: 48_000 });
    const wanted = joined(whole.push(voice), whole.flush());
    for (const seed of [1, 2, 3]) {
      const next = random(seed);
      const spans = await run(open(), voice, () => 1 + Math.floor(next() ** 3 * 9_000));
      expectContiguous(spans);
      const given = sound48(spans);
      expect(given.length - wanted.length).toBeGreaterThanOrEqual(0);
      expect(given.length - wanted.length).toBeLessThanOrEqual(2);
      expect(given.subarray(0, wanted.length)).toEqual(wanted);
    }
  });

  it('labels every sample the same, whatever the cut', async () => {
    const whole = await run(open(), voice);
    for (const seed of [4, 5]) {
      const next = random(seed);
      const cut = await run(open(), voice, () => 1 + Math.floor(next() * 1_500));
      expect(labels(cut)).toEqual(labels(whole));
      expect(sound16(cut)).toEqual(sound16(whole));
      expect(utterancesOf(cut)).toEqual(utterancesOf(whole));
    }
  });

  it('keeps both rates in step: the 16 kHz sound is the 48 kHz sound of the same moment', async () => {
    const click = new Float32Array(RATE_HZ);
    click[Math.round(RATE_HZ * 0.391)] = 1;
    const spans = await run(open(), click, () => 441);
    const peak = (pcm: Float32Array) => pcm.indexOf(Math.max(...pcm));
    expect(Math.abs(peak(sound48(spans)) - 0.391 * 48_000)).toBeLessThanOrEqual(2);
    expect(Math.abs(peak(sound16(spans)) - 0.391 * 16_000)).toBeLessThanOrEqual(1);
  });

  it('keeps two voices apart that come at the same time', async () => {
    const other = joined(new Float32Array(4_000), voice.slice().reverse());
    const alone = [await run(open(), voice, () => 700), await run(open(), other, () => 700)];
    const together = await Promise.all([run(open(), voice, () => 700), run(open(), other, () => 700)]);
    expect(together.map(labels)).toEqual(alone.map(labels));
    expect(utterancesOf(together[0] ?? [])).toHaveLength(2);
  });

  it('goes on after its end like a new input, and goes on counting', async () => {
    const input = open();
    const first = await run(input, voice);
    const again = await run(input, voice);
    expectContiguous(again, sound16(first).length);
    const seconds = sound16(first).length / 16_000;
    expect(utterancesOf(again)).toEqual(
      utterancesOf(first).map(({ utterance, from, to }) => ({
        utterance: utterance + 2,
        from: expect.closeTo(from + seconds, 6),
        to: expect.closeTo(to + seconds, 6),
      })),
    );
  });

  it('hears a soft voice after a loud one as if it came alone', async () => {
    // With the memory of the loud one Silero takes most of the soft one for silence and breaks it into pieces.
    const soft = voice.map((value, at) => value * (at / RATE_HZ < (truth[0]?.to ?? 0) + 0.3 ? 1 : 0.1));
    const spans = await run(open(), soft);
    const end = utterancesOf(spans)[0]?.to ?? Number.NaN;
    const alone = await run(open({ sampleRateHz: 48_000 }), sound48(spans).subarray(Math.round(end * 48_000)));
    const shifted = utterancesOf(alone).map(({ from, to }) => [from + end, to + end]);
    const after = utterancesOf(spans)
      .slice(1)
      .map(({ from, to }) => [from, to]);
    expect(after).toHaveLength(1);
    expect(after).toEqual(shifted.map((times) => times.map((time) => expect.closeTo(time, 1))));
  });

  it('closes an utterance that is cut off in the middle of a word', async () => {
    const middle = Math.round(((truth[0]?.from ?? 0) + (truth[0]?.to ?? 0)) * 0.5 * RATE_HZ);
    const input = open();
    const spans = await input.push(voice.subarray(0, middle));
    expect(spans.at(-1)).toMatchObject({ speaking: true, utterance: 1 });
    expect(spans.some(({ ends }) => ends)).toBe(false);
    const rest = await input.end();
    expect(rest.at(-1)).toMatchObject({ ends: true, utterance: 1 });
    expectContiguous([...spans, ...rest]);
    expect(await input.end()).toEqual([]);
  });

  it('says nothing of silence, and gives all of it', async () => {
    const spans = await run(open(), new Float32Array(RATE_HZ * 2), () => 441);
    expect(spans.every(({ speaking, utterance }) => !speaking && utterance === 0)).toBe(true);
    expect(sound16(spans)).toHaveLength(32_000);
  });

  it.each([96, 0])('holds live sound back by no more than a frame and %i ms', async (preSpeechPadMs) => {
    const input = open({ settings: { preSpeechPadMs } });
    const packet = RATE_HZ / 50;
    const speechDelays: number[] = [];
    const silenceDelays: number[] = [];
    let given = 0;
    for (let at = 0; at + packet <= voice.length; at += packet) {
      const spans = await input.push(voice.subarray(at, at + packet));
      given += sound16(spans).length;
      const delay = (at + packet) / RATE_HZ - given / 16_000;
      (spans.at(-1)?.speaking ? speechDelays : silenceDelays).push(delay);
    }
    expect(Math.max(...speechDelays)).toBeLessThan(FRAME_S + 0.004);
    expect(Math.max(...silenceDelays)).toBeLessThan(FRAME_S + preSpeechPadMs / 1_000 + 0.004);
  });

  it('starts no utterance with what was pushed before an interrupt', async () => {
    const input = open();
    const before = await input.push(voice.subarray(0, Math.round((truth[0]?.from ?? 0) * RATE_HZ) + 8_000));
    await input.reset();
    const after = await run(input, new Float32Array(RATE_HZ));
    expect(after.some(({ speaking }) => speaking)).toBe(false);
    expectContiguous([...before, ...after]);
  });

  it.each([8_000, 16_000, 24_000, 44_100, 48_000])('hears the same utterances at %i Hz', async (rateHz) => {
    const resampler = createResampler({ inputRateHz: RATE_HZ, outputRateHz: rateHz });
    const sound = joined(resampler.push(voice), resampler.flush());
    const found = utterancesOf(await run(open({ sampleRateHz: rateHz }), sound, () => rateHz / 50));
    expect(found).toHaveLength(2);
    found.forEach(({ from }, i) => {
      expect(Math.abs(from - ((truth[i]?.from ?? Number.NaN) - PAD_S))).toBeLessThan(3 * FRAME_S);
    });
  });

  it('hears a quiet voice in the hiss of a microphone', async () => {
    const next = random(9);
    const noisy = voice.map((value) => value * 0.3 + (next() - 0.5) * 0.004);
    expect(utterancesOf(await run(open(), noisy, () => 441))).toHaveLength(2);
  });

  it('follows a microphone whose clock is slow', async () => {
    const input = open({ adaptive: true });
    input.setRatio(1_000);
    const spans = await run(input, voice, () => 441);
    expectContiguous(spans);
    const ppm = (sound48(spans).length / ((voice.length * 48_000) / RATE_HZ) - 1) * 1e6;
    expect(ppm).toBeGreaterThan(950);
    expect(ppm).toBeLessThan(1_050);
  });

  it.each([7_999, 96_000, 16_000.5])('refuses %d Hz', (sampleRateHz) => {
    expect(() => open({ sampleRateHz })).toThrow(expect.objectContaining({ code: 'audio_rate_unsupported' }));
  });

  it('refuses thresholds that contradict each other', () => {
    const contradicting = () => open({ settings: { positive: 0.3, negative: 0.6 } });
    expect(contradicting).toThrow(expect.objectContaining({ code: 'config_invalid' }));
  });
});
