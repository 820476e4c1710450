"""espeak-ng as a library: text in, speech and the exact time of each of its sounds out.

It is a tool of the training (libespeak-ng.so.1, GPL-3.0-or-later); nothing of it is shipped or linked with what is.
"""
import ctypes

import numpy as np

from sounds import phones

RATE_HZ = 22_050
VOICES = {"en-gb": "en", "cmn": "cmn-latn-pinyin"}  # where espeak names the voice otherwise
CLOSURE_S = 0.09  # of a silence before a stop this much is the stop's own
GAP_S = 0.025  # a shorter one is no silence of its own
BURST_SAMPLES, BURST_DB = 110, 18  # a stop bursts where the level of its high frequencies rises by this within 5 ms
BREATH_S = 0.012  # a shorter breath after a burst is the next sound's
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
        try:
            self.library = ctypes.CDLL("libespeak-ng.so.1")
        except OSError as error:
            raise SystemExit("espeak: libespeak-ng.so.1 is missing; install it (Debian: libespeak-ng1).") from error
        rate = self.library.espeak_Initialize(self.RETRIEVE, 500, None, self.PHONEMES_IN_IPA)
        if rate != RATE_HZ:
            raise SystemExit(f"espeak-ng speaks at {rate} Hz, not at {RATE_HZ}: another version?")
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
    seconds = lambda sample: sample / RATE_HZ
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
            closed_from = max(quiet_from, end - int(CLOSURE_S * RATE_HZ))
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
        elif not voiced and end - burst > BREATH_S * RATE_HZ or following == phones.SILENCE:
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
