// What npm run render is told: every argument checked, with a sentence about what it may be.
import { parseArgs } from 'node:util';
import { VaktraError } from '../../errors.ts';
import type { MoodWish } from '../../session/index.ts';
import { EMOTIONS } from '../../types.ts';

const USAGE = `npm run render -- --portrait P --voice V.wav --consent "WHO AGREED" --out O.webm

  --portrait    picture of one person (JPEG, PNG, WebP)
  --face        which face, where the picture shows several: 0 is the one at the left
  --consent     who agreed to the use of the picture, or "public domain"; it is written into the file
  --avatar      instead of these three: an avatar of the studio, by its id, with its consent record
  --voice       any sound file; a text file (.txt) is spoken
  --visitor     a voice that the portrait listens to, beside or instead of --voice; the video is silent about it
  --rest        what the portrait does where it does not speak: idle, listening, thinking
                (default idle, with --visitor listening)
  --emotion     mood of the face: neutral, happy, sad, angry, fearful, surprised (default as the voice sounds)
  --strength    how much of it, 0 to 1 (default as configured)
  --background  keep, blur, a colour such as #2f6f4f, or a picture's path (default keep, or as the avatar has it)
  --size        384, 512 or 720 pixels (default 512)
  --framing     square, portrait or landscape (default square, or as the avatar has it)
  --out         the video, .webm
  --motion-out  also write the motion as it is drawn, JSON
  --seed        another number gives other head, eye and blink movements (default 1)`;

const DEFAULT_SEED = 1;
const REST_STATES = ['idle', 'listening', 'thinking'] as const;
type RestState = (typeof REST_STATES)[number];

/** A picture with the word of whoever agreed, or an avatar of the studio. */
export type Who = { portrait: string; face: number | undefined; consent: string } | { avatar: string };

export interface LookWish {
  background?: string | undefined;
  size?: number | undefined;
  framing?: string | undefined;
}

export interface Arguments {
  who: Who;
  voice: string | undefined;
  visitor: string | undefined;
  rest: RestState;
  mood: MoodWish | undefined;
  look: LookWish;
  out: string;
  motionOut: string | undefined;
  seed: number;
}

type Values = ReturnType<typeof parse>;

/** @returns undefined where help was asked for and given */
export function readArguments(): Arguments | undefined {
  const values = parse();
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return undefined;
  }
  const { voice, visitor, out, background, framing, 'motion-out': motionOut } = values;
  const who = readWho(values);
  if (who === undefined || !(voice || visitor) || !out) throw wrong(`Something is missing.\n${USAGE}`);
  const rest = REST_STATES.find((state) => state === (values.rest ?? (visitor ? 'listening' : 'idle')));
  if (!rest) throw wrong(`--rest is "${values.rest}": it must be ${REST_STATES.join(', ')}.`);
  return {
    who,
    voice,
    visitor,
    rest,
    mood: readMood(values.emotion, values.strength),
    look: { background, size: wholeNumber('size', values.size), framing },
    out,
    motionOut,
    seed: wholeNumber('seed', values.seed) ?? DEFAULT_SEED,
  };
}

function readWho({ avatar, portrait, face, consent }: Values): Who | undefined {
  if (avatar !== undefined && (portrait ?? face ?? consent) !== undefined) {
    throw wrong('--avatar brings its picture and its consent along: leave --portrait, --face and --consent out.');
  }
  if (avatar) return { avatar };
  if (!portrait) return undefined;
  if (!consent?.trim()) {
    throw new VaktraError(
      'consent_missing',
      'Say with --consent who agreed to the use of the picture, or "public domain".',
    );
  }
  return { portrait, face: wholeNumber('face', face), consent: consent.trim() };
}

function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw wrong(`--${name} is "${value}": it must be a whole number from 0 on.`);
}

function readMood(emotion: string | undefined, strength: string | undefined): MoodWish | undefined {
  if (emotion === undefined && strength === undefined) return undefined;
  const known = EMOTIONS.find((name) => name === emotion);
  if (!known) throw wrong(`--emotion is "${emotion}": it must be ${EMOTIONS.join(', ')}.`);
  if (strength === undefined) return { emotion: known };
  const share = Number(strength);
  if (!(share >= 0 && share <= 1)) throw wrong(`--strength is "${strength}": it must be a number from 0 to 1.`);
  return { emotion: known, strength: share };
}

function parse() {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      options: {
        portrait: text,
        face: text,
        consent: text,
        avatar: text,
        voice: text,
        visitor: text,
        rest: text,
        emotion: text,
        strength: text,
        background: text,
        size: text,
        framing: text,
        out: text,
        'motion-out': text,
        seed: text,
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new VaktraError('invalid_message', `${reason}\n${USAGE}`, { cause: error });
  }
}

function wrong(sentence: string): VaktraError {
  return new VaktraError('invalid_message', sentence);
}
