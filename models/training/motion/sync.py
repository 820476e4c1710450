"""A judge of lip sync that never trains the model: a contrastive network of sound and lips (as SyncNet, Chung and Zisserman 2016),
trained on the tracked motion of GRID's training clips alone; negatives are the same clip's other moments and other clips.

cache/sync.pt, 4 minutes on one core. Usage: python -m motion.sync [--steps N]; evaluation/sync.py says how good a judge it is.
"""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import config
import trainer
from face import mesh
from motion import data, model

STEPS, BATCH, RATE, DECAY = 1200, 16, 1e-3, 0.05
WIDTH, EMBEDDING = 128, 64
TEMPERATURE = 0.07
FAR_FRAMES = 12  # other moments of the clip up to here are told from the right one, each frame
LIP_NOISE, SOUND_NOISE = 0.3, 0.3  # spreads of the standardised inputs: the man's own tremble and room are not to be learnt
NEAREST, FARTHEST = -15, 15  # offsets in frames over which a clip's distance is taken
SETTLE_FRAMES = 6  # at a clip's ends the convolutions see padding


def lip_rows():
    """Linear map [24, 80] from face coefficients to the lips' 40 points in the picture."""
    basis = np.fromfile(config.MODELS / "motion.basis.f32", "<f4").reshape(-1, mesh.POINTS, 3)[:config.FACE_ROWS]
    return torch.tensor(basis[:, mesh.LIPS, :2].reshape(config.FACE_ROWS, -1))


class Sync(nn.Module):
    """Embeddings of unit length, one per frame, of sound [B, samples] and of lips [B, T, D or more]: [B, T, EMBEDDING] each."""

    def __init__(self):
        super().__init__()
        self.mel = model.LogMel()
        self.register_buffer("rows", lip_rows(), persistent=False)
        self.register_buffer("lip_spread", torch.ones(1))
        conv = lambda before, after, kernel, stride=1: nn.Sequential(
            nn.Conv1d(before, after, kernel, stride, padding=(kernel - stride) // 2), nn.GroupNorm(8, after), nn.SiLU())
        self.sound = nn.Sequential(conv(config.MEL_BINS, WIDTH, 5), conv(WIDTH, WIDTH, 4, 2), conv(WIDTH, WIDTH, 4, 2), conv(WIDTH, WIDTH, 5),
                                   conv(WIDTH, WIDTH, 5), nn.Conv1d(WIDTH, EMBEDDING, 1))
        self.lips = nn.Sequential(conv(self.rows.shape[1], WIDTH, 5), conv(WIDTH, WIDTH, 5), conv(WIDTH, WIDTH, 3), nn.Conv1d(WIDTH, EMBEDDING, 1))
        self.drop = nn.Dropout(0.2)

    def hear(self, audio):
        margin = config.MEL_WINDOW - config.MEL_HOP
        mel = self.mel(F.pad(audio, (margin // 2, margin - margin // 2)))
        mel = mel - mel.mean((1, 2), keepdim=True)  # level is not what is judged
        return F.normalize(self.sound(self.disturbed(mel, SOUND_NOISE)), dim=1).transpose(1, 2)

    def see(self, motion):
        lips = (motion[..., :config.FACE_ROWS] @ self.rows).transpose(1, 2) / self.lip_spread
        lips = lips - lips.mean(2, keepdim=True)  # nor how far the mouth stands open on the whole
        return F.normalize(self.lips(self.disturbed(lips, LIP_NOISE)), dim=1).transpose(1, 2)

    def disturbed(self, values, size):
        return self.drop(values + size * torch.randn_like(values) * values.std() * torch.rand(len(values), 1, 1)) if self.training else values


def loss_of(net, batch):
    """InfoNCE both ways: a frame's sound against the clip's near moments and the same moments of other clips."""
    audio, motion = batch
    heard, seen = net.hear(audio), net.see(motion)  # [B, T, E]
    inner = slice(SETTLE_FRAMES, -SETTLE_FRAMES)
    loss = 0
    for a, b in ((heard, seen), (seen, heard)):
        within = torch.einsum("bte,bse->bts", a, b) / TEMPERATURE
        distance = torch.arange(a.shape[1])
        far = (distance[:, None] - distance[None]).abs() > FAR_FRAMES
        across = torch.einsum("bte,cte->btc", a, b) / TEMPERATURE  # [B, T, B], its diagonal is in `within` already
        across = across.masked_fill(torch.eye(len(a), dtype=torch.bool)[:, None], -1e9)
        logits = torch.cat([within.masked_fill(far, -1e9), across], 2)[:, inner]
        goal = distance[inner].expand(len(a), -1)
        loss = loss + F.cross_entropy(logits.reshape(-1, logits.shape[2]), goal.reshape(-1))
    return loss / 2


def curve(net, audio, motion):
    """Mean distance of sound and lips at each offset from NEAREST to FARTHEST (lips later): [offsets]; audio [n], motion [T, D]."""
    with torch.no_grad():
        heard = net.hear(torch.tensor(audio[None, :len(motion) * config.FRAME_SAMPLES]))[0]
        seen = net.see(torch.tensor(motion[None]))[0]
    return np.array([frame_distances(heard, seen, offset).mean() for offset in range(NEAREST, FARTHEST + 1)])


def frame_distances(heard, seen, offset):
    """Distance [n] of the sound of frame t and the lips of frame t + offset, the clip's ends left out."""
    first, last = max(SETTLE_FRAMES, SETTLE_FRAMES - offset), min(len(heard), len(seen)) - SETTLE_FRAMES
    frames = np.arange(first, min(last, last - offset))
    return (heard[frames] - seen[frames + offset]).norm(dim=-1).numpy()


def load():
    """The judge, trained first where it was not."""
    if trainer.steps_done("sync") < STEPS:
        main([])
    net = Sync()
    net.load_state_dict(trainer.averaged("sync"))
    return net.eval()


def main(arguments=None):
    steps = trainer.steps_asked(STEPS, arguments)
    torch.manual_seed(3)
    clips = data.Clips("train")
    samples = data.FRAMES * config.FRAME_SAMPLES
    net = Sync()
    net.lip_spread[:] = float((torch.tensor(clips.motion)[..., :config.FACE_ROWS] @ net.rows).std())

    def draw(rng):
        pick = rng.integers(len(clips.names), size=BATCH)
        gain = 10 ** (rng.uniform(-0.5, 0.5, (BATCH, 1)) / 2)
        return torch.tensor((clips.audio[pick, :samples] * gain).astype(np.float32)), torch.tensor(clips.motion[pick])

    trainer.train("sync", net, draw, lambda net, _average, batch, _rng, _step: dict(contrast=loss_of(net, batch)),
                  steps=steps, rate=RATE, decay=DECAY, seed=3)


if __name__ == "__main__":
    main()
