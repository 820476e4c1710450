"""Rendered mouths of invented people, with landmarks that are exactly right (cache/painter/render-train-*.npz, render-tune-*.npz).

A look is a person (ICT identity, own teeth), a skin, a light and a camera; it has one reference with closed lips and eight targets with
lips of speech in the same pose. Same format as the real pairs (pairs.py). What it teaches: teeth that stay with their jaw, tongue, dark
behind them, lips of all colours; how real skin looks, only the filmed pairs know.
Usage: VAKTRA_DATA=... python -m painter.render [--looks 2500] [--worker 0/1]      about 0.5 s a look on one core, resumable by shards.
"""
import argparse

import cv2
import numba
import numpy as np

import config
from painter import crop, pairs, raster, skin
from painter.head import GUMS, SKIN, SOCKET, TEETH, Head, expression, rest_expression, smoothstep, snapped

LOOKS, TUNE_LOOKS, SHARD = (20, 10, 10) if config.SMOKE else (2500, 50, 25)
TARGETS = 8
OVER = 2  # pixels rendered per pixel of the crop, along a side
YAW, PITCH = np.radians([15, 10])
CAMERA_CM = (45, 140)
LIGHTS = 3
DIFFUSE, SHINE, SHOULDER = 0.75, 0.22, 1.6  # shares of light; how softly bright parts saturate


@numba.njit(cache=True, fastmath=True)
def shaded(at, on_map, slope, gloss_map, shade, valid, is_skin, teeth, directions, powers, ambient, soft, exposure, background):
    """Wrapped diffuse light (red reaches farthest into skin), Blinn-Phong shine and a soft shoulder: linear colours [size, size, 3] 0..1.

    at [..., 12]: normal, place on the maps, colour of what is not skin, and more; on_map [..., 4]: skin's colour and share of lips.
    """
    size = at.shape[0]
    out = np.zeros((size, size, 3), np.float32)
    whole = 1 - np.exp(-SHOULDER)
    for row in range(size):
        for column in range(size):
            if not valid[row, column]:
                across = column / size
                for k in range(3):
                    out[row, column, k] = min(1.0, background[0, k] * (1 - across) + background[1, k] * across)
                continue
            nx, ny, nz = at[row, column, 0], at[row, column, 1], at[row, column, 2]
            length = max(np.sqrt(nx * nx + ny * ny + nz * nz), 1e-6) * (-1 if nz < 0 else 1)
            nx, ny, nz = nx / length, ny / length, nz / length
            sky = 0.75 + 0.25 * ny
            skinned, tooth = is_skin[row, column], teeth[row, column]
            gloss, sharp = (0.9, 70.0) if tooth else (0.8, 40.0)
            wrap_red, wrap_green, wrap_blue = (0.5, 0.5, 0.5) if tooth else (0.25, 0.25, 0.25)
            if skinned:
                gloss, sharp = gloss_map[row, column], 45.0 if on_map[row, column, 3] > 0.5 else 18.0
                wrap_red, wrap_green, wrap_blue = soft, 0.65 * soft, 0.5 * soft
                nx, ny = nx - slope[row, column, 0], ny + slope[row, column, 1]
                length = np.sqrt(nx * nx + ny * ny + nz * nz)
                nx, ny, nz = nx / length, ny / length, nz / length
            red, green, blue = ambient[0] * sky, ambient[1] * sky, ambient[2] * sky
            shine_red, shine_green, shine_blue = 0.0, 0.0, 0.0
            for i in range(len(directions)):
                lx, ly, lz = directions[i]
                facing = nx * lx + ny * ly + nz * lz
                red += max(0.0, (facing + wrap_red) / (1 + wrap_red)) * powers[i, 0]
                green += max(0.0, (facing + wrap_green) / (1 + wrap_green)) * powers[i, 1]
                blue += max(0.0, (facing + wrap_blue) / (1 + wrap_blue)) * powers[i, 2]
                if facing > 0:
                    half = np.sqrt(lx * lx + ly * ly + (lz + 1) ** 2)
                    spot = max(0.0, (nx * lx + ny * ly + nz * (lz + 1)) / half) ** sharp * gloss * SHINE
                    shine_red, shine_green, shine_blue = shine_red + spot * powers[i, 0], shine_green + spot * powers[i, 1], shine_blue + spot * powers[i, 2]
            for k in range(3):
                albedo = on_map[row, column, k] if skinned else at[row, column, 5 + k]
                light = red if k == 0 else green if k == 1 else blue
                shine = shine_red if k == 0 else shine_green if k == 1 else shine_blue
                colour = (albedo * light * DIFFUSE + shine * (1.0 if skinned else 0.8)) * shade[row, column] * exposure
                out[row, column, k] = (1 - np.exp(-SHOULDER * max(colour, 0.0))) / whole
    return out


class Camera:
    """A turned head in front of a pinhole; places the crop on the resting landmarks."""

    def __init__(self, rng, head_middle):
        yaw, pitch = rng.normal(0, 0.45, 2).clip(-1, 1) * [YAW, PITCH]
        around = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
        across = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
        self.turn, self.middle, self.distance = across @ around, head_middle, rng.uniform(*CAMERA_CM)
        self.frame = None

    def seen(self, points):
        """x right, y down, distance [n, 3] (centimetres at the head's middle)."""
        turned = (points - self.middle) @ self.turn.T
        away = self.distance - turned[:, 2]
        return np.stack([turned[:, 0] * self.distance / away, -turned[:, 1] * self.distance / away, away], 1)


class Look:
    """One person under one light; `picture` renders an expression of theirs."""

    def __init__(self, head, rng):
        self.head, self.rng = head, rng
        self.person = head.person(rng)
        rest_face = head.rest
        self.skin = skin.Skin(rng, head.landmarks(rest_face))
        self.texels = skin.texels(rest_face)
        self.camera = Camera(rng, np.array([0, -2.0, 4.0]))
        self._lights()
        self._inside_colours()
        height = cv2.GaussianBlur(self.skin.relief, (0, 0), 0.6)
        self.maps = np.concatenate([self.skin.colour, self.skin.lips[..., None]], 2)
        self.slope = np.stack([cv2.Sobel(height, cv2.CV_32F, 1, 0), cv2.Sobel(height, cv2.CV_32F, 0, 1)], -1) * skin.TEXELS_PER_CM / 8

    def _lights(self):
        rng = self.rng
        self.lights = []
        for i in range(LIGHTS):
            direction = np.array([rng.normal(0, 0.8), rng.normal(0.45, 0.5), rng.uniform(0.45, 1.2)])
            warmth = rng.normal(0, 0.06)
            power = rng.uniform(0.6, 1.0) if i == 0 else rng.uniform(0, 0.5)
            self.lights.append((direction / np.linalg.norm(direction), power * np.array([1 + warmth, 1, 1 - 1.4 * warmth])))
        self.ambient = rng.uniform(0.15, 0.6) * (1 + rng.normal(0, 0.04, 3))
        self.exposure = rng.uniform(0.75, 1.15)
        self.soft = rng.uniform(0.15, 0.5)
        self.background = [rng.uniform(0, 1) ** 1.5 * (1 + rng.normal(0, 0.25, 3)).clip(0) for _ in range(2)]
        self.darkness_cm = rng.uniform(1.6, 4.5)  # how deep light reaches into the mouth

    def _inside_colours(self):
        """Per vertex colour [v, 3] linear of what is not skin."""
        rng, head = self.rng, self.head
        rosy = rng.uniform(0, 1)
        gum = np.array([0.78, 0.42, 0.42]) * rng.uniform(0.75, 1.05) * (1 - 0.25 * (1 - self.skin.pale) * rng.random())
        tongue = np.array([0.80, 0.42 + 0.08 * rosy, 0.42 + 0.06 * rosy]) * rng.uniform(0.75, 1.1)
        socket = np.array([0.50, 0.20, 0.19]) * rng.uniform(0.6, 1.0)
        white = np.array([0.93, 0.90, 0.83]) + rng.uniform(0, 1) ** 1.5 * np.array([-0.10, -0.15, -0.27]) + rng.normal(0, 0.015, 3)
        colour = np.zeros((len(head.rest), 3))
        colour[head.material == SOCKET] = skin.to_linear(socket)
        gums = head.material == GUMS
        share = head.tongue[gums, None]
        grain = rng.normal(0, 0.02, (gums.sum(), 1))
        colour[gums] = skin.to_linear((gum * (1 - share) + tongue * share) + grain)
        stained = rng.uniform(0, 0.12)
        for tooth, is_lower in zip(head.teeth, head.lower_tooth):
            y = head.rest[tooth, 1]
            edge = (y - y.min()) / np.ptp(y) if not is_lower else (y.max() - y) / np.ptp(y)  # 0 at the biting edge
            side = abs(head.rest[tooth, 0].mean())
            own = white * (1 + rng.normal(0, 0.015)) * (1 - 0.05 * smoothstep(1.2, 1.8, side))
            own = own[None] * (1 - stained * smoothstep(0.15, 0.6, edge))[:, None] * np.array([1, 0.995, 0.97])
            colour[tooth] = skin.to_linear(own - 0.05 * (1 - smoothstep(0, 0.08, edge))[:, None] * [0.6, 0.3, 0])
        self.inside = colour.astype(np.float32)

    def rest(self):
        """The first, closed picture: sets the crop's frame. Returns wide picture and landmarks."""
        vertices = self.head.posed(self.person, *rest_expression(self.rng))
        face = self.camera.seen(self.head.landmarks(vertices))
        self.camera.frame = crop.frame_of(face)
        return self._render(vertices)

    def target(self):
        return self._render(self.head.posed(self.person, *expression(self.rng)))

    def _place(self, points):
        seen = self.camera.seen(points)
        return np.concatenate([crop.to_crop(seen, self.camera.frame) + crop.MARGIN, seen[:, 2:]], 1)

    def _render(self, vertices):
        """Picture [160, 160, 3] uint8 and landmarks [478, 2] in crop positions."""
        head, size = self.head, crop.WIDE * OVER
        points = self._place(vertices) * [OVER, OVER, 1]
        seen, weights = raster.rasterise(head.triangles, points, size)
        normal = raster.normals(head.triangles, vertices) @ self.camera.turn.T
        tip = np.concatenate([normal, self.texels, self.inside, points[:, 2:], (head.material == SKIN)[:, None], head.upperness[:, None],
                              (head.material == TEETH)[:, None]], 1).astype(np.float32)
        at = raster.interpolate(head.triangles, seen, weights, tip)
        valid = seen >= 0
        is_skin = valid & (at[..., 9] > 0.5)
        shaded = self._shade(at, valid, is_skin)
        picture = cv2.resize(shaded, (crop.WIDE, crop.WIDE), interpolation=cv2.INTER_AREA)
        picture = np.power(picture, 1 / 2.2)
        corners = self._place(vertices[head.corners])[:, :2]
        landmarks = self._place(head.landmarks(vertices))[:, :2]
        landmarks = snapped(landmarks, corners, is_skin | ~valid, at[..., 10], OVER)
        return np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8), (landmarks - crop.MARGIN).astype(np.float32)

    def _shade(self, at, valid, is_skin):
        """Linear colours [size, size, 3] 0..1 of what the pixels see."""
        x, y = np.ascontiguousarray(at[..., 3]), np.ascontiguousarray(at[..., 4])
        on_map = cv2.remap(self.maps, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        slope = cv2.remap(self.slope, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        gloss = cv2.remap(self.skin.gloss, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        teeth = at[..., 11] > 0.5
        shade = self._occlusion(at, valid, is_skin, valid & ~is_skin)
        directions = np.array([direction for direction, _ in self.lights], np.float32)
        powers = np.array([power for _, power in self.lights], np.float32)
        return shaded(at, on_map, slope, gloss, shade, valid, is_skin, teeth, directions, powers, self.ambient.astype(np.float32), self.soft,
                      self.exposure, np.array(self.background, np.float32))

    def _occlusion(self, at, valid, is_skin, mouth):
        """Share of light [size, size] that reaches creases and the inside of the mouth."""
        depth = np.where(valid, at[..., 8], 0).astype(np.float32)
        shade = np.ones(depth.shape, np.float32)
        for spread, strength in ((2.5, 0.9), (9, 0.35)):  # pixels, per centimetre
            weight = cv2.GaussianBlur(valid.astype(np.float32), (0, 0), spread)
            around = cv2.GaussianBlur(depth, (0, 0), spread) / np.maximum(weight, 1e-3)
            shade *= 1 - np.clip((depth - around) * strength, 0, 0.55)
        if mouth.any():
            opening = cv2.GaussianBlur(mouth.astype(np.float32), (0, 0), 5)
            lips = at[..., 8][is_skin & (cv2.dilate(mouth.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0)]
            if len(lips):
                behind = np.maximum(0, depth - np.median(lips))
                below = cv2.GaussianBlur(np.roll(is_skin.astype(np.float32), 4, 0), (0, 0), 3)  # the upper lip's shadow
                dark = 0.88 * np.exp(-behind / self.darkness_cm) * (0.35 + 0.65 * np.clip(opening * 1.5, 0, 1)) * (1 - 0.45 * below)
                shade = np.where(mouth, shade * dark, shade)
        return shade


def make_look(head, seed):
    rng = np.random.default_rng(seed)
    look = Look(head, rng)
    wide, rest = look.rest()
    neutral = crop.close_lips(rest)
    made = [look.target() for _ in range(TARGETS)]
    inner = slice(crop.MARGIN, crop.MARGIN + crop.SIZE)
    return dict(references=wide[None], reference_points=neutral[None], neutral=neutral,
                targets=np.stack([picture[inner, inner] for picture, _ in made]), points=np.stack([crop.close_lips(p) for _, p in made]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--looks", type=int, default=LOOKS)
    parser.add_argument("--worker", default="0/1", help="this process's part of the shards, as index/count")
    arguments = parser.parse_args()
    index, count = map(int, arguments.worker.split("/"))
    cv2.setNumThreads(1)
    head = Head()
    shards = [("tune", 10_000_000 + i) for i in range(0, TUNE_LOOKS, SHARD)] + [("train", i) for i in range(0, arguments.looks, SHARD)]
    for done, (part, first) in enumerate(shards[index::count], 1):
        path = pairs.CACHE / f"render-{part}-{first:05d}.npz"
        if path.exists():
            continue
        seeds = range(first, first + SHARD)
        pairs.save(path, [make_look(head, seed) for seed in seeds], [f"{pairs.RENDERED}{seed:05d}" for seed in seeds], [f"{pairs.RENDERED}{seed:05d}" for seed in seeds])
        print(f"render: {done}/{len(shards[index::count])}", flush=True)


if __name__ == "__main__":
    main()
