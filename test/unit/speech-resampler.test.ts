import { describe, expect, it } from 'vitest';
import { VaktraError } from '../../server/errors.ts';
import { createResampler, pcmS16ToFloat32, type Resampler } from '../../server/speech/index.ts';

const RATES_HZ = [8_000, 11_025, 12_345, 16_000, 22_050, 32_000, 44_100, 47_999, 48_000];

function sine(frequencyHz: number, rateHz: number, samples: number): Float32Array {
  return Float32Array.from({ length: samples }, (_, i) => 0.5 * Math.sin((2 * Math.PI * frequencyHz * i) / rateHz));
}

function runWhole(resampler: Resampler, pcm: Float32Array, nextCut: () => number = () => pcm.length): Float32Array {
  const output: number[] = [];
  for (let at = 0; at < pcm.length; ) {
    const next = at + nextCut();
    output.push(...resampler.push(pcm.subarray(at, next)));
    at = next;
  }
  output.push(...resampler.flush());
  return Float32Array.from(output);
}

function rms(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

describe('resampler', () => {
  it.each(RATES_HZ)('gives as much sound as it took, from %i Hz', (inputRateHz) => {
    for (const outputRateHz of [48_000, 16_000]) {
      const resampler = createResampler({ inputRateHz, outputRateHz });
      const samples = inputRateHz + 137;
      const output = runWhole(resampler, new Float32Array(samples));
      expect(Math.abs(output.length - (samples * outputRateHz) / inputRateHz)).toBeLessThanOrEqual(1);
      resampler.close();
    }
  });

  it.each(RATES_HZ)('leaves a click where it was, from %i Hz', (inputRateHz) => {
    const at = Math.round(inputRateHz * 0.377);
    const click = new Float32Array(inputRateHz);
    click[at] = 1;
    for (const outputRateHz of [48_000, 16_000]) {
      const resampler = createResampler({ inputRateHz, outputRateHz });
      const output = runWhole(resampler, click);
      const peak = output.indexOf(Math.max(...output));
      expect(Math.abs(peak - (at * outputRateHz) / inputRateHz)).toBeLessThanOrEqual(0.51);
      resampler.close();
    }
  });

  it.each(RATES_HZ)('keeps a tone, in phase and in loudness, from %i Hz', (inputRateHz) => {
    for (const outputRateHz of [48_000, 16_000]) {
      const resampler = createResampler({ inputRateHz, outputRateHz });
      const output = runWhole(resampler, sine(1_013, inputRateHz, inputRateHz));
      const edge = Math.round(outputRateHz / 100);
      const wanted = sine(1_013, outputRateHz, output.length).subarray(edge, -edge);
      const error = output.subarray(edge, -edge).map((value, i) => value - (wanted[i] ?? 0));
      expect(rms(error) / rms(wanted)).toBeLessThan(0.002);
      resampler.close();
    }
  });

  it('gives the same samples for any cut', () => {
    const voice = sine(237, 22_050, 22_050);
    const whole = createResampler({ inputRateHz: 22_050, outputRateHz: 48_000 });
    const cut = createResampler({ inputRateHz: 22_050, outputRateHz: 48_000 });
    let seed = 7;
    const nextCut = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return 1 + (seed % 613);
    };
    expect(runWhole(cut, voice, nextCut)).toEqual(runWhole(whole, voice));
  });

  it.each([1, 2, 5, 17, 40])('loses nothing of a stream of %i samples', (samples) => {
    const resampler = createResampler({ inputRateHz: 16_000, outputRateHz: 48_000 });
    expect(runWhole(resampler, new Float32Array(samples).fill(0.5))).toHaveLength(samples * 3);
  });

  it('begins anew after a flush', () => {
    const resampler = createResampler({ inputRateHz: 44_100, outputRateHz: 48_000 });
    const voice = sine(440, 44_100, 10_000);
    expect(runWhole(resampler, voice)).toEqual(runWhole(resampler, voice));
  });

  it.each([150, -150])('follows a clock that is off by %i ppm for minutes, at equal rates', (ppm) => {
    const resampler = createResampler({ inputRateHz: 48_000, outputRateHz: 48_000, adaptive: true });
    resampler.setRatio(ppm);
    const second = sine(440, 48_000, 48_000);
    let samples = 0;
    const seconds = 90;
    for (let i = 0; i < seconds; i++) samples += resampler.push(second).length;
    samples += resampler.flush().length;
    const measuredPpm = (samples / (seconds * 48_000) - 1) * 1e6;
    expect(measuredPpm).toBeGreaterThan(ppm - 5);
    expect(measuredPpm).toBeLessThan(ppm + 5);
  });

  it('changes its ratio without a click', () => {
    const resampler = createResampler({ inputRateHz: 48_000, outputRateHz: 48_000, adaptive: true });
    const tone = sine(200, 48_000, 48_000);
    const output = [...resampler.push(tone)];
    resampler.setRatio(300);
    output.push(...resampler.push(tone), ...resampler.flush());
    // 200 Hz at half scale climbs by at most 0.0131 from sample to sample; whole periods were joined.
    // The filter mirrors the stream's two ends, where it has no neighbours: they are left out.
    const steps = output.slice(33, -32).map((value, i) => Math.abs(value - (output[i + 32] ?? 0)));
    expect(Math.max(...steps)).toBeLessThan(0.0135);
  });

  it.each([7_999, 48_001, 0, -1, 22_050.5, Number.NaN])(
    'refuses %d Hz and says which rates it takes',
    (inputRateHz) => {
      const create = () => createResampler({ inputRateHz, outputRateHz: 48_000 });
      expect(create).toThrow(VaktraError);
      expect(create).toThrow(expect.objectContaining({ code: 'audio_rate_unsupported', status: 400 }));
      expect(create).toThrow(/8000 to 48000/);
    },
  );
});

describe('PCM s16', () => {
  it('is read little-endian, from any offset of a larger buffer', () => {
    const bytes = Uint8Array.from([0xff, 0x00, 0x80, 0xff, 0x7f, 0x01, 0x00]).subarray(1);
    expect([...pcmS16ToFloat32(bytes)]).toEqual([-1, 32_767 / 32_768, 1 / 32_768]);
  });

  it('is refused where half a sample is left over', () => {
    expect(() => pcmS16ToFloat32(new Uint8Array(961))).toThrow(
      expect.objectContaining({ code: 'audio_odd_length', message: expect.stringContaining('961') }),
    );
  });
});
