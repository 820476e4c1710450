// How soon pushed audio is heard: from the push to the packet that carries its first sample, as a viewer gets it.

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../../server/app.ts';
import { createOpusDecoder } from '../../server/media/codec/index.ts';
import { toPcm16, type Voice } from '../../server/tools/voice.ts';

const TURNS = 20;
const RTP_HEADER_BYTES = 12;
/** A decoded sample above this is voice; silence is digital. */
const AUDIBLE_LEVEL = 0.01;
const SETTLE_MS = 1000;
/** Uneven, so that the pushes fall on every phase of the 20 ms tick and of the motion's window. */
const PAUSE_MS = 517;

export interface FirstSound {
  turns: number;
  medianMs: number;
  worstMs: number;
}

/** One conversation alone, from idle, several times. */
export async function measureFirstSound(app: App, voice: Voice): Promise<FirstSound> {
  const conversation = await app.host.create({ portrait: { id: app.host.portraits()[0]?.id ?? '' } });
  const decoder = createOpusDecoder();
  let onVoice: (() => void) | undefined;
  const sink = await conversation.openSink({
    onPacket(kind, packet) {
      if (kind !== 'audio') return;
      const samples = decoder.decode(packet.subarray(RTP_HEADER_BYTES));
      if (samples?.some((sample) => Math.abs(sample) > AUDIBLE_LEVEL)) onVoice?.();
    },
  });
  const onset = voice.pcm.findIndex((sample) => Math.abs(sample) > AUDIBLE_LEVEL);
  const spoken = toPcm16(voice.pcm.subarray(onset, onset + voice.sampleRateHz));
  const delays: number[] = [];
  try {
    await sleep(SETTLE_MS);
    for (let turn = 0; turn < TURNS; turn++) {
      const heard = new Promise<void>((resolve) => {
        onVoice = resolve;
      });
      const ended = once(conversation, 'speechEnded');
      const start = performance.now();
      conversation.pushAudio({ eventId: `turn-${turn}`, pcm: spoken, sampleRateHz: voice.sampleRateHz });
      conversation.speakEnd({ eventId: `turn-${turn}` });
      await heard;
      delays.push(performance.now() - start);
      await ended;
      await sleep(PAUSE_MS);
    }
  } finally {
    sink.close();
    decoder.close();
    await conversation.close();
  }
  delays.sort((a, b) => a - b);
  const at = (share: number) => Math.round(delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? 0);
  return { turns: TURNS, medianMs: at(0.5), worstMs: at(1) };
}
