// npm run eval:song: held vowels that keep their mouth, a head on the beat, breaths, and that plain speech triggers nothing.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../../server/config.ts';
import { Beat } from '../../server/motion/behaviour/beat.ts';
import { Breath } from '../../server/motion/behaviour/breath.ts';
import { loadMotionModel, type MotionModel } from '../../server/motion/index.ts';
import { OwnVoice, type OwnVoiceFrame } from '../../server/motion/song/index.ts';
import { motionModelOptions } from '../../server/session/index.ts';
import { FRAME_RATE_HZ, MODEL_SAMPLES_PER_FRAME } from '../../server/types.ts';
import { LOOK_AHEAD_SAMPLES } from './motion-played.ts';
import { readSound } from './read-sound.ts';
import { mean, median } from './statistics.ts';
import { printTable } from './table.ts';

const USAGE = `npm run eval:song -- --song FILE... [--speech FOLDER...] [--json]

  --song    sung sound files
  --speech  folders of spoken ones, which nothing may take for song`;

/** The motion's look-ahead: the own voice is heard this many frames before its picture. */
const AHEAD_FRAMES = 2;
const LONG_VOWEL_FRAMES = Math.ceil(0.5 * FRAME_RATE_HZ);
/** A mouth is still opening in a vowel's first frames, and closing for the next sound in its last two. */
const OPENING_FRAMES = 3;
const CLOSING_FRAMES = 2;
/** Part of its own median within which the opening of a held vowel is to stay. */
const HELD_SHARE = 0.2;
/** A rise of the chest that is seen: 2 pixels of a portrait whose eyes are 150 apart. */
const SEEN_LIFT = 1;
/** From here on a voice is taken for sung. */
const SUNG = 0.3;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      song: { type: 'string', multiple: true, default: [] },
      speech: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help || values.song.length === 0) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const model = await loadMotionModel(motionModelOptions(loadConfig()));
  const song = [];
  for (const file of values.song) song.push({ file: file.split('/').at(-1) ?? file, ...(await sing(model, file)) });
  const speech = [];
  for (const folder of values.speech)
    speech.push({ folder: folder.split('/').at(-1) ?? folder, ...(await speak(folder)) });
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ song, speech }, null, 2)}\n`);
    return;
  }
  printTable('Song: vowels held over 0.5 s, part of their frames within 20 % of their median opening; the beat', song);
  if (speech.length > 0) printTable('Speech: what is taken for song', speech);
}

async function sing(model: MotionModel, file: string) {
  const sound = await readSound(file);
  const voice = hear(sound);
  const openings = await openingsOf(model, sound);
  const within = longVowels(voice).map(([from, to]) => {
    const part = openings.slice(from + OPENING_FRAMES, to - CLOSING_FRAMES);
    const middle = median(part);
    return part.filter((opening) => Math.abs(opening / middle - 1) <= HELD_SHARE).length / part.length;
  });
  const sung = voice.map((frame) => frame.sung);
  return {
    seconds: (voice.length / FRAME_RATE_HZ).toFixed(1),
    sung: mean(sung.map((share) => (share > SUNG ? 1 : 0))).toFixed(2),
    vowels: within.length,
    'frames held': within.length > 0 ? mean(within).toFixed(2) : '-',
    'vowels held': within.filter((share) => share === 1).length,
    ...beatDepths(voice),
    ...breaths(voice),
  };
}

/** Pauses of the song in which breath is taken, and how far it lifts the chest; 1 is a speaker's full breath out to even. */
function breaths(voice: readonly OwnVoiceFrame[]) {
  const breath = new Breath(1);
  const lifts = voice.map((frame) => breath.next('speaking', frame));
  const rises: number[] = [];
  let low = lifts[0] ?? 0;
  for (const [k, lift] of lifts.entries()) {
    const rising = lift > (lifts[k - 1] ?? lift);
    if (!rising && (lifts[k - 1] ?? lift) - low > SEEN_LIFT) rises.push((lifts[k - 1] as number) - low);
    if (!rising) low = lift;
  }
  return { breaths: rises.length, lift: rises.length > 0 ? mean(rises).toFixed(2) : '-' };
}

/** Depth of the head's beat, 0 to 1, where notes begin and on average; 0.5 both without a beat that is kept. */
function beatDepths(voice: readonly OwnVoiceFrame[]) {
  const beat = new Beat();
  const deepest = beatAtRest();
  const depths = voice.map((frame) => beat.next({ ...frame, sung: 1 }).pitch / deepest);
  const sungAt = (k: number) => (voice[k]?.sung ?? 0) > SUNG;
  const onsets = voice.flatMap(({ onset }, k) => (onset && sungAt(k) ? [k + AHEAD_FRAMES] : []));
  const onBeat = onsets.flatMap((k) => depths[k] ?? []);
  const all = depths.filter((_, k) => sungAt(k));
  const shown = (list: number[]) => (list.length > 0 ? mean(list).toFixed(2) : '-');
  return { notes: onBeat.length, 'depth at notes': shown(onBeat), 'depth on average': shown(all) };
}

/** The deepest that the beat goes, in radians, once it is sure of a song. */
function beatAtRest(): number {
  const beat = new Beat();
  const frame = { sounding: true, sung: 1, onset: false, vowelFrames: 0 };
  return Math.max(...Array.from({ length: 20 * FRAME_RATE_HZ }, () => beat.next(frame).pitch));
}

async function speak(folder: string) {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.flac'));
  let frames = 0;
  let sung = 0;
  let held = 0;
  for (const name of files) {
    for (const frame of hear(await readSound(join(folder, name)))) {
      frames += 1;
      if (frame.sung > SUNG) sung += 1;
      if (frame.vowelFrames >= LONG_VOWEL_FRAMES) held += 1;
    }
  }
  const share = (count: number) => (count / frames).toFixed(5);
  return {
    files: files.length,
    minutes: (frames / FRAME_RATE_HZ / 60).toFixed(1),
    sung: share(sung),
    held: share(held),
  };
}

/** First and last-but-one frame of each vowel that is held for 0.5 s and more. */
function longVowels(voice: readonly OwnVoiceFrame[]): [number, number][] {
  return voice.flatMap(({ vowelFrames }, k) => {
    const isLast = (voice[k + 1]?.vowelFrames ?? 0) <= 1;
    return isLast && vowelFrames >= LONG_VOWEL_FRAMES ? [[k + 1 - vowelFrames, k + 1] as [number, number]] : [];
  });
}

function hear(sound: Float32Array): OwnVoiceFrame[] {
  const voice = new OwnVoice();
  return Array.from({ length: Math.floor(sound.length / MODEL_SAMPLES_PER_FRAME) }, (_, k) =>
    voice.next(sound.subarray(k * MODEL_SAMPLES_PER_FRAME, (k + 1) * MODEL_SAMPLES_PER_FRAME)),
  );
}

async function openingsOf(model: MotionModel, sound: Float32Array): Promise<number[]> {
  const stream = model.createStream({ seed: 3 });
  stream.push(sound);
  stream.push(new Float32Array(LOOK_AHEAD_SAMPLES + 4 * MODEL_SAMPLES_PER_FRAME));
  const openings: number[] = [];
  while (stream.missingSamples(4) === 0) {
    const frames = await stream.next(['speaking', 'speaking', 'speaking', 'speaking']);
    openings.push(...frames.map(({ coefficients }) => model.lipOpening(coefficients)));
  }
  stream.close();
  return openings;
}

await main();
