// A Piper voice in a thread of its own: espeak turns text into phonemes, the model phonemes into sound (VITS, Kim et al. 2021,
// arXiv:2106.06103), clause by clause.

import { pathToFileURL } from 'node:url';
import * as ort from 'onnxruntime-node';
import { type CallContext, openModel, serveWorkerThread } from '../../runtime/index.ts';
import type { EnginePiece, SpokenWord, TextWord } from '../speech-types.ts';
import { clausesOf } from './clauses.ts';
import { type Phonemize, phonemeIds } from './phoneme-ids.ts';
import type { PiperVoice } from './voice-files.ts';

export interface PiperSpeak {
  words: readonly TextWord[];
  /** 1 is the voice's own pace. */
  rate: number;
}

export interface PiperCalls {
  open: { request: { espeakPath: string; voice: PiperVoice; warmUp: PiperSpeak }; result: undefined };
  /** Each part is a clause with its words; times count from the first part. */
  speak: { request: PiperSpeak; part: EnginePiece; result: undefined };
}

/** What is used of espeak's package, which has no types. */
interface EspeakModule {
  eSpeakNGWorker: new () => {
    set_voice(name: string): number;
    synthesize_ipa(text: string): { code: number; ipa: string };
  };
}

interface Model {
  session: ort.InferenceSession;
  voice: PiperVoice;
  phonemize: Phonemize;
}

const ESPEAK_VOICE = 'gmw/en-US';
/** The model's own count of frames per phoneme, an inner value of the graph. */
const DURATIONS = '/Ceil_output_0';
/** Makes the voice as loud as espeak's: RMS .085, where it has .057 by itself. */
const GAIN = 1.6;
const MS_PER_SECOND = 1000;
const NOBODY_LISTENS = { post: () => {}, aborted: () => false };
let model: Model | undefined;

serveWorkerThread<PiperCalls>({
  async open({ espeakPath, voice, warmUp }) {
    const { default: load } = (await import(pathToFileURL(espeakPath).href)) as {
      default: () => Promise<EspeakModule>;
    };
    const espeak = await new (await load()).eSpeakNGWorker();
    if (espeak.set_voice(ESPEAK_VOICE) !== 0) throw new Error(`espeak has no voice ${ESPEAK_VOICE}`);
    model = {
      session: await openModel(voice.modelPath, 'cpu', [DURATIONS]),
      voice,
      phonemize: (text) => espeak.synthesize_ipa(text).ipa,
    };
    await speak(model, warmUp, NOBODY_LISTENS);
    return undefined;
  },
  async speak(request, context) {
    if (!model) throw new Error('speak was called before open');
    await speak(model, request, context);
    return undefined;
  },
});

async function speak(
  { session, voice, phonemize }: Model,
  { words, rate }: PiperSpeak,
  context: CallContext<EnginePiece>,
): Promise<void> {
  let startMs = 0;
  const clauses = clausesOf(words);
  for (const clause of clauses) {
    if (context.aborted()) return;
    const { ids, starts } = phonemeIds(clause.text, clause.words, phonemize, voice.ids, clause !== clauses.at(-1));
    const { output, [DURATIONS]: durations } = await session.run({
      input: new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
      input_lengths: new ort.Tensor('int64', [BigInt(ids.length)], [1]),
      scales: new ort.Tensor('float32', [voice.noise, voice.length / rate, voice.durationNoise], [3]),
    });
    const pcm = Float32Array.from(output?.data as Float32Array, (sample) => Math.tanh(GAIN * sample));
    const ends = summed(durations?.data as Float32Array);
    const msPerFrame = (pcm.length / voice.sampleRateHz / (ends.at(-1) ?? 1)) * MS_PER_SECOND;
    const timeOf = (id: number) => startMs + (id > 0 ? (ends[id - 1] ?? 0) : 0) * msPerFrame;
    const spoken: SpokenWord[] = [];
    for (const [k, { text }] of clause.words.entries()) {
      const [from = 0, to = 0] = starts.slice(k, k + 2);
      const before = spoken.at(-1);
      // Signs, and words that are said as one with those before them, such as "at once", are shown with those.
      if (before && from === to) before.text += ` ${text}`;
      else spoken.push({ text, startMs: timeOf(from), endMs: timeOf(to) });
    }
    startMs += (pcm.length / voice.sampleRateHz) * MS_PER_SECOND;
    if (!context.aborted()) context.post({ pcm, words: spoken, phonemes: [] }, [pcm.buffer]);
  }
}

function summed(values: Float32Array): number[] {
  let sum = 0;
  return Array.from(values, (value) => {
    sum += value;
    return sum;
  });
}
