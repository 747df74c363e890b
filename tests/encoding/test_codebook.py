"""Codebooks of few, equal and well-separated descriptors."""

import warnings

import numpy as np
import pytest

from mmsk.encoding._codebook import fit_centers, fit_mixture, principal_axes

RNG = np.random.default_rng(0)
PLACES = np.array([[0, 0], [0, 9], [9, 0]], np.float32)
GROUPS = np.repeat(PLACES, [200, 100, 100], axis=0)
GROUPS = (GROUPS + RNG.normal(size=GROUPS.shape) / [4, 2]).astype(np.float32)


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_axes_are_of_length_one_and_the_widest_comes_first():
    points = RNG.normal(size=(500, 3)).astype(np.float32) * np.float32([1, 9, 3]) + 5
    mean, axes = principal_axes(points, 2)
    np.testing.assert_allclose(mean, points.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(np.abs(axes), [[0, 1, 0], [0, 0, 1]], atol=0.05)


@pytest.mark.parametrize(("n_dims", "n_axes"), [(None, 3), (2, 2), (99, 3)])
def test_there_are_as_many_axes_as_can_be(n_dims, n_axes):
    assert principal_axes(RNG.normal(size=(9, 3)), n_dims)[1].shape == (n_axes, 3)
    assert principal_axes(RNG.normal(size=(2, 3)), n_dims)[1].shape == (1, 3)


def test_equal_descriptors_have_finite_axes_and_one_centre():
    flat = np.zeros((20, 3), np.float32)
    assert all(np.isfinite(part).all() for part in principal_axes(flat, 2))
    centers, members = fit_centers(flat, 4, seed=0)
    assert centers.shape == (1, 3)
    assert not members.any()


def test_every_centre_has_members():
    centers, members = fit_centers(np.repeat(PLACES, 4, axis=0), 7, seed=0)
    assert len(centers) == 3
    np.testing.assert_array_equal(centers[members], np.repeat(PLACES, 4, axis=0))


def test_a_mixture_finds_groups_their_shares_and_spreads():
    mixture = fit_mixture(GROUPS, 3, seed=0)
    order = np.lexsort(mixture.means.round().T[::-1])
    np.testing.assert_allclose(mixture.weights[order], [0.5, 0.25, 0.25], atol=1e-3)
    np.testing.assert_allclose(mixture.means[order], PLACES, atol=0.2)
    np.testing.assert_allclose(mixture.variances[order], [[1 / 16, 1 / 4]] * 3, atol=0.1)
    assert all(part.dtype == np.float32 for part in mixture)


@pytest.mark.parametrize("points", [np.zeros((9, 3)), np.eye(3), RNG.normal(size=(2, 4))])
def test_a_mixture_of_few_or_equal_descriptors_is_proper(points):
    mixture = fit_mixture(points.astype(np.float32), 5, seed=0)
    assert all(np.isfinite(part).all() for part in mixture)
    assert (mixture.variances > 0).all()
    np.testing.assert_allclose(mixture.weights.sum(), 1, rtol=1e-6)


def test_the_same_seed_gives_the_same():
    both = [fit_mixture(GROUPS, 8, seed=3) for _ in range(2)]
    for one, two in zip(*both, strict=True):
        np.testing.assert_array_equal(one, two)
