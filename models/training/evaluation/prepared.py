"""What the sections of the evaluation share, made when it is first asked for."""
import functools
from dataclasses import dataclass

import numpy as np
import torch

import config
import trainer
from evaluation import baselines, regressor, roll, truth
from motion import facegood, model

SEED = 1


@dataclass
class Context:
    part: str  # "test" or "tune"
    student: roll.Student
    hours: int = 8

    @functools.cached_property
    def grid(self):
        return truth.filmed(self.part)

    @functools.cached_property
    def talking(self):
        return truth.filmed("talking")

    @functools.cached_property
    def facegood(self):
        return [facegood.load(facegood.TEST)]

    @functools.cached_property
    def baselines(self):
        """name -> predictor, fitted on GRID."""
        fitted = baselines.fit(baselines.train_clips())
        return fitted | regressor.load(self.student)

    @functools.cached_property
    def store(self):
        """The tracked clips' coefficients and sounds, cache/motion.npz."""
        return np.load(config.CACHE / "motion.npz")

    def served(self, sounds, frames, **options):
        """Motion [frames, D] of each sound as served: one sample, a seed of its own each, told that it speaks."""
        jobs = [roll.job(sound, SEED + i, count) for i, (sound, count) in enumerate(zip(sounds, frames))]
        return self.student.roll(jobs, **options)


def net_from(name):
    """A net of cache/NAME.pt in torch, or None where nobody trained it."""
    if not (config.CACHE / f"{name}.pt").exists():
        return None
    torch.set_num_threads(1)
    net = model.MotionModel(torch.zeros(config.D), torch.ones(config.D), torch.ones(6))
    net.load_state_dict(trainer.averaged(name))
    return net.eval()
