"""Teaches the audio encoder what mouths do in any language: frame-wise phone classes and articulatory features of synthetic and
hand-labelled speech, and beside them the filmed man's lips and the opening of FACEGOOD's.

Usage: python -m motion.train_encoder [--steps N] [--threads 1]     goes on from cache/encoder.pt
"""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import config
import trainer
from motion import data, model, voiced
from motion.lips import curve_openings
from motion.lips_loss import loss_weights, opening_row, weighted_error
from sounds import phones, sound

FILMED, CURVES, VOICED = 8, 4, 16  # clips of a batch
RATE, DECAY = 2e-3, 0.02
FEATURE_WEIGHT, LIPS_WEIGHT, OPENING_WEIGHT = 4.0, 1.0, 0.5
# Where lips decide: what is closed is told from what sounds most like it.
CONTRAST_CLASSES, CONTRAST_WEIGHT = "pbmtdnkɡŋ", 2.0
CLOSED_WEIGHT = 3.0  # of the feature lips_closed


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


def draw(rng, filmed, curves, speech, mean, spread):
    """Sound of voices, of filmed clips, of FACEGOOD; the voices' features and classes; the filmed motion, standardised; FACEGOOD's opening."""
    rows = [speech.one(rng) for _ in range(VOICED)]
    seen = [filmed.one(rng) for _ in range(FILMED)]
    drawn = [curves.one(rng) for _ in range(CURVES)]
    audio = np.stack([sound.disturb(rng, a, filmed.stranger) for a in [r[0] for r in rows] + [s[1] for s in seen] + [d[0] for d in drawn]])
    motion = (np.stack([s[0] for s in seen]) - mean) / spread
    filters, change = data.ears(rng, len(audio))
    features, classes = (torch.tensor(np.stack([r[i] for r in rows])) for i in (1, 2))
    opening = torch.tensor(np.stack([d[1][:, 0] for d in drawn]))
    return torch.tensor(audio), features, classes, torch.tensor(motion, dtype=torch.float32), opening, filters, change


def main():
    steps = trainer.steps_asked(config.ENCODER_TRAINING_STEPS)
    torch.manual_seed(0)
    filmed, speech = data.Clips("train"), voiced.Speech(voiced.utterances("train"))
    curves = voiced.Curves([(clip["audio"], opening[:, None]) for clip, opening in curve_openings(filmed)])
    mean, spread = filmed.motion.mean((0, 1)), filmed.motion.std((0, 1))
    weights, row = loss_weights(), opening_row()
    weights[config.FACE_ROWS:] = 0  # head and eyes are not in the sound
    to_opening = row * torch.tensor(spread, dtype=torch.float32)  # of what is standardised
    to_opening[config.FACE_ROWS:] = 0
    at_mean = float(mean[:config.FACE_ROWS] @ row[:config.FACE_ROWS].numpy())
    by_class, by_feature = torch.ones(len(phones.CLASSES)), torch.ones(len(phones.FEATURES))
    by_class[[phones.class_of(symbol) for symbol in CONTRAST_CLASSES]] = CONTRAST_WEIGHT
    by_feature[phones.FEATURES.index("lips_closed")] = CLOSED_WEIGHT

    def loss_of(net, _average, batch, _rng, _step):
        audio, features, classes, motion, opening, filters, change = batch
        heard = net.drop(net(audio, filters, change))
        said, lips, drawn = heard.split((VOICED, FILMED, CURVES))
        named = F.cross_entropy(net.classes(said).float().flatten(0, 1), classes.flatten(), by_class)
        shaped = F.binary_cross_entropy_with_logits(net.features(said).float(), features, by_feature)
        guessed = weighted_error(net.guess(lips) - motion, weights, row).mean()
        opened = (net.guess(drawn).float() @ to_opening + at_mean - opening).square().mean()
        return dict(classes=named, features=FEATURE_WEIGHT * shaped, lips=LIPS_WEIGHT * guessed, opening=OPENING_WEIGHT * opened)

    trainer.train("encoder", Phonetic(), lambda rng: draw(rng, filmed, curves, speech, mean, spread), loss_of,
                  steps=steps, rate=RATE, decay=DECAY, seed=1)


if __name__ == "__main__":
    main()
