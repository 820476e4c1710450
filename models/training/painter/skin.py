"""A random person's skin and lips, painted on the face as seen from the front: colour, relief and gloss maps for render.py."""

import cv2
import numpy as np

from painter import crop

SIZE = 640  # texels of a map's side
LEFT, TOP, TEXELS_PER_CM = -10.0, 5.0, 32.0  # the map shows x from LEFT rightwards and y from TOP downwards, 20 cm each
# sRGB of skins from pale to dark, in two undertones; between neighbours it is mixed.
TONES = np.array([[[246, 222, 208], [240, 206, 186], [229, 186, 160], [212, 160, 128], [187, 130, 98], [150, 98, 70], [110, 70, 50], [70, 45, 35]],
                  [[250, 228, 202], [242, 212, 178], [230, 192, 150], [208, 164, 118], [180, 132, 88], [142, 98, 62], [100, 68, 44], [62, 42, 32]]]) / 255
LIPSTICKS = np.array([[168, 24, 40], [196, 60, 90], [140, 40, 70], [190, 90, 80], [120, 50, 50], [220, 110, 120], [90, 20, 35]]) / 255


def to_linear(srgb):
    return np.power(np.clip(srgb, 0, 1), 2.2)


def noise(rng, cells, size=SIZE):
    """Smooth noise [size, size] of about this many cells, spread 1."""
    grid = rng.normal(0, 1, (cells + 3, cells + 3)).astype(np.float32)
    return cv2.resize(grid, (size + 2 * size // cells,) * 2, interpolation=cv2.INTER_CUBIC)[:size, :size]


def texels(points):
    """Positions [..., 2] on the map of points [..., >= 2] of the resting head."""
    return np.stack([(points[..., 0] - LEFT) * TEXELS_PER_CM, (TOP - points[..., 1]) * TEXELS_PER_CM], -1).astype(np.float32)


def smooth_curve(points, count=8):
    """A closed Catmull-Rom spline [n * count, 2] through points [n, 2]."""
    before, after, second = np.roll(points, 1, 0), np.roll(points, -1, 0), np.roll(points, -2, 0)
    t = np.arange(count)[None, :, None] / count
    p0, p1, p2, p3 = (p[:, None] for p in (before, points, after, second))
    return (0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t ** 2 + (3 * p1 - p0 - 3 * p2 + p3) * t ** 3)).reshape(-1, 2)


def mask_of(polygon, softness):
    """1 inside a polygon [n, 2] of texels, with an edge this many texels soft."""
    mask = np.zeros((SIZE, SIZE), np.uint8)
    cv2.fillPoly(mask, [np.rint(polygon * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), softness)


def hairs(rng, density, length, direction, count, thickness):
    """Coverage [SIZE, SIZE] of short strokes where density is high, lying along direction(x, y) in radians."""
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    places = rng.choice(SIZE * SIZE, count, p=density.ravel() / density.sum())
    y, x = np.divmod(places, SIZE)
    angle = direction(x, y) + rng.normal(0, 0.35, count)
    reach = length * rng.uniform(0.5, 1.3, count)
    ends = np.stack([x, y, x + reach * np.cos(angle), y + reach * np.sin(angle)], 1).reshape(-1, 2, 2)
    strong = rng.integers(90, 230, 3)
    for part, strength in zip(np.array_split(ends, 3), strong):
        cv2.polylines(canvas, list(np.rint(part * 16).astype(np.int32)), False, int(strength), thickness, cv2.LINE_AA, 4)
    return canvas.astype(np.float32) / 255


class Skin:
    """colour [SIZE, SIZE, 3] linear, relief [SIZE, SIZE] in centimetres, gloss and lips [SIZE, SIZE] 0..1, and the inside's colours."""

    def __init__(self, rng, landmarks):
        """landmarks [478, 3]: the resting head's, in centimetres."""
        at = texels(landmarks)
        tone, under = rng.uniform(0, len(TONES[0]) - 1.001), rng.random()
        low = int(tone)
        base = ((1 - under) * TONES[0] + under * TONES[1])
        base = base[low] + (tone - low) * (base[low + 1] - base[low]) + rng.normal(0, 0.012, 3)
        self.pale = 1 - tone / (len(TONES[0]) - 1)
        outline = smooth_curve(at[crop.OUTER])
        self.lips = mask_of(outline, rng.uniform(1.2, 4))
        colour = np.ones((SIZE, SIZE, 3), np.float32) * base.astype(np.float32)
        self._mottle(rng, colour, at)
        self._lips(rng, colour, base, at)
        self.relief = self._relief(rng, at)
        self._hair(rng, colour, at)
        self.colour = to_linear(colour).astype(np.float32)
        gloss = rng.uniform(0.03, 0.3) * (1 + 0.25 * noise(rng, 200))
        lip_gloss = rng.choice([0.2, 0.5, 1.0, 1.8], p=[0.3, 0.4, 0.2, 0.1])
        self.gloss = (np.clip(gloss, 0, 2) * (1 - self.lips) + lip_gloss * self.lips).astype(np.float32)

    def _mottle(self, rng, colour, at):
        red = rng.uniform(0.004, 0.02) * noise(rng, 14) + rng.uniform(0.002, 0.012) * noise(rng, 70)
        light = rng.uniform(0.004, 0.014) * noise(rng, 24) + rng.uniform(0.004, 0.02) * noise(rng, 230)
        colour += light[..., None] + red[..., None] * np.array([0.6, -0.5, -0.4], np.float32)
        around = mask_of(smooth_curve(at[crop.OUTER] * 1.0 + (at[crop.OUTER] - at[crop.OUTER].mean(0)) * 0.5), 18)
        colour += (around * rng.uniform(-0.05, 0.02))[..., None] * np.array([0.7, 1, 1], np.float32)
        for _ in range(rng.poisson(rng.choice([1, 4, 60], p=[0.5, 0.35, 0.15]) * (0.4 + self.pale))):  # moles and freckles
            x, y = rng.uniform(0.15, 0.85, 2) * SIZE
            cv2.circle(colour, (int(x * 16), int(y * 16)), int(rng.uniform(10, 34)), (colour[int(y), int(x)] * rng.uniform(0.6, 0.92)).tolist(), -1, cv2.LINE_AA, 4)
        colour[:] = cv2.GaussianBlur(colour, (0, 0), 0.7)

    def _lips(self, rng, colour, base, at):
        natural = base * np.array([rng.uniform(0.82, 1.0), rng.uniform(0.55, 0.82), rng.uniform(0.58, 0.85)])
        natural = natural + rng.uniform(0, 0.1) * np.array([1, 0.2, 0.3])
        if rng.random() < 0.2:
            stick = LIPSTICKS[rng.integers(len(LIPSTICKS))]
            natural = natural + rng.uniform(0.4, 0.95) * (stick * rng.uniform(0.8, 1.1) - natural)
        x, y = np.meshgrid(np.arange(SIZE), np.arange(SIZE))
        centre = at[crop.INNER].mean(0)
        away = np.abs(y - centre[1]) / TEXELS_PER_CM
        shade = 1 - rng.uniform(0.05, 0.35) * np.exp(-(away / rng.uniform(0.15, 0.4)) ** 2)  # darker towards the seam
        stripes = cv2.resize(rng.normal(0, 1, (14, 150)).astype(np.float32), (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
        patches = noise(rng, 50)
        lip = natural[None, None] * (shade + rng.uniform(0.01, 0.045) * stripes + rng.uniform(0.01, 0.04) * patches)[..., None]
        if rng.random() < 0.4:  # the upper lip is often darker
            lip *= (1 - 0.12 * (y < centre[1]))[..., None]
        mask = (self.lips * rng.uniform(0.7, 1.0))[..., None]
        colour[:] = np.clip(colour * (1 - mask) + lip * mask, 0.01, 1)
        self.lip_colour = to_linear(natural)
        self.stripes = stripes

    def _relief(self, rng, at):
        pores = np.minimum(0, cv2.GaussianBlur(rng.normal(0, 1, (SIZE, SIZE)).astype(np.float32), (0, 0), 1.3) * 3)
        relief = 0.0025 * rng.uniform(0.1, 1) * pores + 0.003 * rng.uniform(0.3, 1.2) * noise(rng, 90)
        age = rng.choice([0, 0.4, 1.0], p=[0.4, 0.35, 0.25])
        folds = np.zeros((SIZE, SIZE), np.float32)
        for nose, cheek, corner in ((129, 206, 216), (358, 426, 436)):  # from the nose's wing down beside the mouth
            curve = np.array([at[nose], (at[nose] + at[cheek]) / 2, at[corner], at[corner] * 2 - at[cheek]])
            line = smooth_curve(np.concatenate([curve, curve[::-1]]))[:24]
            cv2.polylines(folds, [np.rint(line * 16).astype(np.int32)], False, 1.0, 3, cv2.LINE_AA, 4)
        if age > 0.5:
            for _ in range(rng.integers(4, 16)):  # small lines above and below the lips
                x = at[crop.OUTER, 0].mean() + rng.normal(0, 0.9) * TEXELS_PER_CM
                up = rng.random() < 0.6
                y = at[0 if up else 17, 1] + (-6 if up else 6)
                cv2.line(folds, (int(x), int(y)), (int(x + rng.normal(0, 3)), int(y + (-14 if up else 12) * rng.uniform(0.4, 1.2))), 0.6, 1, cv2.LINE_AA)
        relief -= age * 0.05 * cv2.GaussianBlur(folds, (0, 0), 2.5)
        lips = rng.uniform(0.003, 0.012) * self.stripes
        return (relief * (1 - self.lips) + (lips + 0.003 * noise(rng, 120)) * self.lips).astype(np.float32)

    def _hair(self, rng, colour, at):
        """None, stubble, moustache or beard."""
        kind = rng.choice(["none", "stubble", "moustache", "beard", "goatee"], p=[0.58, 0.17, 0.07, 0.11, 0.07])
        if kind == "none":
            return
        x, y = np.meshgrid(np.arange(SIZE, dtype=np.float32), np.arange(SIZE, dtype=np.float32))
        mouth = at[crop.OUTER]
        centre, half = mouth.mean(0), np.ptp(mouth[:, 0]) / 2
        nose = at[2, 1]
        above = np.clip((y - nose - 6) / 22 + 0.2 * noise(rng, 30), 0, 1) * (y < centre[1]) * np.clip((1.35 - np.abs(x - centre[0]) / half) / 0.35 + 0.4 * noise(rng, 20), 0, 1)
        jaw = np.clip((y - centre[1] - 0.1 * np.abs(x - centre[0])) / 14, 0, 1)
        side = np.clip((np.abs(x - centre[0]) - 1.35 * half) / 20, 0, 1) * np.clip((y - nose) / 60, 0, 1)
        chin = np.exp(-((x - centre[0]) / (0.8 * half)) ** 2) * np.clip((y - at[17, 1] - 4) / 8, 0, 1)
        density = dict(moustache=above, goatee=np.maximum(above, chin), beard=np.maximum(np.maximum(above, jaw), side),
                       stubble=np.maximum(np.maximum(above, jaw), side))[kind]
        grown = mask_of(smooth_curve(mouth + (mouth - centre) * 0.04), 2)
        density = cv2.GaussianBlur(density.astype(np.float32), (0, 0), 5) * (1 - grown) * (0.7 + 0.3 * np.clip(noise(rng, 12), -1, 1))
        density = np.clip(density, 0, 1) + 1e-9
        hair = np.array([[0.07, 0.05, 0.04], [0.2, 0.13, 0.08], [0.42, 0.28, 0.16], [0.5, 0.5, 0.5], [0.3, 0.15, 0.07]])[rng.choice(5, p=[0.45, 0.25, 0.1, 0.12, 0.08])]
        def direction(px, py):
            return np.pi / 2 + 0.5 * np.sign(centre[0] - px) * (py < centre[1]) * np.minimum(np.abs(px - centre[0]) / half, 1) * -1.6
        if kind == "stubble":
            cover = hairs(rng, density, rng.uniform(1.5, 4), direction, int(rng.uniform(3000, 12000)), 1) * rng.uniform(0.3, 0.8)
            cover = np.maximum(cover, density * rng.uniform(0.02, 0.2))
        else:
            cover = hairs(rng, density, rng.uniform(9, 26), direction, int(rng.uniform(5000, 11000)), 1)
            cover = np.maximum(cover, density * rng.uniform(0.3, 0.75))
            self.relief += 0.03 * cv2.GaussianBlur(cover, (0, 0), 0.8)
        shade = np.clip(1 + 0.3 * noise(rng, 200), 0.4, 2)[..., None]
        cover = np.clip(cover, 0, 0.95)[..., None]
        colour[:] = np.clip(colour * (1 - cover) + hair * shade * cover, 0.005, 1)
