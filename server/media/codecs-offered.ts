// What a room offers to browsers and how the avatar's own two streams are announced: Opus and VP8 with the feedback that
// they use, random stream ids and random first counts (RFC 3550 sections 5.1 and 8.1).
import { randomBytes } from 'node:crypto';
import type { types as mediasoup } from 'mediasoup';
import { CLOCK_RATE_HZ } from '../types.ts';
import { VIDEO_CLOCK_HZ } from './rtp-time.ts';

const OPUS_PAYLOAD_TYPE = 111;
const VP8_PAYLOAD_TYPE = 96;

/** Opus is always announced with two channels, whatever is inside (RFC 7587 section 7). */
const OPUS = { mimeType: 'audio/opus', clockRate: CLOCK_RATE_HZ, channels: 2 } as const;
const VP8 = { mimeType: 'video/VP8', clockRate: VIDEO_CLOCK_HZ } as const;

/** The router's codecs: what viewers may receive and what a microphone may send. */
export const ROOM_CODECS: mediasoup.RouterRtpCodecCapability[] = [
  { kind: 'audio', ...OPUS, preferredPayloadType: OPUS_PAYLOAD_TYPE },
  { kind: 'video', ...VP8, preferredPayloadType: VP8_PAYLOAD_TYPE },
];

/** How the avatar's streams begin. */
export interface AvatarStreams {
  sound: mediasoup.RtpParameters;
  pictures: mediasoup.RtpParameters;
}

/** Parameters for the two producers. One cname: it tells the browser to play the two in step (RFC 3550 section 6.5.1). */
export function newAvatarStreams(): AvatarStreams {
  const rtcp = { cname: randomBytes(6).toString('base64url'), reducedSize: true };
  return {
    sound: {
      codecs: [
        {
          ...OPUS,
          payloadType: OPUS_PAYLOAD_TYPE,
          // Every 20 ms has its packet, silence too: the clock of the conversation is the count of them.
          parameters: { useinbandfec: 0, usedtx: 0, 'sprop-stereo': 0 },
          rtcpFeedback: [{ type: 'transport-cc' }],
        },
      ],
      encodings: [{ ssrc: randomSsrc(), dtx: false }],
      rtcp,
    },
    pictures: {
      codecs: [
        {
          ...VP8,
          payloadType: VP8_PAYLOAD_TYPE,
          // No plain nack: nothing is lost between this process and the worker; viewers' losses the worker repairs itself.
          rtcpFeedback: [
            { type: 'nack', parameter: 'pli' },
            { type: 'ccm', parameter: 'fir' },
            { type: 'goog-remb' },
            { type: 'transport-cc' },
          ],
        },
      ],
      encodings: [{ ssrc: randomSsrc() }],
      rtcp,
    },
  };
}

/** Where a stream begins to count. The first sequence number stays in the lower half (RFC 3711 section 3.3.1 on SRTP's roll-over). */
export function randomStart(): { firstSequence: number; firstTimestamp: number } {
  const bytes = randomBytes(6);
  return { firstSequence: bytes.readUInt16BE(0) >> 1, firstTimestamp: bytes.readUInt32BE(2) };
}

function randomSsrc(): number {
  // 0 means "none" in the worker.
  return Math.max(1, randomBytes(4).readUInt32BE());
}
