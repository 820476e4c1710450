// Voice in: resampling, voice activity, text to speech. Everything that speaks goes through here before it moves a face.

export { float32ToPcmS16, joinedPieces, pcmS16ToFloat32 } from './pcm.ts';
export {
  createRecogniser,
  digitsToRead,
  hearSentence,
  type Recogniser,
  type Recognition,
  type RecognitionRequest,
  readingLanguages,
} from './recognition/index.ts';
export { assertInputRate, createResampler, type Resampler, type ResamplerOptions } from './resampler.ts';
export { createSpeech } from './speech.ts';
export type {
  Speech,
  SpeechEngineName,
  SpeechLanguage,
  SpeechOptions,
  SpeechPart,
  SpeechRequest,
  SpokenPhoneme,
  SpokenWord,
} from './speech-types.ts';
export { loadVad, type VadModel, type VadSettings } from './vad.ts';
export { createVoiceInput, type VoiceInput, type VoiceInputOptions, type VoiceSpan } from './voice-input.ts';
export { moodOfWording } from './wording.ts';
