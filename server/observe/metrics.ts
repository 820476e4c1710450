// The numbers at /metrics, in Prometheus's format. Each is declared here once, with its unit in its name; who knows a
// value sets it. A registry of its own per server, so that two servers in one process (tests) do not add up.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** A picture is due every 40 ms; the bounds lie closest where one thread carries several conversations in that time. */
const RENDER_BOUNDS_S = [0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.04, 0.08];
/** Around the two promises: first sound within 0.4 s, an interrupt within 0.15 s. */
const RESPONSE_BOUNDS_S = [0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 1, 2, 5];

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * All numbers of one server, and the registry that prints them (`contentType`, `metrics()`).
 *
 * @param queuedSeconds sound that waits to be sent, per conversation; asked each time the numbers are printed
 */
export function createMetrics(queuedSeconds: () => number[]) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: 'avatar_audio_buffer_seconds',
    help: 'Encoded sound that waits to be sent, the emptiest queue of all conversations: near 0 it will soon stutter.',
    registers,
    collect() {
      const queued = queuedSeconds();
      this.set(queued.length > 0 ? Math.min(...queued) : 0);
    },
  });
  return {
    registry,
    sessionsActive: new Gauge({
      name: 'avatar_sessions_active',
      help: 'Conversations that are open.',
      registers,
    }),
    firstFrame: new Histogram({
      name: 'avatar_first_frame_seconds',
      help: 'From the request to speak until the first spoken sample is sent with its picture.',
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
