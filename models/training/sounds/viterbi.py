"""Which sounds a text allows as a net of states, and the likeliest way through it in given sound."""
import numpy as np

from sounds import phones

FOREVER = 1 << 30
VOICELESS_STOPS = set("ptkc")


class Lattice:
    """States in order; each sound lasts two frames or more. Words may be held to frames, and have several pronunciations."""

    def __init__(self):
        self.symbol, self.before, self.low, self.high, self.unit = [], [], [], [], []
        self.ends, self.units = [-1], 0  # -1: the start

    def _state(self, symbol, before, low, high):
        self.symbol.append(symbol), self.before.append(list(before)), self.low.append(low), self.high.append(high), self.unit.append(self.units)
        return len(self.symbol) - 1

    def _sound(self, symbol, ends, low, high, shortest=2):
        """A sound after any of `ends`; returns where it ends."""
        for _ in range(shortest):
            ends = [self._state(symbol, ends, low, high)]
        self.before[ends[0]].append(ends[0])
        self.units += 1
        return ends

    def silence(self):
        """There may be a silence here."""
        self.ends = self.ends + self._sound(phones.SILENCE, self.ends, 0, FOREVER)

    def word(self, pronunciations, low=0, high=FOREVER):
        """One of several lists of symbols, within frames [low, high); a voiceless stop may end in breath."""
        ends = []
        for symbols in pronunciations:
            at = self.ends
            for symbol, following in zip(symbols, [*symbols[1:], phones.SILENCE]):
                at = self._sound(symbol, at, low, high)
                if symbol in VOICELESS_STOPS and following not in "hʃs":
                    at = at + self._sound("h", at, low, high, 1)
            ends += at
        self.ends = ends

    def best(self, scores):
        """Likeliest way: phones as (symbol, first frame, end frame), and its sum; None where no way fits. scores [frames, classes]."""
        count, frames = len(self.symbol), len(scores)
        wide = max(map(len, self.before))
        before = np.full((count, wide), count)  # state `count` is never reached, count + 1 is the start
        for i, states in enumerate(self.before):
            before[i, :len(states)] = [count + 1 if s < 0 else s for s in states]
        classes, low, high = np.array([phones.class_of(s) for s in self.symbol]), np.array(self.low), np.array(self.high)
        total, came = np.full(count + 2, -np.inf), np.zeros((frames, count), np.int32)
        total[count + 1] = 0
        for t in range(frames):
            candidates = total[before]
            pick = candidates.argmax(1)
            came[t] = before[np.arange(count), pick]
            total[:count] = candidates[np.arange(count), pick] + np.where((t >= low) & (t < high), scores[t, classes], -np.inf)
            total[count + 1] = -np.inf
        state = max(self.ends, key=lambda s: total[s])
        if not np.isfinite(total[state]):
            return None
        way = [state]
        for t in range(frames - 1, 0, -1):
            way.append(came[t, way[-1]])
        way.reverse()
        starts = [t for t in range(frames) if t == 0 or self.unit[way[t]] != self.unit[way[t - 1]]]
        return [(self.symbol[way[a]], a, b) for a, b in zip(starts, [*starts[1:], frames])], float(total[state])
