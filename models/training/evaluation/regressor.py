"""The baseline that hears as well as the student does: its audio encoder and causal convolutions up to its size, trained by plain regression
on the filmed clips with the same disturbed sound. cache/regressor.pt; usage: python -m evaluation.regressor [--steps N]
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

import config
import trainer
from evaluation.truth import padded
from motion import data, model
from motion.lips_loss import loss_weights, opening_row, weighted_error

STEPS, BATCH, RATE, DECAY = 1200, 16, 1.5e-3, 0.05
DILATIONS = (1, 2, 4, 8, 16)  # frames; with these the net has the student's number of weights, to a tenth


class Regressor(nn.Module):
    """Sound [B, 640 (T + LEAD)] -> motion [B, T, D], standardised."""

    def __init__(self, mean=None, spread=None):
        super().__init__()
        width = config.AUDIO_WIDTH
        self.register_buffer("mean", torch.zeros(config.D) if mean is None else torch.as_tensor(mean))
        self.register_buffer("spread", torch.ones(config.D) if spread is None else torch.as_tensor(spread))
        self.audio = model.AudioEncoder()
        self.wide = nn.ModuleList(nn.Conv1d(width, 2 * width, 3, dilation=d) for d in DILATIONS)
        self.narrow = nn.ModuleList(nn.Conv1d(2 * width, width, 1) for _ in DILATIONS)
        self.drop = nn.Dropout(0.1)
        self.out = nn.Linear(width, config.D)

    def forward(self, audio, filters=None, change=0.0):
        state = torch.zeros(len(audio), self.audio.state_size)
        x = self.audio(audio, state, filters, lambda mel: mel + change)[0][:, data.LEAD:].transpose(1, 2)
        for wide, narrow, dilation in zip(self.wide, self.narrow, DILATIONS):
            x = x + self.drop(narrow(F.silu(wide(F.pad(x, (2 * dilation, 0))))))
        return self.out(x.transpose(1, 2))


def load(student):
    """{"regressor": predictor(audio, frames) -> {opening, width, jaw}}, read out of its motion as the student's are; trained first where it was not."""
    if trainer.steps_done("regressor") < STEPS:
        main([])
    torch.set_num_threads(1)
    net = Regressor()
    net.load_state_dict(trainer.averaged("regressor"))
    net.eval()

    def predict(audio, frames):
        with torch.no_grad():
            made = net(torch.tensor(padded(audio, frames))[None])[0] * net.spread + net.mean
        return student.distances(made.numpy())
    return {"regressor": predict}


def main(arguments=None):
    steps = trainer.steps_asked(STEPS, arguments)
    torch.manual_seed(4)
    filmed = data.Clips("train")
    net = Regressor(filmed.motion.mean((0, 1)), filmed.motion.std((0, 1)))
    weights, row = loss_weights(), opening_row()
    weights[config.FACE_ROWS:] = 0  # what sound does not decide would only teach it noise

    def loss_of(net, _average, batch, _rng, _step):
        made = net(batch.audio, batch.filters, batch.change)
        return dict(regression=weighted_error(made - (batch.motion - net.mean) / net.spread, weights, row).mean())

    trainer.train("regressor", net, lambda rng: data.draw(rng, filmed, None, BATCH, 0), loss_of, steps=steps, rate=RATE, decay=DECAY, seed=4)


if __name__ == "__main__":
    main()
