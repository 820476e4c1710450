// Shapes of the WebRTC records that a browser sends (ORTC words, as mediasoup documents them). Checked here so far that
// only plain values of bounded size get through; mediasoup checks their meaning.
import type { types as mediasoup } from 'mediasoup';
import { z } from 'zod';

/** Longest list in an honest description: Chromium offers some 50 codecs and 20 header extensions. */
const MAX_ENTRIES = 200;
/** Longest single value: an SDP parameter or a DTLS fingerprint (SHA-512: 191 characters). */
const MAX_TEXT_CHARS = 1000;

const text = z.string().max(MAX_TEXT_CHARS);
const whole = z.number().int().min(0).max(0xffffffff);
const plainValue = z.union([text, z.number(), z.boolean(), z.null()]);
const parameters = z.record(text, plainValue).optional();
const rtcpFeedback = z
  .array(z.object({ type: text, parameter: text.optional() }))
  .max(MAX_ENTRIES)
  .optional();

const fingerprint = z.object({
  algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']),
  value: text,
});

/** DTLS parameters (RFC 8122 fingerprints) of the browser's side of a transport. */
const dtlsParametersShape = z.object({
  role: z.enum(['auto', 'client', 'server']).optional(),
  fingerprints: z.array(fingerprint).min(1).max(MAX_ENTRIES),
});

const rtpCapabilitiesShape = z.object({
  codecs: z
    .array(
      z.object({
        kind: z.enum(['audio', 'video']),
        mimeType: text,
        preferredPayloadType: whole.optional(),
        clockRate: whole,
        channels: whole.optional(),
        parameters,
        rtcpFeedback,
      }),
    )
    .max(MAX_ENTRIES)
    .optional(),
  headerExtensions: z
    .array(
      z.object({
        kind: z.enum(['audio', 'video']),
        uri: text,
        preferredId: whole,
        preferredEncrypt: z.boolean().optional(),
        direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).optional(),
      }),
    )
    .max(MAX_ENTRIES)
    .optional(),
});

const rtpParametersShape = z.object({
  mid: text.optional(),
  codecs: z
    .array(
      z.object({
        mimeType: text,
        payloadType: whole,
        clockRate: whole,
        channels: whole.optional(),
        parameters,
        rtcpFeedback,
      }),
    )
    .min(1)
    .max(MAX_ENTRIES),
  headerExtensions: z
    .array(z.object({ uri: text, id: whole, encrypt: z.boolean().optional(), parameters }))
    .max(MAX_ENTRIES)
    .optional(),
  encodings: z
    .array(
      z.object({
        ssrc: whole.optional(),
        rid: text.optional(),
        codecPayloadType: whole.optional(),
        rtx: z.object({ ssrc: whole }).optional(),
        dtx: z.boolean().optional(),
        maxBitrate: whole.optional(),
      }),
    )
    .min(1)
    .max(MAX_ENTRIES),
  rtcp: z.object({ cname: text.optional(), reducedSize: z.boolean().optional() }).optional(),
});

// The casts only drop "| undefined" of optional fields, which mediasoup's types write without it.
export const dtlsParameters = dtlsParametersShape.transform((value) => value as mediasoup.DtlsParameters);
export const rtpCapabilities = rtpCapabilitiesShape.transform((value) => value as mediasoup.RtpCapabilities);
export const rtpParameters = rtpParametersShape.transform((value) => value as mediasoup.RtpParameters);
