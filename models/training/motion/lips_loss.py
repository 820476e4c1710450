"""How errors of motion count: each coefficient by the motion that it carries, and the lips' opening on top."""
import numpy as np
import torch

import config

OPENING_WEIGHT = 2.0


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


def weighted_error(error, weights, row, trust=None):
    """Mean square over coefficients with weights, and of the lips' opening; error [B, T, D], trust [B, T, D] -> [B, T]."""
    error = error.float()
    if trust is None:
        trust = torch.ones_like(error)
    each = (error ** 2 * weights * trust).sum(-1)
    return (each + 4 * OPENING_WEIGHT * (error @ row) ** 2 * trust[..., 0]) / weights.sum()
