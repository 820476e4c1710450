"""Does a sung, held vowel keep its mouth: over stretches of more than 500 ms in which pitch and timbre stay, the opening must stay within 20 %
of its median. The stretches are found here, from the sound alone (pitch by autocorrelation, timbre by log-mel), not by the server's ear.
"""
import numpy as np
import torch

import config
from evaluation.baselines import MEL
from evaluation.closures import CLOSED_SHARE, SPEECH_PERCENTILE
from evaluation.roll import job
from evaluation.statistics import Section
from evaluation.truth import padded, read_sound

PITCH_HZ, VOICED = (80, 1000), 0.85  # range, and the autocorrelation from which a frame has a pitch
WINDOW = 2 * config.FRAME_SAMPLES
SEMITONE, SAME_TIMBRE = 2 ** (1 / 12), 0.92  # how far pitch may go from the stretch's median, and least correlation with its mean log-mel
LEAST_FRAMES, EDGE_FRAMES = 13, 4  # 520 ms; the vowel's beginning and end are moves to and from it
ASKED_WITHIN, ASKED_SHARE = 0.20, 0.9


def run(context):
    paths = sorted((config.data_dir() / "voices").glob("singing-*.flac"))
    sounds = [read_sound(path) for path in paths]
    frames = [len(sound) // config.FRAME_SAMPLES for sound in sounds]
    motion = context.student.roll([job(padded(sound, count), 40 + i, count) for i, (sound, count) in enumerate(zip(sounds, frames))])
    rows = [row(path.stem, held(sound, count), context.student.opening(made)) for path, sound, count, made in zip(paths, sounds, frames, motion)]
    section = Section(dict(clips=rows))
    section.tables.append(("Held vowels of more than 500 ms: how far the opening goes from its median", rows))
    total = sum(r["held"] for r in rows)
    section.check("song: share of held vowels within 20 %", sum(r["within"] * r["held"] for r in rows if r["held"]) / total, ASKED_SHARE)
    return section


def row(name, stretches, opening):
    """Stretches in which the mouth is shut (humming) have no opening to keep, and are left out."""
    shut = CLOSED_SHARE * np.percentile(opening, SPEECH_PERCENTILE)
    parts = [opening[first + EDGE_FRAMES:last - EDGE_FRAMES] for first, last in stretches]
    off = [np.abs(part / np.median(part) - 1).max() for part in parts if np.median(part) > shut]
    return dict(clip=name, held=len(off), seconds=sum(last - first for first, last in stretches) / config.FRAME_RATE_HZ,
                within=float(np.mean(np.array(off) <= ASKED_WITHIN)) if off else float("nan"), median_off=float(np.median(off)) if off else float("nan"))


def held(sound, frames):
    """[(first, last)] frames of the stretches in which pitch and timbre stay."""
    hz = pitch(sound, frames)
    with torch.no_grad():
        mel = MEL(torch.tensor(padded(sound, frames))[None])[0].numpy().T
    shape = np.stack([mel[k * config.MEL_PER_FRAME:(k + 1) * config.MEL_PER_FRAME].mean(0) for k in range(frames)])
    shape = shape - shape.mean(1, keepdims=True)
    stretches, first = [], 0
    for k in range(1, frames + 1):
        if k < frames and goes_on(hz[first:k + 1], shape[first:k + 1]):
            continue
        if k - first >= LEAST_FRAMES:
            stretches.append((first, k))
        first = k
    return stretches


def goes_on(hz, shape):
    """Do the last frame's pitch and timbre belong to the stretch before it?"""
    if np.isnan(hz[-1]) or np.isnan(hz[0]):
        return False
    mean = shape[:-1].mean(0)
    return (abs(np.log(hz[-1] / np.median(hz[:-1]))) < np.log(SEMITONE)
            and mean @ shape[-1] > SAME_TIMBRE * np.linalg.norm(mean) * np.linalg.norm(shape[-1]))


def pitch(sound, frames):
    """Pitch of each frame's middle 80 ms [frames] in Hz, NaN where there is none."""
    lags = slice(config.AUDIO_RATE_HZ // PITCH_HZ[1], config.AUDIO_RATE_HZ // PITCH_HZ[0])
    edge = np.pad(sound, WINDOW)
    found = np.full(frames, np.nan)
    for k in range(frames):
        middle = WINDOW + k * config.FRAME_SAMPLES + config.FRAME_SAMPLES // 2
        part = edge[middle - WINDOW // 2:middle + WINDOW // 2]
        power = np.fft.irfft(np.abs(np.fft.rfft(part, 2 * WINDOW)) ** 2)[:WINDOW] / (WINDOW - np.arange(WINDOW)) * WINDOW
        if power[0] > 1e-6 * WINDOW and power[lags].max() > VOICED * power[0]:
            # The first lag that is nearly as good as the best: the best may be twice the period.
            found[k] = config.AUDIO_RATE_HZ / (lags.start + np.argmax(power[lags] > 0.95 * power[lags].max()))
    return found
