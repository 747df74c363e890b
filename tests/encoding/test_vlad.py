"""VLAD by its definition."""

import numpy as np

from mmsk.encoding import vlad

RNG = np.random.default_rng(0)
POINTS, CENTERS = RNG.normal(size=(50, 4)), RNG.normal(size=(6, 4))


def test_it_is_the_sum_of_differences_from_the_nearest_centre():
    distances = np.linalg.norm(POINTS[:, None] - CENTERS, axis=2)
    found = vlad(POINTS, CENTERS)
    for k in range(6):
        mine = POINTS[distances.argmin(axis=1) == k]
        total = (mine - CENTERS[k]).sum(axis=0)
        np.testing.assert_allclose(found[k], total / np.linalg.norm(total))


def test_a_centre_without_descriptors_is_zero():
    assert not vlad(POINTS, np.vstack([CENTERS, np.full(4, 99)]))[-1].any()


def test_without_descriptors_it_is_zero():
    assert not vlad(POINTS[:0], CENTERS).any()


def test_single_precision_stays_single():
    assert vlad(POINTS.astype(np.float32), CENTERS.astype(np.float32)).dtype == np.float32
