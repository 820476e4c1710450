// The numbers at /metrics, in Prometheus's format. Each is declared here once, with its unit in its name; who knows a
// value sets it. A registry of its own per server, so that two servers in one process (tests) do not add up.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** A picture is due every 40 ms; the bounds lie closest where one thread carries several conversations in that time. */
const RENDER_BOUNDS_S = [0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.04, 0.08];
/** Around the two promises: first sound within 0.4 s, an interrupt within 0.15 s. */
const RESPONSE_BOUNDS_S = [0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 1, 2, 5];

/** A portrait that is known opens in a tenth of a second, one that is prepared first in some seconds. */
const OPENING_BOUNDS_S = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16];
/** One answer of a server, up to five tries with pauses between. */
const DELIVERY_BOUNDS_S = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];
/** Of a packet there and back: one room, one country, one continent, the world, a bad day. */
const ROUND_TRIP_BOUNDS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8];
/** In pictures of 40 ms; people notice from 90 ms on (ITU-R BT.1359). */
const OFFSET_BOUNDS_S = [0, 0.04, 0.08, 0.12, 0.2, 0.4, 1];
const PICTURE_MS = 40;

export type Metrics = ReturnType<typeof createMetrics>;

/** What an open conversation is asked for each time the numbers are printed. */
export interface ConversationFigures {
  /** Encoded sound that waits to be sent. */
  queuedMs: number;
  /** How far the sound is ahead of the picture that is shown with it. */
  soundAheadMs: number;
  /** Computing time of one of its pictures, all stages. */
  computingMsPerPicture: number;
}

/**
 * All numbers of one server, and the registry that prints them (`contentType`, `metrics()`).
 *
 * @param conversations those that are open now
 * @param threads that compute pictures
 */
export function createMetrics(conversations: () => ConversationFigures[], threads: number) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: 'avatar_audio_buffer_seconds',
    help: 'Encoded sound that waits to be sent, the emptiest queue of all conversations: near 0 it will soon stutter.',
    registers,
    collect() {
      const queued = conversations().map(({ queuedMs }) => queuedMs / 1000);
      this.set(queued.length > 0 ? Math.min(...queued) : 0);
    },
  });
  new Gauge({
    name: 'avatar_av_offset_ms',
    help: 'How far the sound is ahead of the picture that is sent with it, in the conversation where it is most.',
    registers,
    collect() {
      this.set(Math.max(0, ...conversations().map(({ soundAheadMs }) => soundAheadMs)));
    },
  });
  new Gauge({
    name: 'avatar_realtime_factor',
    help: 'Computing time of all pictures over the time that the threads have for them: at 1 nothing is left.',
    registers,
    collect() {
      const computingMs = conversations().reduce((sum, one) => sum + one.computingMsPerPicture, 0);
      this.set(computingMs / PICTURE_MS / threads);
    },
  });
  return {
    registry,
    sessionsActive: new Gauge({
      name: 'avatar_sessions_active',
      help: 'Conversations that are open.',
      registers,
    }),
    sessionStart: new Histogram({
      name: 'avatar_session_start_seconds',
      help: 'From the request for a conversation until it is open, a portrait of its own prepared.',
      buckets: OPENING_BOUNDS_S,
      registers,
    }),
    firstFrame: new Histogram({
      name: 'avatar_first_frame_seconds',
      help: 'Until the first picture is sent: from the first viewer on (idle), or from a request to speak on (speech).',
      labelNames: ['from'] as const,
      buckets: RESPONSE_BOUNDS_S,
      registers,
    }),
    interruptStop: new Histogram({
      name: 'avatar_interrupt_stop_seconds',
      help: 'From an interrupt until the last sample of the interrupted speech was sent.',
      buckets: RESPONSE_BOUNDS_S,
      registers,
    }),
    turn: new Histogram({
      name: 'avatar_turn_seconds',
      help: "From a visitor's last word to the first sample of the answer, by stage: end_of_turn, recognition, brain, speech, start.",
      labelNames: ['stage'] as const,
      buckets: RESPONSE_BOUNDS_S,
      registers,
    }),
    speechSynthesis: new Histogram({
      name: 'avatar_speech_synthesis_seconds',
      help: 'From a text until the voice has its first sound, by the engine that was asked.',
      labelNames: ['engine'] as const,
      buckets: RESPONSE_BOUNDS_S,
      registers,
    }),
    moderation: new Histogram({
      name: 'avatar_moderation_seconds',
      help: 'How long a sentence waited for its moderation, by verdict.',
      labelNames: ['verdict'] as const,
      buckets: RESPONSE_BOUNDS_S,
      registers,
    }),
    avOffset: new Histogram({
      name: 'avatar_av_offset_seconds',
      help: 'How far the sound is ahead of the picture that is sent with it, once a second and conversation.',
      buckets: OFFSET_BOUNDS_S,
      registers,
    }),
    errors: new Counter({
      name: 'avatar_errors_total',
      help: 'What went wrong, by the part that it was told to and by code (docs/errors.md).',
      labelNames: ['part', 'code'] as const,
      registers,
    }),
    webhookDelivery: new Histogram({
      name: 'avatar_webhook_seconds',
      help: 'From an event until your server took it, or it was given up, all tries together.',
      labelNames: ['outcome'] as const,
      buckets: DELIVERY_BOUNDS_S,
      registers,
    }),
    webhookEvents: new Counter({
      name: 'avatar_webhook_events_total',
      help: "Events for the operator's server by what became of them: delivered, failed after all tries, or dropped as too many waited.",
      labelNames: ['outcome'] as const,
      registers,
    }),
    iceState: new Counter({
      name: 'webrtc_ice_state_total',
      help: 'How often the way of a client came into this state (connected, completed, disconnected, closed).',
      labelNames: ['state'] as const,
      registers,
    }),
    selectedPair: new Gauge({
      name: 'webrtc_selected_pair',
      help: 'Ways that are up, by what reaches the server: udp or tcp.',
      labelNames: ['type'] as const,
      registers,
    }),
    roundTrip: new Histogram({
      name: 'webrtc_rtt_seconds',
      help: 'Of a packet to a viewer and back, as its receiver reports say, every few seconds.',
      buckets: ROUND_TRIP_BOUNDS_S,
      registers,
    }),
    packetsLost: new Counter({
      name: 'webrtc_packets_lost_total',
      help: 'Packets that viewers report as lost.',
      labelNames: ['kind'] as const,
      registers,
    }),
    keyFrameRequests: new Counter({
      name: 'webrtc_pli_total',
      help: 'Key frames that viewers asked for.',
      registers,
    }),
    framesRendered: new Counter({
      name: 'avatar_frames_rendered_total',
      help: 'Pictures drawn.',
      registers,
    }),
    framesRepeated: new Counter({
      name: 'avatar_frames_repeated_total',
      help: 'Pictures that were late: the one before stayed on the screen.',
      registers,
    }),
    mouths: new Counter({
      name: 'avatar_painter_mouths_total',
      help: 'Mouths in pictures by where they came from: painted, or reused from an earlier picture.',
      labelNames: ['source'] as const,
      registers,
    }),
    frameRender: new Histogram({
      name: 'avatar_frame_render_seconds',
      help: 'Computing time of a picture by stage: motion, render or encode.',
      labelNames: ['stage'] as const,
      buckets: RENDER_BOUNDS_S,
      registers,
    }),
  };
}
