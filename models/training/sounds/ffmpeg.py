"""Sound through ffmpeg: filters, coders, another throat; all keep the words' times."""
import subprocess

import numpy as np

import config

RAW = ["-f", "f32le", "-ar", str(config.AUDIO_RATE_HZ), "-ac", "1"]
STEP = config.AUDIO_RATE_HZ // 200  # 5 ms, in which loudness is compared
MOST_STEPS = 12  # tempo filters come early or late by up to 25 ms


def run(*arguments, sound):
    return subprocess.run(["ffmpeg", "-v", "error", *arguments], input=sound, capture_output=True, check=True).stdout


def cut(made, audio):
    """`made`, as bytes of float32, at the length of `audio` [n]."""
    made = np.frombuffer(made, "<f4")
    return np.pad(made, (0, max(0, len(audio) - len(made))))[:len(audio)]


def filtered(audio, filters):
    """audio [n] through an ffmpeg filter graph -> [n]."""
    return cut(run(*RAW, "-i", "-", "-af", filters, *RAW, "-", sound=audio.astype("<f4").tobytes()), audio)


def coded(audio, *coder):
    """audio [n] through a coder, given as ffmpeg's output options, and back; what the coder adds in front is taken out as its container says."""
    there = run(*RAW, "-i", "-", *coder, "-", sound=audio.astype("<f4").tobytes())
    return cut(run("-i", "-", *RAW, "-", sound=there), audio)


def opus(audio, kbps):
    return coded(audio, "-c:a", "libopus", "-b:a", f"{kbps}k", "-f", "ogg")


def throat(factor):
    """Filters for pitch and formants times `factor`: played faster, tempo restored."""
    rate = config.AUDIO_RATE_HZ
    return f"asetrate={round(rate * factor)},aresample={rate},atempo={1 / factor:.6f}"


def on_time(audio, filters):
    """audio [n] through tempo filters, moved so that its loudness lies on the original's."""
    made = filtered(audio, filters)
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
