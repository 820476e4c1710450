"""Writes test/golden/motion.json: sound, conditions and seed in, motion out, by which the server's motion path is held to this one.

The sound is made here (pulses through moving resonances, pauses, a little noise), so nobody's recording is committed.
"""
import argparse
import base64
import json

import numpy as np
import torch

import config
from motion import noise, train_teacher

FRAMES, SEED, LIP_TEMPERATURE = 60, 20_241, 0.5
WINDOWS = [2, 2, 2, 4, 4, 4, 4, 4, 4, 4, 4, 2, 2, 2, 4, 4, 4, 4]


def babble(samples, rng):
    """A voice-like sound [samples] in [-1, 1]: a 120 Hz pulse train through two resonances that wander, in syllables of 200 ms."""
    seconds = np.arange(samples) / config.AUDIO_RATE_HZ
    pulses = (np.diff(np.floor(np.cumsum(120 + 15 * np.sin(3 * seconds)) / config.AUDIO_RATE_HZ), prepend=0) > 0).astype(float)
    voice = np.zeros(samples)
    for low, high in ((300, 800), (900, 2200)):
        hz = low + (high - low) * (0.5 + 0.5 * np.sin(2 * np.pi * 2.5 * seconds + low))
        radius, y1, y2 = np.exp(-np.pi * 90 / config.AUDIO_RATE_HZ), 0.0, 0.0
        turn = 2 * radius * np.cos(2 * np.pi * hz / config.AUDIO_RATE_HZ)
        for n in range(samples):
            y1, y2 = pulses[n] + turn[n] * y1 - radius ** 2 * y2, y1
            voice[n] += y1
    syllables = np.clip(np.sin(2 * np.pi * 2.5 * seconds), 0, 1) * (seconds > 0.3) * (seconds < 1.9)
    return np.clip(voice / np.abs(voice).max() * 0.5 * syllables + rng.normal(0, 1e-4, samples), -1, 1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weights", default="student")
    options = parser.parse_args()
    rng = np.random.default_rng(5)
    samples = (FRAMES * config.FRAME_SAMPLES) + config.LOOK_AHEAD_SAMPLES
    pcm = np.round(babble(samples, rng) * 32767).astype("<i2")
    frame = np.arange(FRAMES)
    states = ["idle"] * 6 + ["speaking"] * 34 + ["listening"] * 10 + ["thinking"] * 10
    blink = np.clip(1 - np.abs(frame - 25) / 3, 0, 1)
    cue = np.stack([blink, 0.03 * np.sin(frame / 9), 0.02 * np.cos(frame / 7)], 1).round(4)
    conditions = np.zeros((FRAMES, config.C), np.float32)
    conditions[frame, [config.STATES.index(s) for s in states]] = 1
    conditions[:, 4:7] = cue
    drawn = noise.normal(SEED, frame, config.D)
    drawn[:, :config.FACE_ROWS] *= LIP_TEMPERATURE
    drawn[:, config.POSE] *= config.HEAD_TEMPERATURE
    net = train_teacher.load(options.weights)
    features = net.hear(torch.tensor(pcm / 32768, dtype=torch.float32)[None])
    made = net.roll_out(features, torch.tensor(conditions)[None], torch.tensor(drawn)[None], WINDOWS, config.STUDENT_STEPS)
    motion = (made * net.spread + net.mean)[0].numpy()
    content = dict(
        seed=SEED, lipTemperature=LIP_TEMPERATURE, windows=WINDOWS, states=states, cues=cue.tolist(),
        pcm16=base64.b64encode(pcm.tobytes()).decode(), motion=base64.b64encode(motion.astype("<f4").tobytes()).decode(),
        noise=[[round(float(v), 6) for v in row] for row in noise.normal(SEED, [0, 1, 90_000_000], 4)])
    target = config.GOLDEN
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(content) + "\n")
    print(f"golden: {target.name}, {target.stat().st_size / 1e3:.0f} kB; largest face coefficient {np.abs(motion[:, :24]).max():.2f}")


if __name__ == "__main__":
    main()
