"""Does the face drift in hours of its own output: a conversation of 8 hours as fast as it goes, the same sound in its first and last hour.

What a fair comparison is: chance goes on by frame, so two hours of the same sound have other heads anyway, and an hour has too few
independent looks and nods (one in seconds) for means to be known to 0.03 standard deviations. So in the last hour chance (noise, blinks,
gaze) begins anew: what then differs from the first was carried through the hours between, in which sound and chance are others. Two
hours stand beside: the last but one, with chance of its own and the sound in another order (what chance alone does), and a control, the
first hour again in a conversation that heard two other minutes before (what any past does): hour 8 may correlate by 0.02 less than it.
"""
import numpy as np

import config
from evaluation.roll import job
from evaluation.statistics import Section, drift, pearson, within_clips
from evaluation.truth import padded, read_sound
from motion import data
from sounds import emodb, synth

HOUR_FRAMES = 3600 * config.FRAME_RATE_HZ
PAUSE_S = (0.4, 6.0)
QUIET_STATES = ("idle", "listening", "thinking")
GRID_SHARE = 0.25  # of the turns: those whose lips are known
SETTLE_FRAMES = 250  # the first hour's start from rest, and the last hour's from what was before it
ROTATION_FRAMES = 11_003  # by which each hour between begins later in the sound
SEED = 31
ASKED_MEAN, ASKED_VARIANCE, ASKED_R, ASKED_LIVELY = 0.03, 0.03, 0.02, 0.25
HEAD = slice(24, 27)
CONTROL_FRAMES = 120 * config.FRAME_RATE_HZ
KEYS = ("mean", "variance", "correlation")


def run(context):
    if context.hours < 3:
        raise SystemExit("--hours: the section drift compares a first and a last hour and one between.")
    sound, states, turns = an_hour(context)
    folder = config.CACHE / "eval"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "hour.f32"
    sound.tofile(path)
    motion, control = roll(context, path, states)
    path.unlink()
    settled = lambda part: part[SETTLE_FRAMES:-SETTLE_FRAMES, :config.D]
    hour = lambda h: settled(motion[h * HOUR_FRAMES:(h + 1) * HOUR_FRAMES])
    found = drift(hour(0), hour(context.hours - 1))
    chance = drift(hour(0), hour(context.hours - 2))
    other_past = drift(hour(0), settled(control[CONTROL_FRAMES:]))
    names = config.COEFFICIENTS
    sides = (("", found), ("control_", other_past), ("chance_", chance))
    rows = [dict(coefficient=name, **{side + key: float(values[key][i]) for side, values in sides for key in KEYS}) for i, name in enumerate(names)]
    lips = [grid_r(context, motion[h * HOUR_FRAMES:(h + 1) * HOUR_FRAMES], turns) for h in (0, context.hours - 1)]
    lively = liveliness(context, motion[:HOUR_FRAMES], turns)
    section = Section(dict(hours=context.hours, coefficients=rows, grid_r=lips, over_real=lively))
    section.tables += [(f"Hour {context.hours} against hour 1", rows), ("Variance in hour 1 over the real video's, on GRID clips", [lively])]
    section.check("drift: means, standard deviations", np.abs(found["mean"]).max(), None, ASKED_MEAN)
    section.check("drift: variances, largest change", np.abs(found["variance"] - 1).max(), None, ASKED_VARIANCE)
    section.check("drift: correlation of the hours, under the control's by", (other_past["correlation"] - found["correlation"]).max(), None, ASKED_R)
    section.check("drift: r of lips with the real ones, change", abs(lips[1] - lips[0]), None, ASKED_R)
    for name in ("opening", "head", "gaze"):
        section.check(f"drift: hour 1, variance of {name} over the real", lively[name], 1 - ASKED_LIVELY, 1 + ASKED_LIVELY)
    return section


def an_hour(context):
    """An hour of talk by many voices with pauses: sound [n], states [(state, frames)], and turns [(clip index, first frame)] of GRID."""
    rng = np.random.default_rng(SEED)
    folder = config.data_dir()
    others = [read_sound(path) for path in sorted((folder / "multilingual").glob("*.flac")) + sorted((folder / "styles").glob("*.flac"))]
    others = [sound for sound in others if len(sound)] + [u["audio"] for u in synth.load("test") + emodb.load("test")]
    sound, states, turns, at = [], [], [], 0
    while at < HOUR_FRAMES:
        if rng.random() < GRID_SHARE:
            index = int(rng.integers(len(context.grid)))
            frames = len(context.grid[index]["opening"])
            said = padded(context.grid[index]["audio"], frames)
            turns.append((index, at))
        else:
            said = others[rng.integers(len(others))]
            frames = int(np.ceil(len(said) / config.FRAME_SAMPLES))
        pause = int(rng.uniform(*PAUSE_S) * config.FRAME_RATE_HZ)
        frames, pause = min(frames, HOUR_FRAMES - at), min(pause, max(0, HOUR_FRAMES - at - frames))
        sound.append(np.resize(np.pad(said, (0, (frames + pause) * config.FRAME_SAMPLES)), (frames + pause) * config.FRAME_SAMPLES))
        states += [("speaking", frames)] + ([(str(rng.choice(QUIET_STATES)), pause)] if pause else [])
        at += frames + pause
    return np.concatenate(sound).astype("<f4"), states, [t for t in turns if t[1] + len(context.grid[t[0]]["opening"]) <= HOUR_FRAMES]


def roll(context, path, states):
    """Motion [hours * HOUR_FRAMES, D], hours 1 and the last alike, those between beginning elsewhere in the sound; and the control's
    [CONTROL_FRAMES + HOUR_FRAMES, D].
    """
    by_frame = np.repeat(np.arange(len(states)), [count for _, count in states])

    def conversation(spans, restart):
        spans = [(first, last) for first, last in spans if last > first]
        stretches = [(first * config.FRAME_SAMPLES, (last - first) * config.FRAME_SAMPLES) for first, last in spans]
        told = [(states[i][0], int(count)) for first, last in spans for i, count in zip(*np.unique(by_frame[first:last], return_counts=True))]
        return job(stretches, SEED, sum(last - first for first, last in spans), told, restart=restart)

    whole, middle = (0, HOUR_FRAMES), HOUR_FRAMES // 2
    between = [span for h in range(1, context.hours - 1) for begin in [h * ROTATION_FRAMES % HOUR_FRAMES] for span in ((begin, HOUR_FRAMES), (0, begin))]
    long = conversation([whole, *between, whole], (context.hours - 1) * HOUR_FRAMES)
    control = conversation([(middle, middle + CONTROL_FRAMES), whole], CONTROL_FRAMES)
    return context.student.roll([long, control], sound=path)


def grid_r(context, motion, turns):
    """r of the opening with the real one on speech frames of the hour's GRID turns."""
    opening = context.student.opening(motion)
    drawn, real = [], []
    for index, first in turns:
        clip = context.grid[index]
        counted = clip["seen"] & clip["spoken"]
        drawn.append(opening[first:first + len(counted)][counted])
        real.append(clip["opening"][counted])
    return pearson(np.concatenate(drawn), np.concatenate(real))


def liveliness(context, motion, turns):
    """Variance within the GRID turns over that within the same clips as filmed."""
    whole = [t for t in turns if len(context.grid[t[0]]["opening"]) == data.FRAMES and t[1] >= SETTLE_FRAMES]
    made = np.stack([motion[first:first + data.FRAMES, :config.D] for _, first in whole])
    real = np.stack([context.store[f"{context.grid[index]['name']}/motion"] for index, _ in whole])
    share = lambda part: float(within_clips(made)[part].sum() / within_clips(real)[part].sum())
    opening = lambda values: context.student.opening(values).var(1).mean()
    return dict(turns=len(whole), opening=float(opening(made) / opening(real)), face_rows=share(slice(0, config.FACE_ROWS)), head=share(HEAD),
                gaze=share(config.GAZE))
