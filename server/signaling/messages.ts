// Every message of the WebSocket, both ways, as zod schemas: the one place where the protocol is written down in code.
// docs/protocol.md documents the same messages; a test holds page and schemas together.
import type { types as mediasoup } from 'mediasoup';
import { z } from 'zod';
import { ERROR_STATUS, type ErrorCode } from '../errors.ts';
import type { ChosenPortrait } from '../session/index.ts';
import { EMOTIONS, type VideoShape } from '../types.ts';
import { deskEvents, deskRequests } from './desk-messages.ts';
import { name, request, requestId, token } from './fields.ts';
import { dtlsParameters, rtpCapabilities, rtpParameters } from './rtp-schema.ts';
import type { IceServer } from './turn-servers.ts';

/** Longest question that a visitor may write, in characters. */
const MAX_QUESTION_CHARS = 2000;
/** A longer playout delay than this is no jitter buffer any more. */
const MAX_PLAYOUT_DELAY_MS = 10_000;

const base64 = z.base64().transform((encoded) => new Uint8Array(Buffer.from(encoded, 'base64')));
// The decoder's binary is a view on the buffer it shares between messages, so it is copied before anyone keeps it.
const binary = z.instanceof(Uint8Array).transform((view) => new Uint8Array(view));

/** How the face feels: an emotion and, if that is not to be the configured one, its strength. */
const moodFields = { emotion: z.enum(EMOTIONS).optional(), strength: z.number().min(0).max(1).optional() };

/** Of what is spoken and asked, on the socket and over HTTP. */
export const speakFields = {
  event_id: name,
  text: z.string(),
  language: name.optional(),
  wait: z.boolean().optional(),
  ...moodFields,
};
export const askFields = { text: z.string().max(MAX_QUESTION_CHARS) };

const microphoneUse = z.enum(['speak', 'listen']);

/** What a client sends. */
export const clientMessage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('hello'),
    ...request,
    session: name,
    token: token.optional(),
    seat: name.optional(),
  }),
  z.strictObject({ type: z.literal('transport.create'), ...request }),
  z.strictObject({
    type: z.literal('transport.connect'),
    ...request,
    transport: name,
    dtls_parameters: dtlsParameters,
  }),
  z.strictObject({ type: z.literal('transport.restart_ice'), ...request, transport: name }),
  z.strictObject({ type: z.literal('consume'), ...request, transport: name, rtp_capabilities: rtpCapabilities }),
  z.strictObject({ type: z.literal('resume'), ...request, transport: name }),
  z.strictObject({
    type: z.literal('microphone.start'),
    ...request,
    transport: name,
    rtp_parameters: rtpParameters,
    use: microphoneUse.optional(),
  }),
  z.strictObject({ type: z.literal('microphone.stop'), ...request, use: microphoneUse.optional() }),
  z.strictObject({ type: z.literal('ask'), ...request, ...askFields }),
  z.strictObject({ type: z.literal('talk'), ...request, down: z.boolean() }),
  z.strictObject({ type: z.literal('language'), ...request, language: name }),
  z.strictObject({ type: z.literal('speak'), ...request, ...speakFields }),
  z.strictObject({
    type: z.literal('audio'),
    ...request,
    event_id: name,
    rate_hz: z.number().int(),
    pcm: z.union([binary, base64]),
    part: z.number().int().min(0).optional(),
    ...moodFields,
  }),
  z.strictObject({ type: z.literal('speak_end'), ...request, event_id: name, wait: z.boolean().optional() }),
  z.strictObject({ type: z.literal('interrupt'), ...request }),
  z.strictObject({ type: z.literal('keep_alive'), ...request }),
  z.strictObject({ type: z.literal('mood'), ...request, ...moodFields }),
  z.strictObject({ type: z.literal('playout'), ...request, delay_ms: z.number().min(0).max(MAX_PLAYOUT_DELAY_MS) }),
  z.strictObject({ type: z.literal('ping'), ...request }),
  z.strictObject({ type: z.literal('hand_over'), ...request, reason: z.string().max(MAX_QUESTION_CHARS).optional() }),
  z.strictObject({ type: z.literal('close'), ...request }),
  ...deskRequests,
]);

const state = z.enum(['idle', 'listening', 'thinking', 'speaking']);
const sample = z.number().int().min(0);
const errorCode = z.enum(Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]]);
const errorFields = { code: errorCode, status: z.number().int(), message: z.string() };

/** Once a second on the socket, and in a conversation's state over HTTP. */
export const statsFields = {
  state,
  position: sample,
  pictures_sent: z.number(),
  pictures_repeated: z.number(),
  clock_stalls: z.number(),
  queued_ms: z.number(),
  backlog_ms: z.number(),
  motion_ms_per_picture: z.number(),
  render_ms_per_picture: z.number(),
  encode_ms_per_picture: z.number(),
  video_bitrate_kbps: z.number(),
};

/** What the server sends. */
export const serverMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('reply'), id: requestId, result: z.record(z.string(), z.unknown()) }),
  z.strictObject({
    type: z.literal('error'),
    id: requestId.optional(),
    ...errorFields,
    path: z.string().optional(),
  }),
  z.strictObject({ type: z.literal('state'), state, sample }),
  z.strictObject({ type: z.literal('speech.started'), event_id: name, sample }),
  z.strictObject({ type: z.literal('speech.ended'), event_id: name, sample, text: z.string() }),
  z.strictObject({
    type: z.literal('speech.interrupted'),
    event_id: name,
    playback_position: sample,
    measure: z.enum(['sent', 'heard']),
    text: z.string(),
  }),
  z.strictObject({
    type: z.literal('transcript'),
    who: z.enum(['visitor', 'avatar', 'agent']),
    text: z.string(),
    sample,
    final: z.boolean(),
    refused: z.literal(true).optional(),
  }),
  z.strictObject({ type: z.literal('source'), event_id: name, title: z.string(), url: z.string() }),
  z.strictObject({ type: z.literal('hand_over'), reason: z.string() }),
  z.strictObject({
    type: z.literal('queue'),
    position: z.number().int().min(0),
    waited_ms: z.number().int().min(0),
  }),
  z.strictObject({ type: z.literal('agent'), name: z.string().optional() }),
  z.strictObject({ type: z.literal('message'), state: z.enum(['asked', 'kept', 'dropped']) }),
  z.strictObject({ type: z.literal('microphone'), use: microphoneUse, open: z.boolean() }),
  z.strictObject({ type: z.literal('caption'), event_id: name, text: z.string(), start: sample, end: sample }),
  z.strictObject({ type: z.literal('stats'), ...statsFields }),
  z.strictObject({ type: z.literal('warning'), ...errorFields }),
  z.strictObject({ type: z.literal('closed'), error: z.strictObject(errorFields).optional() }),
  ...deskEvents,
]);

export type ClientMessage = z.output<typeof clientMessage>;
export type ServerMessage = z.output<typeof serverMessage>;

/** How far a speech was heard; the position in samples of it. */
export interface PlaybackResult {
  event_id: string;
  playback_position: number;
  measure: 'sent' | 'heard';
  interrupted: boolean;
  text: string;
}

interface ConsumerResult {
  id: string;
  producer_id: string;
  kind: 'audio' | 'video';
  rtp_parameters: mediasoup.RtpParameters;
}

/** The `result` of each request's reply; requests that are not listed answer with `{}`. */
export interface Results {
  hello: {
    session: string;
    portrait: ChosenPortrait;
    video: VideoShape;
    rtp_capabilities: mediasoup.RtpCapabilities;
    state: z.output<typeof state>;
    position: number;
    transcript: { who: 'visitor' | 'avatar' | 'agent'; text: string; sample: number; refused?: true }[];
  };
  'transport.create': {
    id: string;
    ice_parameters: mediasoup.IceParameters;
    ice_candidates: mediasoup.IceCandidate[];
    dtls_parameters: mediasoup.DtlsParameters;
    ice_servers: IceServer[];
  };
  'transport.restart_ice': { ice_parameters: mediasoup.IceParameters; ice_servers: IceServer[] };
  consume: { consumers: ConsumerResult[] };
  /** Without a consumer where the visitor's microphone is not open. */
  'desk.hear': { consumer?: ConsumerResult };
  'desk.hello': { seat: string; name: string; canned_answers: readonly string[] };
  'microphone.start': { id: string };
  /** With `wait`, else empty. */
  speak: PlaybackResult | Record<string, never>;
  speak_end: PlaybackResult | Record<string, never>;
  ping: { position: number };
}
