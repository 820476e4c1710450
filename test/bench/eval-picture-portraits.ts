// The portraits that are looked at, and speech to move them: a filmed man's voice through the motion model, as served.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { preparePortrait } from '../../server/avatar/index.ts';
import { loadConfig, PROJECT_ROOT } from '../../server/config.ts';
import { loadMotionModel, type MotionModel } from '../../server/motion/index.ts';
import { motionModelOptions } from '../../server/session/index.ts';
import { MODEL_SAMPLES_PER_FRAME, type PreparedAvatar } from '../../server/types.ts';
import { play } from './motion-played.ts';
import { readSound } from './read-sound.ts';

/** Prepared once and kept here; the training's folder of what can be made again. */
const PREPARED_DIR = join(PROJECT_ROOT, 'models/training/cache/eval/prepared');
const SEED = 1;
/** Windows of motion have this many frames. */
const WINDOW = 4;

export interface PreparedPortrait {
  name: string;
  avatar: PreparedAvatar;
}

/** @param names file names without ending; all when empty */
export async function preparedPortraits(data: string, names: readonly string[]): Promise<PreparedPortrait[]> {
  const folder = join(data, 'portraits');
  const all = (await readdir(folder)).filter((file) => file.endsWith('.jpg')).map((file) => file.replace('.jpg', ''));
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`There is no portrait ${unknown.join(', ')}; there are: ${all.join(', ')}.`);
  const prepared: PreparedPortrait[] = [];
  for (const name of (names.length > 0 ? [...names] : all).sort()) {
    const image = await readFile(join(folder, `${name}.jpg`));
    prepared.push({ name, avatar: await preparePortrait(image, { cacheDir: PREPARED_DIR }) });
  }
  return prepared;
}

export function loadServedMotion(): Promise<MotionModel> {
  return loadMotionModel(motionModelOptions(loadConfig()));
}

/**
 * Coefficients [42] of consecutive frames in which the face speaks with a voice that the model has not learnt from.
 *
 * @param voice which of the test clips
 */
export async function spokenMotion(
  model: MotionModel,
  data: string,
  frames: number,
  voice: number,
): Promise<Float32Array[]> {
  const split = JSON.parse(await readFile(join(PROJECT_ROOT, 'models/training/split.json'), 'utf8')) as {
    test: string[];
  };
  const clip = (split.test[voice % split.test.length] as string).replace('grid-', '');
  const sound = await readSound(join(data, 'grid-s1/clips', `${clip}.mp4`));
  const stream = model.createStream({ seed: SEED + voice, moodFromVoice: false });
  const motion: Float32Array[] = [];
  const heard = (first: number, count: number) => {
    const piece = new Float32Array(count * MODEL_SAMPLES_PER_FRAME);
    piece.set(sound.subarray(first * MODEL_SAMPLES_PER_FRAME, (first + count) * MODEL_SAMPLES_PER_FRAME));
    return piece;
  };
  const whole = Math.ceil(frames / WINDOW) * WINDOW;
  await play(stream, [{ state: 'speaking', frames: whole, sound: heard }], (frame) => motion.push(frame.coefficients));
  stream.close();
  return motion.slice(0, frames);
}

/** Coefficients [42] of consecutive frames in which nothing is said. */
export async function idleMotion(model: MotionModel, frames: number): Promise<Float32Array[]> {
  const stream = model.createStream({ seed: SEED });
  const motion: Float32Array[] = [];
  const whole = Math.ceil(frames / WINDOW) * WINDOW;
  await play(stream, [{ state: 'idle', frames: whole }], (frame) => motion.push(frame.coefficients));
  stream.close();
  return motion.slice(0, frames);
}
