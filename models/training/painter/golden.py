"""Writes test/golden/painter.json: an expressed face in, warp and maps out, by which the server's crop is held to painter/crop.py.

The face is the average one, turned by 0.1 rad; its picture a ramp that folds back, so nobody's face is committed.
Usage: python -m painter.golden
"""
import json

import numpy as np

import config
from face import mesh
from painter import crop

PER_UNIT_PX, ROLL, MIDDLE = 118.0, 0.1, (256.0, 250.0)
EXPRESSION = {0: 2.0, 1: 0.8, 3: -1.0}  # rows of the motion basis
BLOCK = 8  # maps are stored as means of blocks
STEP, FIRST = 4, 2  # of the warp every fourth pixel is stored
DECIMALS = 4


def wide_picture():
    """Ramp [160, 160, 3] uint8 that folds back before it would jump; the test draws the same."""
    y, x, channel = np.meshgrid(np.arange(crop.WIDE), np.arange(crop.WIDE), np.arange(3), indexing="ij")
    level = (3 * x + 2 * y + 50 * channel) % 510
    return np.where(level < 256, level, 510 - level).astype(np.uint8)


def blocks(plane):
    return plane.reshape(crop.SIZE // BLOCK, BLOCK, -1, BLOCK).mean((1, 3))


def main():
    face = np.fromfile(config.SHIPPED / "motion.neutral.f32", "<f4").reshape(mesh.POINTS, 3)
    basis = np.fromfile(config.SHIPPED / "motion.basis.f32", "<f4").reshape(-1, mesh.POINTS, 3)
    turn = np.array([[np.cos(ROLL), -np.sin(ROLL), 0], [np.sin(ROLL), np.cos(ROLL), 0], [0, 0, 1]])
    spoken = face + sum(share * basis[row] for row, share in EXPRESSION.items())
    in_picture = [shape @ turn.T * PER_UNIT_PX + [*MIDDLE, 0] for shape in (face, spoken)]
    frame = crop.frame_of(in_picture[0])
    neutral, points = (crop.close_lips(crop.to_crop(shape, frame)) for shape in in_picture)
    warp, maps = crop.warp(wide_picture(), neutral, points, neutral), crop.maps(points, neutral)
    rounded = lambda values: np.round(np.asarray(values, np.float64), DECIMALS).ravel().tolist()
    landmarks_only = crop.TRIANGLES[(crop.TRIANGLES < mesh.POINTS).all(1)]
    content = dict(triangles=landmarks_only.ravel().tolist(), picture=rounded(in_picture[0]), frame=rounded(crop.to_crop(in_picture[0], frame)), neutral=rounded(neutral),
                   points=rounded(points), warp=np.rint(warp[FIRST::STEP, FIRST::STEP]).astype(int).ravel().tolist(),
                   maps=rounded([blocks(plane) for plane in maps]))
    path = config.MODELS.parent / "test" / "golden" / "painter.json"
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size)


if __name__ == "__main__":
    main()
