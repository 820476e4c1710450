"""Trains the painter's teacher: flow matching on the residual between the warped crop and the real one.

Usage: cd models/training && python -m painter.train [--steps N] [--threads 1]     goes on from cache/painter-teacher.pt
"""
import numpy as np
import torch

import config
import trainer
from painter import augment, net, pairs

NAME = "painter-teacher"
STEPS = 300 if config.SMOKE else 3700
BATCH = 16
RATE, DECAY = 1e-3, 0.01
EMA = 0.998
WINDOW = (96, 96)  # pixels, rows and columns, of the part of a crop that is learnt at a time: lips, and skin around them
TUNED_ON = ("bbab8n",)  # looked at while the teacher is tuned; the student learns from all
ALL_NOISE = 0.15  # share of examples at t = 0, where few steps spend their effort
MOST_WEIGHT = 10.0  # of an example near t = 1, where the true residual is almost seen


def windows(batch, rng, window, margin):
    """Batch of whole crops -> one window of each crop, its place by chance, `margin` or more from the crop's border; in steps of 8."""
    top, left = (int(rng.integers(margin // 8, (net.SIZE - margin - size) // 8 + 1)) * 8 for size in window)
    part = (..., slice(top, top + window[0]), slice(left, left + window[1]))
    return {name: value[part].contiguous(memory_format=torch.channels_last) for name, value in batch.items()}


def weight_of(maps):
    """Weight of a pixel's squared error [B, 1, H, W] that makes errors count as they do in the picture."""
    return (net.Painter.spread(maps) / net.SPREAD_LIPS).square()


def draw_times(n):
    """Time per example [n, 1, 1, 1], more near the noise, some at it."""
    t = torch.sigmoid(torch.randn(n, 1, 1, 1) - 0.4)
    return torch.where(torch.rand(n, 1, 1, 1) < ALL_NOISE, torch.zeros(()), t)


def flow_loss(painter, batch):
    warp, maps = batch["warp"], batch["maps"]
    clean = (batch["target"] - painter.base(warp, maps)) / painter.spread(maps)
    t = draw_times(len(warp))
    z = (1 - t) * torch.randn_like(clean) + t * clean
    made = painter.clean(z, t, painter.conditions(warp, batch["reference"], maps)).float()
    weight = (1 / painter.preconditioning(t)[2].square()).clamp(max=MOST_WEIGHT) * net.RESIDUAL_SIZE ** 2
    return (weight * weight_of(maps) * (made - clean).square()).mean()


def load(name, average=True):
    painter = net.Painter()
    saved = torch.load(config.CACHE / f"{name}.pt", weights_only=True)
    painter.load_state_dict({key: value for key, value in saved["average" if average else "net"].items() if not key.startswith("critic.")})
    return painter.eval()


def drawing(batch, left_out=(), window=WINDOW, margin=0):
    """What trainer.train draws batches with; nobody of `left_out` is in them."""
    store = pairs.load("train")
    kept = ~np.isin(store.person[store.clip], left_out)
    store = store._replace(targets=store.targets[kept], points=store.points[kept], clip=store.clip[kept])
    return lambda rng: windows(augment.batch(store, pairs.draw(store, rng, batch), rng), rng, window, margin)


def main():
    steps = trainer.steps_asked(STEPS)
    torch.manual_seed(1)
    painter = net.Painter().to(memory_format=torch.channels_last)
    trainer.train(NAME, painter, drawing(BATCH, TUNED_ON), lambda painter, _average, batch, _rng, _step: dict(flow=flow_loss(painter, batch)),
                  steps=steps, rate=RATE, decay=DECAY, ema=EMA, seed=4)


if __name__ == "__main__":
    main()
