"""EMO-DB's acted German with its hand labels as phones: talkers to train on, and two to test on whom no training hears."""
import csv
from itertools import groupby

import numpy as np
import soundfile

import config
from sounds import phones

TEST_TALKERS = ("08", "15")  # a woman, a man
CLIP_S = 2.0  # sentences are cut off here; their labels run on
LEAST_FIT = 0.3  # correlation of vowels with loudness, below which labels are taken for misplaced
FIT_RATE_HZ = 100


def load(part):
    """Clips of `train` or `test` as synth.load gives them: name, language, voice, text, audio (16 kHz float32), phones."""
    folder = config.data_dir() / "emodb"
    with (folder / "phones.csv").open() as file:
        labels = {name: list(rows) for name, rows in groupby(csv.DictReader(file), lambda row: row["file"])}
    with (folder / "index.csv").open() as file:
        clips = [row for row in csv.DictReader(file) if (row["talker"] in TEST_TALKERS) == (part == "test")]
    made = []
    for clip in (clip for clip in clips if clip["file"].removesuffix(".flac") in labels):  # a few have none
        name = clip["file"].removesuffix(".flac")
        audio, rate = soundfile.read(folder / clip["file"], dtype="float32")
        if rate != config.AUDIO_RATE_HZ:
            raise SystemExit(f"emodb: {clip['file']} has {rate} Hz, not {config.AUDIO_RATE_HZ}.")
        said = labelled(labels[name])
        if fit(audio, said) >= LEAST_FIT:
            made.append(dict(name=f"emodb-{name}", language="de", voice=clip["talker"], text=clip["text"], audio=audio, phones=said))
    return made


def labelled(rows):
    """Phones from rows of start_s and label: up to CLIP_S, without holes from 0 on; a sound's closure and burst are one phone."""
    marks = [(0.0, "")]
    for row in rows:
        name = phones.from_emodb(row["label"])
        if name is not None and name != marks[-1][1]:
            marks.append((float(row["start_s"]), name))
    ends = [start for start, _ in marks[1:]] + [CLIP_S]
    return [part for (start, name), end in zip(marks, ends) if start < min(end, CLIP_S) for part in phones.split(name, start, min(end, CLIP_S))]


def fit(audio, said):
    """Correlation of where vowels are labelled with the log energy of 25 ms around."""
    frames = int(CLIP_S * FIT_RATE_HZ)
    hop, window = config.AUDIO_RATE_HZ // FIT_RATE_HZ, config.MEL_WINDOW
    power = np.convolve(audio[:frames * hop] ** 2, np.ones(window) / window, "same")[hop // 2::hop]
    vowel = phones.coverage(said, frames, FIT_RATE_HZ)[:, phones.FEATURES.index("vowel")]
    return np.corrcoef(np.log(power + config.MEL_FLOOR), vowel[:len(power)])[0, 1]
