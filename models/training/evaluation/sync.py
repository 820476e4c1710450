"""Are voice and lips in step, judged by a network that never trained the model (motion/sync.py): first how good a judge it is (real held-out
clips in step against the same shifted by 5 frames), then distance and confidence of real, generated and shifted generated motion.

Distance: mean over the clip of sound's and lips' embeddings, at no lag. Confidence: the median over offsets of -15 to 15 frames less
that (Chung and Zisserman 2016, but at the served lag, not at the best: a shift must cost something).
"""
import numpy as np
import torch

import config
from evaluation.statistics import Section, auc
from evaluation.truth import padded
from motion import sync

SHIFT = 5
STRETCH_FRAMES = 25  # the judge is asked about each second
ASKED_AUC, ASKED_CONFIDENCE = 0.9, 0.85


def run(context):
    torch.set_num_threads(1)
    net = sync.load()
    clips = [clip for clip in context.grid if f"{clip['name']}/motion" in context.store]
    real = [context.store[f"{clip['name']}/motion"] for clip in clips]
    sounds = [padded(clip["audio"], len(motion)) for clip, motion in zip(clips, real)]
    made = context.served(sounds, [len(motion) for motion in real])
    judged = judge(net, sounds, real)
    rows = [row("real", net, sounds, real, 0)]
    rows += [row("generated" + (f", lips {shift} frames late" if shift else ""), net, sounds, made, shift) for shift in range(SHIFT + 1)]
    others = [clip for clip in context.talking]
    drawn = context.served([padded(c["audio"], len(c["opening"])) for c in others], [len(c["opening"]) for c in others])
    rows.append(row("other people's voices, generated", net, [c["audio"] for c in others], drawn, 0))
    section = Section(dict(judge_auc=judged, rows=rows))
    section.tables.append((f"Sync by a judge with an area of {judged:.3f} ({context.part} clips)", rows))
    section.check("sync: the judge tells 5 frames on real clips, area", judged, ASKED_AUC)
    section.check("sync: confidence of generated over real", rows[1]["confidence"] / rows[0]["confidence"], ASKED_CONFIDENCE)
    return section


def judge(net, sounds, motion):
    """Area under the curve: seconds in step against those whose lips come SHIFT frames early or late."""
    steps, shifts = [], []
    for sound, lips in zip(sounds, motion):
        with torch.no_grad():
            heard = net.hear(torch.tensor(sound[None, :len(lips) * config.FRAME_SAMPLES]))[0]
            seen = net.see(torch.tensor(lips[None]))[0]
        steps += seconds(sync.frame_distances(heard, seen, 0))
        shifts += seconds(sync.frame_distances(heard, seen, SHIFT)) + seconds(sync.frame_distances(heard, seen, -SHIFT))
    return auc(steps, shifts)


def seconds(distances):
    return [distances[at:at + STRETCH_FRAMES].mean() for at in range(0, len(distances) - STRETCH_FRAMES + 1, STRETCH_FRAMES)]


def row(name, net, sounds, motion, shift):
    curves = np.stack([sync.curve(net, sound, np.roll(lips, shift, 0).astype(np.float32)) for sound, lips in zip(sounds, motion)])
    mean = curves.mean(0)
    return dict(motion=name, distance=float(mean[-sync.NEAREST]), confidence=float((np.median(curves, 1) - curves[:, -sync.NEAREST]).mean()),
                best_offset=int(mean.argmin()) + sync.NEAREST)
