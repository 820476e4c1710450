"""Real pairs of mouth crops: a reference picture of a person and what the same mouth looks like with other lips (cache/painter/real-*.npz).

GRID speaker 1 (15 pictures a clip, wide openings preferred) and the other talkers (all pictures), tracked picture by picture (stills.py).
Every picture is brought into its clip's rest pose, that of picture 0: landmarks rigidly in 3D by points which speech does not move, colours by the mesh.
A part: references [r, 160, 160, 3] and targets [n, 128, 128, 3] uint8 sRGB; their landmarks in crop positions, reference_points [r, 478, 2]
and points [n, 478, 2]; neutral [c, 478, 2] of each clip or look; clip [n], reference_clip [r] (index into neutral); person [c], name [c].
Usage: VAKTRA_DATA=... python -m painter.pairs      about 5 minutes on one core.
"""
import json
from typing import NamedTuple

import av
import numpy as np

import config
from face import mesh
from face.basis import load as load_track
from face.basis import procrustes
from face.track import UPSCALE
from painter import crop
from painter.stills import Stills

CACHE = config.CACHE / "painter"
TALKERS_FOR_TRAINING = ("brbk7n", "lbbc2a", "sbia1a", "bbab8n")
SAME_MAN = {"pwij3p": "swwp2s"}
GRID_PICTURES = 15  # taken of each GRID clip
WIDE_OPENINGS = 0.6  # pictures are taken at these powers of the quantiles of lip opening: below 1 prefers open mouths
CLOSED_PERCENTILE, CLOSED_STEP = 25, 3  # share of a clip's pictures, by opening, whose median is its neutral face; every third is looked at
GRID_STEP = 2  # every other training clip of the man of whom there are hundreds
SMOKE_CLIPS = 8
RENDERED = "ict"  # how the names of rendered persons begin
SHARES = dict(s1=0.3, talkers=0.2, rendered=0.5)  # of a batch: one man's many clips must not drown the few other people


class Part(NamedTuple):
    """Pairs in memory; see the top of the file for shapes."""
    references: np.ndarray
    reference_points: np.ndarray
    reference_clip: np.ndarray
    targets: np.ndarray
    points: np.ndarray
    clip: np.ndarray
    neutral: np.ndarray
    person: np.ndarray
    name: np.ndarray


def pictures_of(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def at_rest(landmarks):
    """Landmarks [frames, 478, 3] in picture 0's pose: rotation, scale and shift by the skull's points, in 3D."""
    first = landmarks[0].astype(np.float64)
    skull = first[mesh.SKULL]
    rotation, scale, middle = procrustes(landmarks[:, mesh.SKULL].astype(np.float64), skull)
    return np.einsum("fni,fij->fnj", landmarks - middle[:, None], rotation) / scale[:, None, None] + skull.mean(0)


def rings_in_picture(points, rest, landmarks):
    """Where the rings around the outline lie in a picture [rings, 2]: by the affine map that carries rest landmarks to the picture's."""
    design = np.concatenate([points, np.ones((len(points), 1))], 1)
    affine = np.linalg.lstsq(design, landmarks, rcond=None)[0]
    rings = crop.with_rings(points, rest)[mesh.POINTS:]
    return np.concatenate([rings, np.ones((len(rings), 1))], 1) @ affine


def to_rest(picture, landmarks, points, rest, margin=0):
    """A picture brought into the crop at its rest landmarks: [128 + 2 margin]^2 x 3 uint8."""
    size = crop.SIZE + 2 * margin
    rings = rings_in_picture(points, rest, landmarks)
    vertices = crop.with_rings(points, rest) + margin
    positions = np.empty((size, size, 2), np.float32)
    source = np.concatenate([landmarks, rings]).astype(np.float32)
    crop._trace(crop.TRIANGLES, *vertices.T.astype(np.float64), source, positions)
    return np.clip(np.rint(crop.sample_cubic(picture, positions)), 0, 255).astype(np.uint8)


def chosen(opening, seen, count):
    """Which pictures to take: spread over the openings, wide ones preferred."""
    order = np.argsort(np.where(seen, opening, np.inf))[:seen.sum()]
    places = np.linspace(0, 1, min(count, len(order))) ** WIDE_OPENINGS * (len(order) - 1)
    return np.unique(order[np.rint(places).astype(int)])


def pairs_of(path, track, count, stills):
    """One clip's references, targets and landmarks. The track, which is late and too small, only tells which pictures to look at."""
    rough = track["landmarks"] / UPSCALE
    opening = mesh.distance(rough, mesh.LIP_OPENING) / mesh.distance(rough, mesh.EYE_CORNERS)
    pictures = pictures_of(path)
    order = np.argsort(opening)
    late = order[order > len(order) // 3]
    references = [0, int(late[0]), int(order[len(order) * 3 // 4])]  # the first picture, a closed mouth later, an open one
    taken = chosen(opening, track["seen"][:len(opening)], count)
    closed = order[:len(order) * CLOSED_PERCENTILE // 100:CLOSED_STEP]
    seen = {int(i): stills.near(pictures[i], rough[i]) for i in sorted({*references, *taken, *closed})}
    seen = {i: landmarks for i, landmarks in seen.items() if landmarks is not None}
    references, taken, closed = ([int(i) for i in which if int(i) in seen] for which in (references, taken, closed))
    rest = dict(zip(seen, at_rest(np.stack(list(seen.values())))))
    neutral = np.median([rest[i] for i in closed], 0)
    frame = crop.frame_of(neutral)
    points = {i: crop.close_lips(crop.to_crop(landmarks, frame)) for i, landmarks in rest.items()}
    neutral = crop.close_lips(crop.to_crop(neutral, frame))

    def draw(i, margin=0):
        return to_rest(pictures[i], seen[i][:, :2], points[i], neutral, margin)
    return dict(references=np.stack([draw(i, crop.MARGIN) for i in references]), reference_points=np.stack([points[i] for i in references]),
                targets=np.stack([draw(i) for i in taken]), points=np.stack([points[i] for i in taken]), neutral=neutral)


def clips_of(part, split):
    """(name, path of the video, person, pictures to take) of every clip of a part."""
    data = config.data_dir()
    clips = [(name, data / "grid-s1" / "clips" / f"{name[5:]}.mp4", "s1", GRID_PICTURES) for name in split[part][::GRID_STEP if part == "train" else 1]]
    for name in split["talking"] if part != "tune" else []:
        code = name.split("-", 1)[1]
        if (code in TALKERS_FOR_TRAINING) == (part == "train"):
            clips.append((name, data / "talking" / f"{code}.mp4", SAME_MAN.get(code, code), 75))
    return clips


def make(part, split):
    path = CACHE / f"real-{part}.npz"
    if path.exists():
        return
    clips = clips_of(part, split)
    if config.SMOKE:
        clips = clips[-SMOKE_CLIPS:]
    made, stills = [], Stills()
    for done, (name, video, _, count) in enumerate(clips, 1):
        made.append(pairs_of(video, load_track(config.CACHE / "tracks" / f"{name}.npz"), count, stills))
        if done % 100 == 0:
            print(f"pairs: {part} {done} of {len(clips)}", flush=True)
    save(path, made, [clip[2] for clip in clips], [clip[0] for clip in clips])


def save(path, made, persons, names):
    """Writes clips or looks as one part; whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partly = path.with_suffix(".part.npz")
    np.savez(partly, **{key: np.concatenate([m[key] for m in made]) for key in ("references", "reference_points", "targets", "points")},
             neutral=np.stack([m["neutral"] for m in made]),
             clip=np.repeat(np.arange(len(made)), [len(m["targets"]) for m in made]),
             reference_clip=np.repeat(np.arange(len(made)), [len(m["references"]) for m in made]),
             person=np.array(persons), name=np.array(names))
    partly.rename(path)


def join(parts):
    """Several parts as one."""
    shift = np.cumsum([0] + [len(part.neutral) for part in parts])
    whole = {key: np.concatenate([getattr(part, key) for part in parts]) for key in Part._fields if "clip" not in key}
    for key in ("clip", "reference_clip"):
        whole[key] = np.concatenate([getattr(part, key) + at for part, at in zip(parts, shift)])
    return Part(**whole)


def load(part, rendered=True):
    """A Part of everything that is made: "train" (real and rendered), "tune" or "test"."""
    paths = [CACHE / f"real-{part}.npz", *(sorted(CACHE.glob(f"render-{part}-*.npz")) if rendered else [])]
    paths = [path for path in paths if path.exists() and ".part" not in path.name]
    if not paths:
        raise SystemExit(f"{CACHE}/real-{part}.npz is missing: run python -m painter.pairs")
    return join([Part(**np.load(path)) for path in paths])


def source_of(part):
    """"s1", "talkers" or "rendered" for each pair of a Part [n]."""
    source = np.where(np.char.startswith(part.person, RENDERED), "rendered", np.where(part.person == "s1", "s1", "talkers"))
    return source[part.clip]


def draw(part, rng, count):
    """Indices [count] of pairs, the sources by SHARES (as far as they are there)."""
    source = source_of(part)
    weight = np.zeros(len(source))
    for name, share in SHARES.items():
        weight[source == name] = share / max(1, (source == name).sum())
    return rng.choice(len(source), count, p=weight / weight.sum())


def main():
    split = json.loads(config.SPLIT.read_text())
    for part in ("tune", "test", "train"):
        make(part, split)


if __name__ == "__main__":
    main()
