// A number of conversations that speak at once, counted where their viewers get them.

import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveConversation, LiveConversationHost } from '../../server/session/index.ts';
import { float32ToPcmS16 } from '../../server/speech/index.ts';
import type { Voice } from '../../server/tools/voice.ts';
import { FRAME_RATE_HZ } from '../../server/types.ts';
import { PictureCounter } from './picture-counter.ts';
import { measureTree } from './process-tree.ts';

/** Time for queues and caches to fill before counting. */
const WARM_UP_MS = 2000;

export interface LoadRow {
  conversations: number;
  /** Distinct pictures that arrived. */
  pictures: number;
  /** Pictures that were due and did not arrive or were the same as the one before. */
  repeatedPercent: number;
  clockStalls: number;
  /** Of one core, the whole process tree. */
  cpuPercent: number;
  cpuMsPerPicture: number;
  memoryMb: number;
  motionMs: number;
  renderMs: number;
  encodeMs: number;
}

/** `count` conversations speak for `seconds`; every picture is counted at a sink. */
export async function runLoad(
  host: LiveConversationHost,
  count: number,
  seconds: number,
  voice: Voice,
): Promise<LoadRow> {
  const portraits = host.portraits();
  const conversations: LiveConversation[] = [];
  for (let k = 0; k < count; k++) {
    conversations.push(await host.create({ portrait: { id: portraits[k % portraits.length]?.id ?? '' } }));
  }
  try {
    let counters: PictureCounter[] = [];
    const sinks = conversations.map((conversation, k) =>
      conversation.openSink({
        onPacket: (kind, packet) => {
          if (kind === 'video') counters[k]?.add(packet);
        },
      }),
    );
    await Promise.all(sinks);
    const talkers = conversations.map((conversation) => keepTalking(conversation, voice));
    await sleep(WARM_UP_MS);
    const stallsBefore = sum(conversations.map((one) => one.stats().clockStalls));
    const before = measureTree();
    const start = performance.now();
    counters = conversations.map(() => new PictureCounter());
    await sleep(seconds * 1000);
    const elapsed = (performance.now() - start) / 1000;
    const after = measureTree();
    const pictures = sum(counters.map((one) => one.distinct));
    const stats = conversations.map((one) => one.stats());
    for (const talker of talkers) talker.stop();
    const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
    return {
      conversations: count,
      pictures,
      repeatedPercent: round(100 * Math.max(0, 1 - (pictures + count) / (elapsed * FRAME_RATE_HZ * count))),
      clockStalls: sum(stats.map((one) => one.clockStalls)) - stallsBefore,
      cpuPercent: round((100 * cpuSeconds) / elapsed),
      cpuMsPerPicture: round((1000 * cpuSeconds) / Math.max(1, pictures)),
      memoryMb: Math.round(after.memoryMb),
      motionMs: round(sum(stats.map((one) => one.motionMsPerPicture)) / count),
      renderMs: round(sum(stats.map((one) => one.renderMsPerPicture)) / count),
      encodeMs: round(sum(stats.map((one) => one.encodeMsPerPicture)) / count),
    };
  } finally {
    await Promise.all(conversations.map((conversation) => conversation.close()));
  }
}

/** Pushes the voice again whenever it has been spoken. */
function keepTalking(conversation: LiveConversation, voice: Voice): { stop(): void } {
  let turn = 0;
  let stopped = false;
  const say = () => {
    if (stopped) return;
    const eventId = `turn-${turn++}`;
    conversation.pushAudio({ eventId, pcm: float32ToPcmS16(voice.pcm), sampleRateHz: voice.sampleRateHz });
    conversation.speakEnd({ eventId });
  };
  conversation.on('speechEnded', say);
  say();
  return {
    stop() {
      stopped = true;
      conversation.off('speechEnded', say);
    },
  };
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
