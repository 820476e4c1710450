"""Utterances said again as statistical synthesis says them, their sounds' times kept: `python -m sounds.statistical` writes cache/synth-statistical.npz.

Such voices (HTS, CLUSTERGEN) draw spectra as means over the states of a sound, smooth in time and of little variance, and excite them by
pulses or noise: what tells m from n is blurred in them. The vocoder WORLD (Morise, Yokomori and Ozawa 2016) takes speech apart into pitch,
mel-cepstrum and aperiodicity; the cepstrum is drawn to the means of each sound's parts and smoothed, and speech is made of it again.
Usage: python -m sounds.statistical     6 minutes on one core
"""
import numpy as np
import pyworld

import config
from sounds import align, emodb, synth

HOP_S = 0.005
COEFFICIENTS, FFT_SIZE = 24, 1024  # of the mel-cepstrum; of WORLD at 16 kHz
STATES = (2, 3, 3, 5)  # parts of a sound, one number drawn for each utterance
TOWARDS_MEANS = (0.5, 1.0)  # 0: the spectrum as it was; 1: stairs
SMOOTHING_S = (0.02, 0.08)  # length of the window that stairs are smoothed by
VARIANCE = (0.75, 1.05)  # of the cepstrum over an utterance, standard deviations kept
PITCH = (0.8, 1.3)  # factor
PULSES_SHARE, PULSES_APERIODICITY = 0.5, 0.01  # voiced sounds excited by pulses alone
ESPEAK_SHARE = 0.08 if config.SMOKE else 0.3  # of the synthetic utterances
LEAST_S = 0.5  # of an utterance


def smoothed(values, seconds):
    """values [n, K] under a Hann window of this length."""
    window = np.hanning(max(3, int(seconds / HOP_S) | 1) + 2)[1:-1]
    reach = len(window) // 2
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    return np.stack([np.convolve(column, window / window.sum(), "valid") for column in padded.T], 1)


def means(values, said, states):
    """values [n, K] as stairs: each sound's `states` equal parts have their own mean."""
    stairs = values.copy()
    for _, start, end in said:
        edges = np.round(np.linspace(start, end, states + 1) / HOP_S).astype(int).clip(0, len(values))
        for a, b in zip(edges, edges[1:]):
            if b > a:
                stairs[a:b] = values[a:b].mean(0)
    return stairs


def said_again(rng, audio, said):
    """audio [n] at 16 kHz with phones -> audio [n] as a statistical voice might have it."""
    audio = audio.astype(np.float64)
    rough, times = pyworld.dio(audio, config.AUDIO_RATE_HZ, frame_period=1000 * HOP_S)
    pitch = pyworld.stonemask(audio, rough, times, config.AUDIO_RATE_HZ)
    spectrum = pyworld.cheaptrick(audio, pitch, times, config.AUDIO_RATE_HZ, fft_size=FFT_SIZE)
    breath = pyworld.d4c(audio, pitch, times, config.AUDIO_RATE_HZ, fft_size=FFT_SIZE)
    cepstrum = pyworld.code_spectral_envelope(spectrum, config.AUDIO_RATE_HZ, COEFFICIENTS)
    towards = rng.uniform(*TOWARDS_MEANS)
    cepstrum = (1 - towards) * cepstrum + towards * means(cepstrum, said, int(rng.choice(STATES)))
    cepstrum = smoothed(cepstrum, rng.uniform(*SMOOTHING_S))
    middle = cepstrum.mean(0)
    cepstrum[:, 1:] = middle[1:] + (cepstrum - middle)[:, 1:] * rng.uniform(*VARIANCE)  # loudness, the first, keeps its range
    if rng.random() < PULSES_SHARE:
        breath = np.where(pitch[:, None] > 0, PULSES_APERIODICITY, breath)
    spectrum = pyworld.decode_spectral_envelope(np.ascontiguousarray(cepstrum), config.AUDIO_RATE_HZ, FFT_SIZE)
    made = pyworld.synthesize(pitch * np.exp(rng.uniform(*np.log(PITCH))), spectrum, breath, config.AUDIO_RATE_HZ, 1000 * HOP_S)
    made = np.resize(np.pad(made, (0, len(audio))), len(audio))
    return made * synth.LEVEL / max(np.sqrt((made ** 2).mean()), 1e-5)


def main():
    rng = np.random.default_rng(12)
    sources = [u for u in synth.load("train") if rng.random() < ESPEAK_SHARE] + synth.load("festival") + emodb.load("train") + align.load("multilingual")
    sources = [u for u in sources if len(u["audio"]) > LEAST_S * config.AUDIO_RATE_HZ]
    made = []
    for at, u in enumerate(sources):
        audio = said_again(np.random.default_rng([12, at]), u["audio"], u["phones"])
        said = [(symbol, round(float(a), 5), round(float(b), 5)) for symbol, a, b in u["phones"]]
        made.append(dict(name=f"statistical-{u['name']}", language=u["language"], voice=u["voice"], text=u["text"], phones=said,
                         audio=np.clip(np.round(audio * 32768), -32768, 32767).astype(np.int16)))
        if at % 200 == 0:
            print(f"statistical: utterance {at} of {len(sources)}", flush=True)
    synth.save("statistical", made)


if __name__ == "__main__":
    main()
