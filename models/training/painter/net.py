"""The mouth painter's net: a U-Net in two parts. `Conditions` reads what is known of a picture (warped crop, portrait's own crop, maps)
once; `Step` takes a noisy residual and those features to a clean one, as often as there are steps.

All convolutions are followed by bias and ReLU at most, so that they run in 8 bits: no norms, no concatenations, stem by 2x2
strides (space to depth), 1x1 before nearest upsampling. The time of a step enters as biases, which an unrolled graph holds as constants.
Pictures are [B, 3, 128, 128] in [-1, 1]. What is denoised is the residual target - `base` over its usual size at
each place (`spread`); the base is the warp with its black mouth lifted to a mouth's usual grey.
"""
import torch
import torch.nn.functional as F
from torch import nn

SIZE = 128  # pixels of a crop's side
PICTURE, MAPS = 3, 5
INNER, OUTER = 0, 1  # maps: coverage of the inner and of the outer lips
# Measured on the tuning clips, in [-1, 1] units: the inner mouth's mean over black, and usual sizes of target - base.
MOUTH_LIFT = 0.7
SPREAD_SKIN, SPREAD_LIPS, SPREAD_MOUTH = 0.12, 0.2, 0.36
RESIDUAL_SIZE = 0.75  # spread of the residual over `spread`: what the preconditioning expects
FOURIER = 8  # frequencies that tell the time
WIDTHS = (32, 64, 128)  # channels at 64, 32 and 16 pixels


def conv(ins, outs, size=3, stride=1):
    layer = nn.Conv2d(ins, outs, size, stride, padding=1 if size == 3 else 0)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    nn.init.zeros_(layer.bias)
    return layer


def up(x):
    return F.interpolate(x, scale_factor=2, mode="nearest")


class Residual(nn.Module):
    """Two 3x3 convolutions beside a straight way; the second starts at zero."""

    def __init__(self, width):
        super().__init__()
        self.first, self.second = conv(width, width), conv(width, width)
        nn.init.zeros_(self.second.weight)

    def forward(self, x):
        return F.relu(x + self.second(F.relu(self.first(x))))


class Conditions(nn.Module):
    """Features at 64, 32 and 16 pixels of what is known, computed once a picture."""

    def __init__(self, widths, deep):
        super().__init__()
        a, b, c = widths
        self.stem = conv(2 * PICTURE + MAPS, a, 2, 2)
        self.down1, self.mid1 = conv(a, b, 3, 2), Residual(b)
        self.down2, self.mid2 = conv(b, c, 3, 2), nn.Sequential(*[Residual(c) for _ in range(deep)])
        self.up1, self.out1 = conv(c, b, 1), conv(b, b)
        self.up0 = conv(b, a, 1)

    def forward(self, warp, reference, maps):
        x0 = F.relu(self.stem(torch.cat([warp, reference, maps], 1)))
        x1 = self.mid1(F.relu(self.down1(x0)))
        x2 = self.mid2(F.relu(self.down2(x1)))
        x1 = self.out1(F.relu(x1 + up(self.up1(x2))))
        return x0 + up(self.up0(F.relu(x1))), x1, x2


class Step(nn.Module):
    """One denoising pass: noisy residual [B, 3, 128, 128], features, time biases -> what the preconditioning takes out."""

    def __init__(self, widths):
        super().__init__()
        a, b, c = widths
        self.stem = conv(PICTURE, a, 2, 2)
        self.down1, self.mid1 = conv(a, b, 3, 2), Residual(b)
        self.down2, self.mid2 = conv(b, c, 3, 2), Residual(c)
        self.up1, self.out1 = conv(c, b, 1), Residual(b)
        self.up0, self.out0 = conv(b, a, 1), conv(a, a)
        self.last = conv(a, 4 * PICTURE, 1)
        nn.init.zeros_(self.last.weight)
        self.time = nn.Linear(2 * FOURIER, sum(widths))
        nn.init.zeros_(self.time.bias)

    def timed_layers(self):
        """The layers whose sum with the features gets a bias of the time's own."""
        return self.stem, self.down1, self.down2

    def biases(self, t):
        """Time [B, 1, 1, 1] -> what each scale's features get added, three [B, C, 1, 1]."""
        angle = t.flatten(1) * (torch.arange(FOURIER, device=t.device) + 0.5) * torch.pi
        told = self.time(torch.cat([angle.sin(), angle.cos()], 1))[:, :, None, None]
        return told.split([layer.out_channels for layer in self.timed_layers()], 1)

    def forward(self, z, features, biases):
        """`biases` None where they are folded into the layers (motion/export.py)."""
        f0, f1, f2 = features if biases is None else (feature + bias for feature, bias in zip(features, biases))
        x0 = F.relu(self.stem(z) + f0)
        x1 = self.mid1(F.relu(self.down1(x0) + f1))
        x2 = self.mid2(F.relu(self.down2(x1) + f2))
        x1 = self.out1(F.relu(x1 + up(self.up1(x2))))
        x0 = F.relu(self.out0(F.relu(x0 + up(self.up0(x1)))))
        return F.pixel_shuffle(self.last(x0), 2)


class Painter(nn.Module):
    def __init__(self, widths=WIDTHS, deep=1):
        super().__init__()
        self.conditions, self.step = Conditions(widths, deep), Step(widths)

    @staticmethod
    def base(warp, maps):
        return warp + MOUTH_LIFT * maps[:, INNER:INNER + 1]

    @staticmethod
    def spread(maps):
        """Usual size of the residual at each pixel [B, 1, H, W]."""
        inner, outer = maps[:, INNER:INNER + 1], maps[:, OUTER:OUTER + 1]
        return SPREAD_SKIN + (SPREAD_LIPS - SPREAD_SKIN) * outer + (SPREAD_MOUTH - SPREAD_LIPS) * inner

    @staticmethod
    def preconditioning(t):
        """Factors at time t (0 noise, 1 clean) of z past the net, into it, and of what it gives. As Karras et al. 2022, for flows."""
        noise2, data2 = (1 - t) ** 2, (t * RESIDUAL_SIZE) ** 2
        past = t * RESIDUAL_SIZE ** 2 / (noise2 + data2)
        into = (noise2 + data2) ** -0.5
        return past, into, (1 - t) * RESIDUAL_SIZE * into

    def clean(self, z, t, features):
        """Clean residual that z at time t [B, 1, 1, 1] stands for."""
        past, into, given = self.preconditioning(t)
        return past * z + given * self.step(into * z, features, self.step.biases(t))

    def flow(self, noise, features, steps):
        """Noise -> clean residual in `steps` even Euler steps."""
        z = noise
        for i in range(steps):
            t = torch.full((1, 1, 1, 1), i / steps)
            x = self.clean(z, t, features)
            z = z + (x - z) / (steps - i)
        return z

    def forward(self, warp, reference, maps, noise, steps):
        """Painted crop [B, 3, 128, 128]."""
        features = self.conditions(warp, reference, maps)
        return (self.base(warp, maps) + self.spread(maps) * self.flow(noise, features, steps)).clamp(-1, 1)
