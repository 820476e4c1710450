// The pacer and its senders on a clock that the test moves: what leaves when, in which order, with which timestamps.
import { beforeEach, describe, expect, it } from 'vitest';
import { createOpusDecoder } from '../../server/media/codec/index.ts';
import { type AvatarSender, type Pacer, type PacerClock, startPacer } from '../../server/media/index.ts';
import { parseRtpPacket } from '../../server/media/rtp.ts';
import { parseVp8Payload } from '../../server/media/vp8-packetizer.ts';

/** Time that passes only when a test says so; the pacer's one timer fires `latenessMs` late, as real ones do. */
class TestClock implements PacerClock {
  nowUs = 1_000_003;
  latenessMs: () => number = () => 0;
  #timer: { atUs: number; wake: () => void } | undefined;

  nowNs(): bigint {
    return BigInt(this.nowUs) * 1000n;
  }

  wakeAfter(delayMs: number, wake: () => void): () => void {
    this.#timer = { atUs: this.nowUs + (delayMs + this.latenessMs()) * 1000, wake };
    return () => {
      this.#timer = undefined;
    };
  }

  pass(ms: number): void {
    const endUs = this.nowUs + ms * 1000;
    while (this.#timer !== undefined && this.#timer.atUs <= endUs) {
      const { atUs, wake } = this.#timer;
      this.#timer = undefined;
      this.nowUs = Math.max(this.nowUs, atUs);
      wake();
    }
    this.nowUs = endUs;
  }

  /** Time passes and nothing runs. */
  block(ms: number): void {
    this.nowUs += ms * 1000;
  }

  get isIdle(): boolean {
    return this.#timer === undefined;
  }
}

interface Sent {
  atMs: number;
  kind: 'sound' | 'picture';
  timestamp: number;
  sequence: number;
  marker: boolean;
  pictureId: number | null;
  payload: Buffer;
}

const SOUND = Buffer.from([0xfc, 1, 2, 3]);
const PICTURE = new Uint8Array(1500).fill(9);

let clock: TestClock;
let pacer: Pacer;
let sent: Sent[];
let passed: number[];
let failures: string[];
let startUs: number;

function open(first = { sound: 0, picture: 0, sequence: 0 }, onPicture?: (index: number) => void): AvatarSender {
  const record = (kind: Sent['kind']) => (packet: Buffer) => {
    const rtp = parseRtpPacket(packet);
    if (rtp === null) throw new Error('not RTP');
    const { timestamp, sequence, marker, payload } = rtp;
    const pictureId = kind === 'picture' ? (parseVp8Payload(payload)?.pictureId ?? null) : null;
    sent.push({
      atMs: (clock.nowUs - startUs) / 1000,
      kind,
      timestamp,
      sequence,
      marker,
      pictureId,
      payload: Buffer.from(payload),
    });
  };
  const track = { ssrc: 1, firstSequence: first.sequence };
  return pacer.openSender(
    {
      sound: { ...track, payloadType: 111, firstTimestamp: first.sound, send: record('sound') },
      pictures: { ...track, payloadType: 96, firstTimestamp: first.picture, send: record('picture') },
    },
    {
      onPicturePassed(index) {
        passed.push(index);
        onPicture?.(index);
      },
      onFailed: (error) => failures.push(error.code),
    },
  );
}

/** Both tracks of pictures [from, until). */
function push(sender: AvatarSender, from: number, until: number): void {
  for (let index = from; index < until; index += 1) {
    sender.pushSound(index * 1920, SOUND);
    sender.pushSound(index * 1920 + 960, SOUND);
    sender.pushPicture(index, PICTURE, index === 0);
  }
}

const of = (kind: Sent['kind']): Sent[] => sent.filter((one) => one.kind === kind);
const starts = (): Sent[] => of('picture').filter(({ marker }) => marker);

beforeEach(() => {
  clock = new TestClock();
  startUs = clock.nowUs;
  pacer = startPacer(clock);
  sent = [];
  passed = [];
  failures = [];
});

describe('a sender that is silenced', () => {
  const loud = () => of('sound').map(({ payload }) => payload.equals(SOUND));

  it('sends silence from the next packet on, whatever waits, until the sample that is said', () => {
    const sender = open();
    push(sender, 0, 6);
    clock.pass(50);
    expect(sender.silence()).toBe(1920);
    clock.pass(40);
    sender.resumeAt(3 * 1920);
    clock.pass(200);
    expect(loud()).toEqual([true, true, ...Array(4).fill(false), ...Array(6).fill(true)]);
    expect(of('sound').map(({ sequence }) => sequence)).toEqual(Array.from({ length: 12 }, (_, k) => k));
  });

  it('is heard again only when each silence was answered', () => {
    const sender = open();
    push(sender, 0, 4);
    sender.silence();
    sender.silence();
    sender.resumeAt(1920);
    clock.pass(90);
    sender.resumeAt(2 * 1920);
    clock.pass(200);
    expect(loud()).toEqual([false, false, false, false, true, true, true, true]);
  });

  it('sends what a decoder takes for silence', () => {
    const decoder = createOpusDecoder();
    const sender = open();
    push(sender, 0, 1);
    sender.silence();
    clock.pass(50);
    for (const { payload } of of('sound')) {
      const samples = decoder.decode(payload);
      expect(samples).toHaveLength(960);
      expect(Math.max(...(samples ?? [1]).map(Math.abs))).toBeLessThan(1e-4);
    }
    decoder.close();
  });
});

describe('a sender', () => {
  it('sends a packet every 20 ms, and a picture in the same tick as its first sample, before it', () => {
    const sender = open();
    push(sender, 0, 3);
    clock.pass(130);
    expect(of('sound').map(({ atMs, timestamp }) => [atMs, timestamp])).toEqual([
      [20, 0],
      [40, 960],
      [60, 1920],
      [80, 2880],
      [100, 3840],
      [120, 4800],
    ]);
    expect(starts().map(({ atMs, timestamp }) => [atMs, timestamp])).toEqual([
      [20, 0],
      [60, 3600],
      [100, 7200],
    ]);
    expect(sent.slice(0, 3).map(({ kind }) => kind)).toEqual(['picture', 'picture', 'sound']);
    expect(passed).toEqual([0, 1, 2]);
    expect(sender.position).toBe(5760);
    expect(sender.queued).toEqual({ soundMs: 0, pictures: 0 });
  });

  it('counts packets across the wrap of sequence, time and picture id', () => {
    const first = { sequence: 65_533, sound: 2 ** 32 - 1000, picture: 2 ** 32 - 3600 };
    const sender = open(first, (index) => push(sender, index + 3, index + 4));
    push(sender, 0, 3);
    clock.pass(90);
    expect(of('sound').map(({ sequence, timestamp }) => [sequence, timestamp])).toEqual([
      [65_533, 2 ** 32 - 1000],
      [65_534, 2 ** 32 - 40],
      [65_535, 920],
      [0, 1880],
    ]);
    expect(of('picture').map(({ sequence, timestamp }) => [sequence, timestamp])).toEqual([
      [65_533, 2 ** 32 - 3600],
      [65_534, 2 ** 32 - 3600],
      [65_535, 0],
      [0, 0],
    ]);
    clock.pass(40 * 32_770);
    const ids = starts().map(({ pictureId }) => pictureId);
    expect(ids.slice(32_766, 32_770)).toEqual([32_766, 32_767, 0, 1]);
  });

  it('waits with its clock for the first picture, but not for long', () => {
    const sender = open();
    sender.pushSound(0, SOUND);
    clock.pass(100);
    expect(sent).toEqual([]);
    expect(sender.startNs).toBeUndefined();
    sender.pushPicture(0, PICTURE, true);
    clock.pass(20);
    expect(sent.map(({ kind }) => kind)).toEqual(['picture', 'picture', 'sound']);
    expect(sender.startNs).toBe(BigInt(startUs) * 1000n + 120_000_000n);

    const alone = open();
    alone.pushSound(0, SOUND);
    clock.pass(240);
    expect(alone.position).toBe(960);
  });

  it('stands still while no sound is there; nothing is lost and both tracks move together', () => {
    const sender = open();
    push(sender, 0, 2);
    clock.pass(200);
    expect(sender.position).toBe(3840);
    expect(sender.counts).toMatchObject({ stalls: 1, stalledTicks: 6 });
    push(sender, 2, 4);
    clock.pass(85);
    expect(sender.position).toBe(7680);
    expect(of('sound').map(({ timestamp }) => timestamp)).toEqual([0, 960, 1920, 2880, 3840, 4800, 5760, 6720]);
    expect(starts().map(({ atMs, timestamp }) => [atMs, timestamp])).toEqual([
      [20, 0],
      [60, 3600],
      [220, 7200],
      [260, 10_800],
    ]);
    expect(sender.startNs).toBe(BigInt(startUs) * 1000n + 140_000_000n);
    expect(sender.counts).toMatchObject({ stalls: 1, picturesLate: 0, picturesRepeated: 0 });
  });

  it('sends a late picture as soon as it comes, counts it, and counts one that never came as repeated', () => {
    const sender = open();
    push(sender, 0, 1);
    for (let sample = 1920; sample < 11_520; sample += 960) sender.pushSound(sample, SOUND);
    clock.pass(110);
    expect(passed).toEqual([0, 1, 2]);
    sender.pushPicture(1, PICTURE, false);
    clock.pass(20);
    expect(starts().at(-1)).toMatchObject({ atMs: 120, timestamp: 3600 });
    sender.pushPicture(4, PICTURE, false);
    clock.pass(70);
    expect(starts().at(-1)).toMatchObject({ atMs: 180, timestamp: 14_400 });
    expect(sender.counts).toMatchObject({ pictures: 3, picturesLate: 1, picturesRepeated: 2, stalls: 0 });
  });

  it('refuses sound and pictures that are out of line, and more than half a second of them', () => {
    const sender = open();
    sender.pushSound(0, SOUND);
    sender.pushPicture(3, PICTURE, true);
    const refused = expect.objectContaining({ code: 'invalid_sample' });
    expect(() => sender.pushSound(1920, SOUND)).toThrow(refused);
    expect(() => sender.pushPicture(3, PICTURE, false)).toThrow(refused);
    expect(() => sender.pushPicture(3.5, PICTURE, false)).toThrow(refused);
    expect(() => {
      for (let sample = 960; sample < 48_000; sample += 960) sender.pushSound(sample, SOUND);
    }).toThrow('500 ms of sound');
    expect(() => {
      for (let index = 4; index < 100; index += 1) sender.pushPicture(index, PICTURE, false);
    }).toThrow('520 ms of pictures');
  });

  it('drops what waits when it is closed, and takes what comes later without a word', () => {
    const sender = open();
    push(sender, 0, 2);
    clock.pass(25);
    sender.close();
    sender.close();
    clock.pass(200);
    expect(of('sound').length).toBe(1);
    sender.pushSound(77, SOUND);
    expect(sender.queued).toEqual({ soundMs: 0, pictures: 0 });
  });

  it('that fails is closed and told; the others go on', () => {
    const broken = open(undefined, () => {
      throw new Error('a listener broke');
    });
    const healthy = open();
    push(broken, 0, 2);
    push(healthy, 0, 2);
    clock.pass(90);
    expect(failures).toEqual(['conversation_failed']);
    expect(broken.isClosed).toBe(true);
    expect(healthy.position).toBe(3840);
  });
});

describe('the pacer', () => {
  it('has sent a day of sound after a day, with timers that are always late', () => {
    let turn = 0;
    clock.latenessMs = () => [0, 1.4, 0.3, 3.9, 0.9][turn++ % 5] ?? 0;
    let count = 0;
    const track = { ssrc: 1, payloadType: 96, firstSequence: 0, firstTimestamp: 0 };
    const tracks = { sound: { ...track, send: () => (count += 1) }, pictures: { ...track, send: () => undefined } };
    const sender = pacer.openSender(tracks as never, {
      onPicturePassed(index) {
        sender.pushSound((index + 2) * 1920, SOUND);
        sender.pushSound((index + 2) * 1920 + 960, SOUND);
        sender.pushPicture(index + 2, SOUND, false);
      },
      onFailed: (error) => failures.push(error.message),
    });
    for (const index of [0, 1]) {
      sender.pushSound(index * 1920, SOUND);
      sender.pushSound(index * 1920 + 960, SOUND);
      sender.pushPicture(index, SOUND, false);
    }
    const daySeconds = 86_400;
    clock.pass(daySeconds * 1000 + 10);
    expect(failures).toEqual([]);
    expect(count).toBe(daySeconds * 50);
    expect(sender.position).toBe(daySeconds * 48_000);
    expect(sender.counts).toMatchObject({ stalls: 0, picturesLate: 0 });
  }, 120_000);

  it('catches up after a block of 200 ms by at most 5 packets a tick, and is then on time again', () => {
    const sender = open();
    push(sender, 0, 12);
    clock.pass(70);
    expect(sender.position).toBe(3 * 960);
    clock.block(200);
    clock.pass(100);
    const perTick = Map.groupBy(of('sound'), ({ atMs }) => Math.floor(atMs / 20));
    const bursts = [...perTick.values()].map((packets) => packets.length);
    expect(Math.max(...bursts)).toBe(5);
    expect(sender.position).toBe(18 * 960);
    expect(sender.counts.stalledTicks).toBe(0);
    const times = of('sound').slice(-2);
    expect(times.map(({ atMs }) => atMs)).toEqual([340, 360]);
    expect(pacer.takeWorstLateMs()).toBeCloseTo(190, 0);
    expect(pacer.takeWorstLateMs()).toBe(0);
  });

  it('stops when it is closed, and closes its senders', () => {
    const sender = open();
    push(sender, 0, 2);
    pacer.close();
    pacer.close();
    expect(clock.isIdle).toBe(true);
    expect(sender.isClosed).toBe(true);
  });
});
