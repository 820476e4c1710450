"""Blinks over ten minutes of speech and of idling, and the mouth in silence: it must rest in every state, in steady noise too."""
import numpy as np

import config
from evaluation.roll import job
from evaluation.statistics import Section, runs
from evaluation.truth import padded

MINUTES, SILENCE_S = 10, 60
SHUT, LIDS_MOVE = 0.5, 0.2  # blink coefficient at which a blink counts, and from which to which its length is taken
NOISE_LEVEL = 0.003  # of white noise, about -50 dB under full scale
SETTLE_FRAMES = 25
ASKED_BLINKS, ASKED_SILENCE = (8, 25), 0.05


def run(context):
    section = Section()
    frames = MINUTES * 60 * config.FRAME_RATE_HZ
    voice = np.resize(np.concatenate([padded(c["audio"], len(c["opening"]))[:len(c["opening"]) * config.FRAME_SAMPLES] for c in context.grid]),
                      frames * config.FRAME_SAMPLES)
    speech, idle = context.student.roll([job(voice, 11, frames), job(np.zeros(1), 12, frames, "idle")])
    blinks = [blink_row("speaking", speech), blink_row("idle", idle)]
    quiet = quiet_rows(context, speech)
    section.tables += [(f"Blinks over {MINUTES} minutes", blinks), ("The mouth without a voice, of its movement and spread in speech", quiet)]
    section.figures = dict(blinks=blinks, silence=quiet)
    for found in blinks:
        section.check(f"rest: blinks a minute, {found['state']}", found["per_minute"], *ASKED_BLINKS)
    section.check("rest: mouth's movement in silence over that in speech", max(r["movement"] for r in quiet if r["sound"] == "silence"), None, ASKED_SILENCE)
    return section


def blink_row(state, motion):
    """Blinks are counted where both lids are more than half shut, and last as long as the lids are moved at all."""
    lids = motion[:, config.BLINK].mean(1)
    count = len(runs(lids > SHUT))
    lengths = [length for length, deepest in stretches(lids) if deepest > SHUT]
    return dict(state=state, per_minute=count / (len(motion) / config.FRAME_RATE_HZ / 60), milliseconds=float(np.mean(lengths) * 1000 / config.FRAME_RATE_HZ),
                longest_ms=float(max(lengths) * 1000 / config.FRAME_RATE_HZ))


def stretches(lids):
    """(frames, largest value) of each stretch in which the lids are moved."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], lids > LIDS_MOVE, [0]]).astype(int)))
    return [(end - start, lids[start:end].max()) for start, end in zip(edges[::2], edges[1::2])]


def quiet_rows(context, speech):
    """Opening's mean change a frame and its spread over those of speech, by sound and state."""
    frames = SILENCE_S * config.FRAME_RATE_HZ
    noise = np.random.default_rng(3).standard_normal(frames * config.FRAME_SAMPLES) * NOISE_LEVEL
    cases = [(name, state) for name in ("silence", "noise") for state in config.STATES]
    motion = context.student.roll([job(np.zeros(1) if name == "silence" else noise, 20 + i, frames, state) for i, (name, state) in enumerate(cases)])
    talk = context.student.opening(speech)
    rows = []
    for (name, state), made in zip(cases, motion):
        opening = context.student.opening(made)[SETTLE_FRAMES:]
        rows.append(dict(sound=name, state=state, movement=float(np.abs(np.diff(opening)).mean() / np.abs(np.diff(talk)).mean()),
                         spread=float(opening.std() / talk.std()), widest=float(opening.max() / np.percentile(talk, 95))))
    return rows
