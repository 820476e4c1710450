"""What the mood's classifier is trained and tested on: acted moods of emodb, calm speech in 16 languages, and how each may be heard."""
import csv

import numpy as np
import scipy.signal
import soundfile

import config
from mood import features as features

MOODS = ["neutral", "happy", "sad", "angry", "fearful"]
MOOD_OF = dict(anger="angry", happiness="happy", sadness="sad", fear="fearful", neutral="neutral", boredom="neutral")
# How a clip may be heard: as it is, slower and faster (other voices), too loud for its microphone, in noise, over a telephone.
PLAIN = "plain"
CHANGES = {PLAIN: {}, "slow": dict(tempo=0.85), "fast": dict(tempo=1.18), "faster": dict(tempo=1.3), "clipped": dict(gain=8.0),
           "noisy": dict(noise_db=-20), "telephone": dict(band_hz=(300, 3400))}
OTHER_CHANGE_SHARE = 0.3  # of examples whose history was heard otherwise than the clip: a change of microphone is no mood
PIECE_S = 2.5  # the calm recordings are cut into such pieces
HISTORIES = (0, 1, 2, 4, 8, 16)  # clips that were heard of the voice before
NEUTRAL_HISTORY_SHARE = 0.4
DRAWS = 3  # histories per clip and way
MIN_FRAMES = 20  # voiced ones, 0.4 s: a whisper has no mood by its pitch


def read(path):
    sound, rate = soundfile.read(path)
    assert rate == config.AUDIO_RATE_HZ, path
    return sound


def changed(sound, tempo=1.0, gain=1.0, noise_db=None, band_hz=None):
    """The sound played at another tempo (and pitch), in noise of a level beside its own, through a band, at a gain that may clip."""
    sound = np.interp(np.arange(int(len(sound) / tempo)) * tempo, np.arange(len(sound)), sound)
    if noise_db is not None:
        sound = sound + np.random.default_rng(len(sound)).normal(0, sound.std() * 10 ** (noise_db / 20), len(sound))
    if band_hz is not None:
        sound = scipy.signal.sosfilt(scipy.signal.butter(4, band_hz, "bandpass", fs=config.AUDIO_RATE_HZ, output="sos"), sound)
    return np.clip(sound * gain, -1, 1)


def clip_of(sound, **about):
    """One example's sound with the rows of its running sums, heard in each way."""
    return dict(sound=sound, rows={name: features.frames(changed(sound, **change)) for name, change in CHANGES.items()}, **about)


def load_emodb():
    folder = config.data_dir() / "emodb"
    with open(folder / "index.csv", encoding="utf8") as table:
        index = [entry for entry in csv.DictReader(table) if entry["emotion"] in MOOD_OF]
    return [clip_of(read(folder / entry["file"]), talker=entry["talker"], mood=MOODS.index(MOOD_OF[entry["emotion"]]), said=entry["emotion"])
            for entry in index]


def load_calm():
    """Pieces of read speech in 16 languages, nobody's mood: every second recording for training, the others for the test."""
    folder = config.data_dir() / "multilingual"
    parts = [], []
    piece = int(PIECE_S * config.AUDIO_RATE_HZ)
    for i, path in enumerate(sorted(folder.glob("*.flac"))):
        sound = read(path)
        for start in range(0, len(sound) - piece + 1, piece):
            parts[i % 2].append(clip_of(sound[start:start + piece], talker=path.stem, mood=0, said="neutral"))
    return parts


def load():
    """Clips of the actors, and of calm voices for training and for the test."""
    return load_emodb(), *load_calm()


def after(history, rows):
    """Figures of an utterance and of the voice so far, and the frames of both: what the server has after hearing `rows`."""
    slow = np.zeros(features.SUMS)
    for heard in [*history, rows]:
        slow = features.running(heard, features.HALF_LIFE_FRAMES["voice"], slow)
    fast = features.running(rows, features.HALF_LIFE_FRAMES["utterance"])
    return features.figures(fast), features.figures(slow), fast[0], slow[0]


def examples(clips, ways, seed, draws=DRAWS, other_share=0.0):
    """Figures, baselines, frames of both, moods, talkers and numbers of clips heard before, over random histories."""
    rng, found = np.random.default_rng(seed), []
    talkers = {}
    for clip in clips:
        talkers.setdefault(clip["talker"], []).append(clip)
    for clip in clips:
        others = [other for other in talkers[clip["talker"]] if other is not clip]
        for way in [way for way in ways for _ in range(draws)]:
            calm = rng.random() < NEUTRAL_HISTORY_SHARE
            pool = [other for other in others if other["said"] == "neutral" or not calm]
            count = min(int(rng.choice(HISTORIES)), len(pool))
            before = str(rng.choice(list(ways))) if rng.random() < other_share else way
            history = [pool[i]["rows"][before] for i in rng.choice(len(pool), count, replace=False)]
            if features.voiced_frames(clip["rows"][way]) >= MIN_FRAMES:
                found.append((*after(history, clip["rows"][way]), clip["mood"], clip["talker"], count))
    return [np.array(column) for column in zip(*found)]


def training(clips, calm):
    """Examples of the actors and of calm voices."""
    parts = [examples(clips, CHANGES, 0, other_share=OTHER_CHANGE_SHARE), examples(calm, CHANGES, 0, 1, OTHER_CHANGE_SHARE)]
    return [np.concatenate(columns) for columns in zip(*parts)]
