"""What the lips are compared with: ridge regression of the opening on loudness and on log-mels, heard as far as the model hears."""
import numpy as np
import torch

import config
from evaluation.truth import loudness, names, padded
from motion import data, model

RIDGE = 1e-2  # times the number of frames, on standardised inputs
FRAMES_BEFORE, FRAMES_AFTER = 4, 2  # that a baseline sees: to 80 ms past the frame, as the model hears; more gains nothing
MEL = model.LogMel()  # it has no weights
FITTED = ("opening", "width", "jaw")


def neighbours(values):
    """Each row of [frames, k] with those before and after it [frames, 7 k]."""
    edge = np.pad(values, ((FRAMES_BEFORE, FRAMES_AFTER), (0, 0)), mode="edge")
    return np.concatenate([edge[i:i + len(values)] for i in range(FRAMES_BEFORE + 1 + FRAMES_AFTER)], 1)


def level(audio, frames):
    return neighbours(loudness(audio, frames)[:, None])


def log_mel(audio, frames):
    """Mean log-mel of each frame, its neighbours included [frames, 7 * 80]."""
    with torch.no_grad():
        sound = torch.tensor(np.pad(padded(audio, frames), (config.MEL_WINDOW - config.MEL_HOP, 0)))
        mel = MEL(sound[None])[0].numpy().T
    return neighbours(mel.reshape(frames + data.LEAD, config.MEL_PER_FRAME, -1).mean(1))[:frames]


INPUTS = dict(loudness=level, linear=log_mel)


def ridge(inputs, goal):
    """Fits goal [n, m] on inputs [n, k]; returns the predictor."""
    mean, spread = inputs.mean(0), inputs.std(0) + 1e-6
    x, offset = (inputs - mean) / spread, goal.mean(0)
    weights = np.linalg.solve(x.T @ x + RIDGE * len(x) * np.eye(x.shape[1]), x.T @ (goal - offset))
    return lambda new: (new - mean) / spread @ weights + offset


def fit(clips):
    """name -> predictor(audio, frames) -> {opening, ...}, fitted on clips with audio and what of FITTED they have."""
    goals = [key for key in FITTED if key in clips[0]]
    goal = np.concatenate([np.stack([clip[key] for key in goals], 1) for clip in clips])
    return {name: predictor(ridge(np.concatenate([inputs(clip["audio"], len(clip["opening"])) for clip in clips]), goal), inputs, goals)
            for name, inputs in INPUTS.items()}


def predictor(fitted, inputs, goals):
    return lambda audio, frames: dict(zip(goals, fitted(inputs(audio, frames)).T))


def train_clips():
    """GRID's training clips, as far as the baselines need them."""
    store = np.load(config.CACHE / "motion.npz")
    return [dict(audio=store[f"{name}/audio"], **{key: store[f"{name}/{key}"] for key in FITTED}) for name in names("train")]
