"""Geometry of the mouth crop: its frame, its maps, and the piecewise affine warp. server/render/ does the same in TypeScript.

Positions are continuous: pixel k of any picture covers k .. k + 1 and has its middle at k + 0.5. "Rest" is the portrait's own pose.

Frame of a portrait (all in the picture's plane), from its neutral landmarks N (closed mouth):
    unit = |N33 - N263|, right = (N263 - N33) / unit, down = (-right.y, right.x)
    centre = (N61 + N291) / 2 + 0.08 unit down, side = 1.10 unit
    crop position (u, v) of a point p: u = (dot(p - centre, right) / side + 0.5) * 128, v the same along down.
Warp: for the middle of every crop pixel, find the triangle of the expressed landmarks E that covers it (the last drawn one wins) and take
the colour at the same barycentric place of that triangle among the reference's landmarks, bilinearly, out of the *wide* crop: the
reference's crop, resampled once to the crop's scale, with 16 more pixels on each side (position + 16), its border repeated.
Triangles: rings around the face's outline (they carry a share of its shift, as in the rig), the opening of the mouth, the face from back
to front. Between the lips the warp is black: warp * (1 - coverage of the inner lips).
"""
from typing import NamedTuple

import numba
import numpy as np

import config
from face import mesh

SIZE = 128  # pixels of a crop's side
MARGIN = 16  # pixels on each side that the wide reference shows beyond the crop
WIDE = SIZE + 2 * MARGIN
SIDE_UNITS = 1.10
BELOW_LIPS_UNITS = 0.08
PER_UNIT = SIZE / SIDE_UNITS  # crop pixels in one unit
MAPS = 5

INNER = np.array([78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95])
OUTER = np.array([61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146])
UPPER_INNER = np.array([78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308])
LOWER_INNER = np.array([78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308])
UPPER_ROWS = (([62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292], 0.7), ([76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306], 0.35))
LOWER_ROWS = (([62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292], 0.7), ([76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306], 0.35))
MOUTH_CORNERS = (61, 291)
UPPER_LIP, LOWER_LIP, CHIN = 13, 14, 152
UPPER_JAW_GAIN, SIDEWAYS_GAIN = 4.0, 2.0  # maps 2, 3 and 4: units to -1 .. 1
# Openings [units] below the first are drawn closed, from the second on as they are (server/render/pose-vertices.ts).
CLOSED_OPENING, TRUE_OPENING = 0.012, 0.03

FACE_OVAL = np.array([
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136,
    172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109])
# Rings around the outline: how far out from the landmarks' middle (the outline is 1), and what share of the outline's shift they take.
RINGS = ((1.12, 0.6), (1.28, 0.25), (1.5, 0.06), (1.78, 0.0), (3.0, 0.0))
SMALLEST_AREA = 1e-3  # twice a triangle's area [pixels^2]: below it there is nothing to draw (as in server/render/warp.wat)
SUBROWS = 8  # lines per pixel of a polygon's coverage; along a line it is exact


def _face_triangles():
    """MediaPipe's own tesselation, farthest first (Human's list is the same but for the eyes)."""
    from mediapipe.tasks.python.vision import FaceLandmarksConnections
    edges = FaceLandmarksConnections.FACE_LANDMARKS_TESSELATION
    triangles = np.array([edge.start for edge in edges]).reshape(-1, 3)
    z = np.fromfile(config.SHIPPED / "motion.neutral.f32", "<f4").reshape(mesh.POINTS, 3)[:, 2]
    return triangles[np.argsort(-z[triangles].mean(1), kind="stable")]


def _all_triangles():
    count = len(FACE_OVAL)
    following = np.roll(np.arange(count), -1)
    inside, rings = FACE_OVAL, []
    for ring in range(len(RINGS)):
        outside = mesh.POINTS + ring * count + np.arange(count)
        rings += [np.stack([inside, outside, outside[following]], 1), np.stack([inside, outside[following], inside[following]], 1)]
        inside = outside
    upper, lower = UPPER_INNER, LOWER_INNER
    mouth = [np.stack([upper[:-1], upper[1:], lower[:-1]], 1), np.stack([lower[:-1], upper[1:], lower[1:]], 1)]
    return np.ascontiguousarray(np.concatenate([*rings[::-1], *mouth, _face_triangles()]).astype(np.int32))


TRIANGLES = _all_triangles()


class Frame(NamedTuple):
    """Where the crop lies in the picture [pixels]."""
    centre: np.ndarray  # [2]
    right: np.ndarray  # [2] unit vector
    down: np.ndarray  # [2] unit vector
    unit: float


def frame_of(neutral):
    """The crop's frame of a portrait with these neutral landmarks [478, 2 or 3]."""
    left, right = (neutral[i, :2].astype(np.float64) for i in mesh.EYE_CORNERS)
    unit = float(np.linalg.norm(right - left))
    along = (right - left) / unit
    down = np.array([-along[1], along[0]])
    centre = neutral[list(MOUTH_CORNERS), :2].astype(np.float64).mean(0) + BELOW_LIPS_UNITS * unit * down
    return Frame(centre, along, down, unit)


def to_crop(points, frame):
    """Points [..., 2 or 3] of the picture in crop positions [..., 2]."""
    away = (points[..., :2] - frame.centre) / (SIDE_UNITS * frame.unit)
    return ((np.stack([away @ frame.right, away @ frame.down], -1) + 0.5) * SIZE).astype(np.float32)


def to_picture(points, frame):
    """Crop positions [..., 2] in the picture."""
    away = (points / SIZE - 0.5) * SIDE_UNITS * frame.unit
    return frame.centre + away[..., :1] * frame.right + away[..., 1:] * frame.down


def close_lips(points):
    """Crop positions [..., 478, 2] with small gaps of the lips shut and crossed lips laid together, as the renderer draws them."""
    closed = points.copy()
    gap = points[..., LOWER_INNER[1:-1], 1] - points[..., UPPER_INNER[1:-1], 1]  # along the crop's down
    at = np.clip((gap / PER_UNIT - CLOSED_OPENING) / (TRUE_OPENING - CLOSED_OPENING), 0, 1)
    half = (gap - np.maximum(gap, 0) * at * at * (3 - 2 * at)) / 2
    closed[..., UPPER_INNER[1:-1], 1] += half
    closed[..., LOWER_INNER[1:-1], 1] -= half
    for rows, sign in ((UPPER_ROWS, 1), (LOWER_ROWS, -1)):
        for row, share in rows:
            closed[..., row[1:-1], 1] += sign * share * half
    return closed


def with_rings(points, rest):
    """Vertices [478 + rings, 2]: the landmarks and the rings around them, which take their share of the outline's shift from rest."""
    middle = rest.mean(0)
    shift = points[FACE_OVAL] - rest[FACE_OVAL]
    rings = [middle + (rest[FACE_OVAL] - middle) * reach + share * shift for reach, share in RINGS]
    return np.concatenate([points, *rings]).astype(np.float32)


@numba.njit(cache=True)
def _trace(triangles, x, y, source, positions):
    """Fills positions [size, size, 2]: for each pixel's middle, its place among `source` [vertices, 2]."""
    size = positions.shape[0]
    for row in range(size):
        for column in range(size):
            positions[row, column, 0] = column + 0.5
            positions[row, column, 1] = row + 0.5
    for t in range(len(triangles)):
        a, b, c = triangles[t]
        top, bottom = min(y[a], y[b], y[c]), max(y[a], y[b], y[c])
        left, right = min(x[a], x[b], x[c]), max(x[a], x[b], x[c])
        if bottom < 0 or right < 0 or top > size or left > size:
            continue
        area = (x[b] - x[a]) * (y[c] - y[a]) - (x[c] - x[a]) * (y[b] - y[a])
        if abs(area) < SMALLEST_AREA:
            continue
        for row in range(max(0, int(np.ceil(top - 0.5))), min(size, int(np.floor(bottom - 0.5)) + 1)):
            for column in range(max(0, int(np.ceil(left - 0.5))), min(size, int(np.floor(right - 0.5)) + 1)):
                px, py = column + 0.5 - x[a], row + 0.5 - y[a]
                of_b = (px * (y[c] - y[a]) - (x[c] - x[a]) * py) / area
                of_c = ((x[b] - x[a]) * py - px * (y[b] - y[a])) / area
                if of_b >= -1e-5 and of_c >= -1e-5 and of_b + of_c <= 1 + 1e-5:
                    of_a = 1 - of_b - of_c
                    positions[row, column, 0] = of_a * source[a, 0] + of_b * source[b, 0] + of_c * source[c, 0]
                    positions[row, column, 1] = of_a * source[a, 1] + of_b * source[b, 1] + of_c * source[c, 1]


@numba.njit(cache=True)
def _bilinear(picture, positions, out):
    """Colour of picture [h, w, 3] at positions [..., 2]; beyond its border the border is repeated."""
    height, width = picture.shape[0], picture.shape[1]
    for row in range(positions.shape[0]):
        for column in range(positions.shape[1]):
            x = min(max(positions[row, column, 0] - 0.5, 0.0), width - 1.001)
            y = min(max(positions[row, column, 1] - 0.5, 0.0), height - 1.001)
            i, j = int(x), int(y)
            fx, fy = x - i, y - j
            for k in range(3):
                upper = picture[j, i, k] * (1 - fx) + picture[j, i + 1, k] * fx
                lower = picture[j + 1, i, k] * (1 - fx) + picture[j + 1, i + 1, k] * fx
                out[row, column, k] = upper * (1 - fy) + lower * fy


@numba.njit(cache=True)
def _mitchell(t):
    """Mitchell and Netravali's cubic (1988), B = C = 1/3: enlarges without visible rings or steps."""
    t = abs(t)
    if t < 1:
        return (7 * t ** 3 - 12 * t ** 2 + 16 / 3) / 6
    if t < 2:
        return (-7 / 3 * t ** 3 + 12 * t ** 2 - 20 * t + 32 / 3) / 6
    return 0.0


@numba.njit(cache=True)
def sample_cubic(picture, positions):
    """Colour [h, w, 3] float32 of an uint8 picture at positions [h, w, 2], for enlarging."""
    height, width = picture.shape[0], picture.shape[1]
    out = np.zeros((positions.shape[0], positions.shape[1], 3), np.float32)
    for row in range(positions.shape[0]):
        for column in range(positions.shape[1]):
            x, y = positions[row, column, 0] - 0.5, positions[row, column, 1] - 0.5
            i, j = int(np.floor(x)), int(np.floor(y))
            for dy in range(-1, 3):
                wy = _mitchell(y - (j + dy))
                sy = min(max(j + dy, 0), height - 1)
                for dx in range(-1, 3):
                    weight = wy * _mitchell(x - (i + dx))
                    sx = min(max(i + dx, 0), width - 1)
                    for k in range(3):
                        out[row, column, k] += weight * picture[sy, sx, k]
    return out


@numba.njit(cache=True)
def coverage(polygon, out):
    """Adds to out [size, size] the share of each pixel that lies inside the polygon [n, 2] (even-odd rule)."""
    count, size = len(polygon), out.shape[0]
    crossings = np.empty(count)
    first = max(0, int(np.floor(polygon[:, 1].min())))
    last = min(size, int(np.ceil(polygon[:, 1].max())))
    for line in range(first * SUBROWS, last * SUBROWS):
        y = (line + 0.5) / SUBROWS
        found = 0
        for i in range(count):
            ax, ay = polygon[i]
            bx, by = polygon[(i + 1) % count]
            if (ay <= y) != (by <= y):
                crossings[found] = ax + (y - ay) / (by - ay) * (bx - ax)
                found += 1
        spans = np.sort(crossings[:found])
        for k in range(0, found - 1, 2):
            left, right = min(max(spans[k], 0.0), size), min(max(spans[k + 1], 0.0), size)
            for column in range(int(left), min(size, int(np.ceil(right)))):
                out[line // SUBROWS, column] += max(0.0, min(right, column + 1) - max(left, column)) / SUBROWS


def trace(points, source, rest, source_rings=None):
    """Places [128, 128, 2] in the source's coordinates of the crop's pixels, when the mesh of crop positions `points` lies on `source`.

    points, source, rest: landmarks [478, 2]. source_rings: the rings' places where `source` is not in crop positions.
    """
    vertices = with_rings(points, rest)
    target = with_rings(source, rest) if source_rings is None else np.concatenate([source, source_rings]).astype(np.float32)
    positions = np.empty((SIZE, SIZE, 2), np.float32)
    _trace(TRIANGLES, *vertices.T.astype(np.float64), target, positions)
    return positions


def bilinear(picture, places):
    """Colour [128, 128, 3] float32 of a picture [h, w, 3] at places [128, 128, 2] in its own pixels."""
    out = np.empty((*places.shape[:2], 3), np.float32)
    _bilinear(picture, places, out)
    return out


def warp(wide, source, points, rest):
    """The reference carried to the landmarks `points`, black between the lips: [128, 128, 3] float32 0..255.

    wide [160, 160, 3]: the reference's crop with its margin; source, points, rest [478, 2]: the reference's, the wanted and the neutral
    landmarks in crop positions.
    """
    out = bilinear(wide, trace(points, source, rest) + MARGIN)
    inside = np.zeros((SIZE, SIZE), np.float32)
    coverage(points[INNER], inside)
    return out * (1 - np.minimum(inside, 1))[..., None]


def maps(points, neutral):
    """The drawn conditions [5, 128, 128] float32 of landmarks [478, 2] in crop positions, for a portrait with this neutral face."""
    out = np.zeros((MAPS, SIZE, SIZE), np.float32)
    coverage(points[INNER], out[0])
    coverage(points[OUTER], out[1])
    np.minimum(out[:2], 1, out=out[:2])
    middles = np.arange(SIZE, dtype=np.float32) + 0.5
    jaw = points[CHIN, 1] - neutral[CHIN, 1]
    out[2] = ((middles - neutral[UPPER_LIP, 1]) / PER_UNIT * UPPER_JAW_GAIN)[:, None]
    out[3] = ((middles - neutral[LOWER_LIP, 1] - jaw) / PER_UNIT * UPPER_JAW_GAIN)[:, None]
    out[4] = ((middles - neutral[UPPER_LIP, 0]) / PER_UNIT * SIDEWAYS_GAIN)[None]
    np.clip(out[2:], -1, 1, out=out[2:])
    return out
