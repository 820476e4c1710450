// espeak-ng in a thread of its own: the call that speaks does not return before the sentence is done.

import { pathToFileURL } from 'node:url';
import { type CallContext, serveWorkerThread } from '../runtime/index.ts';

/** What espeak tells beside the sound; `ms` from the start of the text that was given. */
export type EspeakEvent =
  /** `position`: code points before the word. */
  | { type: 'word'; position: number; ms: number }
  /** `ipa` is empty for a pause. */
  | { type: 'phoneme'; ipa: string; ms: number }
  /** A clause ends. */
  | { type: 'end'; ms: number };

export interface EspeakPart {
  /** About 100 ms, mono in [-1, 1]. */
  pcm: Float32Array;
  events: EspeakEvent[];
}

export interface EspeakVoice {
  /** Path of the voice's file, such as `gmw/en-US`. */
  identifier: string;
  name: string;
  languages: { name: string; priority: number }[];
}

export interface EspeakSpeak {
  text: string;
  /** A voice's identifier, with `+variant` where one is wanted. */
  voice: string;
  wordsPerMinute: number;
  /** 0 to 99; 50 is the voice's own. */
  pitch: number;
  /** How far the pitch moves, 0 to 99; 50 is the voice's own. */
  range: number;
}

export interface EspeakCalls {
  open: {
    request: { modulePath: string; warmUp: EspeakSpeak };
    result: { voices: EspeakVoice[]; variants: string[]; sampleRateHz: number };
  };
  speak: { request: EspeakSpeak; part: EspeakPart; result: undefined };
}

/** What is used of the package, which has no types. */
interface EspeakModule {
  eSpeakNGWorker: new () => EspeakWorker;
  FS: { readdir(path: string): string[] };
}
interface EspeakWorker {
  list_voices(): EspeakVoice[];
  get_samplerate(): number;
  set_voice(name: string): number;
  set_rate(wordsPerMinute: number): void;
  set_pitch(pitch: number): void;
  set_range(range: number): void;
  /** The callback returns true to stop. */
  synthesize(text: string, callback: (pcm: Int16Array, events: RawEvent[]) => boolean): void;
}
interface RawEvent {
  type: string;
  /** Counts code points, from 1. */
  text_position: number;
  audio_position: number;
  id: string | number | undefined;
}

const VARIANTS_PATH = '/usr/share/espeak-ng-data/voices/!v';
const PCM_S16_SCALE = 32_768;
const NOBODY_LISTENS = { post: () => {}, aborted: () => false };
let espeak: EspeakWorker | undefined;

serveWorkerThread<EspeakCalls>({
  async open({ modulePath, warmUp }) {
    const { default: load } = (await import(pathToFileURL(modulePath).href)) as {
      default: () => Promise<EspeakModule>;
    };
    const module = await load();
    espeak = await new module.eSpeakNGWorker();
    speak(espeak, warmUp, NOBODY_LISTENS);
    return {
      voices: espeak.list_voices(),
      variants: module.FS.readdir(VARIANTS_PATH).filter((name) => !name.startsWith('.')),
      sampleRateHz: espeak.get_samplerate(),
    };
  },
  speak(request, context) {
    if (!espeak) throw new Error('speak was called before open');
    if (!context.aborted()) speak(espeak, request, context);
    return undefined;
  },
});

function speak(engine: EspeakWorker, request: EspeakSpeak, context: CallContext<EspeakPart>): void {
  if (engine.set_voice(request.voice) !== 0) throw new Error(`espeak has no voice ${request.voice}`);
  engine.set_rate(request.wordsPerMinute);
  engine.set_pitch(request.pitch);
  engine.set_range(request.range);
  engine.synthesize(request.text, (pcm16, rawEvents) => {
    if (context.aborted()) return true;
    const pcm = Float32Array.from(pcm16, (sample) => sample / PCM_S16_SCALE);
    context.post({ pcm, events: rawEvents.flatMap(eventOf) }, [pcm.buffer]);
    return false;
  });
}

function eventOf({ type, text_position, audio_position: ms, id }: RawEvent): EspeakEvent[] {
  if (type === 'word') return [{ type, position: text_position - 1, ms }];
  if (type === 'phoneme') return [{ type, ipa: String(id ?? ''), ms }];
  if (type === 'end') return [{ type, ms }];
  return [];
}
