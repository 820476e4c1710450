// What the parts tell about their work, as numbers in the metrics. The parts know nothing of metrics, and metrics nothing of them.

import type { Moderation } from './bot/index.ts';
import type { MediaObserver } from './media/index.ts';
import type { ConversationFigures, Metrics } from './observe/index.ts';
import { type ConversationObserver, type LiveConversationHost, turnStages } from './session/index.ts';
import type { Speech, SpeechPart } from './speech/index.ts';

/** Ends and hints that conversations are told as warnings or errors, and that are none for whoever watches over the server. */
const EXPECTED = new Set(['conversation_ending', 'conversation_closed', 'moderation_refused']);

export function conversationObserver(metrics: Metrics): ConversationObserver {
  return {
    opened: (count) => metrics.sessionsActive.set(count),
    prepared: (seconds) => metrics.sessionStart.observe(seconds),
    firstPicture: (seconds) => metrics.firstFrame.observe({ from: 'idle' }, seconds),
    speechStarted: (seconds) => metrics.firstFrame.observe({ from: 'speech' }, seconds),
    interrupted: (seconds) => metrics.interruptStop.observe(seconds),
    answered(marks) {
      for (const { stage, seconds } of turnStages(marks)) metrics.turn.observe({ stage }, seconds);
    },
    failed(part, { code }) {
      if (!EXPECTED.has(code)) metrics.errors.inc({ part, code });
    },
    reported(report, skipped, soundAheadMs) {
      metrics.framesRendered.inc(report.pictures - skipped);
      metrics.framesRepeated.inc(skipped);
      metrics.avOffset.observe(soundAheadMs / 1000);
      metrics.frameRender.observe({ stage: 'motion' }, report.motionMsPerPicture / 1000);
      metrics.frameRender.observe({ stage: 'render' }, report.renderMsPerPicture / 1000);
      metrics.frameRender.observe({ stage: 'encode' }, report.encodeMsPerPicture / 1000);
      if (!report.painter) return;
      metrics.mouths.inc({ source: 'reused' }, report.painter.reused);
      metrics.mouths.inc({ source: 'painted' }, report.painter.painted);
    },
  };
}

export function mediaObserver(metrics: Metrics): MediaObserver {
  return {
    iceState: (state) => metrics.iceState.inc({ state }),
    selected: (type, change) => metrics.selectedPair.inc({ type }, change),
    roundTrip: (seconds) => metrics.roundTrip.observe(seconds),
    lost: (kind, packets) => metrics.packetsLost.inc({ kind }, packets),
    keyFramesRequested: (count) => metrics.keyFrameRequests.inc(count),
  };
}

/** Of conversations whose clock runs: the others have no viewer yet. */
export function figuresOf(host: LiveConversationHost): ConversationFigures[] {
  return host.all().flatMap((conversation) => {
    const { position, queuedMs, motionMsPerPicture, renderMsPerPicture, encodeMsPerPicture } = conversation.stats();
    if (position === 0) return [];
    const computingMsPerPicture = motionMsPerPicture + renderMsPerPicture + encodeMsPerPicture;
    return [{ queuedMs, soundAheadMs: conversation.soundAheadMs, computingMsPerPicture }];
  });
}

/** The same voice; how long each text waits for its first sound is noted. A streamed text counts from its request on. */
export function measuredSpeech(speech: Speech, metrics: Metrics): Speech {
  const engine = speech.engineName;
  async function* timed(parts: AsyncIterable<SpeechPart>, startMs: number): AsyncIterable<SpeechPart> {
    let isFirst = true;
    for await (const part of parts) {
      if (isFirst) metrics.speechSynthesis.observe({ engine }, (performance.now() - startMs) / 1000);
      isFirst = false;
      yield part;
    }
  }
  return {
    engineName: engine,
    languages: () => speech.languages(),
    voices: () => speech.voices(),
    synthesize: (request) => timed(speech.synthesize(request), performance.now()),
    close: () => speech.close(),
  };
}

/** The same verdicts; how long each took is noted. */
export function measuredModeration(moderation: Moderation | undefined, metrics: Metrics): Moderation | undefined {
  return (
    moderation && {
      async allows(saying, signal) {
        const startMs = performance.now();
        const allowed = await moderation.allows(saying, signal);
        const verdict = allowed ? 'allowed' : 'refused';
        metrics.moderation.observe({ verdict }, (performance.now() - startMs) / 1000);
        return allowed;
      },
    }
  );
}
