"""Measures the motion as it is served, on clips, voices and people kept out of training, beside what is asked of it.

Started by `npm run eval:motion` (test/bench/eval-motion.ts): [-- --part test|tune] [--only lips,closures,...] [--weights-dir DIR]
[--hours 8] [--json]. Settings are chosen on the tune part alone. Writes cache/eval/report.json and prints tables; --json prints the
report alone. Ends with 1 where something asked is missed. Each section is a file, NAME.py, with a run(context) -> Section.
"""
import argparse
import contextlib
import importlib
import json
import math
import shutil
import sys
import time

import config
from evaluation import prepared, roll

SECTIONS = ["lips", "conditions", "closures", "pairs", "sync", "alive", "rest", "song", "mood", "drift", "steps", "cost"]


def arguments():
    parser = argparse.ArgumentParser(prog="npm run eval:motion --", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", default="test", choices=["test", "tune"], help="held-out GRID clips; settings are chosen on tune only")
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, with commas: " + ", ".join(SECTIONS))
    parser.add_argument("--weights-dir", help="folder with another motion.onnx, its manifest.json and what that names")
    parser.add_argument("--hours", type=int, default=8, help="length of the roll-out of the section drift")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    options.only = options.only.split(",")
    if unknown := [name for name in options.only if name not in SECTIONS]:
        parser.error(f"--only {','.join(unknown)}: the sections are {', '.join(SECTIONS)}")
    return options


def require():
    """Ends with what to do where something is missing that the measurements need."""
    if not (config.CACHE / "motion.npz").exists():
        raise SystemExit("The films are not tracked yet, and everything is measured against them: run `npm run models:train -- motion` first.")
    if missing := [program for program in ("ffmpeg", "flite") if shutil.which(program) is None]:
        raise SystemExit(f"Not installed: {', '.join(missing)}. On Debian: apt-get install {' '.join(missing)}")


def measure(options):
    """The report: per section its figures, and what was asked of it."""
    context = prepared.Context(options.part, roll.Student(options.weights_dir), options.hours)
    report = dict(part=options.part, weights=options.weights_dir or "as shipped", sections={}, checks=[])
    for name in options.only:
        began = time.time()
        section = importlib.import_module(f"evaluation.{name}").run(context)
        print(f"eval: {name}, {time.time() - began:.0f} s", file=sys.stderr, flush=True)
        report["sections"][name] = section.figures
        report["checks"] += section.checks
        for title, rows in section.tables:
            table(title, rows)
    report["passed"] = all(check["passed"] for check in report["checks"])
    return report


def table(title, rows):
    cells = [[shown(value) for value in row.values()] for row in rows]
    lines = [list(rows[0]), *cells]
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
    print(f"\n{title}", *("  ".join(cell.rjust(width) for cell, width in zip(line, widths)) for line in lines), sep="\n", flush=True)


def shown(value):
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def plain(value):
    """For JSON: numbers of numpy become Python's, what is no number becomes null."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value


def main():
    options = arguments()
    require()
    with contextlib.redirect_stdout(sys.stderr if options.json else sys.stdout):
        report = measure(options)
        if report["checks"]:
            table("Asked and found", [dict(what=c["name"], asked=c["asked"], found=c["value"], verdict="reached" if c["passed"] else "MISSED")
                                      for c in report["checks"]])
    folder = config.CACHE / "eval"
    folder.mkdir(parents=True, exist_ok=True)
    content = json.dumps(plain(report), indent=1)
    (folder / "report.json").write_text(content + "\n")
    if options.json:
        print(content)
    raise SystemExit(0 if report["passed"] else 1)


if __name__ == "__main__":
    main()
