"""Trains the teacher: flow matching on windows of motion with the true past (disturbed) as memory.

Usage: python train_teacher.py [--steps 4000] [--threads 1]     0.22 s a step on one core; goes on from cache/teacher.pt
"""
import argparse
import copy
import math
import time

import numpy as np
import torch

import config
import data
import model

BATCH, RATE, DECAY, EMA = 16, 1.5e-3, 0.05, 0.999
GUESS_WEIGHT, OPENING_WEIGHT = 0.3, 2.0
NO_AUDIO = 0.1  # share of clips without sound, for guidance
SAVE_EVERY_S = 60
# Largest disturbance of the past, per coefficient, in spreads. The head's is small: it moves by a tenth of its spread a frame.
PAST_WHITE = torch.tensor([0.4] * config.FACE_ROWS + [0.03] * 6 + [0.2] * 4)
PAST_OFFSET = torch.tensor([0.4] * config.FACE_ROWS + [0.0] * 6 + [0.2] * 4)


def loss_weights():
    """How much each coefficient counts [D]: face rows by the square root of the motion that they carry, the rest alike."""
    basis = np.fromfile(config.MODELS / "motion.basis.f32", "<f4").reshape(config.D, -1, 3)[:config.FACE_ROWS]
    carried = (basis ** 2).sum((1, 2))
    face = 3 * np.sqrt(carried / carried.sum()) + 0.1
    return torch.tensor(np.concatenate([face, np.full(6, 0.5), np.full(4, 0.5)]), dtype=torch.float32)


def opening_row():
    """Linear read-out [D] of the lips' opening from standardised coefficients, scaled to a spread of about 1."""
    basis = np.fromfile(config.MODELS / "motion.basis.f32", "<f4").reshape(config.D, -1, 3)
    row = basis[:, 14, 1] - basis[:, 13, 1]
    return torch.tensor(row / np.linalg.norm(row), dtype=torch.float32)


def disturbed(x):
    """A past [B, T, D] as a generator might have left it: white noise and a constant offset, each of a random size per clip."""
    B = x.shape[0]
    white = torch.randn_like(x) * torch.rand(B, 1, 1) ** 2 * PAST_WHITE
    offset = torch.randn(B, 1, x.shape[2]) * (torch.rand(B, 1, 1) - 0.4).clamp(min=0) * PAST_OFFSET
    return x + white + offset


def reach(B):
    """How many past frames a clip's windows may see [B, 1]: mostly all, sometimes few or none, as at a start."""
    few = torch.randint(0, config.PAST + 1, (B, 1))
    return torch.where(torch.rand(B, 1) < 0.3, few, torch.full((B, 1), config.PAST))


def features_of(net, audio, filters, change, drop):
    """Sound -> features of frames 0.. [B, T, W]; `drop` [B, 1, 1] puts the learned no-sound in their place."""
    features, _ = net.audio(audio, torch.zeros(len(audio), net.audio.state_size), filters, lambda mel: mel + change)
    features = features[:, data.LEAD:]
    return torch.where(drop, net.no_audio.expand_as(features), features)


def draw_times(B):
    """One time t per clip [B, 1, 1], more of them near the noise, where the motion is decided."""
    return torch.sigmoid(torch.randn(B, 1, 1) - 0.3)


def last_pose(past, start):
    """The head's pose [B, T, 6] in the frame before each frame's window; a clip's first window has its own first frame there."""
    before = (start - 1).clamp(min=0)[..., None].expand(-1, -1, 6)
    return torch.gather(past[..., config.POSE], 1, before)


def weighted_error(error, weights, row):
    """Mean square over coefficients with weights, and of the lips' opening; error [B, T, D] -> [B, T]."""
    error = error.float()
    return (error ** 2 * weights).sum(-1) / weights.sum() + OPENING_WEIGHT * (error @ row) ** 2 / weights.sum() * 4


def flow_loss(net, batch, rng, weights, row):
    motion, audio, conditions, spoken, filters, change = batch
    B = len(motion)
    x = net.standardise(motion)
    start = data.draw_windows(rng, B)
    drop = torch.rand(B, 1, 1) < NO_AUDIO
    features = features_of(net, audio, filters, change, drop)
    relative, mask = net.parallel_masks(start, reach(B))
    past = disturbed(x)
    memory = torch.cat([net.anchor(B), net.memory(past, features)], 2)
    x = net.inward(x, last_pose(past, start))
    t = draw_times(B)
    noisy = (1 - t) * torch.randn_like(x) + t * x
    clean = net.denoise(noisy, t, features, conditions, memory, relative, mask)
    scale = 1 / (1 - t[..., 0]).clamp(min=0.25)  # between the loss on motion and the loss on velocity
    loss = (weighted_error(clean - x, weights, row) * scale).mean()
    guess = (weighted_error(net.guess(features) - net.standardise(motion), weights, row) * ~drop[..., 0]).mean()
    return loss, guess


def make_model(clips):
    mean, spread = clips.motion.mean((0, 1)), clips.motion.std((0, 1))
    pose = ((clips.motion - mean) / spread)[..., config.POSE]
    longest = max(config.WINDOWS)
    moves = np.concatenate([pose[:, h:] - pose[:, :-h] for h in range(1, longest + 1)], 1)
    return model.MotionModel(mean, spread, moves.std((0, 1)))


def load(name):
    saved = torch.load(config.CACHE / f"{name}.pt", weights_only=True)
    net = model.MotionModel(torch.zeros(config.D), torch.ones(config.D), torch.ones(6))
    net.load_state_dict(saved["average"])
    return net.eval()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=config.TEACHER_TRAINING_STEPS)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    rng = np.random.default_rng(1)
    clips = data.Clips("train")
    net = make_model(clips)
    average = copy.deepcopy(net)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY, betas=(0.9, 0.98))
    file, step = config.CACHE / "teacher.pt", 0
    if file.exists():
        saved = torch.load(file, weights_only=True)
        net.load_state_dict(saved["net"]), average.load_state_dict(saved["average"]), optimiser.load_state_dict(saved["optimiser"])
        step = saved["step"]
        torch.manual_seed(step + 1)
        rng = np.random.default_rng(step + 1)
    weights, row = loss_weights(), opening_row()
    began, first, saved_at, losses = time.time(), step, time.time(), []
    while step < options.steps:
        progress = step / options.steps
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 200) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
        with torch.autocast("cpu", dtype=torch.bfloat16):  # a quarter faster; weights and sums stay in 32 bits
            loss, guess = flow_loss(net, clips.batch(rng, BATCH), rng, weights, row)
        optimiser.zero_grad()
        (loss + GUESS_WEIGHT * guess).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        with torch.no_grad():
            keep = min(EMA, (step + 1) / (step + 10))
            for a, b in zip(average.parameters(), net.parameters()):
                a.lerp_(b, 1 - keep)
        losses.append((loss.item(), guess.item()))
        step += 1
        if step % 100 == 0:
            recent = np.mean(losses[-100:], 0)
            left = (time.time() - began) / (step - first) * (options.steps - step) / 60
            print(f"teacher: step {step} of {options.steps}, {left:.0f} min left  flow {recent[0]:.4f}  encoder's guess {recent[1]:.4f}", flush=True)
        if time.time() - saved_at > SAVE_EVERY_S:
            save(file, net, average, optimiser, step)
            saved_at = time.time()
    save(file, net, average, optimiser, step)


def save(file, net, average, optimiser, step):
    part = file.with_suffix(".part")
    torch.save(dict(net=net.state_dict(), average=average.state_dict(), optimiser=optimiser.state_dict(), step=step), part)
    part.rename(file)


if __name__ == "__main__":
    main()
