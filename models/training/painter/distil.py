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
STEPS = 100 if config.SMOKE else 4000
BATCH, TAUGHT = 12, 6  # examples of a batch, and those of them that the teacher paints
RATE = 3e-4
EMA = 0.998
TEACHER_FLOW_STEPS = 8
FROM_TEACHER, FROM_REAL, CRITIC, DETAIL = 1.0, 0.5, 0.02, 0.3  # weights of the losses
PATCH = 9  # pixels of a neighbourhood whose detail is measured
STEADY = 1e-4  # added under the root


class Critic(nn.Module):
    """Tells real crops from painted ones, patch by patch of about 30 pixels: picture, warp and lips' coverage -> [B, 1, h, w]."""

    def __init__(self, width=32):
        super().__init__()
        normed = nn.utils.parametrizations.spectral_norm
        self.layers = nn.Sequential(
            normed(nn.Conv2d(8, width, 4, 2, 1)), nn.LeakyReLU(0.2), normed(nn.Conv2d(width, 2 * width, 4, 2, 1)), nn.LeakyReLU(0.2),
            normed(nn.Conv2d(2 * width, 2 * width, 3, 1, 1)), nn.LeakyReLU(0.2), normed(nn.Conv2d(2 * width, 1, 3, 1, 1)))

    def forward(self, picture, batch):
        return self.layers(torch.cat([picture, batch["warp"], batch["maps"][:, :2]], 1))


class Student(net.Painter):
    def __init__(self):
        super().__init__()
        self.critic = Critic()


def detail(picture):
    """Strength of what is finer than about 4 pixels, in every neighbourhood [B, 3, h, w]."""
    fine = picture - F.avg_pool2d(picture, 3, 1, 1, count_include_pad=False)
    return (F.avg_pool2d(fine.square(), PATCH, 3) + STEADY).sqrt()


def distil_losses(student, teacher, batch):
    warp, maps, target = batch["warp"], batch["maps"], batch["target"]
    spread, weight = student.spread(maps), train.weight_of(maps)
    clean = (target - warp) / spread
    noise = torch.randn_like(clean)
    with torch.no_grad():
        part = slice(0, TAUGHT)
        goal = teacher.flow(noise[part], teacher.conditions(warp[part], batch["reference"][part], maps[part]), TEACHER_FLOW_STEPS).float()
    features = student.conditions(warp, batch["reference"], maps)
    start = torch.zeros(1, 1, 1, 1)
    one = student.clean(noise, start, features).float()
    two = student.clean((noise + one) / 2, start + 0.5, features).float()
    error = lambda a, b, weight: (weight * (a - b).square()).mean()
    losses = dict.fromkeys(("from teacher", "from real", "critic", "detail"), 0.0)
    painted = [(warp + spread * made).clamp(-1, 1) for made in (one, two)]
    frozen = {name: value.detach() for name, value in student.critic.named_parameters()}
    near = F.avg_pool2d(weight, PATCH, 3)
    for made, picture in zip((one, two), painted):
        losses["from teacher"] += FROM_TEACHER * error(made[part], goal, weight[part])
        losses["from real"] += FROM_REAL * error(made, clean, weight)
        losses["critic"] -= CRITIC * functional_call(student.critic, frozen, (picture, batch)).float().mean()
        losses["detail"] += DETAIL * (near * (detail(picture) - detail(target)).abs() / net.SPREAD_LIPS).mean()
    judged = student.critic(torch.cat([target, painted[0].detach(), painted[1].detach()]), {k: torch.cat([batch[k]] * 3) for k in ("warp", "maps")}).float()
    real, fake = judged[:len(warp)], judged[len(warp):]
    return losses | {"telling": F.relu(1 - real).mean() + F.relu(1 + fake).mean()}


def main():
    steps = trainer.steps_asked(STEPS)
    torch.manual_seed(5)
    teacher, student = train.load(train.NAME).to(memory_format=torch.channels_last), Student()
    student.load_state_dict(teacher.state_dict(), strict=False)
    student = student.to(memory_format=torch.channels_last)
    trainer.train(NAME, student, train.drawing(BATCH), lambda student, _average, batch, _rng, _step: distil_losses(student, teacher, batch),
                  steps=steps, rate=RATE, decay=0.0, betas=(0.5, 0.95), ema=EMA, share_of_rate=trainer.straight, seed=6)


if __name__ == "__main__":
    main()
