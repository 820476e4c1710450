// Opus, VP8 and WebM through the real FFmpeg: what goes in comes out, at the rate and size that were asked for.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Demuxer } from 'node-av/api';
import { afterAll, describe, expect, it } from 'vitest';
import {
  createOpusDecoder,
  createOpusEncoder,
  createVp8Decoder,
  createVp8Encoder,
  createWebmWriter,
  readVoiceFile,
} from '../../server/media/codec/index.ts';
import { SAMPLES_PER_FRAME, SAMPLES_PER_PACKET } from '../../server/types.ts';

const folder = mkdtempSync(join(tmpdir(), 'vaktra-media-'));
afterAll(() => rmSync(folder, { recursive: true }));

const WIDTH = 128;
const HEIGHT = 96;

/** A grey ramp with a bright square whose place says which picture it is. */
function testPicture(index: number): Uint8Array {
  const picture = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(128);
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      const left = (index * 4) % (WIDTH - 24);
      const isSquare = x >= left && x < left + 24 && y >= 30 && y < 54;
      picture[y * WIDTH + x] = isSquare ? 220 : 40 + y;
    }
  }
  return picture;
}

function meanDifference(one: Uint8Array, other: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < one.length; i += 1) sum += Math.abs((one[i] ?? 0) - (other[i] ?? 0));
  return sum / one.length;
}

/** 20 ms of a tone. */
function tone(block: number, frequencyHz = 437): Float32Array {
  return Float32Array.from(
    { length: SAMPLES_PER_PACKET },
    (_, i) => 0.4 * Math.sin((2 * Math.PI * frequencyHz * (block * SAMPLES_PER_PACKET + i)) / 48_000),
  );
}

/** 20 ms of a voice-like sound whose pitch glides, so that it fits itself at one delay only. */
function glide(block: number): Float32Array {
  return Float32Array.from({ length: SAMPLES_PER_PACKET }, (_, i) => {
    const seconds = (block * SAMPLES_PER_PACKET + i) / 48_000;
    const turns = 150 * seconds + 60 * seconds * seconds;
    return [1, 2, 3, 5, 8].reduce((sum, n) => sum + 0.08 * Math.sin(2 * Math.PI * n * turns + n), 0);
  });
}

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
}

describe('the Opus codec', () => {
  it('gives one packet per 20 ms, and the decoder gives the voice back 6.5 ms later', () => {
    const encoder = createOpusEncoder({ bitrateKbps: 32 });
    const decoder = createOpusDecoder();
    const said: number[] = [];
    const heard: number[] = [];
    for (let block = 0; block < 50; block += 1) {
      const voice = glide(block);
      said.push(...voice);
      const packet = encoder.encode(voice);
      expect(packet.length).toBeGreaterThan(10);
      expect(packet.buffer.byteLength).toBe(packet.length);
      const samples = decoder.decode(packet);
      expect(samples?.length).toBe(SAMPLES_PER_PACKET);
      heard.push(...(samples ?? []));
    }
    const likeness = (delay: number): number => {
      let sum = 0;
      for (let i = 9600; i < 38_400; i += 1) sum += (said[i] ?? 0) * (heard[i + delay] ?? 0);
      return sum;
    };
    const delays = Array.from({ length: 960 }, (_, delay) => delay);
    const best = delays.reduce((one, other) => (likeness(other) > likeness(one) ? other : one));
    expect(Math.abs(best - 312)).toBeLessThan(24);
    encoder.close();
    encoder.close();
    decoder.close();
  }, 20_000);

  it('makes packets for silence too', () => {
    const encoder = createOpusEncoder({ bitrateKbps: 32 });
    for (let block = 0; block < 100; block += 1) {
      expect(encoder.encode(new Float32Array(SAMPLES_PER_PACKET)).length).toBeGreaterThan(2);
    }
    encoder.close();
  });

  it('refuses a block of another length', () => {
    const encoder = createOpusEncoder({ bitrateKbps: 32 });
    expect(() => encoder.encode(new Float32Array(959))).toThrow('959');
    encoder.close();
  });

  it('conceals a lost packet with sound that fades when the loss goes on', () => {
    const encoder = createOpusEncoder({ bitrateKbps: 32 });
    const decoder = createOpusDecoder();
    expect(decoder.conceal()).toBeNull();
    for (let block = 0; block < 20; block += 1) decoder.decode(encoder.encode(tone(block)));
    const first = decoder.conceal();
    expect(first?.length).toBe(SAMPLES_PER_PACKET);
    expect(rms(first ?? new Float32Array(1))).toBeGreaterThan(0.1);
    let last = first;
    for (let lost = 0; lost < 20; lost += 1) last = decoder.conceal();
    expect(rms(last ?? new Float32Array(1))).toBeLessThan(0.02);
    decoder.close();
    encoder.close();
  });

  it('answers a damaged packet with null and goes on', () => {
    const encoder = createOpusEncoder({ bitrateKbps: 32 });
    const decoder = createOpusDecoder();
    decoder.decode(encoder.encode(tone(0)));
    // Code 3 with 63 frames: longer than 120 ms, which RFC 6716 section 3.2.5 forbids.
    expect(decoder.decode(Uint8Array.of(0xff, 0x3f, 1, 2, 3))).toBeNull();
    expect(decoder.decode(encoder.encode(tone(1)))?.length).toBe(SAMPLES_PER_PACKET);
    decoder.close();
    encoder.close();
  });
});

describe('the VP8 codec', () => {
  it('encodes every picture at once and the decoder shows it', () => {
    const encoder = createVp8Encoder({ width: WIDTH, height: HEIGHT, bitrateKbps: 400 });
    const decoder = createVp8Decoder();
    for (let index = 0; index < 25; index += 1) {
      const { data, key } = encoder.encode(testPicture(index));
      expect(key).toBe(index === 0);
      expect(data.buffer.byteLength).toBe(data.length);
      const shown = decoder.decode(data);
      expect(shown).toMatchObject({ width: WIDTH, height: HEIGHT });
      const i420 = shown?.i420 ?? new Uint8Array();
      expect(meanDifference(i420, testPicture(index))).toBeLessThan(4);
      expect(meanDifference(i420, testPicture(index + 3))).toBeGreaterThan(4);
    }
    encoder.close();
    encoder.close();
    decoder.close();
  });

  it('makes a key frame on request, and no other in 500 pictures', () => {
    const encoder = createVp8Encoder({ width: WIDTH, height: HEIGHT, bitrateKbps: 400 });
    const keys: number[] = [];
    for (let index = 0; index < 500; index += 1) {
      if (index === 137) encoder.requestKeyFrame();
      if (encoder.encode(testPicture(index)).key) keys.push(index);
    }
    expect(keys).toEqual([0, 137]);
    encoder.close();
  });

  it('follows a new bitrate from the next picture on, with a key frame', () => {
    const encoder = createVp8Encoder({ width: WIDTH, height: HEIGHT, bitrateKbps: 60 });
    const noise = (): Uint8Array =>
      Uint8Array.from({ length: (WIDTH * HEIGHT * 3) / 2 }, () => Math.random() * 60 + 90);
    const kbps = (): number => {
      let bytes = 0;
      for (let index = 0; index < 100; index += 1) bytes += encoder.encode(noise()).data.length;
      return (bytes * 8) / 4 / 1000;
    };
    const before = kbps();
    encoder.setBitrate(300);
    expect(encoder.encode(noise()).key).toBe(true);
    expect(kbps()).toBeGreaterThan(before * 1.8);
    encoder.close();
  });

  it('a decoder that lost the key frame shows nothing', () => {
    const encoder = createVp8Encoder({ width: WIDTH, height: HEIGHT, bitrateKbps: 400 });
    const decoder = createVp8Decoder();
    encoder.encode(testPicture(0));
    expect(decoder.decode(encoder.encode(testPicture(1)).data)).toBeNull();
    encoder.requestKeyFrame();
    expect(decoder.decode(encoder.encode(testPicture(2)).data)).not.toBeNull();
    encoder.close();
    decoder.close();
  });

  it('refuses a picture of another size', () => {
    const encoder = createVp8Encoder({ width: WIDTH, height: HEIGHT, bitrateKbps: 400 });
    expect(() => encoder.encode(new Uint8Array(17))).toThrow('17 bytes');
    encoder.close();
  });
});

describe('the WebM writer', () => {
  it('writes pictures and sound at the times of the clock, and who agreed', async () => {
    const path = join(folder, 'out.webm');
    const opus = createOpusEncoder({ bitrateKbps: 32 });
    const vp8 = createVp8Encoder({ width: WIDTH, height: HEIGHT, bitrateKbps: 400 });
    const metadata = { title: 'Portrait of a test', comment: 'AI-generated. Consent: public domain' };
    const writer = createWebmWriter(path, { width: WIDTH, height: HEIGHT, opusHeader: opus.header, metadata });
    for (let index = 0; index < 30; index += 1) {
      for (const offset of [0, SAMPLES_PER_PACKET]) {
        writer.writeSound(
          index * SAMPLES_PER_FRAME + offset,
          opus.encode(tone(index * 2 + offset / SAMPLES_PER_PACKET)),
        );
      }
      const { data, key } = vp8.encode(testPicture(index));
      writer.writePicture(index, data, key);
    }
    writer.close();
    writer.close();
    opus.close();
    vp8.close();

    await using file = await Demuxer.open(path);
    expect(file.getFormatContext().metadata?.getAll()).toMatchObject({
      title: metadata.title,
      COMMENT: metadata.comment,
    });
    const video = file.video();
    const pictureMs: number[] = [];
    const soundMs: number[] = [];
    for await (const packet of file.packets()) {
      if (packet === null) break;
      (packet.streamIndex === video?.index ? pictureMs : soundMs).push(Number(packet.pts));
    }
    expect(pictureMs).toEqual(Array.from({ length: 30 }, (_, index) => index * 40));
    expect(soundMs.length).toBe(60);
    expect((soundMs[59] ?? 0) - (soundMs[0] ?? 0)).toBe(59 * 20);
    expect(statSync(path).size).toBeGreaterThan(5000);
  });

  it('names the file that cannot be written', () => {
    const opusHeader = new Uint8Array(19);
    const open = (): unknown =>
      createWebmWriter(join(folder, 'no', 'such', 'folder.webm'), { width: 2, height: 2, opusHeader, metadata: {} });
    expect(open).toThrow(expect.objectContaining({ code: 'output_unwritable' }));
  });
});

describe('reading a voice file', () => {
  /** PCM s16 with `channels` interleaved channels, the same tone in all. */
  function writeWav(name: string, rateHz: number, channels: number, seconds: number): string {
    const frames = Math.round(rateHz * seconds);
    const wav = Buffer.alloc(44 + frames * channels * 2);
    wav.write('RIFF', 0);
    wav.writeUInt32LE(wav.length - 8, 4);
    wav.write('WAVEfmt ', 8);
    wav.writeUInt32LE(16, 16);
    wav.writeUInt16LE(1, 20);
    wav.writeUInt16LE(channels, 22);
    wav.writeUInt32LE(rateHz, 24);
    wav.writeUInt32LE(rateHz * channels * 2, 28);
    wav.writeUInt16LE(channels * 2, 32);
    wav.writeUInt16LE(16, 34);
    wav.write('data', 36);
    wav.writeUInt32LE(frames * channels * 2, 40);
    for (let i = 0; i < frames * channels; i += 1) {
      const value = 0.5 * Math.sin((2 * Math.PI * 300 * Math.floor(i / channels)) / rateHz);
      wav.writeInt16LE(Math.round(value * 32_767), 44 + i * 2);
    }
    const path = join(folder, name);
    writeFileSync(path, wav);
    return path;
  }

  it.each([
    [16_000, 1],
    [44_100, 2],
    [48_000, 1],
  ])('gives %d Hz with %d channels as mono at 48 kHz, of the same length and loudness', async (rateHz, channels) => {
    const samples = await readVoiceFile(writeWav(`${rateHz}.wav`, rateHz, channels, 1.3));
    expect(Math.abs(samples.length - 62_400)).toBeLessThan(40);
    expect(rms(samples)).toBeCloseTo(0.5 / Math.SQRT2, 2);
    const expected = 0.5 * Math.sin((2 * Math.PI * 300 * 20_011) / 48_000);
    expect(samples[20_011]).toBeCloseTo(expected, 1);
  });

  it('names a file that is not there, and one that is no sound', async () => {
    await expect(readVoiceFile(join(folder, 'none.wav'))).rejects.toMatchObject({ code: 'voice_unreadable' });
    const path = join(folder, 'text.wav');
    writeFileSync(path, 'This is no sound at all. '.repeat(50));
    await expect(readVoiceFile(path)).rejects.toMatchObject({ code: 'voice_unreadable' });
  });
});
