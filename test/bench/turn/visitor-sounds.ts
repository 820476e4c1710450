// What visitors say in the measurement: questions and interruptions in flite's voices (recognisers trained on people understand
// them, espeak's less), and the sounds of listeners: "mhm", hums and coughs, made here.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createResampler, float32ToPcmS16, pcmS16ToFloat32 } from '../../../server/speech/index.ts';

const run = promisify(execFile);
const RATE_HZ = 48_000;
const FLITE_RATE_HZ = 16_000;
const WAV_HEADER_BYTES = 44;
const VOICES = ['slt', 'rms', 'awb'] as const;
/** Peak of all sounds: speech in front of a microphone. */
const PEAK = 0.4;
/** What is weaker than this share of the peak is not heard as speech any more. */
const END_SHARE = 0.03;

export interface VisitorSound {
  name: string;
  /** What is said, empty where it is no word. */
  text: string;
  /** Mono at 48 kHz; ends with the last sample that is heard. */
  pcm: Int16Array;
}

/** Questions of the shipped folder, with the heading whose answer is right. */
const QUESTIONS: readonly [question: string, title: string][] = [
  ['Tell me about yourself', 'What is Vaktra?'],
  ['Are you a real person?', ''],
  ['Am I talking to a robot?', 'Are you a real person?'],
  ['Which languages do you speak?', ''],
  ['Can you speak German?', 'Which languages do you speak?'],
  ['How can I stop you?', 'How do I interrupt you?'],
  ['Do I need a graphics card?', ''],
  ['What hardware does the server need?', 'Do I need a graphics card?'],
  ['Can I use a painting?', 'Which pictures can I use as an avatar?'],
  ['Which browsers work?', ''],
  ['Does it run on my phone?', 'Which browsers work?'],
  ['What happens to what I say?', ''],
  ['Do you record me?', 'What happens to what I say?'],
  ['Is it open source?', 'Which licence does Vaktra have?'],
  ['May I change the code?', 'Which licence does Vaktra have?'],
];

const INTERRUPTIONS = [
  ...['Stop', 'Wait a moment', 'Hold on', 'Excuse me', 'Be quiet', 'One moment', 'Wait', 'Stop it', 'Enough', 'Sorry'],
  ...['Do I need a graphics card?', 'Is it open source?', 'Can I talk to a person?', 'Which browsers work?'],
  ...['But that is not what I wanted to know', 'No, I meant my other order from last week'],
  ...['Let me ask you something else now', 'Could you please say that more slowly', 'What do you mean by that'],
  'I think you did not understand me at all',
];

/** Words of listeners; what follows them are hums and coughs. */
const LISTENERS = ['uh huh', 'hmm', 'mm hmm', 'aha', 'okay', 'yes', 'yeah', 'right'];
const COUNT = 20;

export interface Question extends VisitorSound {
  /** Heading of the right answer. */
  title: string;
}

export interface VisitorSounds {
  questions: Question[];
  interruptions: VisitorSound[];
  backchannels: VisitorSound[];
}

export async function visitorSounds(): Promise<VisitorSounds> {
  const folder = await mkdtemp(join(tmpdir(), 'vaktra-visitor-'));
  const spoken = async (text: string, k: number): Promise<VisitorSound> => {
    const file = join(folder, 'said.wav');
    await run('flite', ['-voice', VOICES[k % VOICES.length] as string, '-t', text, '-o', file]);
    const resampler = createResampler({ inputRateHz: FLITE_RATE_HZ, outputRateHz: RATE_HZ });
    const pcm = pcmS16ToFloat32((await readFile(file)).subarray(WAV_HEADER_BYTES));
    return soundOf(text, text, resampler.push(pcm));
  };
  const all = async (texts: readonly string[]): Promise<VisitorSound[]> => {
    const sounds: VisitorSound[] = [];
    for (const [k, text] of texts.entries()) sounds.push(await spoken(text, k));
    return sounds;
  };
  try {
    const questions = await all(QUESTIONS.map(([question]) => question));
    const words = await all(LISTENERS);
    const noises = Array.from({ length: COUNT - words.length }, (_, k) => (k % 2 === 0 ? hum(k) : cough(k)));
    return {
      questions: questions.map((sound, k) => ({ ...sound, title: QUESTIONS[k]?.[1] || sound.text })),
      interruptions: await all(INTERRUPTIONS),
      backchannels: [...words, ...noises],
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** "Mhm": two hums with the mouth shut, the second one higher; harmonics that fall by 12 dB an octave. */
function hum(seed: number): VisitorSound {
  const pitchHz = 95 + 13 * seed;
  const pcm = new Float32Array(RATE_HZ * 0.45);
  let phase = 0;
  for (let i = 0; i < pcm.length; i++) {
    const t = i / pcm.length;
    phase += (2 * Math.PI * pitchHz * (t < 0.5 ? 1 : 1.25)) / RATE_HZ;
    const opening = t < 0.45 ? Math.sin((Math.PI * t) / 0.45) : Math.max(0, Math.sin((Math.PI * (t - 0.5)) / 0.5));
    let sum = 0;
    for (let k = 1; k <= 8; k++) sum += Math.sin(k * phase) / k ** 2;
    pcm[i] = opening * sum;
  }
  return soundOf(`hum ${pitchHz} Hz`, '', pcm);
}

/** A burst and a breath of noise through a vocal tract, twice. */
function cough(seed: number): VisitorSound {
  const random = generator(seed);
  const pcm = new Float32Array(RATE_HZ * 0.6);
  let [low, band] = [0, 0];
  const cutoff = 2 * Math.sin((Math.PI * (500 + 60 * seed)) / RATE_HZ);
  for (let i = 0; i < pcm.length; i++) {
    const seconds = i / RATE_HZ;
    const since = seconds % 0.3;
    const envelope = Math.min(1, since / 0.005) * Math.exp(-since / 0.05);
    // State-variable filter (Chamberlin 1985): a resonance of the throat.
    low += cutoff * band;
    band += cutoff * (envelope * (2 * random() - 1) - low - 0.4 * band);
    pcm[i] = band;
  }
  return soundOf(`cough ${seed}`, '', pcm);
}

/** Mulberry32: the same noise in each run. */
function generator(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function soundOf(name: string, text: string, pcm: Float32Array): VisitorSound {
  const peak = pcm.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const end = pcm.findLastIndex((value) => Math.abs(value) > END_SHARE * peak) + 1;
  const scaled = pcm.subarray(0, end).map((value) => (value * PEAK) / peak);
  return { name, text, pcm: new Int16Array(float32ToPcmS16(scaled).buffer) };
}
