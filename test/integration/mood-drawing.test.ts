// Moods as a viewer sees them: drawn by the served code, found again in the picture by the face finder.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closePortraitThread, loadPortraits, preparePortrait } from '../../server/avatar/index.ts';
import { loadMotionModel, type MotionModel } from '../../server/motion/index.ts';
import { createPictureStream } from '../../server/render/index.ts';
import { EMOTIONS, type Emotion, type PictureStream, type PreparedAvatar } from '../../server/types.ts';
import { distance, faceIn } from './avatar-drawn-face.ts';

const project = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
/** The basis' first row opens the jaw. */
const JAW = 0;
/** Of a mood in silence 60 % is shown, so this is less than what a voice moves. */
const STRENGTH = 1;
const SETTLE_FRAMES = 60;

let model: MotionModel;
const avatars = new Map<string, PreparedAvatar>();

beforeAll(async () => {
  model = await loadMotionModel({ modelPath: project('models/motion.onnx') });
  for (const portrait of await loadPortraits(project('config/portraits'))) {
    avatars.set(portrait.id, await preparePortrait(await readFile(portrait.file)));
  }
});
afterAll(() => closePortraitThread());

function streamOf(id: string): PictureStream {
  return createPictureStream(avatars.get(id) as PreparedAvatar, model.basis, { label: 'AI-generated' });
}

/** A face in a mood, the mouth as the jaw's coefficient says; the head's and the eyes' part of the mood is left out. */
function faceOf(emotion: Emotion, jaw = 0): Float32Array {
  const mood = model.createMood({ moodFromVoice: false });
  mood.give({ emotion, strength: STRENGTH });
  let coefficients = new Float32Array();
  for (let frame = 0; frame < SETTLE_FRAMES; frame++) {
    coefficients = new Float32Array(model.coefficientCount);
    mood.add(coefficients, undefined, 0);
  }
  coefficients.fill(0, 24, 34);
  coefficients[JAW] = jaw;
  return coefficients;
}

/** Heights in the found face, in eye-corner distances, + up: mouth corners over the lips' middle, brows over the eyes. */
async function heights(stream: PictureStream, coefficients: Float32Array) {
  const { landmarks } = await faceIn((await stream.draw({ index: 0, coefficients, state: 'speaking' })).i420);
  const unit = distance(landmarks, 33, 263);
  const y = (...points: number[]) =>
    points.reduce((sum, point) => sum + (landmarks[point * 3 + 1] ?? 0), 0) / points.length;
  return {
    corners: (y(13, 14) - y(61, 291)) / unit,
    innerBrows: (y(133, 362) - y(55, 285)) / unit,
    brows: (y(33, 133, 362, 263) - y(55, 52, 285, 282)) / unit,
  };
}

/** The finder sees the mouth of each painting; of the brows it follows all but those of the head that is turned away. */
const PORTRAITS = [
  { id: 'mona-lisa', hasBrows: true },
  { id: 'vigee-le-brun', hasBrows: true },
  { id: 'ada-lovelace', hasBrows: false },
];

describe.each(PORTRAITS)('a mood on $id', ({ id, hasBrows }) => {
  it('is seen: a smile lifts the corners, sorrow drops them, anger lowers the brows, surprise and fear raise them', async () => {
    const stream = streamOf(id);
    const seen: Partial<Record<Emotion, Awaited<ReturnType<typeof heights>>>> = {};
    for (const emotion of EMOTIONS) seen[emotion] = await heights(stream, faceOf(emotion));
    const of = (emotion: Emotion) => seen[emotion] as Awaited<ReturnType<typeof heights>>;
    const rest = of('neutral');
    expect(of('happy').corners - rest.corners).toBeGreaterThan(0.01);
    expect(of('sad').corners - rest.corners).toBeLessThan(-0.003);
    expect(of('happy').corners - of('sad').corners).toBeGreaterThan(0.02);
    if (!hasBrows) return;
    expect(of('angry').innerBrows - rest.innerBrows).toBeLessThan(-0.01);
    // Surprise raises their middle most.
    expect(of('surprised').brows - rest.brows).toBeGreaterThan(0.005);
    expect(of('fearful').innerBrows - rest.innerBrows).toBeGreaterThan(0.005);
  });

  it('leaves closed lips closed and open ones as open: at most 0.01 of an eye-corner distance', async () => {
    const stream = streamOf(id);
    const opening = async (coefficients: Float32Array) => {
      await stream.draw({ index: 0, coefficients, state: 'speaking' });
      return distance(stream.landmarks, 13, 14) / distance(stream.neutral, 33, 263);
    };
    for (const jaw of [-0.4, 0, 0.1, 1.5]) {
      const calm = await opening(faceOf('neutral', jaw));
      for (const emotion of EMOTIONS) expect(Math.abs((await opening(faceOf(emotion, jaw))) - calm)).toBeLessThan(0.01);
    }
  });
});
