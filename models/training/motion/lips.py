"""Lips from phones: a small net fitted on the filmed man's aligned speech (sounds/align.py) turns articulatory features into his face rows,
so that speech of any language whose phones are known has lips to learn from. Closures are made exact afterwards.

Writes cache/lips.npz: the net; and cache/mandarin.npz: lips for FACEGOOD's voice, whose phones the taught encoder hears and whose
opening is given by its own curve. Usage: python -m motion.lips     a minute
"""

import numpy as np
import torch
import torch.nn as nn

import config
import trainer
from motion import data, facegood
from motion.lips_loss import loss_weights, opening_row, weighted_error
from sounds import align, phones

REACH = 6  # frames of phones seen before and after
HIDDEN = 128
STEPS, RATE, BATCH, DROP = 1500, 2e-3, 32, 0.2
STRONGEST = 1.35  # regression mumbles: rows are stretched back to the filmed spread, at most by this
CLOSURE_GAIN = 1.4  # a frame that is closed for 70 % of its time is a closed frame
WIDE_PERCENTILE = 95  # of an opening in speech: a wide one
CLOSED_OPENING = -0.1  # of closed lips, in units of opening_row, below the neutral face's: pressed


def windows(features):
    """features [T, F] -> each frame with its neighbours [T, (2 REACH + 1) F]."""
    edge = np.pad(features, ((REACH, REACH), (0, 0)), mode="edge")
    return np.concatenate([edge[i:i + len(features)] for i in range(2 * REACH + 1)], 1).astype(np.float32)


class Lips:
    """The fitted net, in numpy: it runs beside the training."""

    def __init__(self):
        self.layers = [(v["weight"], v["bias"]) for v in layers_of(np.load(config.CACHE / "lips.npz"))]
        self.row = opening_row().numpy()[:config.FACE_ROWS]

    def __call__(self, features):
        """Articulatory features [T, F] of 25 frames a second -> face rows [T, 24], lips closed where the phones close them."""
        x = windows(features)
        for i, (weight, bias) in enumerate(self.layers):
            x = x @ weight.T + bias
            x = x / (1 + np.exp(-x)) if i < len(self.layers) - 1 else x
        closed = np.clip(features[:, phones.FEATURES.index("lips_closed")] * CLOSURE_GAIN, 0, 1)
        opening = x @ self.row
        return self.with_opening(x, (1 - closed) * opening + closed * np.minimum(opening, CLOSED_OPENING))

    def with_opening(self, face, opening):
        """The nearest face rows [T, 24] whose opening [T] is the given one, in units of opening_row."""
        return (face + (opening - face @ self.row)[:, None] * self.row / (self.row @ self.row)).astype(np.float32)


def layers_of(store):
    return [dict(weight=store[f"weight{i}"], bias=store[f"bias{i}"]) for i in range(len(store.files) // 2)]


def fit():
    """Fits the net on the filmed clips; reports r of the opening on the tuning clips."""
    aligned = {said["name"]: said["phones"] for said in align.load("grid")}
    def part(name):
        clips = data.Clips(name)
        coverage = [phones.coverage(aligned[n], data.FRAMES, config.FRAME_RATE_HZ) for n in clips.names]
        return np.stack([windows(c) for c in coverage]), clips.motion[..., :config.FACE_ROWS]
    x, y = (torch.tensor(v) for v in part("train"))
    torch.manual_seed(4)
    net = nn.Sequential(nn.Linear(x.shape[-1], HIDDEN), nn.SiLU(), nn.Dropout(DROP), nn.Linear(HIDDEN, HIDDEN), nn.SiLU(), nn.Dropout(DROP),
                        nn.Linear(HIDDEN, config.FACE_ROWS))
    weights, row = loss_weights()[:config.FACE_ROWS], opening_row()[:config.FACE_ROWS]
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.05)
    for step in range(STEPS):
        for group in optimiser.param_groups:
            group["lr"] = RATE * (1 - step / STEPS)
        pick = torch.randint(len(x), (BATCH,))
        loss = weighted_error(net(x[pick]) - y[pick], weights, row).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    net.eval()
    with torch.no_grad():
        stretch = (y.std((0, 1)) / net(x).std((0, 1))).clamp(1, STRONGEST)
        made_x, made_y = (torch.tensor(v) for v in part("tune"))
        made, real = (net(made_x) @ row).numpy().ravel(), (made_y @ row).numpy().ravel()
        net[-1].weight *= stretch[:, None]
        net[-1].bias *= stretch
    print(f"lips: opening from phones, tuning clips, r {np.corrcoef(made, real)[0, 1]:.3f}, spread {made.std() / real.std():.2f} before it is stretched")
    layers = [m for m in net if isinstance(m, nn.Linear)]
    np.savez(config.CACHE / "lips.npz", **{f"{name}{i}": getattr(layer, name).detach().numpy() for i, layer in enumerate(layers) for name in ("weight", "bias")})


def curve_openings(filmed):
    """[(clip of facegood.load, opening [frames] in units of opening_row)]: each curve in its own shape, the whole in the filmed man's size."""
    openings = (filmed.motion[..., :config.FACE_ROWS] @ opening_row().numpy()[:config.FACE_ROWS])[filmed.spoken]
    clips = [facegood.load(name) for name in facegood.TRAIN]
    moving = np.concatenate([c["opening"][c["opening"] > 0] for c in clips])
    scale = np.percentile(openings, WIDE_PERCENTILE) / np.percentile(moving, WIDE_PERCENTILE)
    return [(c, (c["opening"] * scale).astype(np.float32)) for c in clips]


def mandarin():
    """Lips for FACEGOOD's clips: the phones as the encoder hears them, the opening as the curve says."""
    from train_encoder import Phonetic  # here, since its voices import this file
    ears = Phonetic()
    ears.load_state_dict(trainer.averaged("encoder"))
    ears.eval()
    lips, store = Lips(), {}
    for clip, opening in curve_openings(data.Clips("train")):
        name, audio, frames = clip["name"], clip["audio"], len(opening)
        sound = np.pad(audio, (0, (frames + data.LEAD) * config.FRAME_SAMPLES))[:(frames + data.LEAD) * config.FRAME_SAMPLES]
        with torch.no_grad():
            heard = torch.sigmoid(ears.features(ears(torch.tensor(sound)[None])))[0].numpy()
        store[f"{name}/audio"], store[f"{name}/curve"] = audio, clip["opening"].astype(np.float32)
        store[f"{name}/face"] = lips.with_opening(lips(heard), opening)
    np.savez(config.CACHE / "mandarin.npz", **store)
    print(f"lips: {len(store) // 3} clips of Mandarin")


def main():
    torch.set_num_threads(1)
    fit()
    mandarin()


if __name__ == "__main__":
    main()
