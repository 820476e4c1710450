"""Trains the teacher: flow matching on windows of motion with the true past (disturbed) as memory.

Usage: python -m motion.train_teacher [--steps N] [--threads 1]     goes on from cache/teacher.pt
"""

import numpy as np
import torch

import config
import trainer
from motion import data, model, voiced
from motion.lips_loss import loss_weights, opening_row, weighted_error

FILMED, VOICED = 10, 6  # clips of a batch
RATE, DECAY = 1.5e-3, 0.05
GUESS_WEIGHT = 0.3
NO_AUDIO = 0.1  # share of clips without sound, for guidance
# Largest disturbance of the past, per coefficient, in spreads. The head's is small: it moves by a tenth of its spread a frame.
PAST_WHITE = torch.tensor([0.4] * config.FACE_ROWS + [0.03] * 6 + [0.2] * 4)
STRANGE_SHARE = 0.2  # of the clips whose past is another clip's face: what is heard must outweigh what was drawn
PAST_OFFSET = torch.tensor([0.4] * config.FACE_ROWS + [0.0] * 6 + [0.2] * 4)


def disturbed(x):
    """A past [B, T, D] as a generator might have left it: white noise and a constant offset, each of a random size per
    clip, and sometimes a face that has nothing to do with the sound (else a mouth that stands open by mistake stays open)."""
    B = x.shape[0]
    white = torch.randn_like(x) * torch.rand(B, 1, 1) ** 2 * PAST_WHITE
    offset = torch.randn(B, 1, x.shape[2]) * (torch.rand(B, 1, 1) - 0.4).clamp(min=0) * PAST_OFFSET
    face = x[..., :config.FACE_ROWS]
    strange = torch.where(torch.rand(B, 1, 1) < STRANGE_SHARE, face[torch.randperm(B)], face)
    return torch.cat([strange, x[..., config.FACE_ROWS:]], -1) + white + offset


def reach(B):
    """How many past frames a clip's windows may see [B, 1]: mostly all, sometimes few or none, as at a start."""
    few = torch.randint(0, config.PAST + 1, (B, 1))
    return torch.where(torch.rand(B, 1) < 0.3, few, torch.full((B, 1), config.PAST))


def features_of(net, batch, drop):
    """Sound -> features of frames 0.. [B, T, W]; `drop` [B, 1, 1] puts the learned no-sound in their place."""
    state = torch.zeros(len(batch.audio), net.audio.state_size)
    features = net.audio(batch.audio, state, batch.filters, lambda mel: mel + batch.change)[0][:, data.LEAD:]
    return torch.where(drop, net.no_audio.expand_as(features), features)


def draw_times(B):
    """One time t per clip [B, 1, 1], more of them near the noise, where the motion is decided."""
    return torch.sigmoid(torch.randn(B, 1, 1) - 0.3)


def last_pose(past, start):
    """The head's pose [B, T, 6] in the frame before each frame's window; a clip's first window has its own first frame there."""
    before = (start - 1).clamp(min=0)[..., None].expand(-1, -1, 6)
    return torch.gather(past[..., config.POSE], 1, before)


def flow_loss(net, batch, rng, weights, row):
    B = len(batch.motion)
    x = net.standardise(batch.motion)
    start = data.draw_windows(rng, B)
    drop = torch.rand(B, 1, 1) < NO_AUDIO
    features = features_of(net, batch, drop)
    relative, mask = net.parallel_masks(start, reach(B))
    past = disturbed(x)
    memory = torch.cat([net.anchor(B), net.memory(past, features)], 2)
    goal = net.inward(x, last_pose(past, start))
    t = draw_times(B)
    noisy = (1 - t) * torch.randn_like(goal) + t * goal
    clean = net.denoise(noisy, t, features, batch.conditions, memory, relative, mask)
    scale = 1 / (1 - t[..., 0]).clamp(min=0.25)  # between the loss on motion and the loss on velocity
    flow = (weighted_error(clean - goal, weights, row, batch.trust) * scale).mean()
    guess = (weighted_error(net.guess(features) - x, weights, row, batch.trust) * ~drop[..., 0]).mean()
    return dict(flow=flow, guess=GUESS_WEIGHT * guess)


def make_model(clips):
    mean, spread = clips.motion.mean((0, 1)), clips.motion.std((0, 1))
    pose = ((clips.motion - mean) / spread)[..., config.POSE]
    longest = max(config.WINDOWS)
    moves = np.concatenate([pose[:, h:] - pose[:, :-h] for h in range(1, longest + 1)], 1)
    return model.MotionModel(mean, spread, moves.std((0, 1)))


def load(name):
    net = model.MotionModel(torch.zeros(config.D), torch.ones(config.D), torch.ones(6))
    net.load_state_dict(trainer.averaged(name))
    return net.eval()


def with_taught_ears(net):
    """The net with the encoder that motion/train_encoder.py taught."""
    taught = trainer.averaged("encoder")
    part = lambda name: {key.removeprefix(f"{name}."): value for key, value in taught.items() if key.startswith(f"{name}.")}
    net.audio.load_state_dict(part("audio")), net.guess.load_state_dict(part("guess"))
    return net


def main():
    steps = trainer.steps_asked(config.TEACHER_TRAINING_STEPS)
    torch.manual_seed(1)
    filmed, voices = data.Clips("train"), voiced.Voices("train")
    net = with_taught_ears(make_model(filmed))
    weights, row = loss_weights(), opening_row()
    trainer.train("teacher", net, lambda rng: data.draw(rng, filmed, voices, FILMED, VOICED),
                  lambda net, _average, batch, rng, _step: flow_loss(net, batch, rng, weights, row),
                  steps=steps, rate=RATE, decay=DECAY, seed=2)


if __name__ == "__main__":
    main()
