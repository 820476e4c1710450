// Speaks a sentence by the server's own voice, moves a face with it as a conversation does, and picks a frame for each kind of
// sound by the times that the voice gives. For the contact sheet of speech.

import type { Config } from '../../server/config.ts';
import type { MotionModel } from '../../server/motion/index.ts';
import { createPictureStream } from '../../server/render/index.ts';
import { measureDrawn, type RecordedFrame } from '../../server/session/motion-recorder.ts';
import { createResampler, type Speech, type SpokenPhoneme, type SpokenWord } from '../../server/speech/index.ts';
import {
  FRAME_RATE_HZ,
  MODEL_RATE_HZ,
  MODEL_SAMPLES_PER_FRAME,
  type MotionFrame,
  type PreparedAvatar,
} from '../../server/types.ts';
import { KINDS, type SheetSentence, type SoundKind, VOWEL } from './motion-sheet-sentences.ts';
import { quantile } from './statistics.ts';

const WINDOW = 4;
const FRAME_MS = 1000 / FRAME_RATE_HZ;
/** Silence before and after the voice, in whole windows: the mouth is at rest, and comes to rest again. */
const LEAD_FRAMES = 12;
const TAIL_FRAMES = 20;
/** How long after the voice the mouth is looked at. */
const REST_FRAMES = 10;
/** Lips count as closed under this part of the sentence's own wide opening. */
const CLOSED_SHARE = 0.12;
const WIDE_QUANTILE = 0.95;
const LABEL = 'AI-generated';

export interface SheetTile {
  /** I420, 512 x 512. */
  i420: Uint8Array;
  /** The sound, IPA; empty in silence. */
  ipa: string;
  /** The word that it stands in. */
  word: string;
  /** Of the lips, in distances of the outer eye corners. */
  opening: number;
  width: number;
  /** A sound that asks for closed lips, and did not get them. */
  isOpenWrongly: boolean;
}

export interface SheetRow {
  sentence: SheetSentence;
  /** [478 * 3] of the portrait at rest, pixels. */
  landmarks: Float32Array;
  /** As the columns: silence, then KINDS; a kind that the sentence lacks is left out. */
  tiles: (SheetTile | undefined)[];
  /** The sentence's wide opening. */
  wide: number;
  /** All its p, b and m, and how many were closed; all its t, d and n, and how many were closed, as no one should be. */
  labials: { all: number; closed: number };
  others: { all: number; closed: number };
}

interface Voice {
  /** 16 kHz, silence before and after it included. */
  sound: Float32Array;
  words: SpokenWord[];
  phonemes: SpokenPhoneme[];
  /** Frames up to its end. */
  endFrame: number;
}

export async function makeRow(
  { speech, model, config, avatar }: { speech: Speech; model: MotionModel; config: Config; avatar: PreparedAvatar },
  sentence: SheetSentence,
  seed: number,
): Promise<SheetRow> {
  const voice = await speak(speech, sentence);
  const frames = await move(model, config, voice, seed);
  const pictures = createPictureStream(avatar, model.basis, { label: LABEL });
  const drawn: RecordedFrame[] = [];
  for (const frame of frames) {
    await pictures.draw(frame);
    drawn.push(measureDrawn(frame, pictures));
  }
  const wide = quantile(
    drawn.slice(LEAD_FRAMES, voice.endFrame).map((frame) => frame.lip_opening),
    WIDE_QUANTILE,
  );
  const isClosed = (at: number) => (drawn[at] as RecordedFrame).lip_opening < CLOSED_SHARE * wide;
  const tileAt = async (at: number, phoneme: SpokenPhoneme | undefined, mustClose: boolean): Promise<SheetTile> => {
    const { lip_opening: opening, lip_width: width } = drawn[at] as RecordedFrame;
    return {
      i420: (await pictures.draw(frames[at] as MotionFrame)).i420.slice(),
      ipa: phoneme ? plain(phoneme) : '',
      word: phoneme ? wordOf(phoneme, voice.words) : '',
      opening,
      width,
      isOpenWrongly: mustClose && !isClosed(at),
    };
  };
  const count = (kinds: readonly SoundKind[]) => {
    const places = kinds.flatMap((kind) =>
      soundsOf(kind, voice.phonemes).map((sound) => extremeFrame(kind, sound, drawn)),
    );
    return { all: places.length, closed: places.filter(isClosed).length };
  };
  const tiles: (SheetTile | undefined)[] = [await tileAt(voice.endFrame + REST_FRAMES, undefined, true)];
  for (const kind of KINDS) {
    const sound = clearest(kind, voice.phonemes);
    tiles.push(sound && (await tileAt(extremeFrame(kind, sound, drawn), sound, kind.closed === true)));
  }
  const row = {
    sentence,
    landmarks: pictures.neutral.slice(),
    tiles,
    wide,
    labials: count(KINDS.filter(({ closed }) => closed)),
    others: count(KINDS.filter(({ name }) => name === 't d n')),
  };
  pictures.close();
  return row;
}

async function speak(speech: Speech, { text, language }: SheetSentence): Promise<Voice> {
  const pieces: Float32Array[] = [];
  const words: SpokenWord[] = [];
  const phonemes: SpokenPhoneme[] = [];
  let rateHz = MODEL_RATE_HZ;
  for await (const part of speech.synthesize({ text, language })) {
    rateHz = part.sampleRateHz;
    pieces.push(part.pcm);
    words.push(...part.words);
    phonemes.push(...part.phonemes);
  }
  const resampler = createResampler({ inputRateHz: rateHz, outputRateHz: MODEL_RATE_HZ });
  const voiced = [...pieces.map((piece) => resampler.push(piece)), resampler.flush()];
  resampler.close();
  const length = voiced.reduce((sum, piece) => sum + piece.length, 0);
  const lastMs = phonemes.at(-1)?.endMs ?? 0;
  const frames = LEAD_FRAMES + Math.ceil(length / MODEL_SAMPLES_PER_FRAME) + TAIL_FRAMES;
  const sound = new Float32Array(Math.ceil(frames / WINDOW) * WINDOW * MODEL_SAMPLES_PER_FRAME);
  let at = LEAD_FRAMES * MODEL_SAMPLES_PER_FRAME;
  for (const piece of voiced) {
    sound.set(piece, at);
    at += piece.length;
  }
  return { sound, words, phonemes, endFrame: LEAD_FRAMES + Math.ceil(lastMs / FRAME_MS) };
}

/** As a conversation does: at rest, speaking, at rest again. */
async function move(model: MotionModel, { motion }: Config, voice: Voice, seed: number): Promise<MotionFrame[]> {
  const stream = model.createStream({
    seed,
    lipTemperature: motion.lipTemperature,
    moodFromVoice: motion.mood.fromVoice,
    moodStrength: motion.mood.strength,
  });
  stream.push(voice.sound);
  // What the model hears ahead of the last frame.
  stream.push(new Float32Array(WINDOW * MODEL_SAMPLES_PER_FRAME));
  const frames: MotionFrame[] = [];
  while (frames.length * MODEL_SAMPLES_PER_FRAME < voice.sound.length) {
    const states = Array.from({ length: WINDOW }, (_, k) => {
      const frame = frames.length + k;
      return frame >= LEAD_FRAMES && frame < voice.endFrame ? 'speaking' : 'idle';
    });
    for (const frame of await stream.next(states)) frames.push(stream.finish(frame));
  }
  stream.close();
  return frames;
}

/** Sounds of a kind; the first and the last of the sentence are left out, whose lips silence has closed. */
function soundsOf({ ipa }: SoundKind, phonemes: readonly SpokenPhoneme[]): SpokenPhoneme[] {
  return phonemes.slice(1, -1).filter((phoneme) => ipa.test(plain(phoneme)));
}

/** The longest one between two vowels, else the longest. */
function clearest(kind: SoundKind, phonemes: readonly SpokenPhoneme[]): SpokenPhoneme | undefined {
  const isBetweenVowels = (phoneme: SpokenPhoneme) => {
    const at = phonemes.indexOf(phoneme);
    return [phonemes[at - 1], phonemes[at + 1]].every((beside) => beside && VOWEL.test(plain(beside)));
  };
  const lengthOf = (phoneme: SpokenPhoneme) => phoneme.endMs - phoneme.startMs;
  const sounds = soundsOf(kind, phonemes).toSorted((a, b) => lengthOf(b) - lengthOf(a));
  return (kind.extreme === 'least' ? sounds.find(isBetweenVowels) : undefined) ?? sounds[0];
}

function extremeFrame(kind: SoundKind, { startMs, endMs }: SpokenPhoneme, drawn: readonly RecordedFrame[]): number {
  const { measure, extreme, around } = kind;
  const first = LEAD_FRAMES + Math.floor(startMs / FRAME_MS) - around;
  const last = LEAD_FRAMES + Math.ceil(endMs / FRAME_MS) - 1 + around;
  const sign = extreme === 'most' ? 1 : -1;
  const value = (at: number) => sign * (drawn[at] as RecordedFrame)[measure];
  let best = first;
  for (let at = first; at <= last; at++) if (value(at) > value(best)) best = at;
  return best;
}

function plain({ ipa }: SpokenPhoneme): string {
  return ipa.replace(/[ˈˌ]/gu, '');
}

function wordOf({ startMs, endMs }: SpokenPhoneme, words: readonly SpokenWord[]): string {
  const middle = (startMs + endMs) / 2;
  const word = words.find((candidate) => candidate.startMs <= middle && middle < candidate.endMs);
  return (word?.text ?? '').replace(/^[^\p{L}\p{M}]+|[^\p{L}\p{M}]+$/gu, '');
}
