"""Speech without a face whose phones are known: synthetic (sounds/synth.py, sounds/festival.py, sounds/statistical.py), acted with hand labels and read with aligned phones (sounds/align.py).

It teaches the encoder what is said (`Speech`), and by lips made from the phones (motion/lips.py) the motion model to say it in any language.
"""
import numpy as np

import config
from motion import data, lips
from sounds import align, emodb, phones, synth

WEIGHTS = {"train": 0.6, "festival": 1.0, "statistical": 0.35}  # of an utterance by source (synth.load), beside a real one's 1
CURVES_SHARE = 0.5  # of the clips that come from FACEGOOD
PHONES_TRUST, CLOSED_TRUST, CURVES_TRUST = 0.5, 1.25, 0.5  # lips made from phones or a curve are no man's lips, but where they close is sure
SPEED = (0.8, 1.25)  # range of the factor that tempo, pitch and formants are moved by together
EDGE_S = 0.3  # a crop may begin and end this far outside the utterance: silence
HELD_SHARE, HELD_S = 0.12, (0.5, 2.0)  # crops in which a vowel is held, as singers do
HELD_LEAST_S = 0.06  # a vowel that can be held lasts this long at least
GRAIN_S = 0.03  # hop of the grains that a held vowel is laid out of


class Speech:
    """Utterances of a part in memory; `one` draws a clip of 3 s out of one."""

    def __init__(self, utterances):
        self.utterances = [u for u in utterances if len(u["audio"])]
        weight = np.array([u.get("weight", 1.0) for u in self.utterances])
        self.share = np.cumsum(weight / weight.sum())

    def crop(self, rng):
        """audio [SOUND_SAMPLES] and the phones in it, times in seconds from its start; and the utterance's index, where it starts, its speed."""
        at = min(int(np.searchsorted(self.share, rng.random())), len(self.utterances) - 1)
        said = self.utterances[at]
        if rng.random() < HELD_SHARE:
            said = held(rng, said)
        speed = np.exp(rng.uniform(*np.log(SPEED)))
        length = data.SOUND_SAMPLES / config.AUDIO_RATE_HZ
        seconds = len(said["audio"]) / config.AUDIO_RATE_HZ / speed
        start = rng.uniform(-EDGE_S, max(-EDGE_S, seconds - length + EDGE_S)) if seconds > length else rng.uniform(-EDGE_S, 0)
        where = (np.arange(data.SOUND_SAMPLES) + start * config.AUDIO_RATE_HZ) * speed
        audio = np.interp(where, np.arange(len(said["audio"])), said["audio"], 0, 0).astype(np.float32)
        times = [(symbol, a / speed - start, b / speed - start) for symbol, a, b in said["phones"]]
        return audio, [p for p in times if p[2] > 0 and p[1] < length], at, start, speed

    def one(self, rng):
        """audio [SOUND_SAMPLES], articulatory features [75, F] and phone classes [75] of its frames."""
        audio, said, *_ = self.crop(rng)
        return audio, phones.coverage(said, data.FRAMES, config.FRAME_RATE_HZ), phones.class_frames(said, data.FRAMES, config.FRAME_RATE_HZ)


def held(rng, said):
    """The utterance with one of its vowels held: grains of its middle laid over each other (Roads 1978), what follows comes later."""
    vowel = phones.FEATURES.index("vowel")
    fit = [i for i, (symbol, a, b) in enumerate(said["phones"]) if phones.features(symbol)[vowel] == 1 and b - a > HELD_LEAST_S]
    if not fit:
        return said
    at, hop = rng.choice(fit), int(GRAIN_S * config.AUDIO_RATE_HZ)
    symbol, start, end = said["phones"][at]
    seconds, rate = rng.uniform(*HELD_S), config.AUDIO_RATE_HZ
    first, last = int((0.7 * start + 0.3 * end) * rate), int((0.3 * start + 0.7 * end) * rate)
    pieces = np.pad(said["audio"], (hop, 2 * hop))[hop:]  # a grain may reach over the vowel's ends
    made, window = np.zeros(int(seconds * rate) // hop * hop + hop), np.hanning(2 * hop + 1)[:-1]
    for place in range(0, len(made) - 2 * hop + 1, hop):
        grain = rng.integers(first, max(first + 1, last - hop))
        made[place:place + 2 * hop] += pieces[grain:grain + 2 * hop] * window
    cut = (first + last) // 2
    later = len(made) / rate
    moved = [(s, a + later * (i > at), b + later * (i >= at)) for i, (s, a, b) in enumerate(said["phones"])]
    return {**said, "audio": np.concatenate([said["audio"][:cut], made.astype(np.float32), said["audio"][cut:]]), "phones": moved}


class Curves:
    """FACEGOOD's voice with what its curves give, as columns of 25 frames a second."""

    def __init__(self, clips):
        """clips: [(audio, columns [frames, K])]"""
        self.speech = Speech([dict(audio=audio, phones=[], weight=len(columns)) for audio, columns in clips])
        self.columns = [columns for _, columns in clips]

    def one(self, rng):
        """audio [SOUND_SAMPLES] and its columns [75, K], 0 beyond the clip."""
        audio, _, at, start, speed = self.speech.crop(rng)
        where = ((np.arange(data.FRAMES) + 0.5) / config.FRAME_RATE_HZ + start) * speed * config.FRAME_RATE_HZ - 0.5
        frames = np.arange(len(self.columns[at]))
        return audio, np.stack([np.interp(where, frames, column, 0, 0) for column in self.columns[at].T], 1).astype(np.float32)


class Voices:
    """Voices with lips made from their phones, or (FACEGOOD) from their curves."""

    def __init__(self, part):
        self.speech, self.lips = Speech(utterances(part)), lips.Lips()
        store = np.load(config.CACHE / "mandarin.npz")
        names = sorted({key.split("/")[0] for key in store.files})
        self.curves = Curves([(store[f"{n}/audio"], np.column_stack([store[f"{n}/face"], store[f"{n}/curve"]])) for n in names])

    def one(self, rng):
        """face rows [75, 24], audio [SOUND_SAMPLES], spoken [75], and how far each frame is a truth to learn [75]."""
        if rng.random() < CURVES_SHARE:
            audio, columns = self.curves.one(rng)
            return columns[:, :-1], audio, columns[:, -1] > 0, np.full(data.FRAMES, CURVES_TRUST)
        audio, said, *_ = self.speech.crop(rng)
        features = phones.coverage(said, data.FRAMES, config.FRAME_RATE_HZ)
        silent, closed = (features[:, phones.FEATURES.index(name)] > 0.5 for name in ("silence", "lips_closed"))
        return self.lips(features), audio, ~silent, np.where(closed, CLOSED_TRUST, PHONES_TRUST)


def utterances(part):
    """All speech of a part with phones: synthetic by three kinds of engine, hand-labelled, aligned."""
    made = synth.load(part)
    if part == "train":
        made = [u | dict(weight=weight) for source, weight in WEIGHTS.items() for u in synth.load(source)] + align.load("multilingual")
    return made + emodb.load(part)
