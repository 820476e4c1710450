"""Speech without a face whose phones are known: synthetic (synth.py), acted with hand labels and read with aligned phones (align.py).

It teaches the encoder what is said (`Speech`), and by lips made from the phones (lips.py) the motion model to say it in any language.
"""
import numpy as np

import align
import config
import data
import lips
import phones
import synth

SYNTHETIC_WEIGHT = 0.5  # of an utterance, beside a real one's 1
CURVES_SHARE = 0.2  # of the clips that come from FACEGOOD
SPEED = (0.8, 1.25)  # range of the factor that tempo, pitch and formants are moved by together
EDGE_S = 0.3  # a crop may begin and end this far outside the utterance: silence


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


class Voices:
    """Voices with lips made from their phones, or (FACEGOOD) from their curves."""

    def __init__(self, part):
        self.speech, self.lips = Speech(utterances(part)), lips.Lips()
        store = np.load(config.CACHE / "mandarin.npz")
        names = sorted({key.split("/")[0] for key in store.files})
        self.filmed = Speech([dict(audio=store[f"{n}/audio"], phones=[], weight=len(store[f"{n}/face"])) for n in names])
        self.faces = [(store[f"{n}/face"], store[f"{n}/curve"]) for n in names]

    def one(self, rng):
        """face rows [75, 24], audio [SOUND_SAMPLES], spoken [75]."""
        if rng.random() < CURVES_SHARE:
            audio, _, at, start, speed = self.filmed.crop(rng)
            face, curve = self.faces[at]
            where = ((np.arange(data.FRAMES) + 0.5) / config.FRAME_RATE_HZ + start) * speed * config.FRAME_RATE_HZ - 0.5
            at_times = lambda column: np.interp(where, np.arange(len(column)), column, 0, 0)
            return np.stack([at_times(row) for row in face.T], 1).astype(np.float32), audio, at_times(curve) > 0
        audio, said, *_ = self.speech.crop(rng)
        features = phones.coverage(said, data.FRAMES, config.FRAME_RATE_HZ)
        return self.lips(features), audio, features[:, phones.FEATURES.index("silence")] < 0.5


def utterances(part):
    """All speech of a part with phones: synthetic, hand-labelled, aligned."""
    said = synth.load(part)
    for u in said:
        u["weight"] = SYNTHETIC_WEIGHT
    return said + align.load_emodb(part)
