"""Sounds of many languages as merged classes and as what mouth and tongue do in them.

A phone is (symbol, start_s, end_s); its symbol is one IPA letter, for vowels perhaps with a nasal's tilde, or SILENCE. `split`
makes such phones of what espeak-ng or the labels of EMO-DB call a sound: diphthongs, affricates, aspirates come apart in time.
"""
import re
import unicodedata

import numpy as np

SILENCE = "_"

# Classes: the first letter names it. Voice is kept apart for consonants, nasal vowels go with the others.
CLASSES = [
    SILENCE, "p", "bɓ", "m", "f", "vʋ", "βɸ", "wʍɥ", "tʈ", "dɖɗ", "nɳ", "lɭɫɬ", "rɾɽ", "ɹɻ", "s", "z", "ʃʂɕ", "ʒʐʑ", "θ", "ð",
    "kq", "ɡɢ", "ŋɴ", "ɲ", "cɟ", "xχħ", "ɣʁʕ", "ç", "hɦ", "ʔ", "jʝʎ",
    "i", "ɪᵻ", "yʏʉ", "e", "øɵ", "ɛ", "œ", "æ", "aɐ", "ʌ", "ɑ", "ɔɒ", "o", "ʊ", "u", "ɨɯ", "əɜɚ"]

# What a sound is, in the order: lips closed, teeth on lip, rounded, spread, jaw open, tip of the tongue up, its back up, towards the palate.
FEATURES = ["silence", "lips_closed", "teeth_on_lip", "rounded", "spread", "jaw_open", "tongue_tip", "tongue_back", "palatal",
            "vowel", "front", "back", "nasal", "stop", "fricative", "approximant", "voiced"]

_CONSONANTS = {  # letters: features and how far the jaw is open
    "p": ("stop lips_closed", 0.15), "b": ("stop lips_closed voiced", 0.15), "ɓ": ("stop lips_closed voiced", 0.15),
    "m": ("nasal lips_closed voiced", 0.15), "f": ("fricative teeth_on_lip", 0.1), "v": ("fricative teeth_on_lip voiced", 0.1),
    "ʋ": ("approximant teeth_on_lip=0.8 voiced", 0.15), "β": ("approximant lips_closed=0.5 voiced", 0.2), "ɸ": ("fricative lips_closed=0.5", 0.15),
    "w": ("approximant rounded tongue_back=0.5 voiced", 0.15), "ʍ": ("approximant rounded tongue_back=0.5", 0.15),
    "ɥ": ("approximant rounded palatal voiced", 0.15), "t": ("stop tongue_tip", 0.2), "ʈ": ("stop tongue_tip", 0.25),
    "d": ("stop tongue_tip voiced", 0.2), "ɖ": ("stop tongue_tip voiced", 0.25), "ɗ": ("stop tongue_tip voiced", 0.2),
    "n": ("nasal tongue_tip voiced", 0.2), "ɳ": ("nasal tongue_tip voiced", 0.25), "l": ("approximant tongue_tip voiced", 0.3),
    "ɭ": ("approximant tongue_tip voiced", 0.3), "ɫ": ("approximant tongue_tip tongue_back=0.5 voiced", 0.3), "ɬ": ("fricative tongue_tip", 0.2),
    "r": ("approximant tongue_tip voiced", 0.25), "ɾ": ("approximant tongue_tip voiced", 0.25), "ɽ": ("approximant tongue_tip voiced", 0.3),
    "ɹ": ("approximant tongue_tip=0.5 rounded=0.4 voiced", 0.2), "ɻ": ("approximant tongue_tip=0.5 rounded=0.3 voiced", 0.2),
    "s": ("fricative tongue_tip spread=0.5", 0.05), "z": ("fricative tongue_tip spread=0.5 voiced", 0.05),
    "ʃ": ("fricative rounded=0.5 palatal=0.5 tongue_tip=0.5", 0.05), "ʒ": ("fricative rounded=0.5 palatal=0.5 tongue_tip=0.5 voiced", 0.05),
    "ʂ": ("fricative rounded=0.3 tongue_tip", 0.05), "ʐ": ("fricative rounded=0.3 tongue_tip voiced", 0.05),
    "ɕ": ("fricative spread=0.3 palatal", 0.05), "ʑ": ("fricative spread=0.3 palatal voiced", 0.05),
    "θ": ("fricative tongue_tip", 0.2), "ð": ("fricative tongue_tip voiced", 0.2),
    "k": ("stop tongue_back", 0.3), "q": ("stop tongue_back", 0.35), "ɡ": ("stop tongue_back voiced", 0.3), "ɢ": ("stop tongue_back voiced", 0.35),
    "ŋ": ("nasal tongue_back voiced", 0.3), "ɴ": ("nasal tongue_back voiced", 0.35), "ɲ": ("nasal palatal voiced", 0.2),
    "c": ("stop palatal", 0.2), "ɟ": ("stop palatal voiced", 0.2), "x": ("fricative tongue_back", 0.3), "χ": ("fricative tongue_back", 0.35),
    "ħ": ("fricative", 0.45), "ɣ": ("fricative tongue_back voiced", 0.3), "ʁ": ("fricative tongue_back voiced", 0.35),
    "ʕ": ("approximant voiced", 0.45), "ç": ("fricative palatal spread=0.3", 0.15), "h": ("fricative", 0.4), "ɦ": ("fricative voiced", 0.4),
    "ʔ": ("stop", 0.35), "j": ("approximant palatal spread=0.5 voiced", 0.15), "ʝ": ("fricative palatal spread=0.5 voiced", 0.15),
    "ʎ": ("approximant palatal voiced", 0.25)}

_VOWELS = {  # letters: how far the jaw is open, rounded, spread, front, back
    "i": (0.15, 0, 1, 1, 0), "ɪ": (0.25, 0, 0.7, 0.8, 0), "ᵻ": (0.25, 0, 0.4, 0.5, 0), "y": (0.15, 1, 0, 1, 0), "ʏ": (0.25, 0.8, 0, 0.8, 0),
    "ʉ": (0.15, 1, 0, 0.5, 0.5), "e": (0.4, 0, 0.8, 1, 0), "ø": (0.4, 0.9, 0, 1, 0), "ɵ": (0.4, 0.8, 0, 0.5, 0.5), "ɛ": (0.6, 0, 0.5, 1, 0),
    "œ": (0.6, 0.7, 0, 1, 0), "æ": (0.8, 0, 0.4, 1, 0), "a": (1, 0, 0.1, 0.5, 0.2), "ɐ": (0.75, 0, 0.1, 0.4, 0.4), "ʌ": (0.7, 0, 0, 0, 0.8),
    "ɑ": (1, 0, 0, 0, 1), "ɒ": (0.8, 0.5, 0, 0, 1), "ɔ": (0.6, 0.7, 0, 0, 1), "o": (0.4, 0.9, 0, 0, 1), "ʊ": (0.25, 0.8, 0, 0, 0.8),
    "u": (0.15, 1, 0, 0, 1), "ɨ": (0.2, 0, 0.4, 0.5, 0.5), "ɯ": (0.2, 0.2, 0.3, 0, 1), "ə": (0.4, 0, 0, 0.5, 0.5), "ɜ": (0.45, 0.2, 0, 0.5, 0.5),
    "ɚ": (0.4, 0.3, 0, 0.5, 0.5)}

_TILDE = "\u0303"
_RESPELT = {  # espeak's own ways; the longer ones first
    "r̝̊": "ʃ", "r̝": "ʒ", "ɯᵝ": "ɯ", "sx": "ʃ", "s.": "ʂ", "r.": "ɽ", "i.": "ɨ", "g": "ɡ", "ʰ": "h", "ʲ": "j", "ʷ": "w", "ʱ": "ɦ", "ꭧ": "tʃ"}
_IGNORED = re.compile("\\([a-z-]+\\)|[ˈˌːˑ0-9ˤˠ\\-.\"?'\u0308\u030a\u031c-\u0333\u0339-\u0361]")  # change of language, stress, length, tone, diacritics
_SHORT = {"j": 0.25, "w": 0.25, "h": 0.35, "ɦ": 0.35}  # share of a second part that only colours the first
_STOPS = set("pbɓtʈdɖɗkqɡɢcɟ")


def _table():
    rows = {SILENCE: {"silence": 1.0}}
    for letter, (marks, jaw) in _CONSONANTS.items():
        rows[letter] = {"jaw_open": jaw} | {name: float(value or 1) for name, _, value in (mark.partition("=") for mark in marks.split())}
    for letter, values in _VOWELS.items():
        rows[letter] = {"vowel": 1.0, "voiced": 1.0} | dict(zip(("jaw_open", "rounded", "spread", "front", "back"), values))
        rows[letter + _TILDE] = rows[letter] | {"nasal": 0.7}
    return {symbol: np.array([row.get(name, 0) for name in FEATURES], np.float32) for symbol, row in rows.items()}


_ROWS = _table()
_CLASS = {letter: i for i, letters in enumerate(CLASSES) for letter in letters}


def features(symbol):
    """What the mouth does in a sound: float32 [F], each 0 to 1. KeyError that names an unknown symbol."""
    if symbol not in _ROWS:
        raise KeyError(f"phones: no sound {symbol!r} ({' '.join(f'U+{ord(c):04X}' for c in symbol)}); split() it first, or add it")
    return _ROWS[symbol]


def class_of(symbol):
    """Index into CLASSES; a nasal vowel has its oral one's."""
    features(symbol)
    return _CLASS[symbol[0]]


def parts(name):
    """Symbols that a name like "tʃʰ", "aɪ", "ɐ̃ʊ̃" or "r̝" is made of, in order; [] for marks alone."""
    name = unicodedata.normalize("NFD", name).replace("c\u0327", "ç")
    if name == _TILDE:  # Bengali's nasal after a vowel
        return ["ŋ"]
    for old, new in _RESPELT.items():
        name = name.replace(unicodedata.normalize("NFD", old), new)
    name = _IGNORED.sub("", name)
    symbols = re.findall(f".{_TILDE}?", name)
    symbols = [s if s in _ROWS else s.rstrip(_TILDE) for s in symbols]
    for symbol in symbols:
        features(symbol)
    return [s for i, s in enumerate(symbols) if i == 0 or s != symbols[i - 1]]


def split(name, start, end):
    """[(symbol, start, end)] of a named sound; what only colours it (aspiration, palatalisation) gets the end, halves are equal otherwise."""
    symbols = parts(name)
    if not symbols:
        return [(SILENCE, start, end)]
    shares = np.array([_SHORT.get(s, 1.0) if i and symbols[i - 1] in _CONSONANTS else 1.0 for i, s in enumerate(symbols)])
    edges = start + (end - start) * np.concatenate([[0], np.cumsum(shares) / shares.sum()])
    edges[-1] = end
    return [(s, a, b) for s, a, b in zip(symbols, edges.tolist(), edges[1:].tolist())]


def is_stop(name):
    """Does the sound begin with a closure?"""
    return (parts(name) or [SILENCE])[0] in _STOPS


# EMO-DB's letters that are not IPA; marks, numbers and brackets after them are dropped before.
_EMODB = {"6": "ɐ", "@": "ə", "E": "ɛ", "I": "ɪ", "O": "ɔ", "U": "ʊ", "Y": "ʏ", "A": "ɑ", "9": "œ", "2": "ø", "8": "ɵ", "?": "ʔ", "N": "ŋ",
          "S": "ʃ", "C": "ç", "X": "χ", "R": "r", "4": "ʁ", "B": "β", "D": "ð", "G": "ɣ", "V": "ʋ", "H": "ɦ", "J": "ʝ", "L": "l"}


def from_emodb(label):
    """Name for `split` of one of EMO-DB's labels: "" is silence, None says that the sound before goes on (a label of marks alone)."""
    letters = label.split()[0].split("+")[0].split("-")[0].lstrip("!_[") if label.strip() else ""
    if label.startswith((".", "(")):
        return ""
    if not letters:
        return None
    if letters.endswith(("asp", "as")):  # breath after a stop's burst
        return "h"
    return "".join(_EMODB.get(letter, letter) for letter in letters)


def _integrals(phones, values, frames, rate_hz, start_s):
    """Time integral of each phone's values [n, K] over each frame: [frames, K] in frames; where no phone is, nothing."""
    edges = start_s + np.arange(frames + 1) / rate_hz
    ends = np.array([t for _, a, b in phones for t in (a, b)])
    totals = np.cumsum(np.stack([np.zeros_like(values), values * np.array([[b - a] for _, a, b in phones])], 1).reshape(-1, values.shape[1]), 0)
    columns = [np.interp(edges, ends, column) for column in totals.T]
    return np.diff(np.stack(columns, 1), axis=0) * rate_hz


def coverage(phones, frames, rate_hz, start_s=0.0):
    """Mean features over each frame's time [frames, F], float32; frame i is start_s + [i, i + 1) / rate_hz; silence where no phone is."""
    out = np.zeros((frames, len(FEATURES)))
    if phones:
        values = np.stack([np.append(features(s), 1) for s, _, _ in phones]).astype(np.float64)
        out = _integrals(phones, values, frames, rate_hz, start_s)
        out, known = out[:, :-1], out[:, -1]
    else:
        known = np.zeros(frames)
    out[:, FEATURES.index("silence")] += 1 - known.clip(0, 1)
    return out.clip(0, 1).astype(np.float32)


def class_frames(phones, frames, rate_hz, start_s=0.0):
    """The class that has most of each frame [frames], int64; silence where no phone is."""
    if not phones:
        return np.zeros(frames, np.int64)
    values = np.eye(len(CLASSES))[[class_of(s) for s, _, _ in phones]]
    held = _integrals(phones, values, frames, rate_hz, start_s)
    held[:, 0] += 1 - held.sum(1).clip(0, 1)
    return held.argmax(1)
