"""A net that names the sound of every 10 ms, seeing what comes before and after: the ear of sounds/align.py.

Taught on synthetic and hand-labelled speech.
Usage: python -m sounds.aligner     says how often it names the right class on voices it has never heard
"""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import config
import trainer
from motion import data, model
from sounds import emodb, phones, sound, synth

RATE_HZ = config.AUDIO_RATE_HZ // config.MEL_HOP
BEFORE, AFTER = 120, 280  # samples around a hop, so that the mel's window has the hop in its middle
CROP_FRAMES, BATCH = 240, 16
CHANNELS, KERNEL, DILATIONS = 144, 5, (1, 2, 4, 1, 2)
EMODB_SHARE = 0.3
RATE, DECAY = 2e-3, 0.01


class Aligner(nn.Module):
    """[B, samples] -> log-probabilities [B, samples / 160, classes]."""

    def __init__(self):
        super().__init__()
        self.mel = model.LogMel()
        self.first = nn.Conv1d(config.MEL_BINS, CHANNELS, KERNEL, padding="same")
        self.norms = nn.ModuleList(nn.GroupNorm(1, CHANNELS) for _ in DILATIONS)
        self.convs = nn.ModuleList(nn.Conv1d(CHANNELS, CHANNELS, KERNEL, padding="same", dilation=d) for d in DILATIONS)
        self.drop = nn.Dropout(0.1)
        self.classes = nn.Conv1d(CHANNELS, len(phones.CLASSES), 1)

    def forward(self, audio, filters=None, change=0.0):
        x = self.first(self.mel(F.pad(audio, (BEFORE, AFTER - config.MEL_HOP)), filters) + change)
        for norm, conv in zip(self.norms, self.convs):
            x = x + F.silu(conv(self.drop(norm(x))))
        return F.log_softmax(self.classes(F.silu(x)).transpose(1, 2).float(), -1)


class Heard:
    """Utterances with their classes at 100 Hz; `crop` draws a piece."""

    def __init__(self, utterances):
        self.rows = [(u["audio"], phones.class_frames(u["phones"], len(u["audio"]) // config.MEL_HOP, RATE_HZ)) for u in utterances]

    def crop(self, rng):
        audio, classes = self.rows[rng.integers(len(self.rows))]
        at = int(rng.integers(max(1, len(classes) - CROP_FRAMES)))
        classes = classes[at:at + CROP_FRAMES]
        audio = audio[at * config.MEL_HOP:(at + len(classes)) * config.MEL_HOP]
        missing = CROP_FRAMES - len(classes)
        return np.pad(audio, (0, missing * config.MEL_HOP)), np.pad(classes, (0, missing))


def draw(rng, sources, shares):
    rows = [sources[rng.choice(len(sources), p=shares)].crop(rng) for _ in range(BATCH)]
    audio = [sound.disturb(rng, row[0], lambda rng: sources[0].crop(rng)[0]) for row in rows]
    return torch.tensor(np.stack(audio)), torch.tensor(np.stack([row[1] for row in rows])), *data.ears(rng, BATCH)


def teach():
    """Trains into cache/aligner.pt, as far as that is not done, and returns the net."""
    torch.manual_seed(0)
    sources, shares = [Heard(synth.load("train")), Heard(emodb.load("train"))], [1 - EMODB_SHARE, EMODB_SHARE]

    def loss_of(net, _average, batch, _rng, _step):
        audio, classes, filters, change = batch
        return dict(classes=F.nll_loss(net(audio, filters, change).flatten(0, 1), classes.flatten()))

    trainer.train("aligner", Aligner(), lambda rng: draw(rng, sources, shares), loss_of, steps=config.ALIGNER_TRAINING_STEPS, rate=RATE, decay=DECAY, seed=2)
    net = Aligner()
    net.load_state_dict(trainer.averaged("aligner"))
    return net.eval()


@torch.no_grad()
def accuracy(net, utterances):
    """Share of 10 ms that get the right class, and of those that are no silence."""
    right, speech = [], []
    for u in utterances:
        said = phones.class_frames(u["phones"], len(u["audio"]) // config.MEL_HOP, RATE_HZ)
        named = net(torch.tensor(u["audio"][None, :len(said) * config.MEL_HOP]))[0].argmax(-1).numpy()
        right.append(named == said), speech.append(said != 0)
    right, speech = np.concatenate(right), np.concatenate(speech)
    return right.mean(), right[speech].mean()


def main():
    torch.set_num_threads(1)
    net = teach()
    for name, utterances in (("synthetic, voices never heard", synth.load("test")), ("EMO-DB, talkers never heard", emodb.load("test"))):
        print("aligner: {}: {:.1%} of the frames, {:.1%} of those of speech".format(name, *accuracy(net, utterances)))


if __name__ == "__main__":
    main()
