"""FACEGOOD's Mandarin: one woman's voice with the curve of her jaw, at 25 frames a second; one clip is kept for tests."""
import numpy as np
import soundfile

import config

TRAIN, TEST = ("2_01", "2_02", "2_03", "2_04", "3_16"), "2_05"
RATE_HZ, LAG_FRAMES = 30, 1  # its curves come one of their frames after the sound (measured, see its README)
JAW = "mouth_stretch_c"


def load(name):
    """audio [n] 16 kHz; opening [frames], 0 to 1, its lag taken out; spoken [frames]: one of its curves is not 0 (rest is exactly 0)."""
    folder = config.data_dir() / "facegood-a2f"
    curves = np.load(folder / f"{name}.npy")  # [frames at 30 Hz, 37]
    audio, rate = soundfile.read(folder / f"{name}.flac", dtype="float32")
    if rate != config.AUDIO_RATE_HZ:
        raise SystemExit(f"facegood: {name}.flac has {rate} Hz, not {config.AUDIO_RATE_HZ}.")
    frames = int(len(curves) * config.FRAME_RATE_HZ / RATE_HZ) - 1
    at = (np.arange(frames) + 0.5) * RATE_HZ / config.FRAME_RATE_HZ - 0.5 + LAG_FRAMES  # the same moment in their count
    opening = np.interp(at, np.arange(len(curves)), curves[:, (folder / "names.txt").read_text().split().index(JAW)])
    moves = curves.any(1)[np.clip(np.round(at).astype(int), 0, len(curves) - 1)]
    return dict(name=f"facegood-{name}", group="facegood", audio=audio, seen=np.ones(frames, bool), spoken=moves, opening=opening)
