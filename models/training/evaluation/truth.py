"""Clips kept out of training with the lips that the tracker saw: GRID's test or tune part, the `talking` people, FACEGOOD 2_05.

A clip: name, group, audio [n] 16 kHz, seen and spoken [frames], opening, width, jaw [frames] in eye-corner distances (FACEGOOD has an
opening alone, in units of its own), and lips [frames, 40, 2], displaced from the clip's own closed mouth. Tracked on demand.
"""
import json

import av
import numpy as np

import config
from face import basis, mesh, track
from motion import data

LOUD_RANGE_DB = 25  # people without word times: speech lies from the first to the last frame within this of the loudest


def padded(audio, frames):
    """Sound of `frames` frames and the look-ahead of the last."""
    length = (frames + data.LEAD) * config.FRAME_SAMPLES
    return np.pad(audio, (0, max(0, length - len(audio))))[:length].astype(np.float32)


def loudness(audio, frames):
    """Level of each frame's 40 ms in dB under full scale [frames]."""
    blocks = padded(audio, frames)[:frames * config.FRAME_SAMPLES].reshape(frames, -1)
    return 10 * np.log10((blocks ** 2).mean(1) + 1e-8)


def spoken(name, audio, frames):
    """Frames in which somebody speaks [frames]: by the words' times for GRID speaker 1, by level for the others."""
    if name.startswith("grid-"):
        return data.spoken_frames(name, frames)
    level = loudness(audio, frames)
    loud = np.nonzero(level > np.percentile(level, 95) - LOUD_RANGE_DB)[0]
    return (np.arange(frames) >= loud[0]) & (np.arange(frames) <= loud[-1])


def names(part):
    """Names of the clips of a part of split.json: train, tune, test or talking."""
    return json.loads(config.SPLIT.read_text())[part]


def filmed(part):
    """The clips of a part, as filmed."""
    wanted = set(names(part))
    for kind, path in track.clips():
        if f"{kind}-{path.stem}" in wanted:
            track.track_clip(kind, path)
    reference = np.fromfile(config.MODELS / "motion.neutral.f32", "<f4").reshape(mesh.POINTS, 3)
    return [clip_of(name, reference) for name in names(part)]


def clip_of(name, reference):
    tracked = basis.load(config.CACHE / "tracks" / f"{name}.npz")
    signals = basis.clip_signals(tracked, reference)
    frames = len(signals["opening"])
    return dict(name=name, group=name.split("-")[0], audio=tracked["audio"], seen=tracked["seen"], spoken=spoken(name, tracked["audio"], frames),
                lips=signals["displacement"][:, mesh.LIPS, :2], **{key: signals[key] for key in ("opening", "width", "jaw")})


def read_sound(path):
    """A sound file [n] as 16 kHz mono float32."""
    resampler, pieces = av.AudioResampler(format="flt", layout="mono", rate=config.AUDIO_RATE_HZ), []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            pieces += [part.to_ndarray()[0] for part in resampler.resample(frame)]
    pieces += [part.to_ndarray()[0] for part in resampler.resample(None)]
    return np.concatenate(pieces).astype(np.float32)
