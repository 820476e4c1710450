// Mood on the face: given, or heard in the voice.

export { type Classifier, classifierSchema } from './classifier.ts';
export { FaceMood } from './face-mood.ts';
export { EXPRESSION_ROWS } from './faces.ts';
