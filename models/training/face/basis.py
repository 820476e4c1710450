"""Takes the head's pose out of the tracks and fits the linear basis of facial motion; splits the clips.

Writes models/motion.basis.f32 [34, 478, 3], motion.neutral.f32 [478, 3], motion.readout.f32 [52, 35], split.json
(by a hash of the clip's name) and cache/motion.npz (every clip's coefficients). Everything is fitted on training clips only.
Axes: x to the image's right, y down, z away from the camera; unit: outer eye corners of the neutral face.
A frame is R (neutral + sum c_i B_i - headCentre) + headCentre + t, with R = Rz(roll) Ry(-yaw) Rx(pitch).
"""
import hashlib
import json

import numpy as np

import config
from face import mesh

CAMERA_DISTANCE = 10.0  # eye-corner distances from face to camera, about 90 cm; turns a change of size into translate_z
CLOSED_PERCENTILE = 25  # share of frames of a clip, by lip opening, that count as its closed mouth
LID_RATIO_SHUT_PERCENTILE = 0.1
POINT_WEIGHTS = dict(lips=4.0, brows=1.5, other=1.0, depth=0.4)


def load(path):
    """One clip's track; pictures without a face at the start take the first face that was found."""
    track = dict(np.load(path))
    first = np.argmax(track["seen"])
    for key in ("landmarks", "blendshapes", "matrix"):
        track[key][:first] = track[key][first]
    return track


def split(names):
    """Test, tune and train clips: the order of the names' hashes decides, so it never changes."""
    order = sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    count = config.HELD_OUT_CLIPS
    return dict(test=sorted(order[:count]), tune=sorted(order[count:2 * count]), train=sorted(order[2 * count:]))


def procrustes(points, reference):
    """Rotation [frames, 3, 3], scale [frames] and centre [frames, 3] that lay the reference on the points (Umeyama 1991)."""
    centre, goal = points.mean(1), reference - reference.mean(0)  # [frames, 3], [n, 3]
    u, s, vt = np.linalg.svd(np.einsum("fni,nj->fij", points - centre[:, None], goal))
    sign = np.ones_like(s)
    sign[:, 2] = np.sign(np.linalg.det(u @ vt))
    rotation = (u * sign[:, None]) @ vt
    return rotation, (s * sign).sum(1) / (goal ** 2).sum(), centre


def angles(rotation):
    """Pitch, yaw, roll [frames, 3] in radians of R = Rz(roll) Ry(-yaw) Rx(pitch)."""
    pitch = np.arctan2(rotation[:, 2, 1], rotation[:, 2, 2])
    yaw = np.arcsin(np.clip(rotation[:, 2, 0], -1, 1))
    roll = np.arctan2(rotation[:, 1, 0], rotation[:, 0, 0])
    return np.stack([pitch, yaw, roll], 1)


def reference_face(tracks):
    """A frontal mean face [478, 3] in eye-corner distances: each frame turned back by MediaPipe's own pose, then averaged."""
    flip = np.diag([1.0, -1.0, -1.0])  # MediaPipe's pose has y up and z towards the camera
    total, count = np.zeros((mesh.POINTS, 3)), 0
    for track in tracks:
        rotation = track["matrix"][:, :3, :3] / np.linalg.norm(track["matrix"][:, :3, 0], axis=1)[:, None, None]
        face = np.einsum("fni,fij->fnj", track["landmarks"], flip @ rotation @ flip)  # multiplying from the right: transposed
        face -= face[:, mesh.SKULL].mean(1, keepdims=True)
        total += (face / mesh.distance(face, mesh.EYE_CORNERS)[:, None, None]).sum(0)
        count += len(face)
    return total / count


def free_of_pose(track, reference):
    """Landmarks [frames, 478, 3] without the head's pose, and the pose [frames, 6] relative to the clip's median."""
    centre = head_centre(reference)
    rotation, scale, middle = procrustes(track["landmarks"][:, mesh.SKULL].astype(np.float64), reference[mesh.SKULL])
    offset = reference[mesh.SKULL].mean(0)
    free = np.einsum("fni,fij->fnj", track["landmarks"] - middle[:, None], rotation) / scale[:, None, None] + offset
    unit = np.median(scale)
    moved = middle / unit + np.einsum("fij,j->fi", rotation, centre - offset)  # where the head's centre is
    depth = CAMERA_DISTANCE * (unit / scale - 1)
    pose = np.concatenate([angles(rotation), moved[:, :2], depth[:, None]], 1)
    return free, pose - np.median(pose, 0)


def head_centre(reference):
    """The point about which the head turns: behind and below the middle of the eyes."""
    return reference[list(mesh.EYE_CORNERS)].mean(0) + [0, 0.4, 0.6]


def eye_signals(free):
    """Lid opening of both eyes [frames, 2] and gaze [frames, 2] (iris offset over eye width, right and down)."""
    lids = np.stack([mesh.distance(free, mesh.EYE_LEFT), mesh.distance(free, mesh.EYE_RIGHT)], 1)
    gaze = []
    for inner, outer, iris in ((133, 33, 468), (362, 263, 473)):
        corner = (free[:, inner] + free[:, outer]) / 2
        gaze.append((free[:, iris] - corner)[:, :2] / mesh.distance(free, (inner, outer))[:, None])
    return lids, np.mean(gaze, 0)


def clip_signals(track, reference):
    """One clip: displacements [frames, 478, 3] from its own closed mouth, pose, lids' opening ratio, gaze, and drawn distances."""
    free, pose = free_of_pose(track, reference)
    opening = mesh.distance(free, mesh.LIP_OPENING)
    closed = opening <= np.percentile(opening, CLOSED_PERCENTILE)
    neutral = np.median(free[closed], 0)
    lids, gaze = eye_signals(free)
    lids, gaze = lids / np.median(lids, 0), gaze - np.median(gaze, 0)
    unit = mesh.distance(neutral[None], mesh.EYE_CORNERS)[0]
    pairs = dict(opening=mesh.LIP_OPENING, width=mesh.LIP_WIDTH, jaw=mesh.JAW)
    drawn = {name: mesh.distance(free, pair) / unit for name, pair in pairs.items()}
    return dict(displacement=(free - neutral) / unit, neutral=neutral / unit, pose=pose, lids=lids, gaze=gaze, **drawn)


def eye_rows(clips, shut):
    """Rows gaze x, gaze y, blink left, blink right [4, 478, 3], by least squares on lids and irises."""
    cause = np.concatenate([np.concatenate([c["gaze"], blink_of(c, shut)], 1) for c in clips])
    effect = np.concatenate([c["displacement"] for c in clips])
    gram = cause.T @ cause + 1e-6 * np.eye(4)
    rows = np.linalg.solve(gram, cause.T @ effect.reshape(len(effect), -1)).reshape(4, mesh.POINTS, 3)
    lids = np.concatenate([mesh.LIDS_LEFT, mesh.LIDS_RIGHT])
    iris = np.concatenate([mesh.IRIS_LEFT, mesh.IRIS_RIGHT])
    keep = np.zeros((4, mesh.POINTS, 1))
    keep[0, iris] = 1
    keep[1, iris] = keep[1, lids] = 1
    keep[2, mesh.LIDS_LEFT] = keep[3, mesh.LIDS_RIGHT] = 1
    keep[:, [33, 133, 263, 362]] = 0  # the corners hold the eye in its place
    rows = rows * keep
    neutral = np.mean([c["neutral"] for c in clips], 0)
    width = mesh.distance(neutral[None], (33, 133))[0]
    rows[0, iris], rows[1, iris] = [width, 0, 0], [0, width, 0]  # by the definition of gaze; the fit is left to the lids
    for row, (upper, lower) in ((2, mesh.EYE_LEFT), (3, mesh.EYE_RIGHT)):  # 1 is shut, to the point
        rows[row] *= (neutral[lower, 1] - neutral[upper, 1]) / (rows[row, upper, 1] - rows[row, lower, 1])
    return rows


def blink_of(clip, shut):
    """Blink [frames, 2]: 0 at the clip's median opening of the lids, 1 at the shut eye's."""
    return np.clip((1 - clip["lids"]) / (1 - shut), -0.3, 1.1)


def face_rows(clips, eyes, shut):
    """The PCA rows [24, 478, 3], each scaled so that its coefficient has a spread of 1 in training, and the projection."""
    weight = np.full((mesh.POINTS, 3), POINT_WEIGHTS["other"])
    weight[mesh.LIPS], weight[mesh.BROWS] = POINT_WEIGHTS["lips"], POINT_WEIGHTS["brows"]
    weight[:, 2] *= POINT_WEIGHTS["depth"]
    weight[np.concatenate([mesh.LIDS_LEFT, mesh.LIDS_RIGHT, mesh.IRIS_LEFT, mesh.IRIS_RIGHT])] = 0
    weight = weight.ravel()
    rest = np.concatenate([residual(c, eyes, shut).reshape(len(c["pose"]), -1) for c in clips]) * weight
    values, vectors = np.linalg.eigh(rest.T @ rest / len(rest))
    values, vectors = values[::-1][:config.FACE_ROWS], vectors[:, ::-1][:, :config.FACE_ROWS]
    spread = np.sqrt(values)
    print("basis: share of weighted motion explained:", np.round(np.cumsum(values) / (rest ** 2).sum() * len(rest), 3))
    safe = np.where(weight > 0, weight, 1)[:, None]
    rows = np.where(weight[:, None] > 0, vectors * spread / safe, 0).T
    opens = np.sign(rows.reshape(-1, mesh.POINTS, 3) @ [0, 1, 0] @ lip_gap())  # a row's sign is free: let + open the lips
    rows, vectors = rows * opens[:, None], vectors * opens
    projection = weight[:, None] * vectors / spread  # displacement [478 * 3] -> coefficients [24]
    return rows.reshape(config.FACE_ROWS, mesh.POINTS, 3), projection


def lip_gap():
    """Functional [478] that reads the lip opening out of vertical displacements."""
    gap = np.zeros(mesh.POINTS)
    gap[mesh.LIP_OPENING[0]], gap[mesh.LIP_OPENING[1]] = -1, 1
    return gap


def still_when_blinking(clips, shut):
    """Takes out of the pose what moves with the lids [2 slopes per axis]: the tracker shifts the skull's points in a blink."""
    blink = np.concatenate([blink_of(c, shut) for c in clips.values()])
    pose = np.concatenate([c["pose"] for c in clips.values()])
    slope = np.linalg.lstsq(np.concatenate([blink, np.ones((len(blink), 1))], 1), pose, rcond=None)[0][:2]
    for clip in clips.values():
        pose = clip["pose"] - blink_of(clip, shut) @ slope
        clip["pose"] = pose - np.median(pose, 0)


def residual(clip, eyes, shut):
    cause = np.concatenate([clip["gaze"], blink_of(clip, shut)], 1)
    return clip["displacement"] - np.einsum("fi,inj->fnj", cause, eyes)


def coefficients(clip, eyes, projection, shut):
    """One clip's motion [frames, 34]."""
    face = residual(clip, eyes, shut).reshape(len(clip["pose"]), -1) @ projection
    return np.concatenate([face, clip["pose"], clip["gaze"], blink_of(clip, shut)], 1).astype(np.float32)


def read_out(motion, shapes):
    """Ridge regression [52, 35] from coefficients (and 1) to MediaPipe's ARKit-like blendshapes."""
    design = np.concatenate([motion, np.ones((len(motion), 1))], 1)
    spread = design.std(0) + (design.std(0) == 0)
    gram = (design / spread).T @ (design / spread) + 1e-3 * len(design) * np.eye(config.D + 1)
    return (np.linalg.solve(gram, (design / spread).T @ shapes) / spread[:, None]).T


def main():
    paths = {path.stem: path for path in sorted((config.CACHE / "tracks").glob("*.npz")) if ".part" not in path.name}
    tracks = {name: load(path) for name, path in paths.items()}
    parts = split([name for name in tracks if name.startswith("grid-")])
    parts["talking"] = sorted(name for name in tracks if name.startswith("talking-"))
    config.SPLIT.write_text(json.dumps(parts, indent=0) + "\n")

    reference = reference_face([tracks[name] for name in parts["train"]])
    clips = {name: clip_signals(track, reference) for name, track in tracks.items()}
    train = [clips[name] for name in parts["train"]]
    neutral = np.mean([c["neutral"] for c in train], 0)
    shut = np.percentile(np.concatenate([c["lids"] for c in train]), LID_RATIO_SHUT_PERCENTILE)
    still_when_blinking(clips, shut)
    eyes = eye_rows(train, shut)
    face, projection = face_rows(train, eyes, shut)
    motion = {name: coefficients(c, eyes, projection, shut) for name, c in clips.items()}
    shapes = np.concatenate([tracks[name]["blendshapes"] for name in parts["train"]])
    readout = read_out(np.concatenate([motion[name] for name in parts["train"]]), shapes)

    basis = np.concatenate([face, np.zeros((6, mesh.POINTS, 3)), eyes])
    basis.astype("<f4").tofile(config.MODELS / "motion.basis.f32")
    neutral.astype("<f4").tofile(config.MODELS / "motion.neutral.f32")
    readout.astype("<f4").tofile(config.MODELS / "motion.readout.f32")
    config.CACHE.mkdir(exist_ok=True)
    flat = {f"{name}/{key}": value for name in clips for key, value in dict(
        motion=motion[name], audio=tracks[name]["audio"], seen=tracks[name]["seen"],
        **{key: clips[name][key].astype(np.float32) for key in ("opening", "width", "jaw", "lids")}).items()}
    np.savez(config.CACHE / "motion.npz", **flat)
    stacked = np.concatenate([motion[name] for name in parts["train"]])
    print("basis: shut lids at", round(float(shut), 3), "of the open ones; spread of pose", np.round(stacked[:, config.POSE].std(0), 4),
          "gaze", np.round(stacked[:, config.GAZE].std(0), 4), "blink", np.round(stacked[:, config.BLINK].std(0), 3))
    error = [np.corrcoef(mesh.distance(neutral + np.einsum("fi,inj->fnj", motion[n], basis), mesh.LIP_OPENING), clips[n]["opening"])[0, 1]
             for n in parts["tune"]]
    print("basis: opening rebuilt from coefficients against tracked, mean r over tuning clips", round(float(np.mean(error)), 4))


if __name__ == "__main__":
    main()
