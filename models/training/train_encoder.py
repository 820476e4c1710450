"""Teaches the audio encoder what mouths do in any language: frame-wise phone classes and articulatory features of synthetic and
hand-labelled speech, and beside them the filmed man's lips.

Usage: python train_encoder.py [--steps N] [--threads 1]     goes on from cache/encoder.pt
"""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import config
import data
import model
import phones
import sound
import trainer
import voiced
from lips_loss import loss_weights, opening_row, weighted_error

FILMED, VOICED = 8, 16  # clips of a batch
RATE, DECAY = 2e-3, 0.02
FEATURE_WEIGHT, LIPS_WEIGHT = 4.0, 1.0


class Phonetic(nn.Module):
    """The encoder with the heads that it is taught by; the heads are left behind."""

    def __init__(self):
        super().__init__()
        self.audio = model.AudioEncoder()
        self.drop = nn.Dropout(0.1)
        self.classes = nn.Linear(config.AUDIO_WIDTH, len(phones.CLASSES))
        self.features = nn.Linear(config.AUDIO_WIDTH, len(phones.FEATURES))
        self.guess = nn.Linear(config.AUDIO_WIDTH, config.D)

    def forward(self, audio, filters=None, change=0.0):
        """audio [B, SOUND_SAMPLES] -> features [B, 75, AUDIO_WIDTH]."""
        state = torch.zeros(len(audio), self.audio.state_size)
        return self.audio(audio, state, filters, lambda mel: mel + change)[0][:, data.LEAD:]


def draw(rng, filmed, speech, mean, spread):
    """Sound of voices, then of filmed clips; the voices' features and classes; the filmed motion, standardised."""
    rows = [speech.one(rng) for _ in range(VOICED)]
    seen = [filmed.one(rng) for _ in range(FILMED)]
    audio = np.stack([sound.disturb(rng, a, filmed.stranger) for a in [r[0] for r in rows] + [s[1] for s in seen]])
    motion = (np.stack([s[0] for s in seen]) - mean) / spread
    filters, change = data.ears(rng, len(audio))
    features, classes = (torch.tensor(np.stack([r[i] for r in rows])) for i in (1, 2))
    return torch.tensor(audio), features, classes, torch.tensor(motion, dtype=torch.float32), filters, change


def main():
    steps = trainer.steps_asked(config.ENCODER_TRAINING_STEPS)
    torch.manual_seed(0)
    filmed, speech = data.Clips("train"), voiced.Speech(voiced.utterances("train"))
    mean, spread = filmed.motion.mean((0, 1)), filmed.motion.std((0, 1))
    weights, row = loss_weights(), opening_row()
    weights[config.FACE_ROWS:] = 0  # head and eyes are not in the sound

    def loss_of(net, _average, batch, _rng, _step):
        audio, features, classes, motion, filters, change = batch
        heard = net.drop(net(audio, filters, change))
        said, lips = heard[:VOICED], heard[VOICED:]
        named = F.cross_entropy(net.classes(said).float().flatten(0, 1), classes.flatten())
        shaped = F.binary_cross_entropy_with_logits(net.features(said).float(), features)
        guessed = weighted_error(net.guess(lips) - motion, weights, row).mean()
        return dict(classes=named, features=FEATURE_WEIGHT * shaped, lips=LIPS_WEIGHT * guessed)

    trainer.train("encoder", Phonetic(), lambda rng: draw(rng, filmed, speech, mean, spread), loss_of,
                  steps=steps, rate=RATE, decay=DECAY, seed=1)


if __name__ == "__main__":
    main()
