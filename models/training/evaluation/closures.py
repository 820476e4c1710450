"""Are lips seen to close: smallest opening at p b m against t d k g n (and m against n, both voiced and loud), told apart by the area
under the curve. Only sounds within speech count, never the first after a silence: there the mouth's start would decide.

GRID: sounds by forced alignment (sounds/align.py), beside the tracked video's own figure. Synthetic speech (sounds/synth.py) of many languages,
with exact times. EMO-DB: hand labels, of the two talkers whom no training heard (sounds/emodb.py).
"""
import numpy as np

import config
from evaluation.statistics import Section, auc, smallest_near
from evaluation.truth import padded
from sounds import align, emodb, phones, synth

CLOSED, OPEN = set("pbm"), set("tdkɡn")
CLOSED_SHARE, SPEECH_PERCENTILE = 0.12, 95  # lips are shut below this share of the opening's percentile
LEAST_COUNT = 8  # sounds of each kind, below which a language's figure would be chance
ASKED_OF_REAL, ASKED_MEAN, ASKED_MIN, ASKED_NASAL, ASKED_LANGUAGES = 0.95, 0.85, 0.75, 0.80, 15
SPREAD_REFERENCE = "en"


def run(context):
    section = Section()
    rows = []
    real = [clip["opening"] for clip in context.grid]
    said = {u["name"]: u for u in align.load("grid")}
    clips = [said[clip["name"]] | dict(audio=clip["audio"]) for clip in context.grid]
    rows.append(row("GRID, real video", clips, real))
    filmed = [u for u in align.load("grid") if f"{u['name']}/opening" in context.store]
    rows.append(row("GRID, real video, all clips", filmed, [context.store[f"{u['name']}/opening"] for u in filmed]))
    rows.append(row("GRID, student", clips, openings(context, clips)))
    acted = emodb.load("test")
    rows.append(row("EMO-DB, talkers never heard", acted, openings(context, acted)))
    spoken = synth.load("test")
    drawn = openings(context, spoken)
    languages = by_language(spoken, drawn)
    rows.append(row("synthetic, all languages", spoken, drawn))
    section.tables += [("Closures: area under the curve", rows), ("Closures by language, synthetic speech in voices never heard", languages)]
    area = [r["pbm_tdkgn"] for r in languages]
    section.figures = dict(sources=rows, languages=languages, deviation_over_languages=float(np.nanstd(area)))
    named = {r["source"]: r for r in rows}
    counted = [r["pbm_tdkgn"] for r in languages if np.isfinite(r["pbm_tdkgn"])]
    section.check("closures: GRID, of the real video's", named["GRID, student"]["pbm_tdkgn"] / named["GRID, real video"]["pbm_tdkgn"], ASKED_OF_REAL)
    section.check("closures: languages counted", len(counted), ASKED_LANGUAGES)
    section.check("closures: mean over languages", np.mean(counted), ASKED_MEAN)
    section.check("closures: worst language", min(counted), ASKED_MIN)
    section.check("closures: m against n, synthetic", named["synthetic, all languages"]["m_n"], ASKED_NASAL)
    return section


def openings(context, utterances):
    """Drawn opening [frames] of each utterance, its sound followed by enough silence for the last frame."""
    frames = [int(np.ceil(len(u["audio"]) / config.FRAME_SAMPLES)) for u in utterances]
    motion = context.served([padded(u["audio"], n) for u, n in zip(utterances, frames)], frames)
    return [context.student.opening(m) for m in motion]


def smallest(utterances, drawn, wanted):
    """Smallest opening near each wanted sound within speech."""
    values = []
    for utterance, opening in zip(utterances, drawn):
        pairs = zip(utterance["phones"], utterance["phones"][1:])
        values += [smallest_near(opening, start, end, config.FRAME_RATE_HZ) for (before, _, _), (symbol, start, end) in pairs
                   if symbol in wanted and before != phones.SILENCE and start * config.FRAME_RATE_HZ < len(opening)]
    return values


def row(name, utterances, drawn):
    kinds = {kind: smallest(utterances, drawn, wanted) for kind, wanted in dict(closed=CLOSED, open=OPEN, m={"m"}, n={"n"}).items()}
    limit = CLOSED_SHARE * np.percentile(np.concatenate(drawn), SPEECH_PERCENTILE)
    return dict(source=name, closed=len(kinds["closed"]), open=len(kinds["open"]), pbm_tdkgn=auc(kinds["closed"], kinds["open"]),
                m=len(kinds["m"]), n=len(kinds["n"]), m_n=auc(kinds["m"], kinds["n"]),
                pbm_shut=share_under(kinds["closed"], limit), tdkgn_shut=share_under(kinds["open"], limit))


def share_under(values, limit):
    return float(np.mean(np.array(values) < limit)) if values else float("nan")


def by_language(utterances, drawn):
    """A row per language: its areas and the spread of its opening beside the reference's; NaN where there are too few sounds."""
    spread = {}
    rows = []
    base = [u["language"].split("-")[0] for u in utterances]  # both Englishes are one language
    for language in sorted(set(base)):
        mine = [i for i, other in enumerate(base) if other == language]
        found = row(language, [utterances[i] for i in mine], [drawn[i] for i in mine])
        if min(found["closed"], found["open"]) < LEAST_COUNT:
            found["pbm_tdkgn"] = float("nan")
        if min(found["m"], found["n"]) < LEAST_COUNT:
            found["m_n"] = float("nan")
        spread[language] = float(np.concatenate([drawn[i] for i in mine]).std())
        rows.append(found)
    return [found | dict(spread_over_english=spread[found["source"]] / spread[SPREAD_REFERENCE]) for found in rows]
