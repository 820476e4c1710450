// Figures of the connection, from the browser's statistics and the server's: read once a second, as differences between
// two readings, so that they tell about now and not about the whole conversation.

/** mediasoup's stream of padding, by which it measures what the network takes: no picture is in it. */
const PROBATOR_MID = 'probator';

export interface ReceiverFigures {
  roundTripMs?: number;
  /** Mean wait of a sample in the jitter buffer. */
  jitterBufferMs?: number;
  /** Jitter buffer and output together: from the arrival of a packet until it is heard. */
  playoutDelayMs?: number;
  bitrateKbps?: number;
  /** Share of packets that never came, 0 to 1. */
  loss?: number;
  picturesPerSecond?: number;
}

/** Sums that only grow while a conversation lasts. */
interface Totals {
  atMs: number;
  bytes: number;
  packets: number;
  lost: number;
  frames: number;
  bufferDelaySeconds: number;
  bufferedSamples: number;
  playoutDelaySeconds: number;
  playedSamples: number;
}

/** What this file reads of a statistics entry (W3C webrtc-stats); which fields are there depends on its type. */
interface StatsEntry {
  type: string;
  kind?: string;
  mid?: string;
  timestamp: number;
  nominated?: boolean;
  currentRoundTripTime?: number;
  bytesReceived?: number;
  packetsReceived?: number;
  packetsLost?: number;
  framesDecoded?: number;
  jitterBufferDelay?: number;
  jitterBufferEmittedCount?: number;
  totalPlayoutDelay?: number;
  totalSamplesCount?: number;
}

export class FigureReader {
  #last: Totals | undefined;

  read(report: RTCStatsReport): ReceiverFigures {
    const entries: StatsEntry[] = [];
    report.forEach((entry: StatsEntry) => {
      entries.push(entry);
    });
    const now = sum(entries);
    const before = this.#last;
    this.#last = now;
    const pair = entries.find((entry) => entry.type === 'candidate-pair' && entry.nominated === true);
    return {
      ...(pair?.currentRoundTripTime !== undefined && { roundTripMs: pair.currentRoundTripTime * 1000 }),
      ...(before !== undefined && compare(before, now)),
    };
  }
}

function sum(entries: StatsEntry[]): Totals {
  const inbound = entries.filter((entry) => entry.type === 'inbound-rtp' && entry.mid !== PROBATOR_MID);
  const audio = inbound.find((entry) => entry.kind === 'audio');
  const video = inbound.find((entry) => entry.kind === 'video');
  const playout = entries.find((entry) => entry.type === 'media-playout');
  const total = (field: 'bytesReceived' | 'packetsReceived' | 'packetsLost'): number =>
    inbound.reduce((before, entry) => before + (entry[field] ?? 0), 0);
  return {
    atMs: inbound[0]?.timestamp ?? 0,
    bytes: total('bytesReceived'),
    packets: total('packetsReceived'),
    lost: total('packetsLost'),
    frames: video?.framesDecoded ?? 0,
    bufferDelaySeconds: audio?.jitterBufferDelay ?? 0,
    bufferedSamples: audio?.jitterBufferEmittedCount ?? 0,
    playoutDelaySeconds: playout?.totalPlayoutDelay ?? 0,
    playedSamples: playout?.totalSamplesCount ?? 0,
  };
}

function compare(before: Totals, now: Totals): ReceiverFigures {
  const seconds = (now.atMs - before.atMs) / 1000;
  if (seconds <= 0) return {};
  const packets = now.packets - before.packets;
  const lost = Math.max(0, now.lost - before.lost);
  const jitterBufferMs = meanMs(
    now.bufferDelaySeconds - before.bufferDelaySeconds,
    now.bufferedSamples - before.bufferedSamples,
  );
  const outputMs = meanMs(
    now.playoutDelaySeconds - before.playoutDelaySeconds,
    now.playedSamples - before.playedSamples,
  );
  return {
    ...(jitterBufferMs !== undefined && { jitterBufferMs, playoutDelayMs: jitterBufferMs + (outputMs ?? 0) }),
    bitrateKbps: ((now.bytes - before.bytes) * 8) / 1000 / seconds,
    ...(packets + lost > 0 && { loss: lost / (packets + lost) }),
    picturesPerSecond: (now.frames - before.frames) / seconds,
  };
}

function meanMs(seconds: number, count: number): number | undefined {
  return count > 0 ? (seconds / count) * 1000 : undefined;
}
