"""Minimal pairs by an engine that no training heard (evaluation/flite.py): in aba apa ama the lips must be seen to close, in ada ata aga ana asa not.

Closed: the smallest opening from one frame before the consonant to one after it lies under CLOSED_SHARE of the 95th percentile of
the opening in that voice's running speech.
"""
import numpy as np

import config
from evaluation import flite as flite
from evaluation.closures import CLOSED_SHARE, SPEECH_PERCENTILE
from evaluation.statistics import Section, smallest_near
from evaluation.truth import padded

CLOSED, OPEN = ("b", "p", "m"), ("d", "t", "g", "n", "s")
ASKED_CLOSED, ASKED_OPEN = 0.90, 0.10
STRETCHES = (0.9, 1.0, 1.2, 1.5)
CARRIERS = (  # what is said before and after, in CMU sounds
    ("pau", "pau"), ("pau hh iy s eh d", "n aw pau"), ("pau dh ah w er d ih z", "ax g eh n pau"), ("pau s ey", "t uw y uw pau"),
    ("pau ay hh er d dh ax l aw d", "ae n d l eh f t pau"))
SENTENCES = (
    "The old boat came slowly back to the harbour before dark.", "Most people buy apples and bread on Monday mornings.",
    "She opened the window and watched five large birds fly away.", "My brother plays football with a few friends after school.",
    "We should probably leave now, because the last bus departs at nine.", "How much water does a garden of this size really need?")


def run(context):
    section = Section()
    rows = [of_voice(context, voice) for voice in flite.VOICES]
    closed = float(np.mean([row[c] for row in rows for c in CLOSED]))
    opened = float(np.mean([row[c] for row in rows for c in OPEN]))
    section.tables.append((f"Minimal pairs by flite: share of closed lips by consonant, {len(CARRIERS) * len(STRETCHES)} of each", rows))
    section.figures = dict(voices=rows, closed=closed, open=opened)
    section.check("pairs: closed in aba apa ama", closed, ASKED_CLOSED)
    section.check("pairs: closed in ada ata aga ana asa", opened, None, ASKED_OPEN)
    return section


def of_voice(context, voice):
    """Share of closed lips by consonant, and the opening in eye-corner distances that counts as closed."""
    running = [flite.say(voice, text=sentence)[0] for sentence in SENTENCES]
    words = [(consonant, *word(voice, consonant, before, after, stretch)) for consonant in CLOSED + OPEN for before, after in CARRIERS for stretch in STRETCHES]
    sounds = running + [audio for _, audio, _ in words]
    frames = [int(np.ceil(len(audio) / config.FRAME_SAMPLES)) for audio in sounds]
    motion = context.served([padded(audio, n) for audio, n in zip(sounds, frames)], frames)
    openings = [context.student.opening(made) for made in motion]
    limit = CLOSED_SHARE * np.percentile(np.concatenate(openings[:len(running)]), SPEECH_PERCENTILE)
    closed = {consonant: [] for consonant in CLOSED + OPEN}
    for (consonant, _, (start, end)), opening in zip(words, openings[len(running):]):
        closed[consonant].append(smallest_near(opening, start, end, config.FRAME_RATE_HZ) < limit)
    return dict(voice=voice, limit=float(limit), **{consonant: float(np.mean(values)) for consonant, values in closed.items()})


def word(voice, consonant, before, after, stretch):
    """audio [n] of a word between its carrier, and the consonant's (start_s, end_s)."""
    audio, times = flite.say(voice, sounds=f"{before} aa {consonant} aa {after}", stretch=stretch)
    at = len(before.split()) + 1
    return audio, times[at][1:]
