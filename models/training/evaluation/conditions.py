"""The lips where the sound is poor: 10 dB babble of five people, a telephone, a room, Opus at 12 kbit/s, quiet and loud, beside the clean sound; held-out GRID
clips, r of the opening on speech frames as served.
"""
import numpy as np

import config
from evaluation import altered_sounds
from evaluation.statistics import Section, agreement
from evaluation.truth import padded, read_sound

QUIET, LOUD = 0.01, 1.0  # peak of the sound


def run(context):
    rng = np.random.default_rng(7)
    others = [read_sound(path) for path in sorted((config.data_dir() / "multilingual").glob("*.flac"))]
    changes = {
        "clean": lambda audio: audio,
        "babble, 10 dB": lambda audio: altered_sounds.babble(audio, others, rng),
        "telephone": altered_sounds.telephone,
        "room, 0.5 s": lambda audio: altered_sounds.room(audio, rng),
        "Opus, 12 kbit/s": altered_sounds.opus,
        "peak at 1 %": lambda audio: audio * QUIET / np.abs(audio).max(),
        "peak at 100 %": lambda audio: audio * LOUD / np.abs(audio).max(),
    }
    rows = [row(context, name, change) for name, change in changes.items()]
    section = Section(dict(rows=rows))
    section.tables.append((f"Lip opening in poor sound ({context.part} clips)", rows))
    return section


def row(context, name, change):
    frames = [len(clip["opening"]) for clip in context.grid]
    motion = context.served([padded(change(clip["audio"]), n) for clip, n in zip(context.grid, frames)], frames)
    drawn = [context.student.opening(made) for made in motion]
    figures = agreement([(made, clip["opening"], clip["seen"] & clip["spoken"]) for made, clip in zip(drawn, context.grid)])
    return dict(sound=name, speech=figures["r"], per_clip=figures["per_clip"], best_lag=figures["best_lag"], spread=figures["spread"])
