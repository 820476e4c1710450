"""Every number of the motion model that more than one step needs. What the whole costs: run.py; what it gives: models/motion.md."""
import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
SMOKE = "VAKTRA_SMOKE" in os.environ  # a short run of everything, which ships nothing
CACHE = HERE / "cache" / "smoke" if SMOKE else HERE / "cache"  # tracks, checkpoints: all can be made again, none is committed
SHIPPED = HERE.parent
MODELS = CACHE / "models" if SMOKE else SHIPPED  # where the files of the model are written and read
SPLIT = (CACHE if SMOKE else HERE) / "split.json"
GOLDEN = (CACHE if SMOKE else SHIPPED.parent / "test" / "golden") / "motion.json"
MODELS.mkdir(parents=True, exist_ok=True)

AUDIO_RATE_HZ = 16_000
FRAME_RATE_HZ = 25
FRAME_SAMPLES = AUDIO_RATE_HZ // FRAME_RATE_HZ  # 640


def data_dir():
    """Folder with grid-s1, talking and face-landmarker, named by VAKTRA_DATA."""
    if "VAKTRA_DATA" not in os.environ:
        raise SystemExit("VAKTRA_DATA is not set: name the folder that holds grid-s1, talking and face-landmarker.")
    return Path(os.environ["VAKTRA_DATA"])

# What a motion frame is made of. The order is the order of the 34 coefficients everywhere.
FACE_ROWS = 24
COEFFICIENTS = [f"face_{i:02d}" for i in range(FACE_ROWS)] + [
    "pitch", "yaw", "roll", "translate_x", "translate_y", "translate_z", "gaze_x", "gaze_y", "blink_left", "blink_right"]
D = len(COEFFICIENTS)
POSE, GAZE, BLINK = slice(24, 30), slice(30, 32), slice(32, 34)

# Sound: log-mel, heard this far past a frame's end. 120 ms gains nothing, 60 loses 0.01 of r (measured on GRID).
LOOK_AHEAD_MS = 80
LOOK_AHEAD_SAMPLES = AUDIO_RATE_HZ * LOOK_AHEAD_MS // 1000
MEL_BINS, MEL_WINDOW, MEL_HOP = 80, 400, 160  # 25 ms window, 10 ms hop
MEL_PER_FRAME = FRAME_SAMPLES // MEL_HOP
MEL_LOW_HZ, MEL_HIGH_HZ = 60, 7600
MEL_FLOOR = 1e-8  # power in a bin, about -75 dB under full scale: below it nothing is heard
MEL_MEAN, MEL_SPREAD = -13.0, 3.5  # of the log-mel on GRID, rounded

# The network.
WIDTH, LAYERS, HEADS, AUDIO_WIDTH = 128, 4, 4, 160
WINDOWS = (2, 4)  # frames a step makes: 2 to start an utterance soon, 4 after
PAST = 24  # frames whose keys and values are kept
STATES = ("idle", "listening", "thinking", "speaking")
CONDITIONS = [f"state_{s}" for s in STATES] + ["blink", "gaze_x", "gaze_y"]
C = len(CONDITIONS)

# Training.
FILMED_CLIPS = 60 if SMOKE else None  # all
HELD_OUT_CLIPS = 6 if SMOKE else 40  # for the test, and as many again for tuning
ENCODER_TRAINING_STEPS = 300 if SMOKE else 5000
ALIGNER_TRAINING_STEPS = 200 if SMOKE else 1600
TEACHER_TRAINING_STEPS = 300 if SMOKE else 7800
DISTIL_TRAINING_STEPS = 200 if SMOKE else 2200
STUDENT_STEPS = 2  # denoising steps of the shipped model
# The student's noise for pitch, yaw, roll, x, y, z: gives back the spread that few steps cost (evaluation/alive.py, tuning clips).
HEAD_TEMPERATURE = [1.75, 1.5, 1.65, 1.55, 1.55, 1.55]
GUIDANCE = 1.1  # on the sound, for the face rows, in the teacher, distilled into the student; chosen on the tuning clips
