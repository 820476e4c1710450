"""Distils the teacher into a student of few steps, on the student's own roll-outs.

In each round the student rolls out a batch of clips as in serving (window after window, its own output as past). Then, for
all windows of those clips at once and with that past, the student's few steps are drawn to where the teacher's many steps
(with guidance on the sound) lead from the same noise: consistency with the teacher's flow (Song et al. 2023; roll-outs as in
self-forcing, Huang et al. 2025). Equal noise leads to equal motion, so the student keeps the teacher's diversity. A share of
the loss is the flow itself against the true lips with the student's past, which keeps errors from piling up.
Usage: python -m motion.distil [--steps 1500]     goes on from cache/student.pt
"""
import copy

import torch

import config
import trainer
from motion import data, train_teacher, voiced
from motion.lips_loss import loss_weights, opening_row, weighted_error
from motion.train_teacher import FILMED, VOICED

RATE = 3e-4
# The goal's flow: with 8 even steps the teacher's head has 0.6 of the real spread, with these 1.2 (section steps of evaluation/__main__.py), with 32 even 1.1.
TEACHER_STEPS_PER_FLOW, TEACHER_LATE = 8, 2.0
HEAD_WEIGHT = 2.0  # times its weight in the teacher's loss: few steps cost the head most
ROLL_OUT_EVERY = 4  # batches that one roll-out serves, each with new noise and windows
STUDENT_STEPS_DRAWN = (1, 2, 2, 2, 4)  # the served 2 most often; 1 and 4 so that they can be chosen by config
TRUTH_WEIGHT = 0.5


def draw_noise(B, frames=data.FRAMES):
    """Noise [B, T, D] with a lip temperature of its own per clip, as serving may choose any."""
    noise = torch.randn(B, frames, config.D)
    noise[:, :, :config.FACE_ROWS] *= torch.rand(B, 1, 1)
    return noise


def windows_of(length, rng):
    """Window lengths that add up to `length` (odd remainders end in a shorter one)."""
    windows = []
    while (left := length - sum(windows)) > 0:
        windows.append(min(left, 2 if rng.random() < 0.25 else 4))
    return windows


def own_past(student, batch, rng):
    """The student's own motion [B, T, D], standardised, rolled out as in serving."""
    B = len(batch.motion)
    with torch.no_grad():
        features = train_teacher.features_of(student, batch, torch.zeros(B, 1, 1, dtype=torch.bool))
    return student.roll_out(features, batch.conditions, draw_noise(B), windows_of(data.FRAMES, rng), config.STUDENT_STEPS)


def distil_losses(student, teacher, batch, past_motion, rng, weights, row):
    B = len(batch.motion)
    start = data.draw_windows(rng, B)
    relative, mask = student.parallel_masks(start, train_teacher.reach(B))
    keep = torch.zeros(B, 1, 1, dtype=torch.bool)
    noise, last = draw_noise(B), train_teacher.last_pose(past_motion, start)
    with torch.no_grad():
        heard = train_teacher.features_of(teacher, batch, keep)
        past = torch.cat([teacher.anchor(B), teacher.memory(past_motion, heard)], 2)
        goal = teacher.flow(noise, TEACHER_STEPS_PER_FLOW, heard, batch.conditions, past, relative, mask, config.GUIDANCE, TEACHER_LATE)
    features = train_teacher.features_of(student, batch, keep)
    past = torch.cat([student.anchor(B), student.memory(past_motion, features)], 2)
    steps = int(rng.choice(STUDENT_STEPS_DRAWN))
    made = student.flow(noise, steps, features, batch.conditions, past, relative, mask)
    distance = weighted_error(made - goal, weights, row).mean()
    # The truth beside: lips only, since the head's past is the student's own and the truth's is another.
    half = slice(0, None, 2)  # half of the clips is enough for it
    x, t = student.inward(student.standardise(batch.motion[half]), last[half]), train_teacher.draw_times(len(last[half]))
    noisy = (1 - t) * torch.randn_like(x) + t * x
    clean = student.denoise(noisy, t, features[half], batch.conditions[half], past[:, half], relative, mask[half])
    lips = weights.clone()
    lips[config.FACE_ROWS:] = 0
    truth = weighted_error(clean - x, lips, row, batch.trust[half]).mean()
    return {"from teacher": distance, "from lips": TRUTH_WEIGHT * truth}


def main():
    steps = trainer.steps_asked(config.DISTIL_TRAINING_STEPS)
    filmed, voices = data.Clips("train"), voiced.Voices("train")
    teacher = train_teacher.load("teacher")
    weights, row = loss_weights(), opening_row()
    weights[config.POSE] *= HEAD_WEIGHT
    rolled = {}

    def loss_of(student, average, batch, rng, step):
        if step % ROLL_OUT_EVERY == 0 or not rolled:
            rolled.update(batch=batch, past=own_past(average, batch, rng))
        return distil_losses(student, teacher, rolled["batch"], rolled["past"], rng, weights, row)

    # The student starts as the teacher, without dropout: its goal is exact.
    trainer.train("student", copy.deepcopy(teacher), lambda rng: data.draw(rng, filmed, voices, FILMED, VOICED), loss_of,
                  steps=steps, rate=RATE, decay=0.0, betas=(0.9, 0.95), share_of_rate=trainer.straight, seed=3)


if __name__ == "__main__":
    main()
