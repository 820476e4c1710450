"""Speech by flite, an engine that no training heard, from given sounds with their times, or from text.

Voices: kal and kal16 by diphones, awb, rms and slt by statistics; they differ in everything from espeak-ng's. Needs the program flite.
"""
import subprocess
import tempfile
from pathlib import Path

from evaluation import truth

VOICES = ("kal", "kal16", "awb", "rms", "slt")


def say(voice, *, text=None, sounds=None, stretch=1.0):
    """audio [n] at 16 kHz, and [(sound, start_s, end_s)]; sounds: names of the CMU set, with blanks between. Longer by `stretch`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        what = ["-t", text] if sounds is None else ["-p", sounds]
        done = subprocess.run(["flite", "-voice", voice, "--setf", f"duration_stretch={stretch}", "-psdur", *what, "-o", str(path)],
                              capture_output=True, text=True, check=True)
        audio = truth.read_sound(path)
    times, start = [], 0.0
    for entry in done.stdout.split():
        name, _, end = entry.rpartition(":")
        times.append((name, start, float(end)))
        start = float(end)
    return audio, times
