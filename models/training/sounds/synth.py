"""Synthetic speech of many languages and voices, each sound with its exact time: `python -m sounds.synth` writes cache/synth-*.npz.

espeak-ng (sounds/espeak.py) says the sentences of texts/ in voices drawn by seed.
Words shuffled and numbers make more of them. The `test` part has sentences and voices that `train` never has.
"""
import json
import re
import zlib

import numpy as np
from scipy.signal import resample_poly

import config
from sounds import phones
from sounds.espeak import Espeak, timed

LANGUAGES = {  # espeak's voice: file in texts/
    "en-gb": "en", "en-us": "en", "de": "de", "fr": "fr", "es": "es", "es-419": "es", "it": "it", "pt": "pt", "pt-br": "pt", "nl": "nl",
    "pl": "pl", "ru": "ru", "cs": "cs", "sv": "sv", "tr": "tr", "fi": "fi", "hu": "hu", "ro": "ro", "el": "el", "hi": "hi", "bn": "bn",
    "ar": "ar", "fa": "fa", "ur": "ur", "ja": "ja", "ko": "ko", "cmn": "cmn", "vi": "vi", "id": "id", "sw": "sw", "ca": "ca", "mi": "mi"}
TEST_SENTENCES = 5  # the last ones of each file
TEST_VARIANTS = ["f4", "m7", "klatt3", "belinda", "victor", "max"]
TRAIN_VARIANTS = (
    "m1 m2 m3 m4 m5 m6 m8 f1 f2 f3 f5 klatt klatt2 klatt4 klatt5 klatt6 Alex Alicia Andrea Andy Annie Denis Gene Hugo Jacky Lee Marco "
    "Michael Mike adam anika antonio aunty benjamin boris caleb david ed edward grandma grandpa iven iven3 linda marcelo michel miguel "
    "norbert pablo paul pedro quincy rob robert sandro shelby steph travis zac").split()
WORDS_PER_MINUTE = (100, 220)
PLANS = {  # utterances of a language
    "train": {"sentence": 2, "shuffle": 1} if config.SMOKE else {"sentence": 16, "pair": 10, "shuffle": 18, "numbers": 6},
    "test": {"sentence": 1 if config.SMOKE else 18}}
BORDER_S = (0.1, 0.6)  # silence before and after an utterance
LEVEL = 10 ** (-23 / 20)  # of an utterance, root mean square


def bordered(said, shift_s, end_s):
    """The phones moved behind a silence, and another behind them up to end_s."""
    moved = [(phones.SILENCE, 0, shift_s)] + [(s, a + shift_s, b + shift_s) for s, a, b in said] + [(phones.SILENCE, said[-1][2] + shift_s, end_s)]
    joined = [list(moved[0])]
    for symbol, start, end in moved[1:]:
        if symbol == phones.SILENCE == joined[-1][0]:
            joined[-1][2] = end
        elif end > start:
            joined.append([symbol, start, end])
    return joined


def sentences(language, part):
    lines = (config.HERE / "texts" / f"{LANGUAGES[language]}.txt").read_text().splitlines()
    return lines[-TEST_SENTENCES:] if part == "test" else lines[:-TEST_SENTENCES]


def draw_text(rng, lines, kind):
    """A sentence, two of them, the words of two of them in another order, or four numbers."""
    one, two = (lines[i] for i in rng.choice(len(lines), 2, replace=False))
    if kind == "sentence":
        return one
    if kind == "pair":
        return f"{one} {two}"
    if kind == "numbers":
        return ", ".join(str(int(10 ** rng.uniform(0.5, 3.5))) for _ in range(4)) + "."
    words = re.findall(r"[^\s，,。.？?！!;:।۔、]+", f"{one} {two}")
    if len(words) < 8:  # no blanks between words: Chinese
        words = re.findall("..?", "".join(words))
    return " ".join(rng.permutation(words)[:12]) + "."


def utterances(espeak, language, part, seed=5):
    """Draws and says a part's utterances of a language: dicts as `load` gives them, audio as int16."""
    rng, lines, made = np.random.default_rng([seed, zlib.crc32(f"{language} {part}".encode())]), sentences(language, part), []
    for kind in (kind for kind, count in PLANS[part].items() for _ in range(count)):
        text = draw_text(rng, lines, kind)
        variant = str(rng.choice(TEST_VARIANTS if part == "test" else TRAIN_VARIANTS))
        if part == "test":
            text, variant = lines[len(made) % len(lines)], TEST_VARIANTS[len(made) % len(TEST_VARIANTS)]
        espeak.voice(language, variant)
        wave, events = espeak.say(text, rng.uniform(*WORDS_PER_MINUTE), rng.uniform(20, 80), rng.uniform(20, 90))
        audio = resample_poly(wave.astype(np.float64), 320, 441, window=("kaiser", 8.0))
        audio *= LEVEL * 32768 / max(np.sqrt(np.mean(audio ** 2)), 1)
        before, after = (round(rng.uniform(*BORDER_S) * config.AUDIO_RATE_HZ) for _ in range(2))
        said = bordered(timed(wave, events), before / config.AUDIO_RATE_HZ, (before + len(audio) + after) / config.AUDIO_RATE_HZ)
        audio = np.pad(audio, (before, after))
        made.append({
            "name": f"synth-{language}-{part}{len(made):02d}", "language": language, "voice": f"{language}+{variant}", "text": text,
            "phones": [(symbol, round(a, 5), round(b, 5)) for symbol, a, b in said],
            "audio": np.clip(np.round(audio), -32768, 32767).astype(np.int16)})
    return made


def save(part, made):
    """Keeps utterances whose audio is int16 as cache/synth-PART.npz."""
    audio = np.concatenate([u["audio"] for u in made])
    rows = [{**u, "audio": None, "samples": len(u["audio"])} for u in made]
    unfinished = config.CACHE / f"synth-{part}.part.npz"
    np.savez(unfinished, audio=audio, rows=json.dumps(rows))
    unfinished.replace(config.CACHE / f"synth-{part}.npz")
    print(f"{part}: {len(audio) / config.AUDIO_RATE_HZ / 60:.1f} minutes", flush=True)


def load(part):
    """Utterances of `train`, `test`, `festival` (sounds/festival.py) or `statistical` (sounds/statistical.py): dicts of name, language, voice, text, audio (16 kHz float32), phones [(symbol, start_s, end_s)]."""
    with np.load(config.CACHE / f"synth-{part}.npz") as store:
        audio, rows = store["audio"], json.loads(str(store["rows"]))
    at = 0
    for row in rows:
        row["phones"] = [tuple(phone) for phone in row["phones"]]
        row["audio"] = audio[at:at + row["samples"]].astype(np.float32) / 32768
        at += row.pop("samples")
    return rows


def main():
    espeak = Espeak()
    for part in PLANS:
        made = []
        for language in LANGUAGES:
            new = utterances(espeak, language, part)
            made += new
            print(f"{part} {language}: {len(new)} utterances, {sum(len(u['audio']) for u in new) / config.AUDIO_RATE_HZ:.0f} s", flush=True)
        save(part, made)


if __name__ == "__main__":
    main()
