"""Measures the painter on whole people it never saw, beside the warp alone and beside the portrait's own crop (frame 0 copied).

Around the lips (the box of a clip's outer lips and MARGIN more): PSNR; detail, the energy of what is finer than about 4 pixels over
the real crop's; variety, the spread over noises inside the mouth, in grey levels; closed lips, the brightness that a closed mouth gets.
Usage: cd models/training && python -m painter.evaluate [--part test] [--weights painter-student] [--steps 1 2 8] [--graph FILE.onnx] [--sheet SHEET.png]
"""
import argparse
from pathlib import Path

import cv2
import numpy as np
import torch

from painter import augment, export, net, pairs, train

MARGIN = 6  # pixels around the outer lips
SEEDS = 3
PICTURES = 24  # of each person, evenly spread
INSIDE = 0.5  # coverage from which a pixel is the mouth's


def fine(picture):
    """What is finer than about 4 pixels of [n, 3, h, w]."""
    return picture - torch.nn.functional.avg_pool2d(picture, 3, 1, 1, count_include_pad=False)


def psnr(a, b, box):
    """Mean over pictures of the peak signal-to-noise ratio in the box, dB; values in [-1, 1]."""
    error = (a - b)[(..., *box)].square().flatten(1).mean(1)
    return float((10 * torch.log10(4 / error.clamp(min=1e-6))).mean())


def box_of(maps):
    """Slices around the lips of all pictures."""
    covered = (maps[:, net.OUTER] > 0).any(0)
    return tuple(slice(max(0, int(at.min()) - MARGIN), int(at.max()) + MARGIN + 1) for at in torch.nonzero(covered, as_tuple=True))


def noise_of(seed):
    """Noise [1, 3, 128, 128], fixed per avatar as served."""
    return torch.randn(1, net.PICTURE, net.SIZE, net.SIZE, generator=torch.Generator().manual_seed(seed))


class Measured:
    """A person's pictures and what painters make of them."""

    def __init__(self, part, person):
        self.person = person
        rows = np.flatnonzero(part.person[part.clip] == person)
        rows = rows[np.linspace(0, len(rows) - 1, min(PICTURES, len(rows))).astype(int)]
        self.batch = augment.batch(part, rows, np.random.default_rng(0), augmented=False)
        self.box = box_of(self.batch["maps"])

    def painted(self, paint, seed=0):
        batch = self.batch
        with torch.no_grad():
            return torch.cat([paint(*(batch[name][i:i + 1] for name in ("warp", "reference", "maps")), noise_of(seed)) for i in range(len(batch["warp"]))])

    def figures(self, painted):
        target = self.batch["target"]
        energy = lambda picture: fine(picture)[(..., *self.box)].square().mean()
        inside = self.batch["maps"][:, :1] > INSIDE
        error = ((painted - target).square() * inside).sum() / (3 * inside.sum()).clamp(min=1)
        return dict(psnr=psnr(painted, target, self.box), inside=float(10 * torch.log10(4 / error)), detail=float(energy(painted) / energy(target)))

    def variety(self, paint):
        """Spread over noises inside the mouth, grey levels."""
        made = torch.stack([self.painted(paint, seed) for seed in range(SEEDS)])
        inside = self.batch["maps"][:, :1] > INSIDE
        return float(((made.var(0) * inside).sum() / (3 * inside.sum()).clamp(min=1)).sqrt() * 127.5)


def painters(options):
    """Name -> function that paints."""
    if options.graph:
        session = export.opened(options.graph)
        return {options.graph.stem: lambda *inputs: torch.from_numpy(session.run(None, {n: v.numpy() for n, v in zip(export.INPUTS, inputs)})[0])}
    painter = train.load(options.weights)
    return {f"{options.weights} {steps} steps": lambda *inputs, steps=steps: painter(*inputs, steps) for steps in options.steps}


def sheet_of(person, made, columns):
    """Rows: portrait's crop, warp, real, then each painter's; columns: pictures by opening."""
    batch = person.batch
    opened = torch.argsort(batch["maps"][:, net.INNER].flatten(1).sum(1))
    taken = opened[torch.linspace(0, len(opened) - 1, columns).round().long()]
    rows = [torch.cat(list(pictures[taken]), 2) for pictures in (batch["reference"], batch["warp"], batch["target"], *made)]
    return ((torch.cat(rows, 1) + 1) * 127.5).round().clamp(0, 255).byte().permute(1, 2, 0).numpy()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", default="test")
    parser.add_argument("--person", nargs="*")
    parser.add_argument("--weights", default="painter-student")
    parser.add_argument("--steps", type=int, nargs="+", default=[1, 2, 8])
    parser.add_argument("--graph", type=Path)
    parser.add_argument("--sheet", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    part = pairs.load(options.part)
    shown = lambda figures: "  ".join(f"{name} {value:.2f}" for name, value in figures.items())
    sheets = []
    for name in options.person or dict.fromkeys(part.person.tolist()):
        person = Measured(part, name)
        print(f"{name}: {len(person.batch['warp'])} pictures, box {person.box[0].start}-{person.box[0].stop} x {person.box[1].start}-{person.box[1].stop}")
        print(f"  {'portrait copied':24} {shown(person.figures(person.batch['reference']))}")
        print(f"  {'warp alone':24} {shown(person.figures(person.batch['warp']))}")
        made = []
        for title, paint in painters(options).items():
            made.append(person.painted(paint))
            print(f"  {title:24} {shown(person.figures(made[-1]))}  variety {person.variety(paint):.2f}", flush=True)
        sheets.append(sheet_of(person, made, 10))
    if options.sheet:
        cv2.imwrite(str(options.sheet), np.concatenate(sheets)[..., ::-1])


if __name__ == "__main__":
    main()
