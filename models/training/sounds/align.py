"""Forced alignment: when each sound of real speech is said whose words are known. Writes cache/phones.json.

GRID: the corpus' word times hold each word to its place, espeak-ng gives its sounds. Read speech of many languages: espeak-ng's
sounds of the text, and what fits badly is dropped. The ear is sounds/aligner.py's; teaching it on what it found in GRID gains nothing (measured).
Usage: python -m sounds.align     teaches the ear first, 6 minutes; prints how lips move at the sounds it found
"""
import csv
import json

import numpy as np
import soundfile
import torch

import config
from sounds import aligner, emodb, phones, synth
from sounds.espeak import CLOSURE_S, Espeak
from sounds.viterbi import Lattice

WORD_TICKS_PER_S = 25_000
TOLERANCES_S = (0.06, 0.12, 0.25)  # words may leave their given times by this much; the first that lets them fit
PRIOR_POWER = 0.6  # how far common classes are held back
FLOOR = -9.0  # of a frame's score: one bad frame does not decide
LEAST_SCORE = -2.0  # mean of a clip's speech; of texts that are another clip's, one in ten reaches -2.5
VOICES = {"en": "en-us", "en-US": "en-us", "en-GB": "en-gb", "es": "es-419", "pt": "pt-br", "zh": "cmn"}
UNREADABLE = ("ja",)  # espeak-ng spells Japanese characters out


class Ear:
    """Scores of the classes in each 10 ms of a sound: log-likelihoods but for a constant, from the net and how common classes are."""

    def __init__(self, net):
        self.net = net
        said = np.concatenate([phones.class_frames(u["phones"], len(u["audio"]) // config.MEL_HOP, aligner.RATE_HZ) for u in synth.load("test")])
        self.prior = np.log((np.bincount(said, minlength=len(phones.CLASSES)) + 100) / (len(said) + 100 * len(phones.CLASSES)))

    @torch.no_grad()
    def __call__(self, audio):
        frames = len(audio) // config.MEL_HOP
        sound = audio[:frames * config.MEL_HOP] * (synth.LEVEL / (np.sqrt((audio ** 2).mean()) + 1e-6))
        scores = self.net(torch.tensor(sound[None].astype(np.float32)))[0].numpy() - PRIOR_POWER * self.prior
        return np.maximum(scores - scores.max(1, keepdims=True), FLOOR)


def symbols_of(transcription):
    return [symbol for symbol in phones.parts(transcription.replace(" ", "")) if symbol != phones.SILENCE]


def aligned(scores, lattice):
    """Phones in seconds and the mean score of those that are no silence, or None where nothing fits."""
    found = lattice.best(scores)
    if found is None:
        return None
    said = with_closures([(symbol, a / aligner.RATE_HZ, b / aligner.RATE_HZ) for symbol, a, b in found[0]])
    speech = [scores[a:b, phones.class_of(symbol)] for symbol, a, b in found[0] if symbol != phones.SILENCE]
    return said, float(np.concatenate(speech).mean())


def with_closures(said):
    """A stop after a silence begins CLOSURE_S before its burst: silent, but lips are seen to be closed from then on (filmed b and p)."""
    said = list(said)
    for i in range(1, len(said)):
        (before, start, silent_until), (symbol, _, end) = said[i - 1:i + 1]
        if before == phones.SILENCE and phones.is_stop(symbol):
            closed = max(start, min(silent_until, end - CLOSURE_S))
            said[i - 1:i + 1] = (before, start, closed), (symbol, closed, end)
    return [phone for phone in said if phone[2] > phone[1]]


def grid_words(name):
    """[(word, start_s, end_s)] of a GRID clip."""
    rows = (line.split() for line in (config.data_dir() / "grid-s1" / "words" / f"{name.removeprefix('grid-')}.align").read_text().splitlines())
    return [(word, int(start) / WORD_TICKS_PER_S, int(end) / WORD_TICKS_PER_S) for start, end, word in rows if word not in ("sil", "sp")]


def align_grid(ear, clips, dictionary):
    """{name: dict of phones and score} for GRID clips given as {name: audio}."""
    made = {}
    for name, audio in clips.items():
        scores, words = ear(audio), grid_words(name)
        for tolerance in TOLERANCES_S:
            lattice = Lattice()
            lattice.silence()
            for word, start, end in words:
                lattice.word(dictionary[word], int((start - tolerance) * aligner.RATE_HZ), int((end + tolerance) * aligner.RATE_HZ) + 1)
                lattice.silence()
            found = aligned(scores, lattice)
            if found:
                made[name] = dict(phones=found[0], score=found[1])
                break
        else:
            raise SystemExit(f"align: the words of {name} fit nowhere into its sound.")
    return made


def dictionary_of(espeak, words):
    """{word: pronunciations} as the two Englishes of espeak-ng say them alone."""
    said = {word: [] for word in words}
    for voice in ("en-gb", "en-us"):
        espeak.voice(voice)
        for word in words:
            symbols = symbols_of(espeak.transcribe(word))
            if symbols not in said[word]:
                said[word].append(symbols)
    return said


def read_clips():
    """Clips of the read corpus that have a text espeak-ng can read: dicts of name, language, voice, text, audio."""
    folder = config.data_dir() / "multilingual"
    if not folder.exists():
        return []
    with (folder / "index.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["text"] and row["language"] not in UNREADABLE]
    clips = []
    for row in rows:
        audio, rate = soundfile.read(folder / row["file"], dtype="float32")
        if rate != config.AUDIO_RATE_HZ:
            raise SystemExit(f"align: {row['file']} has {rate} Hz, not {config.AUDIO_RATE_HZ}.")
        clips.append(dict(name=f"read-{row['file'].removesuffix('.flac')}", language=row["language"], voice=row["person"], text=row["text"], audio=audio))
    return clips


def align_text(ear, espeak, clip, text):
    """Phones and score of a read clip, were this its text; None where the text is too long for it."""
    espeak.voice(VOICES.get(clip["language"], clip["language"]))
    lattice = Lattice()
    lattice.silence()
    for word in espeak.transcribe(text).split():
        symbols = symbols_of(word)
        if symbols:
            lattice.word([symbols])
            lattice.silence()
    return aligned(ear(clip["audio"]), lattice)


def load(kind):
    """Real speech of a kind as synth.load gives synthetic: "grid", "multilingual", "emodb-train" or "emodb-test"."""
    if kind.startswith("emodb-"):
        return emodb.load(kind.removeprefix("emodb-"))
    found = json.loads((config.CACHE / "phones.json").read_text())[kind]
    if kind == "grid":
        clips = [dict(name=name, language="en", voice="grid-s1", text=" ".join(w for w, _, _ in grid_words(name)), audio=audio)
                 for name, audio in grid_audio().items()]
    else:
        clips = read_clips()
    return [clip | dict(phones=[tuple(phone) for phone in found[clip["name"]]["phones"]], score=found[clip["name"]]["score"])
            for clip in clips if clip["name"] in found]


def grid_audio():
    """{name: audio} of the tracked GRID clips."""
    with np.load(config.CACHE / "motion.npz") as store:
        return {name: store[f"{name}/audio"].astype(np.float32) for name in sorted({key.split("/")[0] for key in store.files}) if name.startswith("grid-")}


def report_lips(found):
    """Prints what lips do at the sounds found: their opening in the middle of each kind, and when p b m are closed the most."""
    with np.load(config.CACHE / "motion.npz") as store:
        opening = {name: store[f"{name}/opening"] for name in found}
    at = lambda name, seconds: np.interp(seconds * config.FRAME_RATE_HZ - 0.5, np.arange(len(opening[name])), opening[name])
    middles = [(symbol, name, (a + b) / 2) for name, row in found.items() for symbol, a, b in row["phones"]]
    for title, wanted in (("p b m", "pbm"), ("f v", "fv"), ("t d n", "tdn"), ("k ɡ", "kɡ"), ("vowels", [s for s in "iɪeɛæaʌɑɔɒoʊuəɜ"])):
        values = [at(name, middle) for symbol, name, middle in middles if symbol in wanted]
        print(f"align: opening in the middle of {title}: median {np.median(values):.3f}, quartiles {np.percentile(values, 25):.3f} {np.percentile(values, 75):.3f}, {len(values)} sounds")
    lags = np.arange(-0.12, 0.121, 0.01)
    means = [np.mean([at(name, middle + lag) for symbol, name, middle in middles if symbol in "pbm"]) for lag in lags]
    print(f"align: p b m are closed the most {1000 * lags[np.argmin(means)]:+.0f} ms from their middle: {min(means):.3f}, in the middle {means[len(lags) // 2]:.3f}")


def main():
    torch.set_num_threads(1)
    espeak = Espeak()
    grid = grid_audio()
    dictionary = dictionary_of(espeak, sorted({word for name in grid for word, _, _ in grid_words(name)}))
    ear = Ear(aligner.teach())
    found = align_grid(ear, grid, dictionary)
    report_lips(found)
    clips, good, scores, strange = read_clips(), {}, [], []
    for i, clip in enumerate(clips):
        same = [c for c in clips if c["language"] == clip["language"]]
        other = align_text(ear, espeak, clip, same[(same.index(clip) + 1) % len(same)]["text"]) if len(same) > 1 else None
        strange += [other[1]] if other else []
        right = align_text(ear, espeak, clip, clip["text"])
        if right and right[1] >= LEAST_SCORE:
            good[clip["name"]] = dict(phones=right[0], score=right[1])
        scores += [right[1]] if right else []
    print(f"align: read clips: {len(good)} of {len(clips)} kept; scores {np.percentile(scores, [10, 50, 90]).round(2)}, with another text {np.percentile(strange, [10, 50, 90]).round(2)}")
    (config.CACHE / "phones.json").write_text(json.dumps(dict(grid=found, multilingual=good)))


if __name__ == "__main__":
    main()
