"""Other voices for the filmed clips: the same words at the same times with pitch and formants moved, apart and together, or coded
by Opus at a low rate. Lips stay true, so one man's lips are heard in many throats.

Writes cache/voices.npy [clips, VERSIONS, samples] int16, in the order of data.Clips("train").
Usage: python -m sounds.voices     2,500 short runs of ffmpeg, 3 minutes on one core; goes on where it was stopped
"""
import numpy as np

import config
from motion import data
from sounds import ffmpeg

VERSIONS = 6
LOWEST, HIGHEST = 0.7, 1.5  # factors; men to children
OPUS_KBPS = (8, 10, 12, 16)


def pitch(f):
    return f"rubberband=pitch={f:.4f}:formant=preserved"


def version(audio, i, rng):
    """Version i of a clip's sound."""
    factor = np.exp(rng.uniform(np.log(LOWEST), np.log(HIGHEST)))
    if i < 3:
        return ffmpeg.on_time(audio, ffmpeg.throat(factor))
    if i == 3:
        return ffmpeg.on_time(audio, pitch(factor))
    if i == 4:  # formants alone: both, then the pitch back
        return ffmpeg.on_time(audio, f"{ffmpeg.throat(factor)},{pitch(1 / factor)}")
    return ffmpeg.opus(audio, int(rng.choice(OPUS_KBPS)))


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
