"""Draws a contact sheet of pairs: reference | warp | target | target - warp | the five maps, a row each, to be looked at.

Usage: python -m painter.sheet tune SHEET.png [--rows 8] [--seed 0] [--augment] [--person s1] [--only render]
"""
import argparse
from pathlib import Path

import cv2
import numpy as np

from painter import augment, pairs

GAP = 2  # pixels between pictures


def row_of(batch, i):
    """One pair as a row of pictures [128, columns * 130, 3] uint8."""
    def shown(picture):
        return np.clip((picture.transpose(1, 2, 0) + 1) * 127.5, 0, 255).astype(np.uint8)
    warp, reference, target = (batch[key][i].numpy() for key in ("warp", "reference", "target"))
    maps = batch["maps"][i].numpy()
    pictures = [shown(reference), shown(warp), shown(target), shown(np.clip((target - warp) / 2, -1, 1))]
    edge = shown(target).copy()
    edge[(maps[0] > 0.1) & (maps[0] < 0.9)] = (0, 255, 0)
    edge[(maps[1] > 0.1) & (maps[1] < 0.9)] = (255, 255, 0)
    pictures += [edge] + [shown(np.repeat(m[None] * (2 if k < 2 else 1) - (k < 2), 3, 0)) for k, m in enumerate(maps)]
    return np.concatenate([np.pad(picture, ((0, GAP), (0, GAP), (0, 0))) for picture in pictures], 1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("part")
    parser.add_argument("sheet", type=Path)
    parser.add_argument("--rows", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--augment", action="store_true")
    parser.add_argument("--person", help="only this person")
    parser.add_argument("--only", choices=["real", "render"], help="only pairs of this source")
    arguments = parser.parse_args()
    part = pairs.load(arguments.part)
    rng = np.random.default_rng(arguments.seed)
    persons = part.person[part.clip]
    fits = np.ones(len(persons), bool)
    if arguments.person:
        fits &= persons == arguments.person
    if arguments.only:
        fits &= (np.char.startswith(persons, "ict")) == (arguments.only == "render")
    rows = np.sort(rng.choice(np.flatnonzero(fits), arguments.rows, replace=False))
    batch = augment.batch(part, rows, rng, augmented=arguments.augment)
    sheet = np.concatenate([row_of(batch, i) for i in range(len(rows))])
    cv2.imwrite(str(arguments.sheet), sheet[..., ::-1])


if __name__ == "__main__":
    main()
