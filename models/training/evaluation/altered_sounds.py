"""Sounds changed for the tests, the words' times kept: another throat, babble, a telephone, a room, Opus. The room and the babble
are not those that training draws (sounds/sound.py): other seeds, other shapes.
"""
import numpy as np

import config
from sounds import ffmpeg

BABBLE_SNR_DB, BABBLE_VOICES = 10, 5
TELEPHONE_HZ = (300, 3400)  # ITU-T G.712
REVERBERATION_S, DIRECT_TO_ROOM_DB, ROOM_DELAY_S = 0.5, 3, 0.008
OPUS_KBPS = 12


def throat(audio, factor):
    """Pitch and formants times `factor`, the tempo kept."""
    return ffmpeg.on_time(audio, ffmpeg.throat(factor))


def babble(audio, others, rng):
    """Other voices' sum, BABBLE_SNR_DB under the voice; others: a list of sounds."""
    crowd = sum(np.roll(np.resize(others[i], len(audio)), rng.integers(len(audio))) for i in rng.choice(len(others), BABBLE_VOICES, False))
    power = lambda sound: (sound ** 2).mean()
    return audio + crowd * np.sqrt(power(audio) / power(crowd)) * 10 ** (-BABBLE_SNR_DB / 20)


def telephone(audio):
    """Telephone band, 8 kHz A-law and back (ITU-T G.711)."""
    low, high = TELEPHONE_HZ
    band = ffmpeg.filtered(audio, f"highpass=f={low}:poles=2,highpass=f={low}:poles=2,lowpass=f={high}:poles=2,lowpass=f={high}:poles=2")
    return ffmpeg.coded(band, "-c:a", "pcm_alaw", "-ar", "8000", "-f", "wav")


def room(audio, rng):
    """A room whose noise-like answer dies by 60 dB in REVERBERATION_S (Schroeder 1962)."""
    rate = config.AUDIO_RATE_HZ
    count = int(REVERBERATION_S * rate)
    tail = rng.standard_normal(count) * 10 ** (-3 * np.arange(count) / count)
    tail[:int(ROOM_DELAY_S * rate)] = 0
    tail *= 10 ** (-DIRECT_TO_ROOM_DB / 20) / np.sqrt((tail ** 2).sum())
    tail[0] = 1
    return np.convolve(audio, tail)[:len(audio)]


def opus(audio):
    """Opus at a low rate and back."""
    return ffmpeg.opus(audio, OPUS_KBPS)
