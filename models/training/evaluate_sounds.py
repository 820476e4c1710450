"""Sounds changed for the tests, the words' times kept: another throat, babble, a telephone, a room, Opus. The room and the babble
are not those that training draws (sound.py): other seeds, other shapes.
"""
import subprocess

import numpy as np

import config

RAW = ["-f", "f32le", "-ar", str(config.AUDIO_RATE_HZ), "-ac", "1"]
STEP = config.AUDIO_RATE_HZ // 200  # 5 ms, in which loudness is compared
MOST_STEPS = 12
BABBLE_SNR_DB, BABBLE_VOICES = 10, 5
TELEPHONE_HZ = (300, 3400)  # ITU-T G.712
REVERBERATION_S, DIRECT_TO_ROOM_DB, ROOM_DELAY_S = 0.5, 3, 0.008
OPUS_KBPS = 12


def ffmpeg(*arguments, sound):
    return subprocess.run(["ffmpeg", "-v", "error", *arguments], input=sound, capture_output=True, check=True).stdout


def filtered(audio, filters):
    """audio [n] through an ffmpeg filter graph -> [n]."""
    made = np.frombuffer(ffmpeg(*RAW, "-i", "-", "-af", filters, *RAW, "-", sound=audio.astype("<f4").tobytes()), "<f4")
    return np.pad(made, (0, max(0, len(audio) - len(made))))[:len(audio)]


def throat(audio, factor):
    """Pitch and formants times `factor`: played faster, tempo restored; what the tempo filter comes early or late is taken out."""
    rate = config.AUDIO_RATE_HZ
    made = filtered(audio, f"asetrate={round(rate * factor)},aresample={rate},atempo={1 / factor:.6f}")
    return shifted(made, -delay(audio, made))


def delay(audio, made):
    """Samples by which `made` comes after `audio`, from their loudness, to 5 ms."""
    level = lambda sound: np.log10((sound[:len(sound) // STEP * STEP].reshape(-1, STEP) ** 2).mean(1) + 1e-6)
    goal, own, inner = level(audio), level(made), slice(MOST_STEPS, -MOST_STEPS)
    fits = [np.corrcoef(goal[inner], np.roll(own, -lag)[inner])[0, 1] for lag in range(-MOST_STEPS, MOST_STEPS + 1)]
    return (int(np.argmax(fits)) - MOST_STEPS) * STEP


def shifted(audio, samples):
    """audio [n] later by `samples`, silence where nothing was."""
    if samples >= 0:
        return np.pad(audio, (samples, 0))[:len(audio)]
    return np.pad(audio[-samples:], (0, -samples))


def babble(audio, others, rng):
    """Other voices' sum, BABBLE_SNR_DB under the voice; others: a list of sounds."""
    crowd = sum(np.roll(np.resize(others[i], len(audio)), rng.integers(len(audio))) for i in rng.choice(len(others), BABBLE_VOICES, False))
    power = lambda sound: (sound ** 2).mean()
    return audio + crowd * np.sqrt(power(audio) / power(crowd)) * 10 ** (-BABBLE_SNR_DB / 20)


def telephone(audio):
    """Telephone band, 8 kHz A-law and back (ITU-T G.711)."""
    low, high = TELEPHONE_HZ
    band = filtered(audio, f"highpass=f={low}:poles=2,highpass=f={low}:poles=2,lowpass=f={high}:poles=2,lowpass=f={high}:poles=2")
    coded = ffmpeg(*RAW, "-i", "-", "-c:a", "pcm_alaw", "-ar", "8000", "-f", "wav", "-", sound=band.astype("<f4").tobytes())
    made = np.frombuffer(ffmpeg("-i", "-", *RAW, "-", sound=coded), "<f4")
    return shifted(np.resize(np.pad(made, (0, len(audio))), len(audio)), 0)


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
    """Opus at a low rate and back; the container says what the encoder added in front."""
    coded = ffmpeg(*RAW, "-i", "-", "-c:a", "libopus", "-b:a", f"{OPUS_KBPS}k", "-f", "ogg", "-", sound=audio.astype("<f4").tobytes())
    made = np.frombuffer(ffmpeg("-i", "-", *RAW, "-", sound=coded), "<f4")
    return np.pad(made, (0, max(0, len(audio) - len(made))))[:len(audio)]
