// What visitors say over the avatar's voice, from the microphone's packets to what it means: detector, echo guard, recogniser and listener
// in time that passes by the packet, so that a slow machine hears the same as a fast one.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOpusEncoder } from '../../server/media/codec/index.ts';
import { RTP_HEADER_BYTES, writeRtpHeader } from '../../server/media/rtp.ts';
import { ENGLISH_OVER_VOICE, Listener, TurnClock } from '../../server/session/turn/index.ts';
import { VisitorEar, type VisitorEvent } from '../../server/session/visitor/index.ts';
import { createRecogniser, loadVad, type Recogniser } from '../../server/speech/index.ts';
import { type VisitorSound, visitorSounds } from '../bench/turn/visitor-sounds.ts';
import { openSpeech, spoken } from './speech-voices.ts';

const PATIENCE_MS = 240_000;
const PACKET_SAMPLES = 960;
const PACKET_MS = 20;
const RATE_HZ = 48_000;
/** Peak of the noise in a quiet room. */
const ROOM = 0.001;
/** As in config/default.yaml. */
const TIMING = { silenceMs: 320, finishedSilenceMs: 192, backchannelMs: 600, insistMs: 1450 };
const VISITOR_VAD = { redemptionMs: 128, preSpeechPadMs: 256 };
const INTERRUPTIONS = ['Stop', 'Wait a moment', 'Hold on', 'Is it open source?', 'What do you mean by that'];
const LISTENERS = ['uh huh', 'mm hmm', 'okay', 'right', 'hum 121 Hz', 'cough 3'];

let recogniser: Recogniser;
let waiting = 0;
let sounds: VisitorSound[];
let lecture: Float32Array;
let vad: Awaited<ReturnType<typeof loadVad>>;

beforeAll(async () => {
  const { interruptions, backchannels } = await visitorSounds();
  sounds = [...interruptions, ...backchannels];
  vad = await loadVad();
  const speech = await openSpeech();
  const text = 'The quick brown fox jumps over the lazy dog, and the people who watch it wonder why.';
  ({ pcm: lecture } = await spoken(speech, text, { rateHz: RATE_HZ }));
  await speech.close();
  const made = await createRecogniser({
    engine: 'sphinx',
    phrases: ['Is it open source?', 'Which browsers work?', 'May I change the code?', 'Do you record me?'],
    overVoice: ENGLISH_OVER_VOICE,
    transcriptions: { baseUrl: null, model: null, apiKey: null, timeoutSeconds: 1 },
    allowPrivate: false,
    logger: { info: () => undefined, warn: () => undefined },
  });
  if (!made) throw new Error('There is no recogniser.');
  recogniser = counted(made);
}, PATIENCE_MS);
afterAll(() => recogniser.close());
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Counts the answers that are on their way. */
function counted(own: Recogniser): Recogniser {
  const count = async <T>(answer: Promise<T>): Promise<T> => {
    waiting += 1;
    return answer.finally(() => {
      waiting -= 1;
    });
  };
  return {
    ...own,
    open(request) {
      const recognition = own.open(request);
      return {
        ...recognition,
        finish: () => count(recognition.finish()),
        overVoice: () => count(recognition.overVoice?.() ?? Promise.resolve('')),
      };
    },
  };
}

/** What the listener decides while the sound is said over the lecture. */
async function over(name: string): Promise<string[]> {
  const said = sounds.find((sound) => sound.name === name)?.pcm ?? new Int16Array(0);
  const decisions: string[] = [];
  let speaks = true;
  const listener = new Listener({
    recogniser,
    timing: TIMING,
    clock: new TurnClock(),
    language: () => 'en',
    avatarSpeaks: () => speaks,
    speaking: () => undefined,
    duck: () => undefined,
    interrupt: () => {
      decisions.push('interrupt');
      speaks = false;
    },
    stopped: () => decisions.push('stopped'),
    partial: () => undefined,
    heard: (text) => decisions.push(text || '(not understood)'),
    failed: (error) => decisions.push(error.code),
  });
  const events: VisitorEvent[] = [];
  const ear = new VisitorEar({
    vad,
    settings: VISITOR_VAD,
    tell: (event) => events.push(event),
    level: () => undefined,
  });
  const opus = createOpusEncoder({ bitrateKbps: 48 });
  const begin = RATE_HZ;
  const end = begin + said.length + 1.2 * RATE_HZ;
  for (let at = 0, sequence = 0; at < end; at += PACKET_SAMPLES, sequence++) {
    const sound = Float32Array.from({ length: PACKET_SAMPLES }, (_, i) => {
      return ROOM * (2 * Math.random() - 1) + (said[at + i - begin] ?? 0) / 32_768;
    });
    const payload = opus.encode(sound);
    const packet = Buffer.alloc(RTP_HEADER_BYTES + payload.length);
    writeRtpHeader(packet, { payloadType: 111, marker: false, sequence, timestamp: at, ssrc: 1 });
    packet.set(payload, RTP_HEADER_BYTES);
    ear.receive(packet);
    const from = at % (lecture.length - PACKET_SAMPLES);
    ear.played(speaks ? lecture.slice(from, from + PACKET_SAMPLES) : new Float32Array(PACKET_SAMPLES));
    vi.advanceTimersByTime(PACKET_MS);
    for (let turns = 0; turns < 3 || waiting > 0; turns++) {
      await new Promise(setImmediate);
      for (const event of events.splice(0)) listener.hear(event);
    }
  }
  listener.close();
  ear.close();
  opus.close();
  return decisions;
}

describe('over the avatar’s voice', () => {
  it.each(INTERRUPTIONS)(
    '"%s" interrupts',
    async (name) => {
      expect((await over(name))[0]).toBe('interrupt');
    },
    PATIENCE_MS,
  );

  it.each(LISTENERS)(
    '"%s" lets it go on',
    async (name) => {
      expect(await over(name)).toEqual([]);
    },
    PATIENCE_MS,
  );
});
