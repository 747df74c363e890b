"""Fisher vectors: equality with scikit-image, and what their definition implies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.feature import fisher_vector as as_scikit_image
from sklearn.mixture import GaussianMixture

from mmsk.encoding import fisher_vector
from mmsk.encoding._fisher import _BLOCK, power_normalized

RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(2 * _BLOCK + 77, 5)) * [3, 1, 1, 0.2, 0.1] + [9, 0, 0, 0, 1]


@pytest.fixture(scope="module", params=[1, 2, 7])
def mixture(request):
    return GaussianMixture(request.param, covariance_type="diag", random_state=0).fit(POINTS)


def ours(points, mixture):
    return fisher_vector(points, mixture.weights_, mixture.means_, mixture.covariances_)


def with_our_sign(mixture, theirs):
    """Their gradients by variances grow where descriptors lie close."""
    return theirs * np.repeat([1, -1], [len(theirs) - mixture.means_.size, mixture.means_.size])


@pytest.mark.parametrize("n", [1, 30, len(POINTS)])
@pytest.mark.parametrize("improved", [False, True])
def test_it_is_that_of_scikit_image(mixture, n, improved):
    theirs = as_scikit_image(POINTS[:n], mixture, improved=improved)
    found = ours(POINTS[:n], mixture)
    found = power_normalized(found) if improved else found
    rounding = 1e-4 if improved else 1e-9  # roots make much of it
    np.testing.assert_allclose(found, with_our_sign(mixture, theirs), rtol=1e-7, atol=rounding)


def test_single_precision_is_close_to_double(mixture):
    parts = (mixture.weights_, mixture.means_, mixture.covariances_)
    found = fisher_vector(POINTS.astype(np.float32), *(p.astype(np.float32) for p in parts))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, ours(POINTS, mixture), atol=2e-3)


def test_single_precision_is_close_to_double_far_from_the_origin(mixture):
    far, means = (np.float32(x + 1000) for x in (POINTS, mixture.means_))
    weights, variances = np.float32(mixture.weights_), np.float32(mixture.covariances_)
    exact = fisher_vector(far.astype(float), weights, means.astype(float), variances)
    np.testing.assert_allclose(fisher_vector(far, weights, means, variances), exact, atol=2e-3)


def test_what_the_mixture_was_fitted_on_would_not_change_it():
    mixture = GaussianMixture(
        2, covariance_type="diag", random_state=0, tol=1e-9, max_iter=2000, reg_covar=0
    ).fit(POINTS)
    np.testing.assert_allclose(ours(POINTS, mixture), 0, atol=1e-4)


@given(st.permutations(range(9)))
def test_the_order_of_descriptors_does_not_show(order):
    one = (np.full(2, 0.5), POINTS[:2], np.ones((2, 5)))
    np.testing.assert_allclose(
        fisher_vector(POINTS[list(order)], *one), fisher_vector(POINTS[:9], *one), atol=1e-9
    )


def test_copies_of_all_descriptors_do_not_show(mixture):
    twice = np.concatenate([POINTS, POINTS])
    np.testing.assert_allclose(ours(twice, mixture), ours(POINTS, mixture), atol=1e-9)


def test_without_descriptors_it_is_zero(mixture):
    assert not ours(POINTS[:0], mixture).any()
    assert not power_normalized(np.zeros(3)).any()


def test_far_from_all_components_it_is_finite(mixture):
    assert np.isfinite(ours(np.full((3, 5), 1e6), mixture)).all()


def test_one_descriptor_and_two_components_by_hand():
    # equally near to both, one deviation away
    weights, means = np.array([0.5, 0.5]), np.array([[-1.0], [1.0]])
    found = fisher_vector(np.array([[0.0]]), weights, means, np.ones((2, 1)))
    half = 0.5 / np.sqrt(0.5)
    np.testing.assert_allclose(found, [0, 0, half, -half, 0, 0], atol=1e-12)


def test_weights_tell_which_component_is_there():
    weights, means = np.array([0.5, 0.5]), np.array([[-9.0], [9.0]])
    found = fisher_vector(np.array([[8.0], [10.0]]), weights, means, np.ones((2, 1)))
    half = 0.5 / np.sqrt(0.5)
    np.testing.assert_allclose(found, [-half, half, 0, 0, 0, 0], atol=1e-12)


def test_signed_roots_have_length_one():
    np.testing.assert_allclose(power_normalized(np.array([9.0, -16.0])), [0.6, -0.8])
