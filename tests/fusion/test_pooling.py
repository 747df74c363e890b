"""Pools of probabilities: laws, and cases by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmsk.fusion._belief import conflict, dempster_shafer
from mmsk.fusion._pooling import (
    linear_pool,
    log_pool,
    max_pool,
    median_pool,
    medians_pool,
    product_pool,
    rank_pool,
    vote_shares,
    weights_by_row,
    with_unseen_classes,
)

PRIOR = np.array([0.5, 0.3, 0.2])


def even_log_pool(probabilities, weights, prior):
    """The log pool of views whose rows have the same class shares as all rows."""
    return log_pool(probabilities, weights, prior, np.tile(prior, (len(weights), 1)))


def half_believed(probabilities, weights, prior):
    """Dempster-Shafer with reliabilities made of any weights."""
    return dempster_shafer(probabilities, weights / 2, prior)


POOLS = (
    linear_pool,
    even_log_pool,
    vote_shares,
    medians_pool,
    max_pool,
    product_pool,
    rank_pool,
    half_believed,
)


def _some(n_views, seed, missing=0.0):
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(3), size=(n_views, 7))
    probabilities[rng.random((n_views, 7)) < missing] = np.nan
    return probabilities


@given(st.integers(1, 4), st.integers(0, 99))
def test_every_pool_gives_distributions_whatever_is_missing(n_views, seed):
    probabilities = _some(n_views, seed, missing=0.5)
    weights = np.random.default_rng(seed).uniform(0.1, 2, n_views)
    for pool in POOLS:
        pooled = pool(probabilities, weights, PRIOR)
        assert (pooled >= 0).all()
        np.testing.assert_allclose(pooled.sum(axis=1), 1)


@given(st.integers(1, 4), st.integers(0, 99))
def test_a_view_missing_everywhere_is_no_view(n_views, seed):
    probabilities = _some(n_views, seed)
    absent = np.full((1, 7, 3), np.nan)
    more = np.concatenate([probabilities, absent])
    weights = np.ones(n_views)
    for pool in POOLS:
        np.testing.assert_allclose(
            pool(more, np.ones(n_views + 1), PRIOR), pool(probabilities, weights, PRIOR)
        )


def test_rows_without_any_view_get_the_prior():
    nothing = np.full((2, 1, 3), np.nan)
    for pool in POOLS:
        np.testing.assert_allclose(pool(nothing, np.ones(2), PRIOR)[0], PRIOR)


def test_halved_exponents_of_two_views_that_say_the_same_give_what_they_say():
    says = np.array([[[0.7, 0.2, 0.1]]])
    twice = even_log_pool(np.repeat(says, 2, 0), np.array([0.5, 0.5]), PRIOR)
    np.testing.assert_allclose(twice, says[0])


def test_a_view_that_says_its_own_prior_says_nothing():
    says = np.array([[[0.7, 0.2, 0.1]], [[0.1, 0.1, 0.8]]])
    pooled = log_pool(says, np.ones(2), PRIOR, np.array([PRIOR, [0.1, 0.1, 0.8]]))
    np.testing.assert_allclose(pooled, says[0])


def test_with_exponents_of_one_the_log_pool_is_the_bayes_posterior_of_independent_views():
    rng = np.random.default_rng(0)
    means = rng.normal(size=(2, 3))
    x = rng.normal(size=(2, 50))
    likelihood = np.exp(-0.5 * (x[:, :, None] - means[:, None, :]) ** 2)
    posterior = likelihood * PRIOR
    posterior /= posterior.sum(axis=2, keepdims=True)
    bayes = likelihood.prod(axis=0) * PRIOR
    bayes /= bayes.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(even_log_pool(posterior, np.ones(2), PRIOR), bayes, atol=1e-6)


def test_a_certain_view_does_not_break_the_log_pool():
    says = np.array([[[1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]]])
    assert np.isfinite(even_log_pool(says, np.ones(2), PRIOR)).all()


def test_votes_are_counted_by_weight():
    says = np.array([[[0.6, 0.4, 0.0]], [[0.1, 0.9, 0.0]], [[0.2, 0.8, 0.0]]])
    shares = vote_shares(says, np.array([3.0, 1.0, 1.0]), PRIOR)
    np.testing.assert_allclose(shares, [[0.6, 0.4, 0.0]])


def test_a_class_that_a_view_never_saw_keeps_its_prior():
    full = with_unseen_classes(np.array([[0.9, 0.1]]), np.array([0, 2]), PRIOR)
    assert full[0, 1] == pytest.approx(PRIOR[1])
    assert full.sum() == pytest.approx(1)
    assert full[0, 0] / full[0, 2] == pytest.approx(9)


@given(st.integers(1, 5), st.integers(0, 99))
def test_the_median_of_even_weights_is_numpys_over_the_views_a_row_has(n_views, seed):
    rng = np.random.default_rng(seed)
    predictions = rng.normal(size=(n_views, 9))
    predictions[rng.random(predictions.shape) < 0.3] = np.nan
    predictions[0, np.isnan(predictions).all(axis=0)] = 0.0
    np.testing.assert_allclose(
        median_pool(predictions, np.full(n_views, 0.1), 7.0), np.nanmedian(predictions, axis=0)
    )


@given(st.lists(st.integers(0, 3), min_size=2, max_size=4), st.integers(0, 99))
def test_a_weight_in_the_median_is_as_many_views(weights, seed):
    predictions = np.random.default_rng(seed).normal(size=(len(weights), 5))
    expected = np.full(5, 7.0)
    if sum(weights):
        expected = np.median(np.repeat(predictions, weights, axis=0), axis=0)
    pooled = median_pool(predictions, np.array(weights, dtype=float), 7.0)
    np.testing.assert_allclose(pooled, expected)


def test_the_median_of_a_row_without_any_view_is_the_prior():
    assert median_pool(np.full((3, 1), np.nan), np.ones(3), 7.0) == 7.0


@given(st.integers(1, 4), st.integers(0, 99))
def test_weights_of_rows_that_are_all_alike_are_weights_of_views(n_views, seed):
    probabilities = _some(n_views, seed, missing=0.3)
    weights = np.random.default_rng(seed).uniform(0.1, 2, n_views)
    for pool in POOLS:
        np.testing.assert_allclose(
            pool(probabilities, np.tile(weights[:, None], 7), PRIOR),
            pool(probabilities, weights, PRIOR),
        )


def test_shut_gates_count_as_open_where_weights_are_rescaled_and_all_are_shut():
    said = np.full((2, 3, 2), 0.5)
    said[0, 2] = np.nan
    weights, opened = np.array([2.0, 1]), np.array([[0.5, 0, 1], [0, 0, 0]])
    exponents = weights_by_row(weights, opened, said, rescaled=False)
    np.testing.assert_array_equal(exponents, [[1, 0, 0], [0, 0, 0]])
    rescaled = weights_by_row(weights, opened, said, rescaled=True)
    np.testing.assert_array_equal(rescaled, [[1, 2, 0], [0, 1, 1]])


@given(st.integers(2, 4), st.integers(0, 99))
def test_a_view_of_weight_zero_in_a_row_is_missing_there(n_views, seed):
    probabilities = _some(n_views, seed)
    weights = np.ones((n_views, 7))
    weights[0, ::2] = 0
    lacking = probabilities.copy()
    lacking[0, ::2] = np.nan
    for pool in POOLS:
        np.testing.assert_allclose(
            pool(probabilities, weights, PRIOR), pool(lacking, np.ones(n_views), PRIOR)
        )


SAID = np.array([[[0.7, 0.2, 0.1]], [[0.1, 0.6, 0.3]], [[0.5, 0.4, 0.1]]])


@pytest.mark.parametrize(
    ("pool", "weights", "scores"),
    [
        (max_pool, [1, 1, 1], [0.7, 0.6, 0.3]),
        (max_pool, [0.5, 1, 1], [0.5, 0.6, 0.3]),
        (medians_pool, [1, 1, 1], [0.5, 0.4, 0.1]),
        (product_pool, [1, 1, 1], [0.035, 0.048, 0.003]),
        (product_pool, [2, 0, 0], [0.49, 0.04, 0.01]),
        (rank_pool, [1, 1, 1], [4, 4, 1]),
        (rank_pool, [1, 3, 0], [2, 7, 3]),
    ],
)
def test_rules_by_hand(pool, weights, scores):
    expected = np.array(scores) / np.sum(scores)
    found = pool(SAID, np.array(weights, dtype=float), PRIOR)
    np.testing.assert_allclose(found[0], expected)


def test_dempster_shafer_by_hand():
    # masses of the views: (.8 * .9, .8 * .1 | .2 open) and (.5 * .2, .5 * .8 | .5 open)
    said = np.array([[[0.9, 0.1]], [[0.2, 0.8]]])
    rates = np.array([0.8, 0.5])
    first = 0.72 * 0.1 + 0.72 * 0.5 + 0.2 * 0.1
    second = 0.08 * 0.4 + 0.08 * 0.5 + 0.2 * 0.4
    open_ = 0.2 * 0.5
    clash = 0.72 * 0.4 + 0.08 * 0.1
    assert first + second + open_ + clash == pytest.approx(1)
    np.testing.assert_allclose(conflict(said, rates), [clash])
    expected = (np.array([first, second]) + open_ / 2) / (1 - clash)
    np.testing.assert_allclose(dempster_shafer(said, rates, np.full(2, 0.5))[0], expected)


def test_views_that_exclude_each_other_leave_the_prior():
    said = np.array([[[1.0, 0, 0]], [[0, 1.0, 0]]])
    np.testing.assert_allclose(conflict(said, np.ones(2)), [1])
    np.testing.assert_allclose(dempster_shafer(said, np.ones(2), PRIOR)[0], PRIOR)


def test_medians_that_are_all_zero_leave_the_prior():
    np.testing.assert_allclose(medians_pool(np.eye(3)[:, None], np.ones(3), PRIOR)[0], PRIOR)
