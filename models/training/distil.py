"""Distils the teacher into a student of few steps, on the student's own roll-outs.

In each round the student rolls out a batch of clips as in serving (window after window, its own output as past). Then, for
all windows of those clips at once and with that past, the student's few steps are drawn to where the teacher's many steps
(with guidance on the sound) lead from the same noise: consistency with the teacher's flow (Song et al. 2023; roll-outs as in
self-forcing, Huang et al. 2025). Equal noise leads to equal motion, so the student keeps the teacher's diversity. A share of
the loss is the flow itself against the true lips with the student's past, which keeps errors from piling up.
Usage: python distil.py [--steps 1500]     goes on from cache/student.pt
"""
import argparse
import copy
import time

import numpy as np
import torch

import config
import data
import train_teacher
from train_teacher import BATCH, EMA

RATE = 3e-4
# The goal's flow: with 8 even steps the teacher's head has 0.6 of the real spread, with these 1.2 (diversity.py), with 32 even 1.1.
TEACHER_STEPS_PER_FLOW, TEACHER_LATE = 8, 2.0
HEAD_WEIGHT = 2.0  # times its weight in the teacher's loss: few steps cost the head most
ROLL_OUT_EVERY = 4  # batches that one roll-out serves, each with new noise and windows
STUDENT_STEPS_DRAWN = (1, 2, 2, 2, 4)  # the served 2 most often; 1 and 4 so that they can be chosen by config
TRUTH_WEIGHT = 0.3


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
    _, audio, conditions, _, filters, change = batch
    with torch.no_grad():
        features = train_teacher.features_of(student, audio, filters, change, torch.zeros(len(audio), 1, 1, dtype=torch.bool))
    return student.roll_out(features, conditions, draw_noise(len(audio)), windows_of(data.FRAMES, rng), config.STUDENT_STEPS)


def distil_loss(student, teacher, batch, past_motion, rng, weights, row):
    motion, audio, conditions, _, filters, change = batch
    B = len(motion)
    start = data.draw_windows(rng, B)
    relative, mask = student.parallel_masks(start, train_teacher.reach(B))
    keep = torch.zeros(B, 1, 1, dtype=torch.bool)
    noise, last = draw_noise(B), train_teacher.last_pose(past_motion, start)
    with torch.no_grad():
        features = train_teacher.features_of(teacher, audio, filters, change, keep)
        past = torch.cat([teacher.anchor(B), teacher.memory(past_motion, features)], 2)
        goal = teacher.flow(noise, TEACHER_STEPS_PER_FLOW, features, conditions, past, relative, mask, config.GUIDANCE, TEACHER_LATE)
    features = train_teacher.features_of(student, audio, filters, change, keep)
    past = torch.cat([student.anchor(B), student.memory(past_motion, features)], 2)
    steps = int(rng.choice(STUDENT_STEPS_DRAWN))
    made = student.flow(noise, steps, features, conditions, past, relative, mask)
    distance = train_teacher.weighted_error(made - goal, weights, row).mean()
    # The truth beside: lips only, since the head's past is the student's own and the truth's is another.
    half = slice(0, B // 2)  # half of the clips is enough for it
    x, t = student.inward(student.standardise(motion[half]), last[half]), train_teacher.draw_times(B // 2)
    noisy = (1 - t) * torch.randn_like(x) + t * x
    clean = student.denoise(noisy, t, features[half], conditions[half], past[:, half], relative, mask[half])
    lips = weights.clone()
    lips[config.FACE_ROWS:] = 0
    truth = train_teacher.weighted_error(clean - x, lips, row).mean()
    return distance, truth


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=config.DISTIL_TRAINING_STEPS)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(2)
    rng = np.random.default_rng(2)
    clips = data.Clips("train")
    teacher = train_teacher.load("teacher")
    student = copy.deepcopy(teacher)  # no dropout: its goal is exact
    average = copy.deepcopy(teacher)
    optimiser = torch.optim.AdamW(student.parameters(), lr=RATE, weight_decay=0.0, betas=(0.9, 0.95))
    file, step = config.CACHE / "student.pt", 0
    if file.exists():
        saved = torch.load(file, weights_only=True)
        student.load_state_dict(saved["net"]), average.load_state_dict(saved["average"]), optimiser.load_state_dict(saved["optimiser"])
        step = saved["step"]
        torch.manual_seed(step + 2)
        rng = np.random.default_rng(step + 2)
    weights, row = train_teacher.loss_weights(), train_teacher.opening_row()
    weights[config.POSE] *= HEAD_WEIGHT
    began, first, saved_at, losses = time.time(), step, time.time(), []
    while step < options.steps:
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 100) * max(0.05, 1 - step / options.steps)
        if step % ROLL_OUT_EVERY == 0 or step == first:
            batch = clips.batch(rng, BATCH)
            past_motion = own_past(average, batch, rng)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            distance, truth = distil_loss(student, teacher, batch, past_motion, rng, weights, row)
        optimiser.zero_grad()
        (distance + TRUTH_WEIGHT * truth).backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimiser.step()
        with torch.no_grad():
            keep = min(EMA, (step + 1) / (step + 10))
            for a, b in zip(average.parameters(), student.parameters()):
                a.lerp_(b, 1 - keep)
        losses.append((distance.item(), truth.item()))
        step += 1
        if step % 100 == 0:
            recent = np.mean(losses[-100:], 0)
            left = (time.time() - began) / (step - first) * (options.steps - step) / 60
            print(f"student: step {step} of {options.steps}, {left:.0f} min left  from teacher {recent[0]:.4f}  from lips {recent[1]:.4f}", flush=True)
        if time.time() - saved_at > train_teacher.SAVE_EVERY_S:
            train_teacher.save(file, student, average, optimiser, step)
            saved_at = time.time()
    train_teacher.save(file, student, average, optimiser, step)


if __name__ == "__main__":
    main()
