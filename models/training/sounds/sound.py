"""What rooms, microphones, lines and other people do to a voice, drawn at random for each training clip. The words' times stay.

A level of -30 to +8 dB, a room (Schroeder's exponentially decaying noise as impulse response), a telephone's band, other voices and
a noise floor. All of it in one pass over the spectrum, since it is done for every clip of every batch.
"""
import numpy as np

import config

GAIN_DB = (-30, 8)
ROOM_SHARE, DECAY_S, DIRECT_TO_ROOM_DB = 0.25, (0.15, 0.7), (-3, 15)
TELEPHONE_SHARE, TELEPHONE_HZ = 0.12, ((150, 400), (2800, 4000))
NOISE_SHARE, NOISE_FLOOR_DB = 0.75, (-78, -32)
NOISE_UNDER_VOICE_DB = 3  # a voice that cannot be heard teaches that noise may hide one, and mouths open in steady noise
BABBLE_SHARE, BABBLE_SNR_DB = 0.2, (3, 25)
BABBLE_VOICES = 3
HEARD = 1e-5  # RMS under which a clip is silent


def room(rng, length):
    """Spectrum [length // 2 + 1] of a random room's answer, its direct sound at time 0 and of size 1."""
    decay = rng.uniform(*DECAY_S)
    samples = min(length, int(decay * config.AUDIO_RATE_HZ))
    tail = rng.standard_normal(samples) * 10 ** (-3 * np.arange(samples) / samples)  # 60 dB down at its end
    tail[:int(0.002 * config.AUDIO_RATE_HZ)] = 0
    tail *= 10 ** (-rng.uniform(*DIRECT_TO_ROOM_DB) / 20) / np.sqrt((tail ** 2).sum())
    tail[0] = 1
    return np.fft.rfft(tail, length)


def telephone(rng, length):
    """Band-pass of a telephone line [length // 2 + 1], its edges 4th order."""
    hz = np.fft.rfftfreq(length, 1 / config.AUDIO_RATE_HZ) + 1e-3
    low, high = rng.uniform(*TELEPHONE_HZ[0]), rng.uniform(*TELEPHONE_HZ[1])
    return 1 / np.sqrt((1 + (low / hz) ** 8) * (1 + (hz / high) ** 8))


def noise(rng, length):
    """Spectrum of noise between white and brown, of one spread."""
    bins = length // 2 + 1
    shape = np.arange(1, bins + 1) ** -rng.uniform(0, 1)
    made = (rng.standard_normal(bins) + 1j * rng.standard_normal(bins)) * shape
    return made / np.sqrt(2 * (np.abs(made) ** 2).sum()) * length


def nobody(rng, length):
    """Sound in which nobody speaks [length]: nothing, steady noise, a tone, a hum, or a constant."""
    level, seconds = 10 ** (rng.uniform(-50, -6) / 20), np.arange(length) / config.AUDIO_RATE_HZ
    kind = rng.integers(5)
    if kind == 0:
        return np.zeros(length, np.float32)
    if kind == 1:
        made = np.fft.irfft(noise(rng, length), length)
    elif kind == 2:
        made = np.sin(2 * np.pi * (np.exp(rng.uniform(np.log(50), np.log(7000))) * seconds + rng.random()))
    elif kind == 3:
        hz = rng.uniform(45, 130)
        made = sum(np.sin(2 * np.pi * (i * hz * seconds + rng.random())) / i for i in range(1, 8))
    else:
        made = np.ones(length) * rng.choice([-1, 1])
    return (np.clip(level * made, -1, 1)).astype(np.float32)


def disturb(rng, audio, others):
    """Sound [n] as another line would bring it; `others(rng)` gives a stranger's sound [n] for the babble."""
    n = len(audio)
    loudest = np.sqrt((audio ** 2).mean() + 1e-12)
    if rng.random() < BABBLE_SHARE:
        crowd = sum(others(rng) for _ in range(BABBLE_VOICES))
        audio = audio + crowd * loudest / np.sqrt((crowd ** 2).mean() + 1e-12) * 10 ** (-rng.uniform(*BABBLE_SNR_DB) / 20)
    spectrum = np.fft.rfft(audio)
    if rng.random() < ROOM_SHARE:
        spectrum = spectrum * room(rng, n)
    if rng.random() < TELEPHONE_SHARE:
        spectrum = spectrum * telephone(rng, n)
    spectrum = spectrum * 10 ** (rng.uniform(*GAIN_DB) / 20)
    if rng.random() < NOISE_SHARE:
        level = 10 ** (rng.uniform(*NOISE_FLOOR_DB) / 20)
        if loudest > HEARD:
            level = min(level, np.sqrt((np.fft.irfft(spectrum, n) ** 2).mean()) * 10 ** (-NOISE_UNDER_VOICE_DB / 20))
        spectrum = spectrum + noise(rng, n) * level
    return np.clip(np.fft.irfft(spectrum, n), -1, 1).astype(np.float32)
