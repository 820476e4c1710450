// Voice in: resampling, voice activity, text to speech. Everything that speaks goes through here before it moves a face.

export {
  createResampler,
  pcmS16ToFloat32,
  type Resampler,
  type ResamplerOptions,
} from './resampler.ts';
