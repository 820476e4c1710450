"""The statistics that the evaluation's sections share, and how a section says what it found."""
from dataclasses import dataclass, field

import numpy as np

MAX_LAG_FRAMES = 3


@dataclass
class Section:
    """figures: for the report; tables: (title, rows of equal keys); checks: what was asked beside what was found."""
    figures: dict = field(default_factory=dict)
    tables: list = field(default_factory=list)
    checks: list = field(default_factory=list)

    def check(self, name, value, low=None, high=None):
        """value must lie in [low, high]; None leaves a side open."""
        asked = " to ".join(f"{bound:.4g}" for bound in (low, high) if bound is not None)
        asked = f">= {asked}" if high is None else f"<= {asked}" if low is None else asked
        passed = bool(np.isfinite(value) and (low is None or value >= low) and (high is None or value <= high))
        self.checks.append(dict(name=name, asked=asked, value=float(value), passed=passed))


def pearson(a, b):
    """Pearson's r; NaN where one of them does not move."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    a, b = a - a.mean(), b - b.mean()
    size = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / size) if size > 0 else float("nan")


def pooled(clips, lag=0):
    """Drawn and real values [n] of clips (drawn, real, counted), each [frames], one after another; drawn `lag` frames later."""
    drawn, real = [], []
    for made, true, counted in clips:
        frames = np.nonzero(counted)[0]
        frames = frames[(frames + lag >= 0) & (frames + lag < len(true))]
        drawn.append(made[frames + lag])
        real.append(true[frames])
    return np.concatenate(drawn), np.concatenate(real)


def agreement(clips):
    """Of clips (drawn, real, counted): r over all of them, mean of each clip's own r, lag in frames at which r were largest
    (served is 0), spread of the drawn values over the real ones'.
    """
    drawn, real = pooled(clips)
    lags = range(-MAX_LAG_FRAMES, MAX_LAG_FRAMES + 1)
    best = max(lags, key=lambda lag: pearson(*pooled(clips, lag)))
    own = [pearson(*pooled([clip])) for clip in clips]
    return dict(r=pearson(drawn, real), per_clip=float(np.nanmean(own)), best_lag=best, spread=float(drawn.std() / real.std()))


def auc(low, high):
    """Probability that a value of `low` lies under one of `high`, ties counted half (Mann and Whitney 1947)."""
    low, high = np.asarray(low, float), np.sort(np.asarray(high, float))
    if not len(low) or not len(high):
        return float("nan")
    above = len(high) - np.searchsorted(high, low, "right")
    ties = len(high) - np.searchsorted(high, low, "left") - above
    return float((above + ties / 2).sum() / (len(low) * len(high)))


def smallest_near(values, start_s, end_s, rate, margin=1):
    """Smallest value [frames] from the sound's start_s to end_s, `margin` frames to each side; NaN outside of the clip."""
    first, last = int(np.floor(start_s * rate)) - margin, int(np.ceil(end_s * rate)) - 1 + margin
    part = values[max(first, 0):last + 1]
    return float(part.min()) if len(part) else float("nan")


def within_clips(motion):
    """Variance within clips [D] of motion [clips, frames, D]: each clip's own mean taken out."""
    return motion.var(axis=1).mean(axis=0)


def fast_share(motion, rate, above_hz):
    """Share of the variance within clips that lies above `above_hz` [D]; motion [clips, frames, D]."""
    power = np.abs(np.fft.rfft(motion - motion.mean(1, keepdims=True), axis=1)) ** 2
    hz = np.fft.rfftfreq(motion.shape[1], 1 / rate)
    return power[:, hz > above_hz].sum((0, 1)) / power.sum((0, 1))


def acceleration(values):
    """Mean absolute second difference [...] along the frames of values [frames, ...]."""
    return np.abs(np.diff(values, 2, axis=0)).mean(0)


def drift(first, last):
    """Per coefficient of two stretches of motion [frames, D]: difference of means in the first's standard deviations, ratio of
    variances, Pearson's r frame by frame.
    """
    spread = first.std(0)
    return dict(mean=(last.mean(0) - first.mean(0)) / spread, variance=last.var(0) / first.var(0),
                correlation=np.array([pearson(a, b) for a, b in zip(first.T, last.T)]))


def runs(flags):
    """Lengths [n] of the stretches of True in flags [frames]."""
    edges = np.diff(np.concatenate([[0], np.asarray(flags, int), [0]]))
    return np.nonzero(edges == -1)[0] - np.nonzero(edges == 1)[0]
