"""Truth, teacher and baselines on clips kept out of training, for `npm run eval` (test/bench/eval.ts), which adds the served student.

Writes cache/eval/PART.json (per clip: true opening, spoken and seen frames, each method's opening) and cache/eval/NAME.f32
(sound, 16 kHz). Clips are tracked on demand. Usage: python evaluate.py [--part test|tune] [--teacher-steps 32]
"""
import argparse
import json

import numpy as np
import torch

import basis
import config
import data
import mesh
import model
import noise
import track
import train_teacher

RIDGE = 1e-2  # times the number of frames, on standardised inputs
LOUD_RANGE_DB = 25  # people without word times: speech lies from the first to the last frame within this of the loudest
FRAMES_BEFORE, FRAMES_AFTER = 4, 2  # that the baselines see: to 80 ms past the frame, as the model hears; more gains nothing
SEED = 1


def spoken(name, audio, frames):
    """Frames in which somebody speaks [frames]: by the words' times for GRID speaker 1, by level for the others."""
    if name.startswith("grid-"):
        return data.spoken_frames(name, frames)
    level = loudness(audio, frames)
    loud = np.nonzero(level > np.percentile(level, 95) - LOUD_RANGE_DB)[0]
    return (np.arange(frames) >= loud[0]) & (np.arange(frames) <= loud[-1])


def padded(audio, frames):
    """Sound of `frames` frames and the look-ahead of the last."""
    length = (frames + data.LEAD) * config.FRAME_SAMPLES
    return np.pad(audio, (0, max(0, length - len(audio))))[:length]


def loudness(audio, frames):
    """Level of each frame's 40 ms in dB under full scale [frames]."""
    blocks = padded(audio, frames)[:frames * config.FRAME_SAMPLES].reshape(frames, -1)
    return 10 * np.log10((blocks ** 2).mean(1) + 1e-8)


def log_mel(net, audio, frames):
    """Mean log-mel of each frame, its neighbours included [frames, 7 * 80]."""
    with torch.no_grad():
        mel = net.audio.mel(torch.tensor(np.pad(padded(audio, frames), (config.MEL_WINDOW - config.MEL_HOP, 0)))[None])[0].numpy().T
    return neighbours(mel.reshape(frames + data.LEAD, config.MEL_PER_FRAME, -1).mean(1))[:frames]


def neighbours(values):
    """Each row with those before and after it."""
    edge = np.pad(values, ((FRAMES_BEFORE, FRAMES_AFTER), (0, 0)), mode="edge")
    return np.concatenate([edge[i:i + len(values)] for i in range(FRAMES_BEFORE + 1 + FRAMES_AFTER)], 1)


def ridge(inputs, goal):
    """Fits goal [n] on inputs [n, k]; returns the predictor."""
    mean, spread = inputs.mean(0), inputs.std(0) + 1e-6
    x, offset = (inputs - mean) / spread, goal.mean()
    weights = np.linalg.solve(x.T @ x + RIDGE * len(x) * np.eye(x.shape[1]), x.T @ (goal - offset))
    return lambda new: (new - mean) / spread @ weights + offset


def openings(motion):
    """Drawn lip opening [..., frames] on the neutral face, in eye-corner distances; motion [clips, frames, D]."""
    rows = np.fromfile(config.MODELS / "motion.basis.f32", "<f4").reshape(config.D, mesh.POINTS, 3)
    neutral = np.fromfile(config.MODELS / "motion.neutral.f32", "<f4").reshape(mesh.POINTS, 3)
    pair = list(mesh.LIP_OPENING)
    points = neutral[pair] + np.einsum("ctd,dnk->ctnk", motion, rows[:, pair])
    return np.linalg.norm(points[:, :, 0, :2] - points[:, :, 1, :2], axis=-1)


def sample(net, clips, steps, guidance, temperature=1.0, windows=None):
    """One sample of motion [clips, frames, D] for clips of equal length, rolled out as in serving; always in the state speaking."""
    frames = data.FRAMES
    sound = torch.tensor(np.stack([padded(c["audio"], frames) for c in clips]))
    conditions = torch.zeros(len(clips), frames, config.C)
    conditions[:, :, config.STATES.index("speaking")] = 1
    drawn = np.stack([noise.normal(SEED + i, range(frames), config.D) for i in range(len(clips))])
    drawn[:, :, :config.FACE_ROWS] *= temperature
    with torch.no_grad():
        made = net.roll_out(net.hear(sound), conditions, torch.tensor(drawn), windows or [2, 2] + [4] * 17 + [2, 1], steps, guidance)
    return (made * net.spread + net.mean).numpy()


def held_out(part):
    """The part's clips by name, tracked where that was not done yet."""
    parts = json.loads((config.HERE / "split.json").read_text())
    wanted = set(parts[part] + parts["talking"])
    for kind, path in track.clips():
        if f"{kind}-{path.stem}" in wanted:
            track.track_clip(kind, path)
    reference = np.fromfile(config.MODELS / "motion.neutral.f32", "<f4").reshape(mesh.POINTS, 3)
    clips = []
    for name in parts[part] + parts["talking"]:
        tracked = basis.load(config.CACHE / "tracks" / f"{name}.npz")
        signals = basis.clip_signals(tracked, reference)
        frames = len(signals["opening"])
        clips.append(dict(name=name, audio=tracked["audio"], seen=tracked["seen"], opening=signals["opening"],
                          spoken=spoken(name, tracked["audio"], frames)))
    return clips


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", default="test", choices=["test", "tune"])
    parser.add_argument("--teacher-steps", type=int, default=32)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if not (config.CACHE / "motion.npz").exists():
        raise SystemExit("The training clips are not tracked yet, and the baselines are fitted on them: run `npm run models:train` first.")
    clips = held_out(options.part)
    # The teacher is too large to ship; where nobody trained one, the others are measured without it.
    teacher = train_teacher.load("teacher") if (config.CACHE / "teacher.pt").exists() else None
    ears = model.MotionModel(torch.zeros(config.D), torch.ones(config.D), torch.ones(6)).eval()  # its mel has no weights

    store = np.load(config.CACHE / "motion.npz")
    train = data.Clips("train").names
    goal = np.concatenate([store[f"{n}/opening"] for n in train])
    frames = lambda c: len(c["opening"])
    loud = ridge(np.concatenate([neighbours(loudness(store[f"{n}/audio"], data.FRAMES)[:, None]) for n in train]), goal)
    linear = ridge(np.concatenate([log_mel(ears, store[f"{n}/audio"], data.FRAMES) for n in train]), goal)
    taught = openings(sample(teacher, clips, options.teacher_steps, config.GUIDANCE)) if teacher else [None] * len(clips)

    folder = config.CACHE / "eval"
    folder.mkdir(exist_ok=True)
    entries = []
    for clip, made in zip(clips, taught):
        n = frames(clip)
        padded(clip["audio"], n).astype("<f4").tofile(folder / f"{clip['name']}.f32")
        methods = dict(loudness=loud(neighbours(loudness(clip["audio"], n)[:, None])), linear=linear(log_mel(ears, clip["audio"], n)))
        if teacher:
            methods["teacher"] = made[:n]
        entries.append(dict(
            name=clip["name"], group=clip["name"].split("-")[0], opening=rounded(clip["opening"]), spoken=clip["spoken"].tolist(),
            seen=clip["seen"].tolist(), methods={name: rounded(values) for name, values in methods.items()}))
    (folder / f"{options.part}.json").write_text(json.dumps(dict(teacherSteps=options.teacher_steps, clips=entries)))


def rounded(values):
    return [round(float(v), 6) for v in values]


if __name__ == "__main__":
    main()
