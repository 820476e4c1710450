"""How alive roll-outs are beside the real man, by net and number of steps: what few steps could cost does not show on the lips.

Per net: spread of the head's pose and its mean acceleration (pitch, yaw; radians, radians a frame squared) in 20 s roll-outs of
tuning clips, difference between two seeds, and the lips in silence. Usage: python diversity.py
"""
import numpy as np
import torch

import config
import data
import evaluate
import noise
import train_teacher

CONVERSATIONS, SECONDS, SKIPPED_FRAMES = 6, 20, 50
LIP_TEMPERATURE = 0.5
NETS = [("teacher", 32), ("teacher", 8), ("teacher", 2), ("student", 4), ("student", 2), ("student", 1)]


def sounds(clips, rng):
    """Clips' sounds one after another [conversations, samples]."""
    samples = (SECONDS * config.FRAME_RATE_HZ + data.LEAD) * config.FRAME_SAMPLES
    clip = data.FRAMES * config.FRAME_SAMPLES
    draw = lambda: np.concatenate([clips.audio[i][:clip] for i in rng.integers(len(clips.audio), size=samples // clip + 1)])
    return np.stack([draw()[:samples] for _ in range(CONVERSATIONS)])


def roll_out(net, sound, state, steps, guidance, head, seed):
    frames = SECONDS * config.FRAME_RATE_HZ
    conditions = torch.zeros(CONVERSATIONS, frames, config.C)
    conditions[:, :, config.STATES.index(state)] = 1
    drawn = np.stack([noise.normal(seed + i, range(frames), config.D) for i in range(CONVERSATIONS)])
    drawn[:, :, :config.FACE_ROWS] *= LIP_TEMPERATURE
    drawn[:, :, config.POSE] *= head
    with torch.no_grad():
        features = net.hear(torch.tensor(sound, dtype=torch.float32))
    made = net.roll_out(features, conditions, torch.tensor(drawn), [4] * (frames // 4), steps, guidance)
    return (made * net.spread + net.mean).numpy()[:, SKIPPED_FRAMES:]


def figures(motion):
    """Spread and mean acceleration of pitch and yaw."""
    head = motion[..., 24:26]
    return head.std((0, 1)), np.abs(np.diff(head, 2, axis=1)).mean((0, 1))


def show(name, spread, acceleration, rest=""):
    print(f"{name:<18} spread {spread[0]:.4f} {spread[1]:.4f}  acceleration {acceleration[0]:.5f} {acceleration[1]:.5f}  {rest}")


def main():
    torch.set_num_threads(1)
    clips = data.Clips("tune")
    show("real, clips of 3 s", *figures(clips.motion))
    sound = sounds(clips, np.random.default_rng(0))
    for name, steps in NETS:
        net = train_teacher.load(name)
        guidance, head = (config.GUIDANCE, 1.0) if name == "teacher" else (1.0, config.HEAD_TEMPERATURE)
        talk = roll_out(net, sound, "speaking", steps, guidance, head, seed=0)
        other = roll_out(net, sound, "speaking", steps, guidance, head, seed=100)
        apart = np.abs(talk[..., 24:26] - other[..., 24:26]).mean((0, 1))
        quiet = roll_out(net, sound * 0, "idle", steps, guidance, head, seed=0)
        lips = evaluate.openings(quiet)
        rest = f"two seeds apart {apart[0]:.4f} {apart[1]:.4f}  silence: lips open {np.percentile(lips, 99):.3f} (99 %), spread {quiet[..., 24].std():.4f}"
        show(f"{name}, {steps} steps", *figures(talk), rest)


if __name__ == "__main__":
    main()
