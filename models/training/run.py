"""Makes every file of the motion model or of the mouth painter from the data, step by step; what is done is not done again, what was stopped goes on.

Usage: npm run models:train -- motion|painter [--smoke] [--from STEP]
--smoke: a tenth of the clips and a few batches into cache/smoke, nothing of which is shipped: shows within ten (painter: twenty)
minutes that all steps run and that the losses fall. Loss curves: cache/losses/*.png.
"""
import argparse
import csv
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Name, commands that run side by side, minutes on two free cores.
STEPS = [
    ("track", [["-m", "face.track", "--worker", "0/2"], ["-m", "face.track", "--worker", "1/2"]], 10),
    ("basis", [["-m", "face.basis"]], 1),
    ("voices", [["-m", "sounds.voices"], ["-m", "sounds.synth"]], 8),
    ("align", [["-m", "sounds.align"], ["-m", "sounds.festival"]], 8),
    ("statistical", [["-m", "sounds.statistical"]], 5),
    ("encoder", [["-m", "motion.train_encoder"]], 15),
    ("lips", [["-m", "motion.lips"]], 2),
    ("teacher", [["-m", "motion.train_teacher"]], 40),
    ("student", [["-m", "motion.distil"]], 35),
    ("export", [["-m", "motion.export"]], 1),
    ("golden", [["-m", "motion.golden"]], 1),
    ("expressions", [["-m", "face.expressions"]], 1),
    ("mood", [["-m", "mood.train"]], 2),
]
NETS = ("encoder", "teacher", "student")  # whose losses must fall in a smoke run
PAINTER_STEPS = [
    STEPS[0],
    ("painter-pairs", [["-m", "painter.pairs"]], 3),
    ("painter-renders", [["-m", "painter.render"]], 15),
    ("painter-teacher", [["-m", "painter.train"]], 25),
    ("painter-student", [["-m", "painter.distil"]], 35),
    ("painter-export", [["-m", "painter.export"]], 3),
]
MODELS = dict(motion=(STEPS, NETS), painter=(PAINTER_STEPS, ("painter-teacher",)))  # the student plays against a critic: its sum need not fall


def run(commands, environment):
    """Runs commands side by side in this environment; the first failure ends all."""
    processes = [subprocess.Popen([sys.executable, *command], cwd=HERE, env=environment) for command in commands]
    try:
        for process, command in zip(processes, commands):
            if process.wait() != 0:
                raise SystemExit(f"training: {' '.join(command)} failed; mend it and run the same command again, it goes on from here.")
    finally:
        for process in processes:
            if process.poll() is None:
                process.terminate()


def report_losses(cache, nets):
    """Prints each net's first and last losses; ends with an error where one did not fall."""
    for net in nets:
        with (cache / "losses" / f"{net}.csv").open() as file:
            names, *rows = csv.reader(file)
        first, last = (sum(map(float, rows[at][1:])) for at in (0, -1))
        print(f"training: {net}: loss {first:.4f} at step {rows[0][0]}, {last:.4f} at step {rows[-1][0]}")
        if not last < first:
            raise SystemExit(f"training: the loss of {net} did not fall.")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=list(MODELS))
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--from", dest="start", help="do this step and what follows again, as far as their results are missing")
    options = parser.parse_args()
    steps, nets = MODELS[options.model]
    names = [name for name, *_ in steps]
    if options.start and options.start not in names:
        parser.error(f"--from takes one of {', '.join(names)}")
    if "VAKTRA_DATA" not in os.environ:
        raise SystemExit("VAKTRA_DATA is not set: name the folder with the data sets (models/training/README.md lists them).")
    environment = dict(os.environ, GLOG_minloglevel="3", **(dict(VAKTRA_SMOKE="1") if options.smoke else {}))  # the tracker chats
    cache = HERE / "cache" / ("smoke" if options.smoke else "")
    done = cache / "done"
    done.mkdir(parents=True, exist_ok=True)
    if options.start:
        for name in names[names.index(options.start):]:
            (done / name).unlink(missing_ok=True)
    began = time.time()
    for number, (name, commands, minutes) in enumerate(steps, 1):
        if (done / name).exists():
            continue
        left = sum(m for n, _, m in steps[number - 1:] if not (done / n).exists())
        about = "a few minutes in all" if options.smoke else f"about {minutes} of {left} minutes"
        print(f"training: step {number} of {len(steps)}, {name}, {about}", flush=True)
        run(commands, environment)
        (done / name).touch()
    if options.smoke:
        report_losses(cache, nets)
    print(f"training: done in {(time.time() - began) / 60:.0f} min; curves in {cache.relative_to(HERE)}/losses")


if __name__ == "__main__":
    main()
