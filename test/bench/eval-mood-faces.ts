// Draws every shipped portrait in every mood with several mouths, by the code that serves: the part of `npm run eval:motion` that
// models/training/evaluation/mood.py reads back with a face tracker.
//
//   node test/bench/eval-mood-faces.ts FOLDER      writes I420 pictures of 512 x 512 there and prints what they are, JSON

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { closePortraitThread, loadPortraits, preparePortrait } from '../../server/avatar/index.ts';
import { loadConfig } from '../../server/config.ts';
import { loadMotionModel } from '../../server/motion/index.ts';
import { createPictureStream } from '../../server/render/index.ts';
import { motionModelOptions } from '../../server/session/index.ts';
import { EMOTIONS, type Emotion, MODEL_RATE_HZ, MODEL_SAMPLES_PER_FRAME } from '../../server/types.ts';

/** Mouths by face coefficients: row 0 opens the jaw, row 1 rounds and spreads the lips. */
const MOUTHS: Record<string, Record<number, number>> = {
  shut: {},
  ajar: { 0: 0.8 },
  open: { 0: 1.6 },
  round: { 0: 0.4, 1: 1.5 },
  spread: { 0: 0.4, 1: -1.5 },
};
const STRENGTHS = [0.7, 1];
/** Frames until a mood is on the face. */
const SETTLE_FRAMES = 60;
const TONE_HZ = 200;
const LABEL = 'AI-generated';

const folder = process.argv[2];
if (!folder) throw new Error('Name the folder that the pictures are to be written to.');
const config = loadConfig();
const model = await loadMotionModel(motionModelOptions(config));
const drawn: Record<string, unknown>[] = [];
for (const portrait of await loadPortraits(config.portraits.directory)) {
  const avatar = await preparePortrait(await readFile(portrait.file));
  const stream = createPictureStream(avatar, model.basis, { label: LABEL });
  for (const emotion of EMOTIONS) {
    for (const strength of STRENGTHS) {
      const face = moodFace(emotion, strength);
      for (const [mouth, lips] of Object.entries(MOUTHS)) {
        const coefficients = face.slice();
        for (const [row, value] of Object.entries(lips)) coefficients[Number(row)] = value;
        const { i420 } = await stream.draw({ index: 0, coefficients, state: 'speaking' });
        const file = `${portrait.id}-${emotion}-${strength}-${mouth}.i420`;
        await writeFile(join(folder, file), i420);
        const opening = model.lipOpening(coefficients);
        drawn.push({
          file,
          portrait: portrait.id,
          emotion,
          strength,
          mouth,
          opening,
          landmarks: [...stream.landmarks],
        });
      }
    }
  }
}
await closePortraitThread();
process.stdout.write(JSON.stringify(drawn));

/** The coefficients of a face in a mood and nothing else, while a steady voice is heard: a mood at its clearest. */
function moodFace(emotion: Emotion, strength: number): Float32Array {
  const mood = model.createMood({ moodFromVoice: false });
  mood.give({ emotion, strength });
  let coefficients = new Float32Array();
  for (let frame = 0; frame < SETTLE_FRAMES; frame++) {
    coefficients = new Float32Array(model.coefficientCount);
    mood.add(coefficients, tone(frame), 0);
  }
  return coefficients;
}

function tone(frame: number): Float32Array {
  const first = frame * MODEL_SAMPLES_PER_FRAME;
  return Float32Array.from(
    { length: MODEL_SAMPLES_PER_FRAME },
    (_, i) => 0.1 * Math.sin((2 * Math.PI * TONE_HZ * (first + i)) / MODEL_RATE_HZ),
  );
}
