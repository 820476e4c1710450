"""How alive the head is: what few steps could cost shows here, since sound nearly decides the lips but not the head. Variance within 3 s
(the real clips' length, so the same estimator), acceleration, and how far apart two seeds are, beside the real man's and the
undistilled net's at as many steps.

"served" has the behaviour's gaze, sway and breath; "model" and the nets are given the real clips' blinks and gaze, and nothing is added.
"""
import itertools

import numpy as np
import torch

import config
from evaluation import prepared
from evaluation.roll import job
from evaluation.statistics import Section, acceleration, fast_share, within_clips
from evaluation.truth import padded
from motion import data, noise

CONVERSATIONS, SEEDS = 4, 8
LIP_TEMPERATURE = 0.5  # as served
DRAWS = 3  # of each conversation, so that the student's own variance is known well
FAST_HZ = 2  # the head's spectrum: share of its variance above
HEAD, GAZE = slice(24, 27), config.GAZE
ASKED_VARIANCE, ASKED_APART = (0.75, 1.25), 0.5
NETS = (("teacher", 32), ("teacher", 2))


def run(context):
    section = Section()
    talks = conversations(context)
    real = np.concatenate([talk["motion"] for talk in talks])
    rows = [row("real", real, real)]
    often = list(enumerate(talks * DRAWS))
    served = np.concatenate([cut(made) for made in context.student.roll([job(t["audio"], i, t["frames"]) for i, t in often])])
    rows.append(row("served", served, real))
    alone = context.student.roll([job(t["audio"], i, t["frames"], cues=t["cues"]) for i, t in often])
    rows.append(row("model", np.concatenate([cut(made) for made in alone]), real))
    for name, steps in NETS:
        net = prepared.net_from(name)
        if net is not None:
            made = roll_net(net, talks, steps, config.GUIDANCE if name == "teacher" else 1.0)
            rows.append(row(f"{name}, {steps} steps", np.concatenate([cut(m) for m in made]), real))
    seeds = apart(context, talks[0])
    jitter = [jitter_row(context, "real", real), jitter_row(context, "served", served)]
    section.tables += [(f"Variance within 3 s over the real one's ({context.part} clips)", rows), ("Mean acceleration, a frame squared, and the head's range within 3 s", jitter),
                       (f"Distance of {SEEDS} seeds, 1 where they know nothing of each other", [seeds])]
    section.figures = dict(variance=rows, jitter=jitter, seeds=seeds)
    section.check("alive: head's variance as served over the real", rows[1]["head"], *ASKED_VARIANCE)
    section.check("alive: gaze's variance as served over the real", rows[1]["gaze"], *ASKED_VARIANCE)
    undistilled = {r["motion"]: r for r in rows}.get("teacher, 2 steps")
    if undistilled is not None:
        section.check("alive: head's variance farther from the real in the undistilled net, by", off(undistilled["head"]) - off(rows[2]["head"]), 0)
    section.check("alive: least distance of two seeds, head", seeds["head_least"], ASKED_APART)
    section.check("alive: least distance of two seeds, gaze", seeds["gaze_least"], ASKED_APART)
    return section


def off(ratio):
    return abs(np.log(ratio))


def conversations(context):
    """The part's clips one after another in CONVERSATIONS talks: audio [n], motion [clips, 75, D], cues [frames, 3], spoken [frames]."""
    clips = [c for c in context.grid if c["seen"].all() and len(c["opening"]) == data.FRAMES]
    talks = []
    for mine in (clips[i::CONVERSATIONS] for i in range(CONVERSATIONS)):
        motion = np.stack([context.store[f"{c['name']}/motion"] for c in mine])
        audio = np.concatenate([padded(c["audio"], data.FRAMES)[:data.FRAMES * config.FRAME_SAMPLES] for c in mine])
        talks.append(dict(audio=audio, motion=motion, frames=motion.shape[0] * data.FRAMES, cues=np.concatenate([data.cues(m) for m in motion]),
                          spoken=np.concatenate([c["spoken"] for c in mine])))
    return talks


def cut(motion):
    """[frames, D] -> [clips, 75, D], without the mood's rows; the first clip, in which the head starts from rest, is left out."""
    return motion[:, :config.D].reshape(-1, data.FRAMES, config.D)[1:]


def row(name, motion, real):
    share = within_clips(motion) / within_clips(real)
    total = lambda part: float(within_clips(motion)[part].sum() / within_clips(real)[part].sum())
    each = dict(zip(("pitch", "yaw", "roll"), share[HEAD].tolist())) | dict(zip(("gaze_x", "gaze_y"), share[GAZE].tolist()))
    fast = fast_share(motion, config.FRAME_RATE_HZ, FAST_HZ)[HEAD].mean()
    return dict(motion=name, head=total(HEAD), gaze=total(GAZE), **each, blink=float(share[config.BLINK].mean()),
                translation=total(slice(27, 30)),
                head_above_2_hz=float(fast))


def jitter_row(context, name, motion):
    """Mean acceleration of opening (eye-corner distances) and head (radians), and how far the head goes within a clip, in degrees."""
    speed = lambda values: float(np.mean([acceleration(clip) for clip in values]))
    turns = dict(zip(("pitch", "yaw", "roll"), np.moveaxis(motion[..., HEAD], -1, 0)))
    return dict(motion=name, opening=speed(context.student.opening(motion)), **{axis: speed(values) for axis, values in turns.items()},
                **{f"{axis}_range_deg": float(np.degrees(np.ptp(values, axis=1)).mean()) for axis, values in turns.items()})


def roll_net(net, talks, steps, guidance, head_temperature=1.0, seed=0):
    """Motion [frames, D] of each talk by a net in torch, talks cut to the shortest; given cues, told that it speaks."""
    frames = min(t["frames"] for t in talks) // max(config.WINDOWS) * max(config.WINDOWS)
    sound = torch.tensor(np.stack([padded(t["audio"], frames) for t in talks]))
    conditions = torch.zeros(len(talks), frames, config.C)
    conditions[:, :, config.STATES.index("speaking")] = 1
    conditions[:, :, len(config.STATES):len(config.STATES) + 3] = torch.tensor(np.stack([t["cues"][:frames] for t in talks]))
    drawn = np.stack([noise.normal(seed + i, range(frames), config.D) for i in range(len(talks))])
    drawn[:, :, :config.FACE_ROWS] *= LIP_TEMPERATURE
    drawn[:, :, config.POSE] *= head_temperature
    with torch.no_grad():
        made = net.roll_out(net.hear(sound), conditions, torch.tensor(drawn), [max(config.WINDOWS)] * (frames // max(config.WINDOWS)), steps, guidance)
    whole = frames // data.FRAMES * data.FRAMES
    return (made * net.spread + net.mean).numpy()[:, :whole]


def apart(context, talk):
    """Root mean square difference of two seeds over what independent ones of that spread would have: mean and least over pairs."""
    made = np.stack(context.student.roll([job(talk["audio"], 100 + seed, talk["frames"]) for seed in range(SEEDS)]))  # [seeds, frames, D]
    found = {}
    for name, part in (("head", HEAD), ("gaze", GAZE)):
        values = made[:, :, part]
        spread = np.sqrt(2) * values.std(1).mean(0)
        pairs = [np.mean(np.sqrt(((a - b) ** 2).mean(0)) / spread) for a, b in itertools.combinations(values, 2)]
        found |= {f"{name}_mean": float(np.mean(pairs)), f"{name}_least": float(min(pairs))}
    return found
