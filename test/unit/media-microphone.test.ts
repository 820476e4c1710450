// The microphone's receiver on packets that are late, lost, doubled or damaged: the sound comes out in order, without holes.
import { describe, expect, it } from 'vitest';
import {
  createDriftController,
  createMicrophoneReceiver,
  createOpusEncoder,
  type MicrophoneReceiver,
} from '../../server/media/codec/index.ts';
import { writeRtpHeader } from '../../server/media/rtp.ts';

/** Packets of a tone that changes its pitch with every packet, so that each block tells which packet it came from. */
function microphonePackets(count: number, first = { sequence: 65_500, timestamp: 2 ** 32 - 20_000 }): Buffer[] {
  const encoder = createOpusEncoder({ bitrateKbps: 48 });
  const packets = Array.from({ length: count }, (_, index) => {
    const payload = encoder.encode(Float32Array.from({ length: 960 }, (_s, i) => 0.3 * Math.sin(i * pitchOf(index))));
    const packet = Buffer.alloc(12 + payload.length);
    writeRtpHeader(packet, {
      payloadType: 111,
      marker: false,
      sequence: (first.sequence + index) % 2 ** 16,
      timestamp: (first.timestamp + index * 960) % 2 ** 32,
      ssrc: 5,
    });
    packet.set(payload, 12);
    return packet;
  });
  encoder.close();
  return packets;
}

/** Radians per sample; whole turns in a packet, rising from 200 Hz by 50 Hz. */
function pitchOf(index: number): number {
  return (2 * Math.PI * (4 + (index % 40))) / 960;
}

function feed(receiver: MicrophoneReceiver, packets: readonly (Buffer | undefined)[]): Float32Array[] {
  return packets.flatMap((packet) => (packet === undefined ? [] : receiver.push(packet)));
}

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
}

/** What the same packets give in order. */
function inOrder(packets: readonly Buffer[]): Float32Array[] {
  const receiver = createMicrophoneReceiver();
  const blocks = feed(receiver, packets);
  receiver.close();
  return blocks;
}

describe('a microphone', () => {
  it('gives a block for each packet at once while packets come in order, across all wraps', () => {
    const packets = microphonePackets(60);
    const receiver = createMicrophoneReceiver();
    for (const packet of packets) expect(receiver.push(packet).map(({ length }) => length)).toEqual([960]);
    expect(receiver.counts).toEqual({ packets: 60, damaged: 0, late: 0, concealedSamples: 0 });
    receiver.close();
    receiver.close();
  });

  it('puts packets back in order that overtook each other, and takes no packet twice', () => {
    const packets = microphonePackets(60);
    const receiver = createMicrophoneReceiver();
    const mixed = [...packets];
    for (let i = 10; i < 50; i += 3)
      mixed.splice(i, 3, packets[i + 2] as Buffer, packets[i] as Buffer, packets[i + 1] as Buffer);
    mixed.splice(20, 0, packets[5] as Buffer, packets[19] as Buffer);
    const blocks = feed(receiver, mixed);
    expect(blocks).toEqual(inOrder(packets));
    expect(receiver.counts).toMatchObject({ concealedSamples: 0, late: 2 });
    receiver.close();
  });

  it('waits 60 ms for a missing packet, then conceals it and goes on in time', () => {
    const packets = microphonePackets(40);
    const receiver = createMicrophoneReceiver();
    const counts = packets.map((packet, index) => (index === 20 ? -1 : receiver.push(packet).length));
    expect(counts.slice(18, 26)).toEqual([1, 1, -1, 0, 0, 4, 1, 1]);
    expect(receiver.counts).toMatchObject({ concealedSamples: 960, late: 0 });
    // The one that was given up comes after all.
    expect(receiver.push(packets[20] as Buffer)).toEqual([]);
    expect(receiver.counts.late).toBe(1);
    receiver.close();
  });

  it('fills a loss with sound that goes on, and a long one with silence in the end', () => {
    const packets = microphonePackets(80);
    const short = createMicrophoneReceiver();
    const one = feed(short, packets.toSpliced(30, 1));
    expect(one.length).toBe(80);
    expect(rms(one[30] as Float32Array)).toBeGreaterThan(0.05);
    const long = createMicrophoneReceiver();
    const many = feed(long, packets.toSpliced(30, 20));
    expect(many.length).toBe(80);
    expect(rms(many[48] as Float32Array)).toBe(0);
    expect(rms(many[60] as Float32Array)).toBeGreaterThan(0.1);
    expect(long.counts.concealedSamples).toBe(20 * 960);
    short.close();
    long.close();
  });

  it('goes on without filling after a pause of over a second, and after a new start of its numbers', () => {
    const receiver = createMicrophoneReceiver();
    const before = feed(receiver, microphonePackets(10, { sequence: 100, timestamp: 5000 }));
    const paused = feed(receiver, microphonePackets(10, { sequence: 110, timestamp: 5000 + 48_000 * 30 }));
    const restarted = feed(receiver, microphonePackets(10, { sequence: 40_000, timestamp: 77 }));
    expect([before.length, paused.length, restarted.length]).toEqual([10, 10, 10]);
    expect(receiver.counts.concealedSamples).toBe(0);
    receiver.close();
  });

  it('replaces a damaged packet, and survives bytes that are no RTP', () => {
    const packets = microphonePackets(30);
    const receiver = createMicrophoneReceiver();
    const bad = Buffer.concat([(packets[12] as Buffer).subarray(0, 12), Buffer.from([0xff, 0x3f, 1, 2])]);
    const blocks = feed(receiver, packets.with(12, bad).toSpliced(15, 0, Buffer.from('no packet'), Buffer.alloc(0)));
    expect(blocks.length).toBe(30);
    expect(receiver.counts).toMatchObject({ damaged: 3, concealedSamples: 960 });
    receiver.close();
  });

  it('survives random bytes', () => {
    const receiver = createMicrophoneReceiver();
    const good = microphonePackets(200);
    let seed = 12_345;
    for (const packet of good) {
      const broken = Buffer.from(packet);
      for (let flips = 0; flips < 6; flips += 1) {
        seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
        broken[seed % broken.length] = seed >> 8;
      }
      for (const block of receiver.push(broken)) expect(block.length).toBe(960);
    }
    receiver.close();
  });
});

describe('the drift controller', () => {
  /** A microphone whose clock is off by `ppm`, read at 20 ms; returns the queue level at the end, in milliseconds. */
  function simulate(ppm: number, seconds: number): { levelMs: number; worstMs: number; lastPpm: number } {
    const controller = createDriftController(80);
    let levelMs = 80;
    let worstMs = 0;
    let lastPpm = 0;
    for (let block = 0; block < seconds * 50; block += 1) {
      // Packets come in threes and jitter; the level jumps around its mean.
      const jumpMs = [20, 0, -20, 7, -7][block % 5] ?? 0;
      levelMs += 20 * (1 + ppm / 1e6) - 20 * (1 + lastPpm / 1e6);
      lastPpm = controller.update(levelMs + jumpMs);
      worstMs = Math.max(worstMs, Math.abs(levelMs - 80));
    }
    return { levelMs, worstMs, lastPpm };
  }

  it.each([100, -100, 437])('holds the queue for an hour at a microphone that is off by %d ppm', (ppm) => {
    const { levelMs, worstMs, lastPpm } = simulate(ppm, 3600);
    expect(lastPpm).toBeCloseTo(ppm, -2);
    expect(Math.abs(levelMs - 80)).toBeLessThan(6);
    expect(worstMs).toBeLessThan(10);
  });

  it('never asks for more than half a percent', () => {
    const controller = createDriftController(80);
    expect(controller.update(5000)).toBe(5000);
    expect(createDriftController(80).update(0)).toBe(-5000);
  });
});
