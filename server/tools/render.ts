// npm run render: portrait + voice -> video file, by the same speech, motion and picture code as a live conversation, as
// fast as it goes.

import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { closePortraitThread, preparePortrait } from '../avatar/index.ts';
import { loadConfig } from '../config.ts';
import { VaktraError } from '../errors.ts';
import { type MoodWish, renderVideo } from '../session/index.ts';
import { EMOTIONS } from '../types.ts';
import { ProgressBar } from './progress-bar.ts';
import { runTool } from './run-tool.ts';
import { readVoice } from './voice.ts';

const USAGE = `npm run render -- --portrait P --voice V.wav --consent "WHO AGREED" --out O.webm

  --portrait    picture of one person (JPEG, PNG, WebP)
  --face        which face, where the picture shows several: 0 is the one at the left
  --voice       any sound file; a text file (.txt) is spoken
  --visitor     a voice that the portrait listens to, beside or instead of --voice; the video is silent about it
  --rest        what the portrait does where it does not speak: idle, listening, thinking
                (default idle, with --visitor listening)
  --emotion     mood of the face: neutral, happy, sad, angry, fearful, surprised (default as the voice sounds)
  --strength    how much of it, 0 to 1 (default as configured)
  --consent     who agreed to the use of the picture, or "public domain"; it is written into the file
  --out         the video, .webm
  --motion-out  also write the motion as it is drawn, JSON
  --seed        another number gives other head, eye and blink movements (default 1)`;

const DEFAULT_SEED = 1;
const REST_STATES = ['idle', 'listening', 'thinking'] as const;
type RestState = (typeof REST_STATES)[number];

interface Arguments {
  portrait: string;
  face: number | undefined;
  voice: string | undefined;
  visitor: string | undefined;
  rest: RestState;
  mood: MoodWish | undefined;
  consent: string;
  out: string;
  motionOut: string | undefined;
  seed: number;
}

async function main(): Promise<void> {
  const args = readArguments();
  const config = loadConfig();
  try {
    const avatar = await preparePortrait(await readInput(args.portrait), { face: args.face });
    for (const { message } of avatar.warnings) process.stderr.write(`${message}\n`);
    const voice = args.voice === undefined ? undefined : await readVoice(args.voice);
    const visitor = args.visitor === undefined ? undefined : await readVoice(args.visitor);
    const bar = new ProgressBar('rendering');
    const result = await renderVideo({
      config,
      avatar,
      voice,
      visitor,
      rest: args.rest,
      mood: args.mood,
      seed: args.seed,
      out: args.out,
      metadata: { title: 'AI-generated talking portrait', comment: `Consent: ${args.consent}` },
      recordMotion: args.motionOut !== undefined,
      onProgress: (done, total) => bar.show(done, total),
    });
    bar.end();
    if (args.motionOut !== undefined) await writeFile(args.motionOut, JSON.stringify(result.motion));
    const factor = result.elapsedSeconds / result.videoSeconds;
    process.stdout.write(
      `${args.out}: ${result.videoSeconds.toFixed(2)} s of video in ${result.elapsedSeconds.toFixed(2)} s, ` +
        `real-time factor ${factor.toFixed(3)}\n`,
    );
  } finally {
    await closePortraitThread();
  }
}

function readArguments(): Arguments {
  const { values } = parse();
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    process.exit(0);
  }
  const { portrait, voice, visitor, consent, out } = values;
  if (!portrait || !(voice || visitor) || !out)
    throw new VaktraError('invalid_message', `Something is missing.\n${USAGE}`);
  if (!consent?.trim()) {
    throw new VaktraError(
      'consent_missing',
      'Say with --consent who agreed to the use of the picture, or "public domain".',
    );
  }
  const seed = values.seed === undefined ? DEFAULT_SEED : Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new VaktraError('invalid_message', `--seed is "${values.seed}": it must be a whole number from 0 on.`);
  }
  const rest = REST_STATES.find((state) => state === (values.rest ?? (visitor ? 'listening' : 'idle')));
  if (!rest) {
    throw new VaktraError('invalid_message', `--rest is "${values.rest}": it must be ${REST_STATES.join(', ')}.`);
  }
  const face = values.face === undefined ? undefined : Number(values.face);
  if (face !== undefined && (!Number.isSafeInteger(face) || face < 0)) {
    throw new VaktraError('invalid_message', `--face is "${values.face}": it must be a whole number from 0 on.`);
  }
  const mood = readMood(values.emotion, values.strength);
  return { portrait, face, voice, visitor, rest, mood, consent, out, motionOut: values['motion-out'], seed };
}

function readMood(emotion: string | undefined, strength: string | undefined): MoodWish | undefined {
  if (emotion === undefined && strength === undefined) return undefined;
  const known = EMOTIONS.find((name) => name === emotion);
  if (!known) throw new VaktraError('invalid_message', `--emotion is "${emotion}": it must be ${EMOTIONS.join(', ')}.`);
  if (strength === undefined) return { emotion: known };
  const share = Number(strength);
  if (!(share >= 0 && share <= 1)) {
    throw new VaktraError('invalid_message', `--strength is "${strength}": it must be a number from 0 to 1.`);
  }
  return { emotion: known, strength: share };
}

function parse() {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      options: {
        portrait: text,
        face: text,
        voice: text,
        visitor: text,
        rest: text,
        emotion: text,
        strength: text,
        consent: text,
        out: text,
        'motion-out': text,
        seed: text,
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new VaktraError('invalid_message', `${reason}\n${USAGE}`, { cause: error });
  }
}

async function readInput(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new VaktraError('picture_unreadable', `The picture ${path} cannot be read: check the path.`, {
      cause: error,
    });
  }
}

await runTool(main);
