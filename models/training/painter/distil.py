"""Distils the painter's teacher into a student of 1 and 2 steps.

From the same noise the student's one and two steps are drawn to where the teacher's many steps lead (Salimans and Ho 2022, without
their halvings), so that other noise goes on painting other detail. What squared errors blur is brought back by a patch critic that
compares with the real crop (hinge; distillation beside a critic: Sauer et al. 2023) and by the strength of fine detail in every
neighbourhood, which has to be the real one's. A part is the error against the real crop itself.
Usage: cd models/training && python -m painter.distil [--steps N]     goes on from cache/painter-student.pt
"""
import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call

import config
import trainer
from painter import net, train

NAME = "painter-student"
STEPS = 200 if config.SMOKE else 6500
WINDOW, MARGIN = (64, 80), 16  # pixels: around the mouth; what the skin does the teacher knows
BATCH, TAUGHT = 16, 4  # examples of a batch, and those of them that the teacher paints
RATE = 5e-4
EMA = 0.99
TEACHER_FLOW_STEPS = 6
FROM_TEACHER, FROM_REAL, CRITIC, DETAIL = 0.15, 1.0, 0.3, 2.5  # weights of the losses
AROUND = 9  # pixels by which the critic sees more than the lips
PATCH = 9  # pixels of a neighbourhood whose detail is measured
STEADY = 2e-5  # added under the root


class Critic(nn.Module):
    """Tells real mouths from painted ones, patch by patch of about 30 pixels; skin is the warp's for both. Gives the mean over the lips' patches."""

    def __init__(self, width=24):
        super().__init__()
        normed = nn.utils.parametrizations.spectral_norm
        self.layers = nn.Sequential(
            normed(nn.Conv2d(8, width, 4, 2, 1)), nn.LeakyReLU(0.2), normed(nn.Conv2d(width, 2 * width, 4, 2, 1)), nn.LeakyReLU(0.2),
            normed(nn.Conv2d(2 * width, 2 * width, 3, 1, 1)), nn.LeakyReLU(0.2), normed(nn.Conv2d(2 * width, 1, 3, 1, 1)))

    def forward(self, picture, batch, score):
        maps, warp = batch["maps"], batch["warp"]
        lips = F.max_pool2d(maps[:, net.OUTER:net.OUTER + 1], AROUND, 1, AROUND // 2)
        judged = self.layers(torch.cat([warp + lips * (picture - warp), warp, maps[:, :2]], 1)).float()
        weight = F.adaptive_avg_pool2d(lips, judged.shape[2:])
        return (weight * score(judged)).sum() / weight.sum()


class Student(net.Painter):
    def __init__(self):
        super().__init__()
        self.critic = Critic()


def detail(picture):
    """Strength of what is finer than about 4 pixels, in every neighbourhood [B, 3, h, w]."""
    fine = picture - F.avg_pool2d(picture, 3, 1, 1, count_include_pad=False)
    return (F.avg_pool2d(fine.square(), PATCH, 3) + STEADY).sqrt()


def distil_losses(student, teacher, batch, rng):
    warp, maps, target = batch["warp"], batch["maps"], batch["target"]
    spread, weight = student.spread(maps), train.weight_of(maps) * (1 + maps[:, :1])  # the mouth counts twice
    base = student.base(warp, maps)
    clean = (target - base) / spread
    noise = torch.randn_like(clean)
    with torch.no_grad():
        part = slice(0, TAUGHT)
        goal = teacher.flow(noise[part], teacher.conditions(warp[part], batch["reference"][part], maps[part]), TEACHER_FLOW_STEPS).float()
    features = student.conditions(warp, batch["reference"], maps)
    start = torch.zeros(1, 1, 1, 1)
    one = student.clean(noise, start, features).float()
    two = student.clean((noise + one) / 2, start + 0.5, features).float()
    error = lambda a, b, weight: (weight * (a - b).square()).mean()
    losses = dict.fromkeys(("from teacher", "from real", "detail"), 0.0)
    painted = [(base + spread * made).clamp(-1, 1) for made in (one, two)]
    shown = painted[int(rng.random() < 0.5)]  # to the critic
    frozen = {name: value.detach() for name, value in student.critic.named_parameters()}
    near = F.avg_pool2d(weight, PATCH, 3)
    for made, picture in zip((one, two), painted):
        losses["from teacher"] += FROM_TEACHER * error(made[part], goal, weight[part])
        losses["from real"] += FROM_REAL * error(made, clean, weight)
        losses["detail"] += DETAIL * (near * (detail(picture) - detail(target)).abs() / net.SPREAD_LIPS).mean()
    losses["critic"] = CRITIC * functional_call(student.critic, frozen, (shown, batch, lambda judged: -judged))
    telling = student.critic(target, batch, lambda judged: F.relu(1 - judged)) + student.critic(shown.detach(), batch, lambda judged: F.relu(1 + judged))
    return losses | {"telling": telling}


def main():
    steps = trainer.steps_asked(STEPS)
    torch.manual_seed(5)
    teacher, student = train.load(train.NAME).to(memory_format=torch.channels_last), Student()
    student.load_state_dict(teacher.state_dict(), strict=False)
    student = student.to(memory_format=torch.channels_last)
    trainer.train(NAME, student, train.drawing(BATCH, window=WINDOW, margin=MARGIN), lambda student, _average, batch, rng, _step: distil_losses(student, teacher, batch, rng),
                  steps=steps, rate=RATE, decay=0.0, betas=(0.5, 0.95), ema=EMA, share_of_rate=trainer.straight, seed=6)


if __name__ == "__main__":
    main()
