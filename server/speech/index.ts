// Voice in: resampling, voice activity, text to speech. Everything that speaks goes through here before it moves a face.

export {
  createResampler,
  pcmS16ToFloat32,
  type Resampler,
  type ResamplerOptions,
} from './resampler.ts';
export { loadVad, VAD_DEFAULTS, type VadModel, type VadSettings } from './vad.ts';
export { createVoiceInput, type VoiceInput, type VoiceInputOptions, type VoiceSpan } from './voice-input.ts';
