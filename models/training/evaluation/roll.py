"""The student as it is served: rolls conversations out by the server's own code (test/bench/eval-motion-roll-out.ts).

Sounds are heard from their first sample on; frame k comes of samples [640 k, 640 k + 640) and 80 ms more. What is drawn has more
coefficients than the model's: the mood's, added after it.
"""
import json
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np

import config
from face import mesh

TOOL = config.MODELS.parent / "test" / "bench" / "eval-motion-roll-out.ts"


def node():
    """Path of the Node that serves; `npm run eval:motion` names it."""
    if "VAKTRA_NODE" not in os.environ:
        raise SystemExit("VAKTRA_NODE is not set: start the evaluation by `npm run eval:motion`.")
    return os.environ["VAKTRA_NODE"]


def job(samples, seed, frames, state="speaking", cues=None, restart=None):
    """One conversation. samples: a sound [n], or stretches [(first, count)] of the plan's sound file; state: one for all frames,
    or [(state, frames)]; cues [frames, 3]: blink, gaze x, gaze y, in place of the behaviour; restart: frame from which on
    chance is that of a conversation which begins there.
    """
    states = [(state, frames)] if isinstance(state, str) else state
    return dict(samples=samples, seed=seed, frames=frames, states=[list(s) for s in states], cues=cues, restart=restart)


class Student:
    """One exported model: as shipped, or in a folder with motion.onnx, manifest.json and what that names."""

    def __init__(self, folder=None):
        self.model = None if folder is None else str(Path(folder).resolve() / "motion.onnx")
        self.folder = config.MODELS if folder is None else Path(folder)
        self.neutral = np.fromfile(self.folder / "motion.neutral.f32", "<f4").reshape(mesh.POINTS, 3)
        files = [self.folder / name for name in ("motion.basis.f32", "motion.expressions.f32")]  # the mood's rows come after the model's
        self.basis = np.concatenate([np.fromfile(path, "<f4") for path in files if path.exists()]).reshape(-1, mesh.POINTS, 3)
        self.told = {}  # what the tool said of its last run: milliseconds a window, cacheBytes, ...

    def roll(self, jobs, lip_temperature=None, steps=None, sound=None):
        """Motion [frames, D] of each job, D as drawn. `sound`: a file of float32 that the jobs' stretches lie in."""
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            plan = dict(sound=str(sound or folder / "sound.f32"), motion=str(folder / "motion.f32"), jobs=[])
            for key, value in dict(model=self.model, lipTemperature=lip_temperature, steps=steps).items():
                if value is not None:
                    plan[key] = value
            at, row, sounds, cues = 0, 0, [], []
            for one in jobs:
                entry = dict(seed=one["seed"], states=one["states"])
                if sound is None:
                    entry["sound"] = [[at, len(one["samples"])]]
                    sounds.append(np.asarray(one["samples"], "<f4"))
                    at += len(one["samples"])
                else:
                    entry["sound"] = [list(stretch) for stretch in one["samples"]]
                if one["cues"] is not None:
                    entry["cues"] = row
                    cues.append(np.asarray(one["cues"], "<f4"))
                    row += len(one["cues"])
                if one["restart"] is not None:
                    entry["restart"] = one["restart"]
                plan["jobs"].append(entry)
            if sound is None:
                np.concatenate(sounds).tofile(folder / "sound.f32")
            if cues:
                np.concatenate(cues).tofile(folder / "cues.f32")
                plan["cues"] = str(folder / "cues.f32")
            (folder / "plan.json").write_text(json.dumps(plan))
            done = subprocess.run([node(), str(TOOL), str(folder / "plan.json")], stdout=subprocess.PIPE)
            if done.returncode:
                raise SystemExit("The roll-out failed: see above.")
            self.told = json.loads(done.stdout)
            motion = np.fromfile(folder / "motion.f32", "<f4").reshape(-1, self.told["coefficients"])
        return np.split(motion, np.cumsum([one["frames"] for one in jobs])[:-1])

    def points(self, motion, which):
        """Drawn landmarks [..., frames, len(which), 3] without the head's pose; motion [..., frames, D or more]."""
        return self.neutral[which] + np.einsum("...d,dnk->...nk", motion, self.basis[:motion.shape[-1], which])

    def distances(self, motion):
        """Opening, width and jaw [..., frames] in eye-corner distances."""
        pairs = dict(opening=mesh.LIP_OPENING, width=mesh.LIP_WIDTH, jaw=mesh.JAW)
        drawn = {name: self.points(motion, list(pair)) for name, pair in pairs.items()}
        return {name: np.linalg.norm(p[..., 0, :2] - p[..., 1, :2], axis=-1) for name, p in drawn.items()}

    def opening(self, motion):
        return self.distances(motion)["opening"]
