// Held-out people on film: the first picture prepared as an avatar, the others cut to the same frame, their landmarks tracked.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { cutFrame, frameAround } from '../../server/avatar/framing.ts';
import {
  loadPortraitModels,
  type PortraitModels,
  PortraitPreparer,
  readFrontalFace,
} from '../../server/avatar/prepare.ts';
import { PROJECT_ROOT } from '../../server/config.ts';
import type { PreparedAvatar } from '../../server/types.ts';
import { squaredError } from './eval-picture-measures.ts';
import { type Tracked, trackPictures } from './eval-picture-tracker.ts';
import { readVideo } from './video-file.ts';

/** Nobody of these is in any training (models/training/painter). pwij3p and swwp2s are one man. */
const PEOPLE = ['pwij3p', 'swwp2s', 'swiz3n'];
/** The man who is trained on, in sentences that are not: as many clips of his, spread over the list. */
const KNOWN_MAN_CLIPS = 3;
/** RMS grey levels by which the prepared portrait may differ from the picture cut here, else the two are not the same frame. */
const MAX_CUT_DIFFERENCE = 2;

interface Reading {
  models: PortraitModels;
  frontal: Float32Array;
  step: number;
}

export interface FilmedClip {
  name: string;
  /** Whether the person is in the painter's training. */
  isHeldOut: boolean;
  avatar: PreparedAvatar;
  /** The same portrait with the landmarks that the film's tracker finds in it, instead of the preparing's. */
  filmAvatar: PreparedAvatar;
  /** [512 * 512 * 3] each, sRGB; the first is the avatar's own. */
  pictures: Uint8Array[];
  landmarks: Tracked[];
}

/**
 * @param data the folder that holds talking/ and grid-s1/
 * @param step every which picture is taken
 * @param names clips that are wanted; all when empty
 */
export async function* filmedClips(data: string, step: number, names: readonly string[]): AsyncGenerator<FilmedClip> {
  const split = JSON.parse(await readFile(join(PROJECT_ROOT, 'models/training/split.json'), 'utf8')) as {
    test: string[];
  };
  const known = Array.from(
    { length: KNOWN_MAN_CLIPS },
    (_, k) => split.test[Math.floor((k * split.test.length) / KNOWN_MAN_CLIPS)] as string,
  ).map((name) => name.replace('grid-', ''));
  const reading = {
    models: await loadPortraitModels(),
    frontal: await readFrontalFace(join(PROJECT_ROOT, 'models/motion.neutral.f32')),
    step,
  };
  const isWanted = (name: string) => names.length === 0 || names.includes(name);
  for (const name of PEOPLE.filter(isWanted))
    yield await readClip(reading, name, join(data, 'talking', `${name}.mp4`), true);
  for (const name of known.filter(isWanted))
    yield await readClip(reading, name, join(data, 'grid-s1/clips', `${name}.mp4`), false);
}

async function readClip(
  { models, frontal, step }: Reading,
  name: string,
  file: string,
  isHeldOut: boolean,
): Promise<FilmedClip> {
  const video = await readVideo(file, step);
  const [first] = video;
  if (!first) throw new Error(`${file} has no pictures.`);
  const [face] = await models.finder.find(first);
  if (!face) throw new Error(`No face is seen in the first picture of ${file}.`);
  const frame = frameAround(face.landmarks, first);
  const pictures: Uint8Array[] = [];
  for (const picture of video) pictures.push((await cutFrame(picture, frame)).data);
  const raw = { width: first.width, height: first.height, channels: 3 as const };
  const image = await sharp(first.data, { raw }).png().toBuffer();
  const avatar = await new PortraitPreparer(models, frontal).prepare(image);
  const prepared = avatar.rgba.filter((_, i) => i % 4 !== 3);
  const difference = Math.sqrt(squaredError(prepared, pictures[0] as Uint8Array));
  if (difference > MAX_CUT_DIFFERENCE) {
    throw new Error(`${name}: the portrait was cut another way (RMS difference ${difference.toFixed(1)} grey levels).`);
  }
  const landmarks = trackPictures(pictures);
  const [tracked] = landmarks;
  if (!tracked) throw new Error(`No face was tracked in the first picture of ${file}.`);
  const filmAvatar = await new PortraitPreparer({ ...models, seeFace: async () => tracked.slice() }, frontal).prepare(
    image,
  );
  return { name, isHeldOut, avatar, filmAvatar, pictures, landmarks };
}
