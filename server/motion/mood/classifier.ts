// Reads a mood out of a voice's figures: softmax regression on how they differ from the voice's own slow baseline, as trained
// by models/training/mood/train.py.

import { z } from 'zod';
import type { Mood } from '../../types.ts';
import { EMOTIONS } from '../../types.ts';
import { FIGURE_COUNT, type RunningSums } from './voice-figures.ts';

const figures = z.array(z.number()).length(FIGURE_COUNT);

/** models/mood.json. */
export const classifierSchema = z
  .object({
    moods: z.array(z.enum(EMOTIONS)),
    figures: z.array(z.string()).length(FIGURE_COUNT),
    /** A mood below this probability is neutral; where little is heard of an utterance, up to so much more is asked. */
    threshold: z.number(),
    littleHeard: z.number(),
    /** Steps of voice from which enough is heard. */
    enoughFrames: z.number(),
    /** Voiced steps before which nothing is said. */
    minVoicedFrames: z.number(),
    /** The training voices' mean counts as so many steps of the baseline. */
    priorFrames: z.number(),
    halfLifeFrames: z.object({ utterance: z.number(), voice: z.number() }),
    prior: figures,
    weights: z.array(figures),
    bias: z.array(z.number()),
  })
  .refine(({ moods, weights, bias }) => weights.length === moods.length && bias.length === moods.length);

export type Classifier = z.infer<typeof classifierSchema>;

export const NEUTRAL: Mood = { emotion: 'neutral', strength: 0 };
/** A mood that is just likely enough is shown by half. */
const LEAST_STRENGTH = 0.5;

/** Probability of each of `classifier.moods`. */
export function probabilities(classifier: Classifier, utterance: RunningSums, voice: RunningSums): number[] {
  const { prior, priorFrames, weights, bias } = classifier;
  const now = utterance.figures();
  const usual = voice.figures();
  const heard = voice.active;
  const relative = now.map((figure, i) => {
    // Women, men and children: no pitch is usual, so the voice's own counts alone.
    const share = i === 0 ? 1 : heard / (heard + priorFrames);
    return figure - share * (usual[i] as number) - (1 - share) * (prior[i] as number);
  });
  const scores = weights.map((row, mood) =>
    row.reduce((sum, weight, i) => sum + weight * (relative[i] as number), bias[mood] as number),
  );
  const highest = Math.max(...scores);
  const raised = scores.map((score) => Math.exp(score - highest));
  const total = raised.reduce((sum, value) => sum + value, 0);
  return raised.map((value) => value / total);
}

/** The mood that is shown: the likeliest, or neutral where it is not likely enough or too little voice was heard. */
export function classify(classifier: Classifier, utterance: RunningSums, voice: RunningSums): Mood {
  const { minVoicedFrames, threshold, littleHeard, enoughFrames } = classifier;
  if (utterance.voiced < minVoicedFrames) return NEUTRAL;
  const chances = probabilities(classifier, utterance, voice);
  const chance = Math.max(...chances);
  const emotion = classifier.moods[chances.indexOf(chance)] ?? 'neutral';
  const asked = threshold + littleHeard * Math.max(0, 1 - utterance.active / enoughFrames);
  if (chance < asked || emotion === 'neutral') return NEUTRAL;
  const certainty = (chance - asked) / (1 - asked);
  return { emotion, strength: LEAST_STRENGTH + (1 - LEAST_STRENGTH) * certainty };
}
