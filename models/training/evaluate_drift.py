"""Does the face drift in hours of its own output: a conversation of 8 hours as fast as it goes, the same sound in its first and last hour.

What a fair comparison is: chance goes on by frame, so two hours of the same sound have other heads anyway, and an hour has too few
independent looks and nods (one in seconds) for means to be known to 0.03 standard deviations. So in the last hour chance (noise, blinks,
gaze) is that of the first again: what then differs was carried through the hours between, in which sound and chance are others. The last
hour but one, with chance of its own and the sound in another order, is printed beside: what chance alone does.
"""
import numpy as np

import config
import data
import emodb
import synth
from evaluate_roll import job
from evaluate_statistics import Section, drift, pearson, within_clips
from evaluate_truth import padded, read_sound

HOUR_FRAMES = 3600 * config.FRAME_RATE_HZ
PAUSE_S = (0.4, 6.0)
QUIET_STATES = ("idle", "listening", "thinking")
GRID_SHARE = 0.25  # of the turns: those whose lips are known
SETTLE_FRAMES = 250  # the first hour's start from rest, and the last hour's from what was before it
ROTATION_FRAMES = 11_003  # by which each hour between begins later in the sound
SEED = 31
ASKED_MEAN, ASKED_VARIANCE, ASKED_R, ASKED_LIVELY = 0.03, 0.03, 0.02, 0.25
HEAD = slice(24, 27)


def run(context):
    if context.hours < 2:
        raise SystemExit("--hours: the section drift compares a first and a last hour, so at least 2.")
    sound, states, turns = an_hour(context)
    folder = config.CACHE / "eval"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "hour.f32"
    sound.tofile(path)
    motion = roll(context, path, states)
    path.unlink()
    hour = lambda h: motion[h * HOUR_FRAMES:(h + 1) * HOUR_FRAMES][SETTLE_FRAMES:-SETTLE_FRAMES, :config.D]
    found = drift(hour(0), hour(context.hours - 1))
    chance = drift(hour(0), hour(context.hours - 2)) if context.hours > 2 else None
    names = config.COEFFICIENTS
    rows = [dict(coefficient=name, mean=float(found["mean"][i]), variance=float(found["variance"][i]), correlation=float(found["correlation"][i]),
                 **({} if chance is None else dict(mean_by_chance=float(chance["mean"][i]), variance_by_chance=float(chance["variance"][i]))))
            for i, name in enumerate(names)]
    lips = [grid_r(context, motion[h * HOUR_FRAMES:(h + 1) * HOUR_FRAMES], turns) for h in (0, context.hours - 1)]
    lively = liveliness(context, motion[:HOUR_FRAMES], turns)
    section = Section(dict(hours=context.hours, coefficients=rows, grid_r=lips, over_real=lively))
    section.tables += [(f"Hour {context.hours} against hour 1", rows), ("Variance in hour 1 over the real video's, on GRID clips", [lively])]
    section.check("drift: means, standard deviations", np.abs(found["mean"]).max(), None, ASKED_MEAN)
    section.check("drift: variances, largest change", np.abs(found["variance"] - 1).max(), None, ASKED_VARIANCE)
    section.check("drift: correlation of the two hours, least", found["correlation"].min(), 1 - ASKED_R)
    section.check("drift: r of lips with the real ones, change", abs(lips[1] - lips[0]), None, ASKED_R)
    for name in ("opening", "head"):
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
    """Motion [hours * HOUR_FRAMES, D]: hours 1 and the last alike, those between begin elsewhere in the sound."""
    by_frame = np.repeat(np.arange(len(states)), [count for _, count in states])
    stretches, told = [], []
    for h in range(context.hours):
        begin = 0 if h in (0, context.hours - 1) else h * ROTATION_FRAMES % HOUR_FRAMES
        for first, last in ((begin, HOUR_FRAMES), (0, begin)):
            if last > first:
                stretches.append((first * config.FRAME_SAMPLES, (last - first) * config.FRAME_SAMPLES))
                told += [(states[i][0], int(count)) for i, count in zip(*np.unique(by_frame[first:last], return_counts=True))]
    last = (context.hours - 1) * HOUR_FRAMES
    return context.student.roll([job(stretches, SEED, context.hours * HOUR_FRAMES, told, repeat=(last, last))], sound=path)[0]


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
