"""Speech by Festival's recorded voices, each sound with its time: `python -m sounds.festival` writes cache/synth-festival.npz, as sounds/synth.py does.

Recorded throats beside espeak-ng's formants: diphones, and one voice by statistics (HTS). They say the training sentences of
texts/, and words that only differ in a consonant. Left out are kal and slt, whose speakers are flite's, which is kept for tests.
Needs the program festival and its voices; the message that names what is missing says how to install them.
"""
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly

import config
from sounds import phones, synth

PACKAGES = ("festival festvox-kdlpc16k festvox-italp16k festvox-itapc16k festvox-czech-dita festvox-czech-krb festvox-czech-machac festvox-czech-ph "
            "festvox-suopuhe-lj festvox-suopuhe-mv festvox-ca-ona-hts festival-hi festvox-hi-nsk")
VOICES = {  # Festival's name: language, and the encoding that its reader expects
    "ked_diphone": ("en-us", "latin-1"), "lp_diphone": ("it", "latin-1"), "pc_diphone": ("it", "latin-1"), "czech_dita": ("cs", "iso8859-2"),
    "czech_krb": ("cs", "iso8859-2"), "czech_machac": ("cs", "iso8859-2"), "czech_ph": ("cs", "iso8859-2"), "suo_fi_lj_diphone": ("fi", "latin-1"),
    "hy_fi_mv_diphone": ("fi", "latin-1"), "upc_ca_ona_hts": ("ca", "latin-1"),
    "hindi_NSK_diphone": ("hi", "utf-8")}  # Russian's cut units (festvox-ru) come without their true times
_SPELT = {  # what a language's voices call a sound, where that is not nearly IPA
    "en-us": "aa ɑ ae æ ah ʌ ao ɔ aw aʊ ax ə axr ɚ ay aɪ ch tʃ dh ð dx ɾ eh ɛ el əl em m en n er ɜ ey eɪ hh h hv ɦ ih ɪ iy i jh dʒ nx n ng ŋ ow oʊ "
          "oy ɔɪ r ɹ sh ʃ th θ uh ʊ uw u y j zh ʒ brth _ h# _",
    "it": "E ɛ O ɔ S ʃ Z ʒ tS tʃ dZ dʒ J ɲ ng ŋ nf n L ʎ",
    "cs": "c ts c~ tʃ ch x d~ ɟ dz~ dʒ h ɦ n* ŋ n~ ɲ r~ ʒ r~* ʃ s~ ʃ t~ c z~ ʒ",
    "fi": "@ æ 7 ø N ŋ D ð T θ S ʃ Z ʒ L ʎ",
    "ca": "ax ə E ɛ O ɔ J ɲ L ʎ rr r S ʃ Z ʒ",
    "hi": "a ə aa ɑ ih ɪ iy i uh ʊ uw u eh ɛ ee e ay ɛ oh ɔ oo o aw ɔ @ ə g ɡ kh kh gh ɡɦ ch tʃ T ʈ D ɖ N ɳ th t dh d tth th ddh dɦ bh bɦ zh ɻ y j v ʋ "
          "L ɭ R ɽ sh ʃ ksh kʃ sri ʃri x kʃ j dʒ"}
SPELT = {language: dict(zip(table.split()[::2], table.split()[1::2])) for language, table in _SPELT.items()}
SILENCES = ("pau", "#", "##", "_")
WORD_UTTERANCES, WORDS, STRETCH = (3 if config.SMOKE else 30), 6, (0.8, 1.5)
CONSONANTS, VOWELS = list("mmmnnnbbppddttgkls"), list("aaaaeiou")
DEVANAGARI = dict(zip("mnbpdtgkls", "मनबपदतगकलस")), dict(zip("aeiou", "आएईओऊ")), dict(zip("aeiou", "ाेीोू"))  # consonants, vowels that begin, that follow
LEAST_S = 0.6  # a shorter utterance was not read


def words(rng, language):
    """Nonsense words that differ in their consonants, as text."""
    def word():
        made = rng.choice(VOWELS)
        for _ in range(rng.integers(1, 3)):
            made += rng.choice(CONSONANTS) + rng.choice(VOWELS)
        return made
    made = [word() for _ in range(WORDS)]
    if language == "hi":
        consonants, first, following = DEVANAGARI
        made = [first[w[0]] + "".join(consonants.get(c) or following[c] for c in w[1:]) for w in made]
    return " ".join(made) + "."


def texts(rng, language):
    lines = synth.sentences(language, "train")
    return (lines[:2] if config.SMOKE else lines) + [words(rng, language) for _ in range(WORD_UTTERANCES)]


def script(voice, lines, stretches):
    """Festival's commands that say each line into NUMBER.wav with NUMBER.lab beside; a line that cannot be read is passed over."""
    say = "\n".join(f'(unwind-protect (begin (Parameter.set \'Duration_Stretch {stretch:.2f}) (set! u (utt.synth (Utterance Text "{line}")))'
                    f' (utt.save.wave u "{i}.wav" \'riff) (utt.save.segs u "{i}.lab")) nil)'
                    for i, (line, stretch) in enumerate(zip(lines, stretches)))
    return f"(voice_{voice})\n{say}\n"


def labelled(file, language):
    """Phones [(symbol, start_s, end_s)] of a label file: rows of end, colour, name."""
    found, start = [], 0.0
    for row in file.read_text().split("#\n", 1)[1].splitlines():
        end, _, name = row.split()[:3]
        found += phones.split(sound_of(name, language), start, float(end)) if float(end) > start else []
        start = float(end)
    return found


def sound_of(name, language):
    """IPA of a voice's name for a sound; its marks of length and stress are dropped."""
    if name in SILENCES:
        return phones.SILENCE
    plain = name if name in SPELT[language] else re.sub(r"[:1]$", "", name)
    return SPELT[language].get(plain, plain)


def utterances(voice, seed=9):
    """A voice's utterances: dicts as synth.load gives them, audio as int16."""
    language, encoding = VOICES[voice]
    rng, made = np.random.default_rng([seed, sorted(VOICES).index(voice)]), []
    lines = [re.sub(r'["\\]', "", line) for line in texts(rng, language)]
    lines = [line for line in lines if line.encode(encoding, "ignore").decode(encoding) == line]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "say.scm").write_bytes(script(voice, lines, np.exp(rng.uniform(*np.log(STRETCH), len(lines)))).encode(encoding))
        try:
            done = subprocess.run(["festival", "-b", "say.scm"], cwd=folder, capture_output=True)
        except FileNotFoundError as error:
            raise SystemExit(f"festival is missing (Debian: apt-get install {PACKAGES}).") from error
        for i, line in enumerate(lines):
            if not (folder / f"{i}.wav").exists() or not (folder / f"{i}.lab").exists():
                continue
            audio, rate = soundfile.read(folder / f"{i}.wav")
            audio, said = resample_poly(audio, config.AUDIO_RATE_HZ, rate), labelled(folder / f"{i}.lab", language)
            if len(audio) < LEAST_S * config.AUDIO_RATE_HZ or not said:
                continue
            audio = audio * synth.LEVEL * 32768 / max(np.sqrt((audio ** 2).mean()), 1e-4)
            made.append(dict(name=f"festival-{voice}-{i:02d}", language=language, voice=voice, text=line, phones=synth.bordered(said, 0, len(audio) / config.AUDIO_RATE_HZ),
                             audio=np.clip(np.round(audio), -32768, 32767).astype(np.int16)))
    if not made:
        raise SystemExit(f"festival: voice {voice} said nothing (Debian: apt-get install {PACKAGES}): {done.stderr.decode(errors='replace')[-300:]}")
    return made


def main():
    made = []
    for voice in VOICES:
        new = utterances(voice)
        made += new
        print(f"festival: {voice}: {len(new)} utterances, {sum(len(u['audio']) for u in new) / config.AUDIO_RATE_HZ:.0f} s", flush=True)
    synth.save("festival", made)


if __name__ == "__main__":
    main()
