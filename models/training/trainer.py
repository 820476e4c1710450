"""The loop that every net here is trained in: a step's batch is drawn while the last one is learnt, the mean of the weights is kept
beside them (EMA), checkpoints let it go on where it was stopped, and losses go into a table and a picture.

cache/NAME.pt holds net, average, optimiser and step; cache/losses/NAME.csv the losses, NAME.png their curves.
"""
import argparse
import copy
import csv
import math
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

import config

SAVE_EVERY_S = 60
REPORT_EVERY = 100  # steps
WARM_UP = 200  # steps
CLIP_NORM = 1.0


def steps_asked(default, arguments=None):
    """What a training's command line says: its number of steps; sets the threads on the way."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=default)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    return options.steps


def cosine(progress):
    """Share of the full rate at `progress` 0 to 1."""
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress))


def straight(progress):
    return max(0.05, 1 - progress)


def train(name, net, draw, loss_of, *, steps, rate, decay, betas=(0.9, 0.98), ema=0.999, share_of_rate=cosine, seed, autocast=True):
    """Trains `net` for `steps`; returns the averaged one.

    draw(rng) -> a batch; loss_of(net, average, batch, rng, step) -> dict of losses by name, weighted, whose sum is learnt.
    A checkpoint goes on with the numbers that its step would have drawn anyway: they depend on (seed, step) alone.
    """
    average = copy.deepcopy(net)
    optimiser = torch.optim.AdamW([p for p in net.parameters() if p.requires_grad], lr=rate, weight_decay=decay, betas=betas)
    file, step = config.CACHE / f"{name}.pt", 0
    if file.exists():
        saved = torch.load(file, weights_only=True)
        net.load_state_dict(saved["net"]), average.load_state_dict(saved["average"]), optimiser.load_state_dict(saved["optimiser"])
        step = saved["step"]
    log = Losses(name, step)
    began, first, saved_at = time.time(), step, time.time()
    generator = lambda step, part: np.random.default_rng((seed, step, part))
    with ThreadPoolExecutor(1) as helper:
        coming = helper.submit(draw, generator(step, 0))
        while step < steps:
            batch, coming = coming.result(), helper.submit(draw, generator(step + 1, 0))
            for group in optimiser.param_groups:
                group["lr"] = rate * min(1, (step + 1) / WARM_UP) * share_of_rate(step / steps)
            torch.manual_seed(seed * 1_000_003 + step)
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):  # a quarter faster; weights and sums stay in 32 bits
                losses = loss_of(net, average, batch, generator(step, 1), step)
            optimiser.zero_grad()
            sum(losses.values()).backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), CLIP_NORM)
            optimiser.step()
            step += 1
            move_average(average, net, min(ema, step / (step + 9)))
            log.add({key: value.item() for key, value in losses.items()})
            if step % REPORT_EVERY == 0:
                left = (time.time() - began) / (step - first) * (steps - step) / 60
                print(f"{name}: step {step} of {steps}, {left:.0f} min left  {log.report(step)}", flush=True)
            if time.time() - saved_at > SAVE_EVERY_S:
                save(file, net, average, optimiser, step)
                saved_at = time.time()
    save(file, net, average, optimiser, step)
    log.draw()
    return average


@torch.no_grad()
def move_average(average, net, keep):
    for a, b in zip(average.parameters(), net.parameters()):
        a.lerp_(b, 1 - keep)


def save(file, net, average, optimiser, step):
    part = file.with_suffix(".part")
    torch.save(dict(net=net.state_dict(), average=average.state_dict(), optimiser=optimiser.state_dict(), step=step), part)
    part.rename(file)


def steps_done(name):
    """Steps that cache/NAME.pt has behind it; 0 where there is none."""
    file = config.CACHE / f"{name}.pt"
    return torch.load(file, weights_only=True)["step"] if file.exists() else 0


def averaged(name):
    """The averaged weights in cache/NAME.pt."""
    return torch.load(config.CACHE / f"{name}.pt", weights_only=True)["average"]


class Losses:
    """Means over REPORT_EVERY steps, as a table that grows."""

    def __init__(self, name, step):
        folder = config.CACHE / "losses"
        folder.mkdir(parents=True, exist_ok=True)
        self.path, self.recent = folder / f"{name}.csv", []
        if step == 0:
            self.path.unlink(missing_ok=True)

    def add(self, losses):
        if not all(math.isfinite(value) for value in losses.values()):
            raise SystemExit(f"{self.path.stem}: a loss is no number any more: {losses}. Delete cache/{self.path.stem}.pt and start with a lower rate.")
        self.recent.append(losses)

    def report(self, step):
        means = {key: float(np.mean([losses[key] for losses in self.recent])) for key in self.recent[0]}
        self.recent = []
        fresh = not self.path.exists()
        with self.path.open("a", newline="") as file:
            table = csv.writer(file)
            if fresh:
                table.writerow(["step", *means])
            table.writerow([step, *(f"{value:.6f}" for value in means.values())])
        return "  ".join(f"{key} {value:.4f}" for key, value in means.items())

    def draw(self):
        """The curves, one picture."""
        if not self.path.exists():
            return
        import matplotlib
        matplotlib.use("Agg")
        from matplotlib import pyplot
        with self.path.open() as file:
            names, *rows = csv.reader(file)
        values = np.array(rows, float)
        figure, axes = pyplot.subplots(1, len(names) - 1, figsize=(4 * (len(names) - 1), 3), squeeze=False)
        for axis, name, column in zip(axes[0], names[1:], values.T[1:]):
            axis.plot(values[:, 0], column)
            axis.set(title=name, xlabel="step", yscale="log")
        figure.tight_layout()
        figure.savefig(self.path.with_suffix(".png"), dpi=90)
        pyplot.close(figure)
