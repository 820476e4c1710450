"""Synthetic speech of many languages and voices, each sound with its exact time: `python synth.py` writes cache/synth-*.npz.

espeak-ng (libespeak-ng.so.1, run as a tool, nothing of it is shipped) says the sentences of texts/ in voices drawn by seed.
Words shuffled and numbers make more of them. The `test` part has sentences and voices that `train` never has.
"""
import ctypes
import json
import re
import zlib

import numpy as np
from scipy.signal import resample_poly

import config
import phones

ESPEAK_RATE_HZ = 22_050
LANGUAGES = {  # espeak's voice: file in texts/
    "en-gb": "en", "en-us": "en", "de": "de", "fr": "fr", "es": "es", "es-419": "es", "it": "it", "pt": "pt", "pt-br": "pt", "nl": "nl",
    "pl": "pl", "ru": "ru", "cs": "cs", "sv": "sv", "tr": "tr", "fi": "fi", "hu": "hu", "ro": "ro", "el": "el", "hi": "hi", "bn": "bn",
    "ar": "ar", "fa": "fa", "ur": "ur", "ja": "ja", "ko": "ko", "cmn": "cmn", "vi": "vi", "id": "id", "sw": "sw", "ca": "ca", "mi": "mi"}
VOICES = {"en-gb": "en", "cmn": "cmn-latn-pinyin"}  # where espeak names the voice otherwise
TEST_SENTENCES = 5  # the last ones of each file
TEST_VARIANTS = ["f4", "m7", "klatt3", "belinda", "victor", "max"]
TRAIN_VARIANTS = (
    "m1 m2 m3 m4 m5 m6 m8 f1 f2 f3 f5 klatt klatt2 klatt4 klatt5 klatt6 Alex Alicia Andrea Andy Annie Denis Gene Hugo Jacky Lee Marco "
    "Michael Mike adam anika antonio aunty benjamin boris caleb david ed edward grandma grandpa iven iven3 linda marcelo michel miguel "
    "norbert pablo paul pedro quincy rob robert sandro shelby steph travis zac").split()
WORDS_PER_MINUTE = (100, 220)
PLANS = {"train": {"sentence": 16, "pair": 10, "shuffle": 18, "numbers": 6}, "test": {"sentence": 6}}  # utterances of a language
CLOSURE_S = 0.09  # of a silence before a stop this much is the stop's own
GAP_S = 0.025  # a shorter one is no silence of its own
BORDER_S = (0.1, 0.6)  # silence before and after an utterance
BURST_SAMPLES, BURST_DB = 110, 18  # a stop bursts where the level of its high frequencies rises by this within 5 ms
BREATH_S = 0.012  # a shorter breath after a burst is the next sound's
LEVEL = 10 ** (-23 / 20)  # of an utterance, root mean square
QUIET = 3  # of 32768: espeak's pauses are zeros, or nearly


class _Name(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_void_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("unique", ctypes.c_uint), ("text_position", ctypes.c_int), ("length", ctypes.c_int),
                ("audio_ms", ctypes.c_int), ("sample", ctypes.c_int), ("user", ctypes.c_void_p), ("id", _Name)]


class Espeak:
    """libespeak-ng without a loudspeaker: text in, samples and phone events out."""

    RETRIEVE, PHONEMES_IN_IPA, UTF8, PHONEME_EVENT, IPA_TEXT = 2, 3, 1, 7, 2
    RATE, PITCH, RANGE = 1, 3, 4

    def __init__(self):
        self.library = ctypes.CDLL("libespeak-ng.so.1")
        rate = self.library.espeak_Initialize(self.RETRIEVE, 500, None, self.PHONEMES_IN_IPA)
        if rate != ESPEAK_RATE_HZ:
            raise SystemExit(f"espeak-ng speaks at {rate} Hz, not at {ESPEAK_RATE_HZ}: another version?")
        self.library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))
        self.callback = callback(self._take)  # kept, or it is collected while C holds it
        self.library.espeak_SetSynthCallback(self.callback)

    def _take(self, wave, count, events):
        i = 0
        while events[i].type:
            if events[i].type == self.PHONEME_EVENT:
                name = ctypes.string_at(ctypes.addressof(events[i]) + _Event.id.offset, 8).split(b"\0")[0]
                self.events.append((events[i].sample, name.decode("utf-8", "ignore")))
            i += 1
        if count > 0:
            self.pieces.append(np.ctypeslib.as_array(wave, (count,)).copy())
        return 0

    def voice(self, language, variant=""):
        if self.library.espeak_SetVoiceByName(f"{VOICES.get(language, language)}+{variant}".rstrip("+").encode()):
            raise SystemExit(f"espeak-ng has no voice {language}+{variant}.")

    def transcribe(self, text):
        """Phonemes of the text in IPA, as one string with blanks between words; a switch of language shows as "(en)"."""
        at, said = ctypes.c_char_p(text.encode()), []
        pointer = ctypes.pointer(at)
        while at.value:
            said.append(self.library.espeak_TextToPhonemes(pointer, self.UTF8, self.IPA_TEXT).decode())
        return " ".join(said)

    def say(self, text, rate=175, pitch=50, spread=50):
        """Samples at 22.05 kHz, int16, and events [(sample, name)] as espeak gives them: "" is a pause."""
        self.events, self.pieces = [], []
        for parameter, value in ((self.RATE, rate), (self.PITCH, pitch), (self.RANGE, spread)):
            self.library.espeak_SetParameter(parameter, int(value), 0)
        data = text.encode() + b"\0"
        self.library.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, 1, 0, self.UTF8, None, None)
        self.library.espeak_Synchronize()
        return np.concatenate(self.pieces), self.events


def timed(wave, events):
    """Phones [(symbol, start_s, end_s)] from espeak's events; without holes, silences as phones.SILENCE.

    espeak counts the silence before a stop to the sound before: here it is the stop's closure, and what is longer is silence.
    """
    seconds = lambda sample: sample / ESPEAK_RATE_HZ
    events = [(at, name) for at, name in events if not name or phones.parts(name)]  # marks alone are no sound
    marks = [(0, "")] + events + [(len(wave), "")]
    segments = [[name or phones.SILENCE, a, b] for (a, name), (b, _) in zip(marks, marks[1:]) if b > a]
    out, loud = [], np.abs(wave.astype(np.int32)) > QUIET
    segments = without_links(segments, loud)
    for i, (symbol, start, end) in enumerate(segments):
        following = segments[i + 1][0] if i + 1 < len(segments) else phones.SILENCE
        sounding = np.nonzero(loud[start:end])[0]
        quiet_from = start + (sounding[-1] + 1 if len(sounding) else 0)
        if phones.is_stop(following):
            closed_from = max(quiet_from, end - int(CLOSURE_S * ESPEAK_RATE_HZ))
            segments[i + 1][1] = end = closed_from
        if symbol != phones.SILENCE and not phones.is_stop(symbol) and seconds(end - quiet_from) > GAP_S:
            out.append((symbol, start, quiet_from))
            symbol, start = phones.SILENCE, quiet_from
        if end > start:
            out.append((symbol, start, end))
    return [(part, seconds(a), seconds(b)) for symbol, a, b in released(wave, out) for part, a, b in phones.split(symbol, a, b)]


def released(wave, segments):
    """Stops ended where they burst: what is left of them is breath, or the affricate's second part, or the voiced sound that follows."""
    shine = np.convolve(np.diff(wave.astype(np.float64), 2, prepend=[0, 0]) ** 2, np.ones(BURST_SAMPLES // 2) * 2 / BURST_SAMPLES, "same")
    shine = 10 * np.log10(shine + 1)  # level of what is high in frequency
    out, early = [], None
    for i, (symbol, start, end) in enumerate(segments):
        start, early = start if early is None else early, None
        names = phones.parts(symbol)
        if not names or not phones.is_stop(symbol) or end - start < 3 * BURST_SAMPLES:
            out.append((symbol, start, end))
            continue
        rise = shine[start + 2 * BURST_SAMPLES:end] - shine[start + BURST_SAMPLES:end - BURST_SAMPLES]
        burst = start + 2 * BURST_SAMPLES + int(rise.argmax()) + BURST_SAMPLES // 2
        if rise.max() < BURST_DB or burst >= end:
            out.append((symbol, start, end))
            continue
        out.append((names[0], start, burst))
        following = segments[i + 1][0] if i + 1 < len(segments) else phones.SILENCE
        voiced = phones.features(names[0])[phones.FEATURES.index("voiced")] > 0
        if names[1:]:
            out.append(("".join(names[1:]), burst, end))
        elif not voiced and end - burst > BREATH_S * ESPEAK_RATE_HZ or following == phones.SILENCE:
            out.append(("ə" if voiced else "h", burst, end))
        else:
            early = burst
    return out


def without_links(segments, loud):
    """Nameless segments that sound are no pauses but glides between two sounds: an r has the one before it, else the sound before has it."""
    kept = []
    for i, (symbol, start, end) in enumerate(segments):
        if symbol == phones.SILENCE and 0 < i < len(segments) - 1 and loud[start:end].mean() > 0.3:
            if kept[-1][0] != phones.SILENCE and segments[i + 1][0][:1] not in tuple("rɾɹɽ"):
                kept[-1][2] = end
            else:
                segments[i + 1][1] = start
        else:
            kept.append([symbol, start, end])
    return kept


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


def load(part):
    """Utterances of `train` or `test`: dicts of name, language, voice, text, audio (16 kHz float32), phones [(symbol, start_s, end_s)]."""
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
        audio = np.concatenate([u["audio"] for u in made])
        rows = [{**u, "audio": None, "samples": len(u["audio"])} for u in made]
        unfinished = config.CACHE / f"synth-{part}.part.npz"
        np.savez(unfinished, audio=audio, rows=json.dumps(rows))
        unfinished.replace(config.CACHE / f"synth-{part}.npz")
        print(f"{part}: {len(audio) / config.AUDIO_RATE_HZ / 60:.1f} minutes", flush=True)


if __name__ == "__main__":
    main()
