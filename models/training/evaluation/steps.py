"""What steps are worth: teacher and student in torch with more and fewer of them, on the part's clips, given the real blinks and gaze.

Quality: r and spread of the lips on speech frames, variance of the head within 3 s over the real one's. Diversity: distance of two seeds'
heads over that of independent ones. Milliseconds: torch, one thread, one window of 4 frames (the served graph is quicker: section cost).
"""
import time

import numpy as np
import torch

import config
from evaluation import alive, prepared
from evaluation.statistics import Section, agreement

NETS = [("teacher", 32), ("teacher", 16), ("teacher", 8), ("teacher", 2), ("teacher", 1), ("student", 4), ("student", 2), ("student", 1)]
TIMED_WINDOWS = 30


def run(context):
    talks = alive.conversations(context)
    shortest = min(len(talk["motion"]) for talk in talks)
    real = np.concatenate([talk["motion"][1:shortest] for talk in talks])
    rows = [row(context, net, name, steps, talks, real) for name, steps in NETS if (net := prepared.net_from(name)) is not None]
    section = Section(dict(rows=rows))
    if rows:
        section.tables.append((f"Steps ({context.part} clips; torch)", rows))
    return section


def row(context, net, name, steps, talks, real):
    guidance, head = (config.GUIDANCE, 1.0) if name == "teacher" else (1.0, config.HEAD_TEMPERATURE)
    one, other = (alive.roll_net(net, talks, steps, guidance, head, seed=seed) for seed in (0, 100))
    life = alive.row(name, np.concatenate([alive.cut(made) for made in one]), real)
    opening = context.student.opening(one)  # [talks, frames]
    lips = agreement([(drawn, context.student.opening(talk["motion"].reshape(-1, config.D))[:len(drawn)], talk["spoken"][:len(drawn)])
                      for drawn, talk in zip(opening, talks)])
    heads = [made[..., alive.HEAD] for made in (one, other)]
    apart = np.sqrt(((heads[0] - heads[1]) ** 2).mean((0, 1))) / (np.sqrt(2) * heads[0].std((0, 1)))
    return dict(net=name, steps=steps, speech=lips["r"], spread=lips["spread"], head=life["head"], head_above_2_hz=life["head_above_2_hz"],
                seeds_apart=float(apart.mean()), ms_window=milliseconds(net, steps, guidance))


def milliseconds(net, steps, guidance):
    """Median time of one window of the longest kind, its sound included."""
    frames = max(config.WINDOWS)
    state, past, valid, last = net.empty(1)
    sound, conditions, drawn = (torch.randn(1, frames, k) for k in (config.FRAME_SAMPLES, config.C, config.D))
    times = []
    with torch.no_grad():
        for _ in range(TIMED_WINDOWS):
            began = time.perf_counter()
            features, _ = net.audio(sound.reshape(1, -1), state)
            net.window(features, conditions, drawn, past, valid, last, steps, guidance)
            times.append(1000 * (time.perf_counter() - began))
    return float(np.median(times))
