"""Other voices for the filmed clips: the same words at the same times with pitch and formants moved, apart and together, or coded
by Opus at a low rate. Lips stay true, so one man's lips are heard in many throats.

Writes cache/voices.npy [clips, VERSIONS, samples] int16, in the order of data.Clips("train").
Usage: python voices.py     2,500 short runs of ffmpeg, 3 minutes on one core; goes on where it was stopped
"""
import subprocess

import numpy as np

import config
import data

VERSIONS = 6
LOWEST, HIGHEST = 0.7, 1.5  # factors; men to children
OPUS_KBPS = (8, 10, 12, 16)


def together(f):
    """Pitch and formants times f: played faster, tempo restored."""
    return f"asetrate={config.AUDIO_RATE_HZ * f:.0f},aresample={config.AUDIO_RATE_HZ},atempo={1 / f:.6f}"


def pitch(f):
    return f"rubberband=pitch={f:.4f}:formant=preserved"


def through_ffmpeg(audio, filters):
    """audio [n] float32 through an ffmpeg filter graph -> [n] float32."""
    raw = ["-f", "f32le", "-ar", str(config.AUDIO_RATE_HZ), "-ac", "1"]
    made = subprocess.run(["ffmpeg", "-v", "error", *raw, "-i", "-", "-af", filters, *raw, "-"], input=audio.astype("<f4").tobytes(), capture_output=True, check=True)
    return np.resize(np.pad(np.frombuffer(made.stdout, "<f4"), (0, len(audio))), len(audio))


def through_opus(audio, kbps):
    """audio [n] coded by Opus and back; the encoder's delay is taken out by the container's own count."""
    raw = ["-f", "f32le", "-ar", str(config.AUDIO_RATE_HZ), "-ac", "1"]
    coded = subprocess.run(["ffmpeg", "-v", "error", *raw, "-i", "-", "-c:a", "libopus", "-b:a", f"{kbps}k", "-f", "ogg", "-"], input=audio.astype("<f4").tobytes(), capture_output=True, check=True)
    made = subprocess.run(["ffmpeg", "-v", "error", "-i", "-", *raw, "-"], input=coded.stdout, capture_output=True, check=True)
    return np.resize(np.pad(np.frombuffer(made.stdout, "<f4"), (0, len(audio))), len(audio))


def aligned(made, audio):
    """`made` moved so that its loudness lies on the original's: the tempo filters come early or late by up to 25 ms."""
    step = config.AUDIO_RATE_HZ // 200
    level = lambda sound: np.log10((sound[:len(sound) // step * step].reshape(-1, step) ** 2).mean(1) + 1e-6)
    goal, own, most = level(audio), level(made), 8  # lags in steps of 5 ms
    fit = [np.corrcoef(goal[most:-most], np.roll(own, -lag)[most:-most])[0, 1] for lag in range(-most, most + 1)]
    lag = (int(np.argmax(fit)) - most) * step
    return np.pad(made, (max(0, -lag), max(0, lag)))[max(0, lag):][:len(audio)]


def version(audio, i, rng):
    """Version i of a clip's sound."""
    factor = np.exp(rng.uniform(np.log(LOWEST), np.log(HIGHEST)))
    if i < 3:
        filters = together(factor)
    elif i == 3:
        filters = pitch(factor)
    else:  # formants alone: both, then the pitch back
        filters = f"{together(factor)},{pitch(1 / factor)}"
    if i < 5:
        return aligned(through_ffmpeg(audio, filters), audio)
    return through_opus(audio, int(rng.choice(OPUS_KBPS)))


def main():
    clips = data.Clips("train")
    path = config.CACHE / "voices.npy"
    if not path.exists():
        np.lib.format.open_memmap(path, "w+", np.int16, (len(clips.names), VERSIONS, data.SOUND_SAMPLES))
    made = np.lib.format.open_memmap(path, "r+")
    for at, audio in enumerate(clips.audio):
        if made[at, -1].any():
            continue
        rng = np.random.default_rng(at)
        for i in range(VERSIONS):
            made[at, i] = np.clip(version(audio, i, rng) * 32767, -32768, 32767)
        if at % 50 == 0:
            print(f"voices: clip {at} of {len(clips.names)}", flush=True)


if __name__ == "__main__":
    main()
