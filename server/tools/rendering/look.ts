// The look of a file: what was asked for, else what whoever made the avatar chose, else the picture as it is.
import { readFile } from 'node:fs/promises';
import type { AvatarOptions } from '../../avatar/index.ts';
import { VaktraError } from '../../errors.ts';
import type { LookChoice } from '../../session/index.ts';
import { FRAMINGS, PICTURE_SIZE_PX, PICTURE_SIZES } from '../../types.ts';
import type { LookWish } from './arguments.ts';

const COLOUR = /^#[0-9a-f]{6}$/i;
const HEX = 16;

/** @throws VaktraError `invalid_message`, `picture_unreadable` */
export async function chooseLook(wish: LookWish, chosen: AvatarOptions): Promise<LookChoice> {
  const { size = PICTURE_SIZE_PX, framing = chosen.framing ?? 'square' } = wish;
  const knownSize = PICTURE_SIZES.find((one) => one === size);
  if (!knownSize) throw wrong(`--size is ${size}: it must be ${PICTURE_SIZES.join(', ')}.`);
  const knownFraming = FRAMINGS.find((one) => one === framing);
  if (!knownFraming) throw wrong(`--framing is "${framing}": it must be ${FRAMINGS.join(', ')}.`);
  // A file has no page that could be seen around the person.
  const byAvatar = chosen.background === 'transparent' ? 'keep' : chosen.background;
  const background = await readBackground(wish.background ?? byAvatar ?? 'keep');
  return { background, size: knownSize, framing: knownFraming };
}

async function readBackground(wish: string): Promise<LookChoice['background']> {
  if (wish === 'keep' || wish === 'blur') return { kind: wish };
  if (COLOUR.test(wish)) return { kind: 'colour', colour: Number.parseInt(wish.slice(1), HEX) };
  if (wish === 'transparent') {
    throw wrong('--background transparent is for web pages: for a file choose keep, blur, a colour or a picture.');
  }
  const image = await readFile(wish).catch((cause: unknown) => {
    const sentence = `The background ${wish} is neither keep, blur, a colour such as #2f6f4f nor a picture that can be read.`;
    throw new VaktraError('picture_unreadable', sentence, { cause });
  });
  return { kind: 'picture', image };
}

function wrong(sentence: string): VaktraError {
  return new VaktraError('invalid_message', sentence);
}
