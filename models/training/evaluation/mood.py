"""Mood: heard in the voices of speakers left out, and read back from the drawn face by the tracker's own blendshapes.

The faces are drawn by the server's code (test/bench/eval-mood-faces.ts): three paintings, six moods, two strengths, five mouths. A mood is
told apart where, of the moods' mean changes of the blendshapes with the other mouths, its own is the nearest; the same with the other
paintings shows how far a face's own reading is needed.
"""
import json
import subprocess
import tempfile
from pathlib import Path

import cv2
import mediapipe as mp
import numpy as np

import config
from evaluation.roll import node
from evaluation.statistics import Section
from mood import data, train

TOOL = config.SHIPPED.parent / "test" / "bench" / "eval-mood-faces.ts"
SIDE, UPSCALE = 512, 2
CROP, SHEET_SIDE = (slice(140, 880), slice(160, 860)), (175, 185)  # of the enlarged picture; width and height in the sheet
# Shown in the table, both sides' mean; all 52 count in telling the moods apart, but those that gaze moves.
SHOWN = ["browInnerUp", "browOuterUp", "browDown", "eyeWide", "eyeSquint", "eyeBlink", "mouthSmile", "mouthFrown", "noseSneer", "cheekSquint",
         "mouthShrugLower", "mouthUpperUp"]
ASKED_RECALL, ASKED_TOLD_APART, ASKED_CLOSURE = 0.5, 0.8, 0.01


def run(_context):
    section = Section()
    heard = train.evaluate(*data.load())
    section.tables += heard["tables"]
    section.check("mood: unweighted recall on speakers left out, as served", heard["served"], ASKED_RECALL)
    faces, names = read_faces()
    changes = by_mood(faces)
    section.tables.append(("Change of the blendshapes from the same painting and mouth without mood, strength 1, mean over paintings and mouths",
                           shown_rows(changes, names)))
    for strength in sorted({face["strength"] for face in faces}):
        shown = [face for face in faces if face["strength"] == strength]
        told, rows = told_apart(shown, lambda face, other: face["portrait"] == other["portrait"] and face["mouth"] != other["mouth"])
        elsewhere, _ = told_apart(shown, lambda face, other: face["portrait"] != other["portrait"])
        section.tables.append((f"Mood (row) as the face is read (column), strength {strength}, mouths left out in turn; "
                               f"paintings left out: {elsewhere:.2f} right", rows))
        section.check(f"mood: drawn moods told apart, strength {strength}", told, ASKED_TOLD_APART)
    closure = max(abs(face["opening"] - face["calm_opening"]) for face in faces)
    section.check("mood: most that a mood changes the lips' opening, eye-corner distances", closure, None, ASKED_CLOSURE)
    sheet(faces)
    section.figures = dict(recall=heard["served"], closure=closure)
    return section


def draw(folder):
    done = subprocess.run([node(), str(TOOL), folder], stdout=subprocess.PIPE)
    if done.returncode:
        raise SystemExit("The moods could not be drawn: see above.")
    return json.loads(done.stdout)


def read_faces():
    """The drawn pictures, each with `change` [52]: its blendshapes from those of the same painting and mouth in neutral."""
    options = mp.tasks.vision.FaceLandmarkerOptions(
        base_options=mp.tasks.BaseOptions(model_asset_path=str(config.data_dir() / "face-landmarker" / "face_landmarker.task")),
        output_face_blendshapes=True)
    with tempfile.TemporaryDirectory() as folder, mp.tasks.vision.FaceLandmarker.create_from_options(options) as landmarker:
        faces = draw(folder)
        for face in faces:
            planes = np.fromfile(Path(folder) / face["file"], np.uint8).reshape(SIDE * 3 // 2, SIDE)
            picture = cv2.resize(cv2.cvtColor(planes, cv2.COLOR_YUV2RGB_I420), None, fx=UPSCALE, fy=UPSCALE, interpolation=cv2.INTER_CUBIC)
            result = landmarker.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=picture))
            if not result.face_blendshapes:
                raise SystemExit(f"No face is seen in {face['file']}.")
            names = [shape.category_name for shape in result.face_blendshapes[0]]
            face["picture"] = picture
            face["shapes"] = np.array([shape.score for shape in result.face_blendshapes[0]])
    calm = {(f["portrait"], f["strength"], f["mouth"]): f for f in faces if f["emotion"] == "neutral"}
    for face in faces:
        rest = calm[face["portrait"], face["strength"], face["mouth"]]
        still = np.array([not name.startswith("eyeLook") for name in names])
        face["change"] = (face["shapes"] - rest["shapes"]) * still
        face["calm_opening"] = rest["opening"]
    return faces, names


def sheet(faces):
    """Writes cache/eval/moods.jpg: a painting per row, a mood per column, at full strength."""
    rows = [np.hstack([cv2.resize(face["picture"][CROP], SHEET_SIDE, interpolation=cv2.INTER_AREA)
                       for face in faces if face["portrait"] == portrait and face["strength"] == 1 and face["mouth"] == mouth])
            for portrait, mouth in zip(dict.fromkeys(face["portrait"] for face in faces), ("shut", "shut", "ajar"))]
    path = config.CACHE / "eval" / "moods.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 78])


def by_mood(faces):
    """emotion -> mean change [52], of the full strength."""
    return {emotion: np.mean([f["change"] for f in faces if f["emotion"] == emotion and f["strength"] == 1], 0)
            for emotion in dict.fromkeys(f["emotion"] for f in faces)}


def shown_rows(changes, names):
    sides = {shape: [i for i, name in enumerate(names) if name in (shape, f"{shape}Left", f"{shape}Right")] for shape in SHOWN}
    return [dict(mood=emotion, **{shape: float(change[at].mean()) for shape, at in sides.items()}) for emotion, change in changes.items()]


def told_apart(faces, is_known):
    """Share of pictures whose nearest mood, by the mean changes in the pictures that are known of it, is the drawn one; the confusion."""
    emotions = list(dict.fromkeys(face["emotion"] for face in faces))
    counts = {emotion: dict.fromkeys(emotions, 0) for emotion in emotions}
    for face in faces:
        known = [other for other in faces if is_known(face, other)]
        centres = np.stack([np.mean([o["change"] for o in known if o["emotion"] == emotion], 0) for emotion in emotions])
        counts[face["emotion"]][emotions[np.argmin(((face["change"] - centres) ** 2).sum(1))]] += 1
    right = sum(counts[emotion][emotion] for emotion in emotions) / len(faces)
    return right, [dict(mood=emotion, **row) for emotion, row in counts.items()]
