"""Clips as tensors, and the augmentation of sound that makes one man's voice stand for many.

What is changed on the way in: level, noise floor, colour of the microphone, and the mel axis (another vocal tract). Lips stay true.
"""
import json

import numpy as np
import torch

import config
import model

FRAMES = 75  # of a GRID clip
LEAD = config.LOOK_AHEAD_SAMPLES // config.FRAME_SAMPLES  # frames of sound heard before frame 0: they prime the encoder
SOUND_SAMPLES = (FRAMES + LEAD) * config.FRAME_SAMPLES
WARPS = np.linspace(0.82, 1.22, 17)
SEEN_SHARE = 0.96  # clips in which the tracker lost more pictures are left out
SETTLE_FRAMES = 8  # after the last word the mouth needs these to close


def spoken_frames(name, frames):
    """True where a word of the clip's alignment is being said in the middle of the frame; [frames]. GRID only."""
    said = np.zeros(frames, bool)
    for line in (config.data_dir() / "grid-s1" / "words" / f"{name.removeprefix('grid-')}.align").read_text().splitlines():
        start, end, word = line.split()
        if word not in ("sil", "sp"):
            middle = np.arange(frames) + 0.5
            said |= (middle >= int(start) / 1000) & (middle < int(end) / 1000)
    return said


def cues(motion):
    """What the behaviour process gives in serving and the track gives in training: blink, gaze x, gaze y [frames, 3]."""
    blink = motion[:, config.BLINK].mean(1, keepdims=True).clip(0, 1)
    return np.concatenate([blink, motion[:, config.GAZE]], 1)


class Clips:
    """Training clips in memory; `batch` draws augmented ones."""

    def __init__(self, part):
        self.store = np.load(config.CACHE / "motion.npz")
        names = json.loads((config.HERE / "split.json").read_text())[part]
        self.names = [n for n in names if len(self.store[f"{n}/motion"]) == FRAMES and self.store[f"{n}/seen"].mean() > SEEN_SHARE]
        self.motion = np.stack([self.store[f"{n}/motion"] for n in self.names])
        self.audio = np.stack([np.resize(np.pad(self.store[f"{n}/audio"], (0, SOUND_SAMPLES)), SOUND_SAMPLES) for n in self.names])
        self.spoken = np.stack([spoken_frames(n, FRAMES) for n in self.names])
        self.filters = torch.tensor(np.stack([model.mel_filters(warp) for warp in WARPS]))

    def batch(self, rng, size):
        """motion [B, 75, D], audio [B, samples], conditions [B, 75, C], spoken [B, 75], mel filters [B, 80, 201], mel change [B, 80, 1]."""
        pick = rng.integers(len(self.names), size=size)
        rows = [self.one(rng, i) for i in pick]
        motion, audio, conditions, spoken = (torch.tensor(np.stack(column)) for column in zip(*rows))
        plain = len(WARPS) // 2
        warp = np.where(rng.random(size) < 0.75, rng.integers(len(WARPS), size=size), plain)
        return motion, audio, conditions, spoken, self.filters[warp], torch.tensor(colour(rng, size))

    def one(self, rng, i):
        motion, audio, spoken = self.motion[i].copy(), self.audio[i].copy(), self.spoken[i]
        length = len(self.store_audio(i))
        state = draw_states(rng, spoken)
        if rng.random() < 0.08:  # silence for the whole clip: the head goes on as filmed, the face as in the clip's own silence
            motion[:, :config.FACE_ROWS] = quiet_face(motion[:, :config.FACE_ROWS], spoken)
            audio[:], spoken, state = 0, np.zeros_like(spoken), draw_states(rng, np.zeros_like(spoken))
        else:
            audio[length:] = 0
        audio = disturb(rng, audio)
        conditions = np.zeros((FRAMES, config.C), np.float32)
        conditions[:, :4], conditions[:, 4:7] = state, cues(motion)
        return motion, audio.astype(np.float32), conditions, spoken

    def store_audio(self, i):
        return self.audio[i][:np.max(np.nonzero(self.audio[i])[0]) + 1]


def quiet_face(face, spoken):
    """The face [frames, 24] of the clip's silent end, played to and fro for the whole clip; at rest where there is no such end."""
    last = np.max(np.nonzero(spoken)[0]) + 1 + SETTLE_FRAMES
    quiet = face[last:]
    if len(quiet) < 4:
        return np.zeros_like(face)
    return np.resize(np.concatenate([quiet, quiet[::-1]]), face.shape)


def draw_states(rng, spoken):
    """One-hot states [frames, 4]: speaking where words are, one of the others elsewhere; sometimes speaking throughout, or unknown."""
    state, kind = np.zeros((len(spoken), 4), np.float32), rng.random()
    if kind < 0.15:
        return state
    speaking, silent = config.STATES.index("speaking"), rng.integers(3)
    if kind < 0.4:
        silent = speaking
    state[np.arange(len(spoken)), np.where(spoken, speaking, silent)] = 1
    return state


def disturb(rng, audio):
    """Another level and another noise floor (white to brown, -75 to -35 dB under full scale)."""
    audio = audio * 10 ** (rng.uniform(-12, 8) / 20)
    if rng.random() < 0.7:
        spectrum = np.fft.rfft(rng.standard_normal(len(audio)))
        slope = rng.uniform(0, 1)
        spectrum[1:] /= np.arange(1, len(spectrum)) ** slope
        noise = np.fft.irfft(spectrum, len(audio))
        audio = audio + noise * 10 ** (rng.uniform(-75, -35) / 20) / noise.std()
    return np.clip(audio, -1, 1)


def colour(rng, size):
    """Smooth change of the standardised log-mel over frequency [size, 80, 1]: another microphone, room or voice's tilt."""
    bins = np.linspace(-1, 1, config.MEL_BINS)
    curves = np.stack([bins, bins ** 2 - 1 / 3, np.cos(2 * np.pi * bins), np.sin(2 * np.pi * bins)])  # [4, 80]
    return (rng.normal(0, [0.25, 0.15, 0.1, 0.1], (size, 4)) @ curves)[:, :, None].astype(np.float32)


def draw_windows(rng, size):
    """First frame of each frame's window [B, 75]: windows of 2 or 4 frames in random order, starting anywhere in a window."""
    start = np.zeros((size, FRAMES), np.int64)
    for b in range(size):
        at = -int(rng.integers(4))
        while at < FRAMES:
            length = 2 if rng.random() < 0.25 else 4
            start[b, max(at, 0):at + length] = max(at, 0)
            at += length
    return torch.tensor(start)
