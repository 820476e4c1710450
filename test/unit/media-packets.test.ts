// The bytes and numbers of RTP: timestamps from the sample count, headers, VP8 payloads, requests for key frames.
import { describe, expect, it } from 'vitest';
import { requestsKeyFrame } from '../../server/media/rtcp.ts';
import { parseRtpPacket, writeRtpHeader } from '../../server/media/rtp.ts';
import { pictureTimestamp, soundTimestamp } from '../../server/media/rtp-time.ts';
import { VideoBitrateAdvisor } from '../../server/media/video-bitrate.ts';
import { MAX_PAYLOAD_BYTES, packetizeVp8, parseVp8Payload } from '../../server/media/vp8-packetizer.ts';

describe('RTP time', () => {
  it('picture 25 starts one second in, and so does sample 48000', () => {
    expect(pictureTimestamp(25, 1717)).toBe(90_000 + 1717);
    expect(soundTimestamp(48_000, 1717)).toBe(48_000 + 1717);
  });

  it('wraps at 2^32 and goes on counting', () => {
    const first = 2 ** 32 - 3601;
    expect([0, 1, 2, 3].map((frame) => pictureTimestamp(frame, first))).toEqual([first, 2 ** 32 - 1, 3599, 7199]);
    expect(soundTimestamp(960, 2 ** 32 - 7)).toBe(953);
  });

  it('a year of pictures and sound drifts by nothing', () => {
    const frames = 25 * 86_400 * 365;
    const ticks = BigInt(frames) * 3600n + 77n;
    expect(pictureTimestamp(frames, 77)).toBe(Number(ticks % 2n ** 32n));
    expect(soundTimestamp(frames * 1920, 77)).toBe(Number((BigInt(frames) * 1920n + 77n) % 2n ** 32n));
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('refuses the count %d', (count) => {
    expect(() => pictureTimestamp(count, 0)).toThrow(expect.objectContaining({ code: 'invalid_sample' }));
    expect(() => soundTimestamp(count, 0)).toThrow(expect.objectContaining({ code: 'invalid_sample' }));
  });
});

describe('an RTP packet', () => {
  const header = { payloadType: 96, marker: true, sequence: 65_535, timestamp: 0xfedcba98, ssrc: 0x89abcdef };

  it('has the bytes of RFC 3550', () => {
    const packet = Buffer.alloc(14, 0x55);
    writeRtpHeader(packet, header);
    expect(packet.toString('hex')).toBe('80e0fffffedcba9889abcdef5555');
    expect(parseRtpPacket(packet)).toEqual({ ...header, payload: Buffer.from([0x55, 0x55]) });
  });

  it('is read past sources, extension and padding', () => {
    const hex = `b2 6f 0102 00000bb8 11223344 aaaaaaaa bbbbbbbb bede0002 1111111122222222 c0ffee 000004`;
    const packet = parseRtpPacket(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
    expect(packet).toMatchObject({ payloadType: 111, marker: false, sequence: 258, timestamp: 3000, ssrc: 0x11223344 });
    expect(Buffer.from(packet?.payload ?? []).toString('hex')).toBe('c0ff');
  });

  it.each([
    ['too short', '80e0fffffedcba98'],
    ['another version', '40e0fffffedcba9889abcdef55'],
    ['an extension that is cut', '90e0fffffedcba9889abcdefbede0009aaaa'],
    ['no room for its extension', '90e0fffffedcba9889abcdefbe'],
    ['more padding than bytes', 'a0e0fffffedcba9889abcdef55ff'],
  ])('is refused when it is damaged: %s', (_, hex) => {
    expect(parseRtpPacket(Buffer.from(hex, 'hex'))).toBeNull();
  });
});

describe('a VP8 picture', () => {
  function payloadsOf(size: number, pictureId: number): { payloads: Buffer[]; picture: Uint8Array } {
    const picture = Uint8Array.from({ length: size }, (_, i) => (i * 31) % 251);
    const payloads: Buffer[] = [];
    const lasts: boolean[] = [];
    packetizeVp8(picture, pictureId, 12, (packet, isLast) => {
      payloads.push(Buffer.from(packet.subarray(12)));
      lasts.push(isLast);
    });
    expect(lasts).toEqual(payloads.map((_, i) => i === payloads.length - 1));
    return { payloads, picture };
  }

  it('that fits goes into one payload: X, S, I and a 15-bit id of RFC 7741', () => {
    const { payloads } = payloadsOf(3, 0x1234);
    expect(payloads.map((one) => one.toString('hex'))).toEqual(['90809234001f3e']);
  });

  it.each([1, 1195, 1196, 1197, 2392, 2393, 25_001])('of %d bytes is whole again at the other side', (size) => {
    const { payloads, picture } = payloadsOf(size, 7);
    const parsed = payloads.map((one) => parseVp8Payload(one));
    expect(Buffer.concat(parsed.map((one) => one?.data ?? Buffer.alloc(0)))).toEqual(Buffer.from(picture));
    expect(parsed.map((one) => one?.isStart)).toEqual(payloads.map((_, i) => i === 0));
    expect(payloads.every((one) => one.length <= MAX_PAYLOAD_BYTES)).toBe(true);
    expect(payloads.length).toBe(Math.ceil(size / 1196));
  });

  it('ids wrap after 32767', () => {
    expect(parseVp8Payload(payloadsOf(9, 32_767).payloads[0] ?? Buffer.alloc(0))?.pictureId).toBe(32_767);
    expect(parseVp8Payload(payloadsOf(9, 32_768).payloads[0] ?? Buffer.alloc(0))?.pictureId).toBe(0);
  });

  it('is read with the fields that other senders add', () => {
    // I, L, T and K: 7-bit id 5, TL0PICIDX, TID/KEYIDX.
    const payload = parseVp8Payload(Buffer.from('90f0057720c0ffee', 'hex'));
    expect(payload).toMatchObject({ isStart: true, pictureId: 5 });
    expect(Buffer.from(payload?.data ?? []).toString('hex')).toBe('c0ffee');
    expect(parseVp8Payload(Buffer.from('9080', 'hex'))).toBeNull();
  });
});

describe('a request for a key frame', () => {
  const SSRC = 0x0badcafe;
  const receiverReport = '80c90001 00000001';
  const pli = '81ce0002 00000001 0badcafe';
  const fir = '84ce0004 00000001 00000000 0badcafe 07000000';
  const bytes = (...packets: string[]): Buffer => Buffer.from(packets.join('').replaceAll(' ', ''), 'hex');

  it('is found as PLI and as FIR, alone and behind a report', () => {
    expect(requestsKeyFrame(bytes(pli), SSRC)).toBe(true);
    expect(requestsKeyFrame(bytes(receiverReport, pli), SSRC)).toBe(true);
    expect(requestsKeyFrame(bytes(receiverReport, fir), SSRC)).toBe(true);
  });

  it('is not found for another stream, in a NACK, or in damaged bytes', () => {
    expect(requestsKeyFrame(bytes(pli), SSRC + 1)).toBe(false);
    expect(requestsKeyFrame(bytes(fir), SSRC + 1)).toBe(false);
    expect(requestsKeyFrame(bytes('81cd0003 00000001 0badcafe 00010000'), SSRC)).toBe(false);
    expect(requestsKeyFrame(bytes(pli).subarray(0, 11), SSRC)).toBe(false);
    expect(requestsKeyFrame(bytes('81ceffff 00000001 0badcafe'), SSRC)).toBe(false);
    expect(requestsKeyFrame(Buffer.alloc(0), SSRC)).toBe(false);
  });
});

describe('the suggested bitrate', () => {
  const limited = (availableBps: number) => ({ availableBps, sentBps: 650_000 });
  const idle = (availableBps: number) => ({ availableBps, sentBps: 90_000 });

  it('follows the slowest viewer, less the sound and a reserve, once two polls agree', () => {
    const advisor = new VideoBitrateAdvisor(600);
    const polls = [2_000_000, 400_000, 400_000, 400_000].map((bps) =>
      advisor.update([limited(2_000_000), limited(bps)]),
    );
    expect(polls).toEqual([600, 600, 292, 292]);
  });

  it('takes the milder of the two, and forgets one low poll between good ones', () => {
    const advisor = new VideoBitrateAdvisor(600);
    expect([100_000, 900_000, 100_000, 300_000].map((bps) => advisor.update([limited(bps)]))).toEqual([
      600, 600, 600, 207,
    ]);
  });

  it('takes no low estimate for a limit while little is sent', () => {
    const advisor = new VideoBitrateAdvisor(600);
    expect([80_000, 80_000, 80_000].map((bps) => advisor.update([idle(bps)]))).toEqual([600, 600, 600]);
    const stillFace = { availableBps: 170_000, sentBps: 200_000 };
    expect([1, 2, 3].map(() => advisor.update([stillFace]))).toEqual([600, 600, 600]);
    // But the network does not even take that little.
    expect([1, 2].map(() => advisor.update([{ ...stillFace, availableBps: 100_000 }]))).toEqual([600, 120]);
  });

  it('stays for small changes and with nobody there, and never leaves its bounds', () => {
    const advisor = new VideoBitrateAdvisor(600);
    for (let poll = 0; poll < 3; poll += 1) expect(advisor.update([limited(640_000)])).toBe(600);
    for (let poll = 0; poll < 3; poll += 1) expect(advisor.update([])).toBe(600);
    const lows = [1, 2, 3].map(() => advisor.update([limited(30_000)]));
    expect(lows).toEqual([600, 120, 120]);
    expect(advisor.update([])).toBe(120);
  });

  it('rises in worthwhile steps, and to the top from just below it', () => {
    const advisor = new VideoBitrateAdvisor(600);
    for (let poll = 0; poll < 2; poll += 1) advisor.update([limited(500_000)]);
    expect([510_000, 620_000, 680_000, 9_000_000].map((bps) => advisor.update([idle(bps)]))).toEqual([
      377, 479, 479, 600,
    ]);
  });
});
