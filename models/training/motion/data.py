"""Clips as tensors, and the augmentation of sound that makes one man's voice stand for many.

What is changed on the way in: the voice (sounds/voices.py), the room and the line (sounds/sound.py), the colour of the microphone, and the mel
axis (another throat). Lips stay true.
"""
import json
from typing import NamedTuple

import numpy as np
import torch

import config
from motion import model
from sounds import sound

FRAMES = 75  # of a GRID clip
LEAD = config.LOOK_AHEAD_SAMPLES // config.FRAME_SAMPLES  # frames of sound heard before frame 0: they prime the encoder
SOUND_SAMPLES = (FRAMES + LEAD) * config.FRAME_SAMPLES
WARPS = np.linspace(0.82, 1.22, 17)
FILTERS = torch.tensor(np.stack([model.mel_filters(warp) for warp in WARPS]))
OTHER_VOICE_SHARE, SILENT_SHARE = 0.6, 0.12
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


def sound_of(audio):
    """audio [n] cut or padded to one clip's length."""
    return np.resize(np.pad(audio, (0, SOUND_SAMPLES)), SOUND_SAMPLES).astype(np.float32)


class Batch(NamedTuple):
    motion: torch.Tensor  # [B, 75, D]
    audio: torch.Tensor  # [B, SOUND_SAMPLES]
    conditions: torch.Tensor  # [B, 75, C]
    trust: torch.Tensor  # [B, 75, D]: how far each row of the motion is a truth to learn
    filters: torch.Tensor  # [B, 80, 201]: mel filters of another throat
    change: torch.Tensor  # [B, 80, 1]: added to the log-mel


class Clips:
    """The filmed clips of a part in memory; `one` draws one with its sound disturbed."""

    def __init__(self, part):
        self.store = np.load(config.CACHE / "motion.npz")
        names = json.loads(config.SPLIT.read_text())[part]
        self.names = [n for n in names if len(self.store[f"{n}/motion"]) == FRAMES and self.store[f"{n}/seen"].mean() > SEEN_SHARE]
        self.motion = np.stack([self.store[f"{n}/motion"] for n in self.names])
        self.audio = np.stack([sound_of(self.store[f"{n}/audio"]) for n in self.names])
        self.spoken = np.stack([spoken_frames(n, FRAMES) for n in self.names])
        voices = config.CACHE / "voices.npy"
        self.voices = np.load(voices, mmap_mode="r") if part == "train" and voices.exists() else None

    def stranger(self, rng):
        """Anybody's sound, for a crowd behind the voice."""
        return self.voice(rng, rng.integers(len(self.names)), 0.5)

    def voice(self, rng, i, share):
        """The sound of clip i, by a share of the draws in another voice (sounds/voices.py)."""
        if self.voices is None or rng.random() > share:
            return self.audio[i].copy()
        return self.voices[i, rng.integers(self.voices.shape[1])].astype(np.float32) / 32768

    def one(self, rng):
        """motion [75, D], audio, spoken [75]."""
        i = rng.integers(len(self.names))
        motion, audio, spoken = self.motion[i].copy(), self.voice(rng, i, OTHER_VOICE_SHARE), self.spoken[i]
        if rng.random() < SILENT_SHARE:  # the head goes on as filmed, the face as in the clip's own silence
            motion[:, :config.FACE_ROWS] = quiet_face(motion[:, :config.FACE_ROWS], spoken)
            audio, spoken = sound.nobody(rng, len(audio)), np.zeros_like(spoken)
        return motion, audio, spoken

    def any_head(self, rng):
        """Motion [75, D] of a head that goes with another sound."""
        return self.motion[rng.integers(len(self.names))].copy()


def ears(rng, size):
    """Mel filters [size, 80, 201] and changes of the log-mel [size, 80, 1]: three of four as another throat, each as another microphone."""
    plain = len(WARPS) // 2
    warp = np.where(rng.random(size) < 0.75, rng.integers(len(WARPS), size=size), plain)
    return FILTERS[warp], torch.tensor(colour(rng, size))


def conditions_of(rng, motion, spoken):
    """[75, C]."""
    conditions = np.zeros((FRAMES, config.C), np.float32)
    conditions[:, :4], conditions[:, 4:7] = draw_states(rng, spoken), cues(motion)
    return conditions


def draw(rng, filmed, voiced, filmed_count, voiced_count):
    """A batch of filmed clips and of voices without a face, whose lips were made from their phones (motion/lips.py)."""
    rows = []
    for i in range(filmed_count + voiced_count):
        if i < filmed_count:
            motion, audio, spoken = filmed.one(rng)
            trust = np.ones((FRAMES, config.D), np.float32)
        else:
            face, audio, spoken, trusted = voiced.one(rng)
            motion, trust = filmed.any_head(rng), np.zeros((FRAMES, config.D), np.float32)
            motion[:, :config.FACE_ROWS], trust[:, :config.FACE_ROWS] = face, trusted[:, None]
        audio = sound.disturb(rng, audio, filmed.stranger)
        rows.append((motion, audio, conditions_of(rng, motion, spoken), trust))
    return Batch(*(torch.tensor(np.stack(column)) for column in zip(*rows)), *ears(rng, len(rows)))


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
