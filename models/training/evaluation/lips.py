"""How well the lips follow: the student as served, at the lag that is served, beside the baselines of the brief (lips.md): loudness,
linear log-mel, a plain regressor; on GRID clips, other people and FACEGOOD kept out of training, and on the same GRID clips in other
throats (pitch and formants moved together; the lips stay known exactly).
"""
import numpy as np

from evaluation import altered_sounds, baselines, truth
from evaluation.statistics import Section, agreement
from face import mesh
from motion import facegood

ASKED_R, ASKED_SPREAD = 0.85, (0.8, 1.25)
ASKED_MOVED = {0.85: 0.81, 1.2: 0.81, 1.4: 0.77}  # least r on speech frames by factor
ASKED_OVER_BASELINES = 0.08  # on FACEGOOD
SIGNALS = ("opening", "width", "jaw")


def run(context):
    section = Section()
    rows = []
    for group, clips in (("grid", context.grid), ("talking", context.talking), ("facegood", context.facegood)):
        rows += compare(context, group, clips)
    rows += facegood_by_itself(context)
    section.tables.append((f"Lips against the tracked truth ({context.part} clips; one sample, lag 0)", rows))
    section.tables.append(("Landmark error over the lips, of the eye corners' distance", [landmarks(context, g, c) for g, c in (
        ("grid", context.grid), ("talking", context.talking))]))
    moved = [row for factor in ASKED_MOVED for row in in_other_throat(context, factor)]
    section.tables.append((f"The same GRID clips, pitch and formants moved ({context.part})", moved))
    section.figures = dict(rows=rows, landmarks=section.tables[1][1], moved=moved)
    judge(section, rows, moved)
    return section


def methods(context, sounds, frames, motion):
    """name -> list of {opening, width, jaw}, each [frames]."""
    made = {"student": [context.student.distances(m) for m in motion]}
    return made | {name: [predict(s, n) for s, n in zip(sounds, frames)] for name, predict in context.baselines.items()}


def compare(context, group, clips):
    """Rows of the table, by method and signal."""
    sounds, frames = [c["audio"] for c in clips], [len(c["opening"]) for c in clips]
    sounds = [truth.padded(s, n) for s, n in zip(sounds, frames)]
    drawn = methods(context, sounds, frames, context.served(sounds, frames))
    return [score(group, signal, name, made, clips) for name, made in drawn.items() for signal in SIGNALS if signal in clips[0]]


def score(group, signal, name, made, clips):
    """Figures on all frames that the tracker saw (whole) and on those in which somebody speaks (speech)."""
    whole = agreement([(m[signal], c[signal], c["seen"]) for m, c in zip(made, clips)])
    speech = agreement([(m[signal], c[signal], c["seen"] & c["spoken"]) for m, c in zip(made, clips)])
    return dict(clips=f"{group} ({len(clips)})", method=name, signal=signal, whole=whole["r"], speech=speech["r"], per_clip=speech["per_clip"],
                best_lag=speech["best_lag"], spread=speech["spread"] if group != "facegood" else None)


def facegood_by_itself(context):
    """The linear baselines fitted on FACEGOOD's other clips, the same woman: the harder bar."""
    fitted = baselines.fit([facegood.load(name) for name in facegood.TRAIN])
    made = {f"{name}, her own": [predict(c["audio"], len(c["opening"])) for c in context.facegood] for name, predict in fitted.items()}
    return [score("facegood", "opening", name, values, context.facegood) for name, values in made.items()]


def landmarks(context, group, clips):
    """Mean distance of the 40 lip points, drawn against tracked, each displaced from its own closed mouth."""
    frames = [len(c["opening"]) for c in clips]
    motion = context.served([truth.padded(c["audio"], n) for c, n in zip(clips, frames)], frames)
    error = {"speech": [], "whole": [], "still mouth": []}
    for clip, made in zip(clips, motion):
        drawn = (context.student.points(made, mesh.LIPS) - context.student.neutral[mesh.LIPS])[..., :2]
        off = np.linalg.norm(drawn - clip["lips"], axis=-1).mean(1)  # [frames]
        error["whole"].append(off[clip["seen"]])
        error["speech"].append(off[clip["seen"] & clip["spoken"]])
        error["still mouth"].append(np.linalg.norm(clip["lips"], axis=-1).mean(1)[clip["seen"] & clip["spoken"]])
    return dict(clips=f"{group} ({len(clips)})", **{key: float(np.concatenate(values).mean()) for key, values in error.items()})


def in_other_throat(context, factor):
    frames = [len(c["opening"]) for c in context.grid]
    sounds = [truth.padded(altered_sounds.throat(c["audio"], factor), n) for c, n in zip(context.grid, frames)]
    drawn = methods(context, sounds, frames, context.served(sounds, frames))
    return [score(f"grid x{factor}", "opening", name, made, context.grid) for name, made in drawn.items()]


def judge(section, rows, moved):
    """What the issue asks of the opening, on speech frames."""
    found = {(row["clips"].split(" (")[0], row["method"]): row for row in rows + moved if row["signal"] == "opening"}
    section.check("lips: GRID, r of opening on speech", found["grid", "student"]["speech"], ASKED_R)
    for factor, least in ASKED_MOVED.items():
        section.check(f"lips: GRID x{factor}, r on speech", found[f"grid x{factor}", "student"]["speech"], least)
    for group in ("grid", "talking", *(f"grid x{factor}" for factor in ASKED_MOVED)):
        section.check(f"lips: {group}, spread of opening over the real", found[group, "student"]["spread"], *ASKED_SPREAD)
    rivals = [row["speech"] for (group, name), row in found.items() if group == "talking" and name in ("linear", "regressor")]
    section.check("lips: talking, r over the linear map and the regressor", found["talking", "student"]["speech"] - max(rivals), 0)
    bars = [row["speech"] for (group, name), row in found.items() if group == "facegood" and name.startswith(("loudness", "linear"))]
    section.check("lips: FACEGOOD, r over loudness and the linear map", found["facegood", "student"]["speech"] - max(bars), ASKED_OVER_BASELINES)
