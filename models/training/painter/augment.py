"""Makes training batches of pairs: picks a reference, gives it and the target the same new look, carries it to the wanted lips.

Looks: colour, warmth, gamma, grey and sepia, light from a side, sharpness, JPEG, paint (Kuwahara or bilateral filter, brush strokes,
canvas, craquelure), film grain. What lies *on* the picture (grain, strokes, cracks) is carried along with the skin in the target, as it
will be when a still portrait is moved, and is new between the lips: independent grain everywhere would teach the net to wipe it off.
"""

import cv2
import numpy as np
import torch

import config
from face import mesh
from face.expressions import mirror_of
from painter import crop

SIZE, WIDE, MARGIN = crop.SIZE, crop.WIDE, crop.MARGIN
FIRST_REFERENCE_SHARE = 0.6  # how often the clip's first picture, which has closed lips, is the reference
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
WARM = np.array([0.35, 0, -0.65])  # of the logarithms of red, green, blue
STRONG_CAST, STRONG_CAST_SHARE = (-0.3, 1.1), 0.4
SEPIA = np.array([1.08, 0.97, 0.78], np.float32)
OF_CLIP_PX, OF_PICTURE_PX = 0.35, 0.15  # landmark noise: the tracker's habit with a face, and from picture to picture
LIPS = np.unique(np.concatenate([crop.INNER, crop.OUTER, *(row for row, _ in (*crop.UPPER_ROWS, *crop.LOWER_ROWS))]))
MIRROR = mirror_of(np.fromfile(config.SHIPPED / "motion.neutral.f32", "<f4").reshape(mesh.POINTS, 3).astype(np.float64))


def colour(rng):
    """A function that recolours a picture [h, w, 3] of 0..255."""
    # Lamps and old varnish: what is white beside such skin is not white. A share of the pairs has a strong cast, mostly a warm one.
    warmth = rng.uniform(*STRONG_CAST) if rng.random() < STRONG_CAST_SHARE else rng.normal(0, 0.1)
    cast = np.exp(warmth * WARM + rng.normal(0, 0.04, 3))
    gain = (rng.uniform(0.65, 1.15) * cast).astype(np.float32)
    gamma, saturation, lift = rng.uniform(0.75, 1.35), rng.uniform(0.4, 1.35), rng.uniform(-12, 12)
    kind = rng.random()
    if kind < 0.10:
        saturation = 0
    elif kind < 0.16:
        saturation, gain = 0, gain.mean() * SEPIA

    def apply(picture):
        grey = (picture @ LUMA)[..., None]
        toned = np.clip(grey + saturation * (picture - grey), 0, 255) / 255
        return np.power(toned, np.float32(gamma)) * (255 * gain) + np.float32(lift)
    return apply


def side_light(rng):
    """Brightness that falls off across the crop; the light stays where it is when the lips move."""
    angle, strength = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.35)
    middle = (np.arange(WIDE, dtype=np.float32) + 0.5) / WIDE * 2 - 1
    field = 1 + strength * (np.cos(angle) * middle[None] + np.sin(angle) * middle[:, None]).astype(np.float32)

    def apply(picture):
        edge = (WIDE - len(picture)) // 2
        return picture * field[edge:WIDE - edge, edge:WIDE - edge, None]
    return apply


def sharpness(rng, filmed):
    """Blur, a smaller picture enlarged again, or unsharp masking: this one more often on filmed pairs, which are soft."""
    kind = rng.choice(["none", "blur", "small", "unsharp"], p=[0.4, 0.08, 0.12, 0.4] if filmed else [0.35, 0.25, 0.3, 0.1])
    spread, factor, amount = rng.uniform(0.4, 1.3), rng.uniform(1.2, 2.6), rng.uniform(0.3, 1.5)

    def apply(picture):
        if kind == "blur":
            return cv2.GaussianBlur(picture, (0, 0), spread)
        if kind == "small":
            size = len(picture)
            small = cv2.resize(picture, (round(size / factor),) * 2, interpolation=cv2.INTER_AREA)
            return cv2.resize(small, (size, size), interpolation=cv2.INTER_LINEAR)
        if kind == "unsharp":
            return picture + np.float32(amount) * (picture - cv2.GaussianBlur(picture, (0, 0), 1.2))
        return picture
    return apply


def kuwahara(picture, radius):
    """The mean of that quarter of the surroundings which varies least (Kuwahara 1976): flat dabs with sharp edges."""
    side = (radius + 1, radius + 1)
    grey = picture @ LUMA
    mean, square = cv2.boxFilter(picture, -1, side, anchor=(0, 0)), cv2.boxFilter(grey * grey, -1, side, anchor=(0, 0))
    variance = square - cv2.boxFilter(grey, -1, side, anchor=(0, 0)) ** 2
    best, out = None, None
    for dy in (0, radius):
        for dx in (0, radius):
            rows, columns = (np.clip(np.arange(len(picture)) - d, 0, None) for d in (dy, dx))
            here, colours = variance[rows][:, columns], mean[rows][:, columns]
            if best is None:
                best, out = here.copy(), colours.copy()
                continue
            less = here < best
            best[less], out[less] = here[less], colours[less]
    return out


def paint(rng):
    kind, radius, spread = rng.choice(["kuwahara", "bilateral", "median"]), int(rng.integers(1, 4)), rng.uniform(20, 70)

    def apply(picture):
        if kind == "kuwahara":
            return kuwahara(picture, radius)
        if kind == "bilateral":
            return cv2.bilateralFilter(picture, 7, spread, 3)
        return cv2.medianBlur(np.clip(picture, 0, 255).astype(np.uint8), 3 if radius < 3 else 5).astype(np.float32)
    return apply


def strokes(rng, strength):
    """Noise drawn out along a slowly turning direction."""
    length = int(rng.integers(5, 17))
    layers = []
    turn = rng.uniform(0, np.pi)
    for angle in (turn, turn + rng.uniform(0.3, 1.2)):
        kernel = np.zeros((length, length), np.float32)
        half = (length - 1) / 2
        away = half * np.array([np.cos(angle), np.sin(angle)])
        cv2.line(kernel, tuple(np.rint(half - away).astype(int).tolist()), tuple(np.rint(half + away).astype(int).tolist()), 1.0, 1)
        layer = cv2.filter2D(rng.standard_normal((WIDE, WIDE), np.float32), -1, kernel / kernel.sum())
        layers.append(layer / layer.std())
    blend = cv2.resize(rng.random((4, 4), np.float32), (WIDE, WIDE), interpolation=cv2.INTER_CUBIC)
    return strength * (layers[0] * blend + layers[1] * (1 - blend))


def canvas(rng, strength):
    period = rng.uniform(2.5, 5)
    at = np.arange(WIDE, dtype=np.float32)[None] * 2 * np.pi / period
    wobble = 1.5 * cv2.resize(rng.standard_normal((6, 6), np.float32), (WIDE, WIDE), interpolation=cv2.INTER_CUBIC)
    return strength * (np.sin(at + wobble) + np.sin(at.T + wobble.T))


def cracks(rng, strength):
    """Dark lines where the nearest of random seeds changes."""
    seeds = rng.random((int(rng.integers(30, 160)), 2), np.float32) * WIDE
    points = np.zeros((WIDE, WIDE), np.uint8) + 255
    points[seeds[:, 1].astype(int), seeds[:, 0].astype(int)] = 0
    _, label = cv2.distanceTransformWithLabels(points, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    label = label.astype(np.float32)
    line = ((label != np.roll(label, 1, 0)) | (label != np.roll(label, 1, 1))).astype(np.float32)
    patches = cv2.resize(rng.random((5, 5), np.float32), (WIDE, WIDE), interpolation=cv2.INTER_CUBIC)
    return -strength * cv2.GaussianBlur(line * (patches > 0.4), (0, 0), 0.6)


def grain(rng, strength, size, coloured):
    noise = rng.standard_normal((WIDE, WIDE, 3 if coloured else 1), np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), size) if size > 0.3 else noise
    noise = noise if noise.ndim == 3 else noise[..., None]
    return np.float32(strength) * noise / noise.std() * np.ones(3, np.float32)


def surface(rng, painted):
    """A function that makes what lies on the picture, a new sample of the same kind each time: [160, 160, 3] in grey levels; or None."""
    layers = []
    if painted:
        if rng.random() < 0.7:
            layers.append((strokes, (rng.uniform(1.5, 8),)))
        if rng.random() < 0.35:
            layers.append((canvas, (rng.uniform(0.8, 4),)))
        if rng.random() < 0.3:
            layers.append((cracks, (rng.uniform(10, 50),)))
    if rng.random() < 0.5:
        layers.append((grain, (rng.uniform(0.5, 3) ** 2, rng.choice([0, 0.5, 0.9]), rng.random() < 0.5)))
    if not layers:
        return None

    def make():
        whole = np.zeros((WIDE, WIDE, 3), np.float32)
        for layer, settings in layers:
            field = layer(rng, *settings)
            whole += field if field.ndim == 3 else field[..., None]
        return whole
    return make


def jpeg(picture, quality):
    _, coded = cv2.imencode(".jpg", np.clip(picture, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(coded, cv2.IMREAD_COLOR).astype(np.float32)  # channels stay in our order; only chroma is treated a bit differently


def looks(rng, filmed):
    """The functions that change both pictures of a pair, in order, and the surface."""
    painted = rng.random() < 0.22
    steps = [paint(rng)] if painted and rng.random() < 0.8 else []
    steps += [colour(rng)] if rng.random() < 0.9 else []
    steps += [side_light(rng)] if rng.random() < 0.4 else []
    return [*steps, sharpness(rng, filmed)], surface(rng, painted)


def mirrored(picture, *landmarks):
    flipped = [points[MIRROR] * np.array([-1, 1], np.float32) + np.array([SIZE, 0], np.float32) for points in landmarks]
    return picture[:, ::-1], *flipped


def shaken(rng, *landmarks):
    """Landmarks with lips a little beside their place: all by the same habit, each with its own noise."""
    habit = rng.normal(0, OF_CLIP_PX, 2).astype(np.float32)
    moved = []
    for points in landmarks:
        points = points.copy()
        points[LIPS] += habit + rng.normal(0, OF_PICTURE_PX, (len(LIPS), 2)).astype(np.float32)
        moved.append(crop.close_lips(points))
    return moved


def pair(part, row, rng, augmented):
    """One pair as float32 pictures [128, 128, 3] of 0..255 and maps: warp, reference, target, maps."""
    clip = part.clip[row]
    choices = np.flatnonzero(part.reference_clip == clip)
    first = not augmented or rng.random() < FIRST_REFERENCE_SHARE
    reference = choices[0] if first else rng.choice(choices)
    wide, target = part.references[reference].astype(np.float32), part.targets[row].astype(np.float32)
    source, points, neutral = part.reference_points[reference], part.points[row], part.neutral[clip]
    make_surface = None
    if augmented:
        if rng.random() < 0.5:
            wide = wide[:, ::-1]
            target, source, points, neutral = mirrored(target, source, points, neutral)
        source, points, neutral = shaken(rng, source, points, neutral)
        steps, make_surface = looks(rng, part.name[clip].startswith(("grid", "talking")))
        wide, target = np.ascontiguousarray(wide), np.ascontiguousarray(target)
        for step in steps:
            wide, target = step(wide), step(target)
    maps = crop.maps(points, neutral)
    inside = maps[0][..., None]
    places = crop.trace(points, source, neutral) + MARGIN
    if make_surface:
        on_reference = make_surface()
        fresh = make_surface()[MARGIN:-MARGIN, MARGIN:-MARGIN]
        target = target + crop.bilinear(on_reference, places) * (1 - inside) + fresh * inside
        wide = wide + on_reference
    if augmented:
        if rng.random() < 0.12:
            quality = int(rng.integers(45, 95))
            wide, target = jpeg(wide, quality), jpeg(target, quality)
        wide, target = np.clip(wide, 0, 255, dtype=np.float32), np.clip(target, 0, 255, dtype=np.float32)
    return crop.bilinear(wide, places) * (1 - inside), wide[MARGIN:-MARGIN, MARGIN:-MARGIN], target, maps


def batch(part, rows, rng, augmented=True):
    """Tensors of the pairs `rows` [b] of a Part: warp, reference, target [b, 3, 128, 128] in -1..1 and maps [b, 5, 128, 128], float32."""
    made = [pair(part, row, rng, augmented) for row in rows]
    out = {}
    for key, values in zip(("warp", "reference", "target", "maps"), zip(*made)):
        stacked = torch.from_numpy(np.stack(values).astype(np.float32))
        out[key] = stacked if key == "maps" else stacked.permute(0, 3, 1, 2).contiguous() / 127.5 - 1
    return out
