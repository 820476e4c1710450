"""Makes eight expression rows for 478 landmarks out of the ICT face: models/motion.expressions.f32 [8, 478, 3].

The filmed data has no emotional faces, so these shapes are another model's (ICT FaceKit, MIT): its neutral face is laid on ours by a
similarity and a thin-plate warp through 52 landmarks that both have, and each of our landmarks takes the movement of the surface around it.
Every row is made symmetric, keeps the skull still, and moves the lips' two inner contours alike, so that it never parts closed lips.
Axes and unit as in face/basis.py. Usage: python -m face.expressions [--plot rows.png]
"""
import argparse
import hashlib
import json

import numpy as np
from scipy.interpolate import RBFInterpolator
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

import config
from face import mesh

# A row is a sum of the ICT face's expressions (both sides), times a gain: 1 is a clear expression, not the strongest one.
ROWS = {
    "brow_inner_up": (dict(browInnerUp=1), 1.2),
    "brow_outer_up": (dict(browOuterUp=1), 0.9),
    "brow_down": (dict(browDown=1), 1.5),
    "eye_wide": (dict(eyeWide=1), 1.0),
    "eye_squint": (dict(eyeSquint=1, cheekSquint=0.6), 0.8),
    "smile": (dict(mouthSmile=1, mouthDimple=0.2), 0.62),
    "frown": (dict(mouthFrown=1, mouthShrugLower=0.15), 1.2),
    "nose_sneer": (dict(noseSneer=1), 0.4),
}
FACE_VERTICES = 9409  # the first part of the ICT mesh: the skin of the face
# MediaPipe's landmarks for the Multi-PIE points 8 and 17 to 67: chin, brows, nose, eyes, lips.
MULTI_PIE = [8] + list(range(17, 68))
MEDIAPIPE = [152,
             70, 63, 105, 66, 107, 336, 296, 334, 293, 300, 168, 197, 5, 4, 98, 97, 2, 326, 327,
             33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380,
             61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87]
# Lips: inner contour (without its corners) and the rows beside it with the share that a shift of the contour gives them (as in server/render).
UPPER = [191, 80, 81, 82, 13, 312, 311, 310, 415]
LOWER = [95, 88, 178, 87, 14, 317, 402, 318, 324]
UPPER_BESIDE = [([183, 42, 41, 38, 12, 268, 271, 272, 407], 0.7), ([184, 74, 73, 72, 11, 302, 303, 304, 408], 0.3)]
LOWER_BESIDE = [([96, 89, 179, 86, 15, 316, 403, 319, 325], 0.7), ([77, 90, 180, 85, 16, 315, 404, 320, 307], 0.3)]
BROWS_END = (0.15, 0.4)  # brow rows fade out between these heights: at the eyes, and halfway down the nose, which ICT's brows pull along
LIDS_SHARE_OF_BROWS = 0.4  # brows pull the lids' edges along by this much of ICT's: more folds a painted lid over its lashes
NEIGHBOURS, NEIGHBOUR_RADIUS = 12, 0.03  # surface vertices around a landmark, and how fast their weight falls, in units
WARP_SMOOTHING = 1e-4  # lets the warp miss single landmarks by a little instead of folding


def load():
    """ICT neutral face [9409, 3] in our axes (unit 1 cm), landmarks [68] and a function name -> displacement [9409, 3] of both sides."""
    data = np.load(config.data_dir() / "ict-facekit" / "ict_light.npz")
    names = [str(name) for name in data["expression_names"]]
    ours = np.array([1.0, -1.0, -1.0])

    def shape(name):
        sides = [name] if name in names else [f"{name}_L", f"{name}_R"]
        return sum(data["expressions"][names.index(side)].astype(np.float64) for side in sides)[:FACE_VERTICES] * ours

    return data["neutral"][:FACE_VERTICES].astype(np.float64) * ours, data["landmarks68"], shape


def similarity(points, goal):
    """Scale, rotation [3, 3] and shift [3] with goal ~ scale * points @ rotation.T + shift (Umeyama 1991)."""
    p, g = points - points.mean(0), goal - goal.mean(0)
    u, s, vt = np.linalg.svd(g.T @ p)
    sign = np.array([1, 1, np.sign(np.linalg.det(u @ vt))])
    rotation = (u * sign) @ vt
    scale = (s * sign).sum() / (p ** 2).sum()
    return scale, rotation, goal.mean(0) - scale * rotation @ points.mean(0)


def mirror_of(neutral):
    """For each landmark the one on the other side of the face [478]."""
    mirrored = neutral * [-1, 1, 1]
    for _ in range(5):  # the mirrored face is laid on the face until the pairs stay
        cost = ((neutral[:, None] - mirrored[None]) ** 2).sum(-1)
        pair = linear_sum_assignment(cost)[1]
        scale, rotation, shift = similarity(mirrored[pair], neutral)
        mirrored = scale * mirrored @ rotation.T + shift
    return pair


def surface_weights(neutral, face, landmarks68):
    """Weights [478, 9409] with which each landmark follows the ICT surface, and the similarity's scale and rotation."""
    anchors = landmarks68[MULTI_PIE]
    scale, rotation, shift = similarity(face[anchors], neutral[MEDIAPIPE])
    laid = scale * face @ rotation.T + shift
    warp = RBFInterpolator(laid[anchors], neutral[MEDIAPIPE] - laid[anchors], kernel="linear", degree=1, smoothing=WARP_SMOOTHING)
    distance, index = cKDTree(laid + warp(laid)).query(neutral, NEIGHBOURS)
    near = np.exp(-((distance - distance[:, :1]) / NEIGHBOUR_RADIUS) ** 2)
    weights = np.zeros((mesh.POINTS, len(face)))
    np.put_along_axis(weights, index, near / near.sum(1, keepdims=True), 1)
    return weights, scale * rotation, laid + warp(laid)


def keep_lips_together(row):
    """Moves both inner lip contours by their mean, and the lips beside them a share of that correction."""
    half = (row[UPPER] - row[LOWER]) / 2
    row[UPPER], row[LOWER] = row[UPPER] - half, row[LOWER] + half
    for beside, sign in ((UPPER_BESIDE, -1), (LOWER_BESIDE, 1)):
        for points, share in beside:
            row[points] += sign * share * half
    return row


def symmetric(row, pair):
    return (row + row[pair] * [-1, 1, 1]) / 2


def make(neutral):
    """The rows [8, 478, 3] in eye-corner distances, and how well the warped ICT face fits: distance to each landmark [478]."""
    face, landmarks68, shape = load()
    weights, turn, warped = surface_weights(neutral, face, landmarks68)
    pair = mirror_of(neutral)
    rows = []
    above = np.clip((BROWS_END[1] - neutral[:, 1:2]) / (BROWS_END[1] - BROWS_END[0]), 0, 1)
    for name, (recipe, gain) in ROWS.items():
        moved = sum(amount * shape(source) for source, amount in recipe.items()) @ turn.T
        row = symmetric(gain * weights @ moved, pair)
        if name.startswith("brow"):
            row *= above
            row[np.concatenate([mesh.LIDS_LEFT[:16], mesh.LIDS_RIGHT[:16]])] *= LIDS_SHARE_OF_BROWS  # the first 16 are the edges
        row[np.concatenate([mesh.IRIS_LEFT, mesh.IRIS_RIGHT])] = 0
        row[[33, 133, 263, 362]] = 0  # the corners hold the eye in its place (as in face/basis.py)
        rows.append(keep_lips_together(row))
    return np.stack(rows), np.linalg.norm(weights @ warped - neutral, axis=1)


def plot(path, neutral, rows):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    figure, axes = plt.subplots(2, 4, figsize=(20, 12))
    for axis, row, name in zip(axes.ravel(), rows, ROWS):
        axis.plot(*neutral[:, :2].T, ".", color="#bbb", ms=2)
        axis.quiver(*neutral[:, :2].T, *row[:, :2].T, angles="xy", scale_units="xy", scale=1, width=0.002, color="#c33")
        axis.set(title=f"{name}, largest {np.abs(row).max():.3f}", aspect="equal")
        axis.invert_yaxis()
    figure.tight_layout()
    figure.savefig(path, dpi=60)


def note(**entry):
    """Puts an entry beside `motion` in models/manifest.json, under `mood`."""
    path = config.MODELS / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest.setdefault("mood", {}).update(entry)
    path.write_text(json.dumps(manifest, indent=2) + "\n")


def file_entry(path):
    content = path.read_bytes()
    return dict(file=path.name, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plot", help="PNG to draw the rows into")
    options = parser.parse_args()
    neutral = np.fromfile(config.MODELS / "motion.neutral.f32", "<f4").reshape(mesh.POINTS, 3).astype(np.float64)
    rows, miss = make(neutral)
    path = config.MODELS / "motion.expressions.f32"
    rows.astype("<f4").tofile(path)
    note(expressions=file_entry(path), expressionRows=list(ROWS))
    gap = rows[:, mesh.LIP_OPENING[1]] - rows[:, mesh.LIP_OPENING[0]]
    print(f"expressions: landmark to warped ICT surface {np.median(miss):.4f} in the median, {np.percentile(miss, 95):.4f} for 95 %; "
          f"largest movement {dict(zip(ROWS, np.abs(rows).max((1, 2)).round(3).tolist()))}; lips parted by at most {np.abs(gap).max():.1e}")
    if options.plot:
        plot(options.plot, neutral, rows)


if __name__ == "__main__":
    main()
