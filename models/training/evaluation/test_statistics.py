"""Known answers for the evaluation's statistics: python -m unittest test_evaluate_statistics (test/integration/evaluation.test.ts runs it)."""
import unittest

import numpy as np

from evaluation.statistics import Section, acceleration, agreement, auc, drift, fast_share, pearson, runs, smallest_near, within_clips


class Statistics(unittest.TestCase):
    def test_area_counts_pairs_and_halves_ties(self):
        self.assertAlmostEqual(auc([1, 2, 3], [2, 4]), (1 + 1 + 0.5 + 1 + 0 + 1) / 6)
        self.assertEqual(auc([0.1, 0.2], [0.3]), 1)
        self.assertTrue(np.isnan(auc([], [1.0])))

    def test_correlation_of_known_numbers(self):
        self.assertAlmostEqual(pearson([1, 2, 4], [3, 1, 5]), 0.6546536707)
        self.assertTrue(np.isnan(pearson([2, 2, 2], [1, 2, 3])))

    def test_a_late_curve_has_its_lag_found_and_its_spread(self):
        real = np.sin(np.arange(200) / 3.7)
        found = agreement([(2.5 * np.roll(real, 2), real, np.arange(200) > 5)])
        self.assertEqual(found["best_lag"], 2)
        self.assertAlmostEqual(found["spread"], 2.5, places=1)

    def test_frames_that_do_not_count_change_nothing(self):
        real = np.arange(10.0)
        drawn = np.where(np.arange(10) < 7, real, -99)
        self.assertAlmostEqual(agreement([(drawn, real, np.arange(10) < 7)])["r"], 1)

    def test_smallest_looks_one_frame_to_each_side(self):
        values = np.array([0.0, 9, 5, 7, 8, 1, 0])
        self.assertEqual(smallest_near(values, 3 / 25, 4 / 25, 25), 5)  # frame 3 alone: 2 to 4 are seen
        self.assertEqual(smallest_near(values, 3.5 / 25, 4.2 / 25, 25), 1)  # it reaches into frame 4: 5 is seen
        self.assertTrue(np.isnan(smallest_near(values, 2.0, 2.1, 25)))

    def test_variance_within_clips_leaves_their_means_out(self):
        motion = np.stack([np.arange(5.0)[:, None], np.arange(5.0)[:, None] + 100])
        self.assertEqual(within_clips(motion), 2)

    def test_share_of_fast_variance(self):
        seconds = np.arange(75) / 25
        motion = (3 * np.sin(2 * np.pi * 1 * seconds) + np.sin(2 * np.pi * 5 * seconds))[None, :, None]
        self.assertAlmostEqual(float(fast_share(motion, 25, 2)[0]), 0.1)

    def test_acceleration_of_a_parabola(self):
        self.assertAlmostEqual(float(acceleration(3.0 * np.arange(9) ** 2)), 6)

    def test_drift_is_counted_in_the_first_hours_spreads(self):
        first = np.random.default_rng(1).standard_normal((4000, 2)) * [1, 5]
        found = drift(first, first * [1, 1.1] + [0.25, 0])
        self.assertAlmostEqual(found["mean"][0], 0.25 / first[:, 0].std())
        self.assertAlmostEqual(found["variance"][1], 1.21)
        np.testing.assert_allclose(found["correlation"], 1)

    def test_runs_reach_to_both_ends(self):
        self.assertEqual(runs([True, True, False, True]).tolist(), [2, 1])

    def test_a_check_knows_its_sides_and_refuses_what_is_no_number(self):
        section = Section()
        for value in (0.8, 0.79, float("nan")):
            section.check("least", value, 0.8)
        section.check("most", 0.05, None, 0.05)
        section.check("between", 1.3, 0.75, 1.25)
        self.assertEqual([c["passed"] for c in section.checks], [True, False, False, True, False])
        self.assertEqual([c["asked"] for c in section.checks][2:], [">= 0.8", "<= 0.05", "0.75 to 1.25"])


if __name__ == "__main__":
    unittest.main()
