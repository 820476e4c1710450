"""The mouth crop's geometry against known answers: python -m unittest painter.test_crop, in models/training."""
import unittest

import numpy as np

import config
from face import mesh
from painter import crop, pairs


def average_face():
    """The average face's landmarks [478, 3] as in a picture, 150 px between the eyes, rolled by 0.2 rad."""
    face = np.fromfile(config.SHIPPED / "motion.neutral.f32", "<f4").reshape(mesh.POINTS, 3).astype(np.float64) * 150
    turn = np.array([[np.cos(0.2), -np.sin(0.2), 0], [np.sin(0.2), np.cos(0.2), 0], [0, 0, 1]])
    return face @ turn.T + [256, 250, 0]


def area(polygon):
    x, y = polygon.T
    return abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


class Crop(unittest.TestCase):
    def setUp(self):
        self.face = average_face()
        self.frame = crop.frame_of(self.face)
        self.neutral = crop.close_lips(crop.to_crop(self.face, self.frame))
        self.open = self.neutral.copy()
        below = self.neutral[:, 1] > self.neutral[14, 1]
        below[crop.UPPER_INNER] = False
        below[[*crop.LOWER_INNER[1:-1], *(p for row, _ in crop.LOWER_ROWS for p in row[1:-1])]] = True
        self.open[below, 1] += 14
        self.wide = np.random.default_rng(3).integers(0, 256, (crop.WIDE, crop.WIDE, 3)).astype(np.uint8)

    def test_frame_follows_the_eyes_and_back_again(self):
        eyes = crop.to_crop(self.face[[33, 263]], self.frame)
        self.assertAlmostEqual(float(eyes[0, 1]), float(eyes[1, 1]), places=3)
        self.assertAlmostEqual(float(eyes[1, 0] - eyes[0, 0]), 128 / 1.1, places=3)
        back = crop.to_picture(crop.to_crop(self.face, self.frame), self.frame)
        self.assertLess(np.abs(back - self.face[:, :2]).max(), 1e-3)

    def test_unmoved_landmarks_give_the_reference_back(self):
        same = crop.warp(self.wide, self.neutral, self.neutral, self.neutral)
        middle = self.wide[crop.MARGIN:-crop.MARGIN, crop.MARGIN:-crop.MARGIN]
        seen = crop.maps(self.neutral, self.neutral)[0] == 0
        self.assertGreater(seen.mean(), 0.99)
        self.assertLess(np.abs(same - middle)[seen].max(), 0.1)

    def test_every_pixel_of_an_open_mouths_crop_is_covered(self):
        source = np.full((crop.SIZE, crop.SIZE, 2), np.nan, np.float32)
        vertices = crop.with_rings(self.open, self.neutral)
        crop._trace(crop.TRIANGLES, *vertices.T.astype(np.float64), np.full_like(vertices, -7), source)
        self.assertTrue((np.abs(source + 7) < 1e-3).all())  # a pixel without a triangle would keep its own place

    def test_a_ramp_is_carried_along_with_the_lower_lip(self):
        ramp = np.repeat(np.arange(crop.WIDE, dtype=np.uint8)[:, None, None], crop.WIDE, 1).repeat(3, 2)
        warped = crop.warp(ramp, self.neutral, self.open, self.neutral)
        x, y = self.open[17]  # the lower lip's edge: its colour is the row where it was
        column, row = int(x), int(y)
        there = self.neutral[17, 1] + crop.MARGIN - 0.5 + (row + 0.5 - y)
        self.assertLess(abs(warped[row, column, 0] - there), 1.0)

    def test_between_the_lips_it_is_black(self):
        warped = crop.warp(np.full_like(self.wide, 200), self.neutral, self.open, self.neutral)
        self.assertEqual(warped[int(self.open[13:15, 1].mean()), int(self.open[13, 0])].max(), 0)

    def test_coverage_is_the_polygons_area(self):
        maps = crop.maps(self.open, self.neutral)
        for channel, polygon in ((0, crop.INNER), (1, crop.OUTER)):
            expected = area(self.open[polygon].astype(np.float64))
            self.assertLess(abs(maps[channel].sum() - expected), 0.005 * expected + 1)
        self.assertLess(crop.maps(self.neutral, self.neutral)[0].sum(), 1)  # pixels: what is left between two broken lines

    def test_jaw_maps_count_from_the_teeth(self):
        maps = crop.maps(self.open, self.neutral)
        row = int(self.neutral[13, 1]) + 10
        units = (row + 0.5 - self.neutral[13, 1]) / crop.PER_UNIT
        self.assertAlmostEqual(float(maps[2, row, 5]), 4 * units, places=4)
        shift = 4 * (self.neutral[13, 1] - self.neutral[14, 1] - 14) / crop.PER_UNIT  # the chin went down by 14 pixels
        self.assertAlmostEqual(float(maps[3, row, 5]), 4 * units + shift, places=4)

    def test_small_gaps_close_and_wide_ones_stay(self):
        parted = self.neutral.copy()
        parted[14, 1] = parted[13, 1] + 0.011 * crop.PER_UNIT
        self.assertLess(abs(np.subtract(*crop.close_lips(parted)[[14, 13], 1])), 1e-4)
        np.testing.assert_array_equal(crop.close_lips(self.open)[[13, 14]], self.open[[13, 14]])


class AtRest(unittest.TestCase):
    def test_a_turned_and_moved_head_comes_back_with_its_lips(self):
        face = average_face()
        spoken = face.copy()
        spoken[mesh.LIPS, 1] += 9
        turn = np.linalg.qr(np.eye(3) + 0.1 * np.array([[0, 1, -2], [-1, 0, 1], [2, -1, 0]]))[0]
        turn *= np.sign(np.diag(turn))
        rest = pairs.at_rest(np.stack([face, 1.2 * spoken @ turn.T + [5, -3, 2]]))
        np.testing.assert_allclose(rest[1], spoken, atol=1e-6)


if __name__ == "__main__":
    unittest.main()
