// flite (http://cmuflite.org, Debian package `flite`) as a speech engine: English, as a child process per sentence.
// Text goes through files in a directory of its own, never through a shell or the list of processes.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VaktraError } from '../errors.ts';
import { alignWords, readPhonemes, readWordPhonemes } from './flite-words.ts';
import { pcmS16ToFloat32 } from './pcm.ts';
import type { EngineSentence, SpeechEngine, SpokenWord, TextWord } from './speech-types.ts';

/** All of Debian's voices but one of 8 kHz speak at this rate. */
const SAMPLE_RATE_HZ = 16_000;
/** A woman's recorded voice; `kal16` and `awb` are older and harder to follow. */
const DEFAULT_VOICE = 'slt';
const NARROW_VOICE = 'kal';
/** flite leaves 150 to 200 ms behind a sentence by itself. */
const SENTENCE_PAUSE_MS = 100;
const PIECE_SAMPLES = SAMPLE_RATE_HZ / 5;
const PROBE_TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 4_000_000;

const run = promisify(execFile);

/** The voices of this flite, or nothing when there is no such program. */
export async function findFlite(binary: string): Promise<string[] | undefined> {
  try {
    const { stdout } = await run(binary, ['-lv'], { timeout: PROBE_TIMEOUT_MS });
    const voices = /Voices available:(.*)/.exec(stdout)?.[1]?.trim().split(/\s+/) ?? [];
    return voices.filter((voice) => voice !== NARROW_VOICE && voice !== 'awb_time');
  } catch {
    return undefined; // not installed, or not flite: either way there is none
  }
}

export function openFlite(binary: string, voices: readonly string[]): SpeechEngine {
  const closed = new AbortController();
  return {
    name: 'flite',
    sampleRateHz: SAMPLE_RATE_HZ,
    languages: [{ id: 'en', name: 'English (America)', aliases: ['en-us'] }],
    voices,
    sentencePauseMs: SENTENCE_PAUSE_MS,
    async speak(sentence, onPiece) {
      const words = readable(sentence.words);
      if (words.length === 0) return;
      const signal = AbortSignal.any([sentence.signal, closed.signal]);
      const directory = await mkdtemp(join(tmpdir(), 'vaktra-flite-'));
      try {
        const { pcm, spoken } = await speak(binary, directory, words, { ...sentence, signal });
        for (let at = 0; at < pcm.length; at += PIECE_SAMPLES) {
          onPiece({ pcm: pcm.slice(at, at + PIECE_SAMPLES), words: at === 0 ? spoken : [], phonemes: [] });
        }
      } catch (error) {
        if (sentence.signal.aborted) return;
        const why = error instanceof Error ? error.message : String(error);
        throw new VaktraError('internal', `flite could not speak a sentence (${why}).`, { cause: error });
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    },
    async close() {
      closed.abort();
    },
  };
}

async function speak(
  binary: string,
  directory: string,
  words: readonly ReadableWord[],
  { voice = DEFAULT_VOICE, rate, signal }: EngineSentence,
): Promise<{ pcm: Float32Array; spoken: SpokenWord[] }> {
  const textFile = join(directory, 'text');
  const wordsFile = join(directory, 'words');
  const waveFile = join(directory, 'wave');
  await Promise.all([
    writeFile(textFile, `${words.map(({ ascii }) => ascii).join(' ')}\n`),
    // A paragraph per word; without a full stop flite would leave out the last one.
    writeFile(wordsFile, words.map(({ ascii }) => `${ascii.replace(/\W+$/, '')}.\n\n`).join('')),
  ]);
  const settings = ['-voice', voice, '--setf', `duration_stretch=${1 / rate}`];
  const options = { signal, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT_BYTES } as const;
  const [spoken, alone] = await Promise.all([
    run(binary, [...settings, '-psdur', '-f', textFile, '-o', waveFile], options),
    run(binary, [...settings, '-ps', '-f', wordsFile, '-o', 'none'], options),
  ]);
  return {
    pcm: pcmS16ToFloat32(dataOf(await readFile(waveFile))),
    spoken: alignWords(
      words.map(({ text }) => text),
      readWordPhonemes(alone.stdout),
      readPhonemes(spoken.stdout),
    ),
  };
}

/** A word as it stands in the text, and in the letters that flite knows. */
interface ReadableWord {
  text: string;
  ascii: string;
}

/** The words that have a letter or a number for flite; the others cannot be spoken by it. */
function readable(words: readonly TextWord[]): ReadableWord[] {
  return words
    .map(({ text }) => ({ text, ascii: text === '&' ? 'and' : asciiOf(text) }))
    .filter(({ ascii }) => /[a-z0-9]/i.test(ascii));
}

function asciiOf(text: string): string {
  return text
    .replace(/[‘’]/gu, "'")
    .replace(/[“”„«»]/gu, '"')
    .replace(/[–—]/gu, '-')
    .normalize('NFKD')
    .replace(/[^\x20-\x7E]/gu, '');
}

/** The `data` chunk of a RIFF WAVE file. */
function dataOf(file: Buffer): Uint8Array {
  const FIRST_CHUNK = 12;
  for (let at = FIRST_CHUNK; at + 8 <= file.length; ) {
    const bytes = file.readUInt32LE(at + 4);
    if (file.toString('latin1', at, at + 4) === 'data') return file.subarray(at + 8, at + 8 + bytes);
    at += 8 + bytes + (bytes % 2);
  }
  throw new Error('flite wrote no sound');
}
