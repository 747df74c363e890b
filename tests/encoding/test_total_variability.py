"""Adapted means and i-vectors against their limits, and a dense calculation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from mmsk.encoding._fisher import component_sums
from mmsk.encoding._total_variability import (
    component_grams,
    fit_total_variability,
    map_means,
    posteriors,
)

K, D, R = 3, 2, 2  # components, values, directions


def toy(seed, n_recordings=4):
    """Counts, centred sums and directions of no recording in particular."""
    rng = np.random.default_rng(seed)
    counts = rng.uniform(0.5, 20, size=(n_recordings, K))
    return counts, rng.normal(0, 5, size=(n_recordings, K, D)), rng.normal(size=(K, D, R))


@given(st.integers(0, 999))
def test_the_posterior_is_that_of_one_large_normal_distribution(seed):
    counts, centered, directions = toy(seed, 1)
    means, covariances = posteriors(counts, centered, directions, component_grams(directions))
    # the mean frame of a component is normal around T w, with covariance I / count
    loads = directions.reshape(K * D, R)
    precise = np.repeat(counts[0], D)
    observed = centered[0].ravel() / precise
    joint = loads @ loads.T + np.diag(1 / precise)
    expected = loads.T @ np.linalg.solve(joint, observed)
    np.testing.assert_allclose(means[0], expected, rtol=1e-6, atol=1e-8)
    spread = np.eye(R) - loads.T @ np.linalg.solve(joint, loads)
    np.testing.assert_allclose(covariances[0], spread, rtol=1e-6, atol=1e-8)


def test_without_frames_the_posterior_is_what_was_known_before():
    directions = toy(0)[2]
    nothing = np.zeros((1, K)), np.zeros((1, K, D))
    means, covariances = posteriors(*nothing, directions, component_grams(directions))
    np.testing.assert_array_equal(means, 0)
    np.testing.assert_allclose(covariances[0], np.eye(R))


def log_likelihood(counts, centered, directions):
    """Of the mean frames of all recordings, given the counts."""
    loads = directions.reshape(K * D, -1)
    total = 0.0
    for n, f in zip(counts, centered, strict=True):
        precise = np.repeat(n, D)
        joint = loads @ loads.T + np.diag(1 / precise)
        total += multivariate_normal(cov=joint).logpdf(f.ravel() / precise)
    return total


def test_every_round_of_em_makes_the_recordings_likelier():
    counts, centered, _ = toy(1, 40)
    found = [
        log_likelihood(counts, centered, fit_total_variability(counts, centered, R, 0, n))
        for n in range(6)
    ]
    assert (np.diff(found) > -1e-6).all()
    assert found[-1] > found[0] + 1


def test_em_finds_the_directions_that_recordings_were_made_of():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(K, D, R))
    weights = rng.normal(size=(400, R))
    counts = np.full((400, K), 50.0)
    moved = np.einsum("kdr,ur->ukd", truth, weights)
    centered = 50 * (moved + rng.normal(0, 50**-0.5, size=moved.shape))
    found = fit_total_variability(counts, centered, R, 0, 30).reshape(K * D, R)
    expected = truth.reshape(K * D, R)
    np.testing.assert_allclose(found @ found.T, expected @ expected.T, atol=0.5)
    assert np.corrcoef((found @ found.T).ravel(), (expected @ expected.T).ravel())[0, 1] > 0.99


def test_a_component_that_no_recording_has_does_no_harm():
    counts, centered, _ = toy(2)
    counts[:, 1] = 0
    centered[:, 1] = 0
    assert np.isfinite(fit_total_variability(counts, centered, R, 0)).all()


def test_more_directions_than_values_are_cut_to_as_many():
    counts, centered, _ = toy(3)
    assert fit_total_variability(counts, centered, 99, 0, 2).shape == (K, D, K * D)


def adapted(relevance):
    rng = np.random.default_rng(0)
    frames = rng.normal(size=(50, D))
    weights, means, variances = np.full(K, 1 / K), rng.normal(size=(K, D)), np.ones((K, D))
    counts, firsts, _ = component_sums(frames, weights, means, variances)
    return map_means(counts, firsts, means, relevance), firsts / counts[:, None], means, counts


def test_without_relevance_adapted_means_are_those_of_the_recording():
    found, own, _, _ = adapted(0)
    np.testing.assert_allclose(found, own)


def test_with_endless_relevance_adapted_means_are_those_of_everybody():
    found, _, common, _ = adapted(1e12)
    np.testing.assert_allclose(found, common, atol=1e-9)


def test_relevance_counts_as_frames_at_the_common_mean():
    found, own, common, counts = adapted(7)
    counts = counts[:, None]
    np.testing.assert_allclose(found, (counts * own + 7 * common) / (counts + 7))


@pytest.mark.parametrize("relevance", [1e-6, 16])
def test_a_component_without_frames_keeps_the_common_mean(relevance):
    common = np.ones((2, D))
    found = map_means(np.zeros(2), np.zeros((2, D)), common, relevance)
    np.testing.assert_allclose(found, common)


def test_shares_sum_to_the_number_of_descriptors():
    rng = np.random.default_rng(0)
    frames = rng.normal(size=(2500, D))  # more than are looked at together
    mixture = np.full(K, 1 / K), rng.normal(size=(K, D)), np.ones((K, D))
    counts, firsts, squares = component_sums(frames, *mixture)
    assert counts.sum() == pytest.approx(2500)
    np.testing.assert_allclose(firsts.sum(axis=0), frames.sum(axis=0))
    np.testing.assert_allclose(squares.sum(axis=0), (frames**2).sum(axis=0))
