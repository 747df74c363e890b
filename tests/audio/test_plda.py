"""PLDA against the normal distributions it stands for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from mmsk.audio import PLDA

RNG = np.random.default_rng(0)
BETWEEN = np.array([[4.0, 1, 0], [1, 2, 0], [0, 0, 0.5]])
WITHIN = np.array([[1.0, 0.3, 0], [0.3, 0.5, 0], [0, 0, 2]])


def takes(n_classes, n_rows, seed=0):
    """Rows of classes drawn from the model, about (1, 2, 3)."""
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(n_classes), n_rows)
    centers = rng.multivariate_normal([1, 2, 3], BETWEEN, size=n_classes)
    return centers[y] + rng.multivariate_normal(np.zeros(3), WITHIN, size=len(y)), y


def plain(**parameters):
    return PLDA(length_normalize=False, shrinkage=0, **parameters)


def covariances(model):
    """The covariances within and between that a fitted model stands for."""
    back = np.linalg.inv(model.directions_)
    return back.T @ back, back.T @ np.diag(model.between_) @ back


def directly(model, rows_of_one, row):
    """Log ratio of two normal densities of all rows at once."""
    within, between = covariances(model)
    n = len(rows_of_one)
    together = np.kron(np.ones((n + 1, n + 1)), between) + np.kron(np.eye(n + 1), within)
    apart = together.copy()
    apart[: 3 * n, 3 * n :] = apart[3 * n :, : 3 * n] = 0
    rows = np.concatenate([*(rows_of_one - model.mean_), row - model.mean_])
    same, different = (multivariate_normal(cov=cov).logpdf(rows) for cov in (together, apart))
    return same - different


@given(st.integers(0, 999))
def test_the_score_is_the_direct_ratio_of_likelihoods(seed):
    model = plain().fit(*takes(30, 6))
    X, Z = np.random.default_rng(seed).normal(2, 3, size=(2, 4, 3))
    expected = [directly(model, X[k : k + 1], Z[k]) for k in range(4)]
    np.testing.assert_allclose(model.score_pairs(X, Z), expected, rtol=1e-6, atol=1e-8)


@given(st.integers(2, 5), st.integers(0, 99))
def test_the_mean_of_some_rows_scores_as_all_of_them_would(n_enrolled, seed):
    model = plain().fit(*takes(30, 6))
    rng = np.random.default_rng(seed)
    enrolled, asked = rng.normal(2, 3, size=(n_enrolled, 3)), rng.normal(2, 3, size=3)
    found = model.score_pairs(
        enrolled.mean(axis=0, keepdims=True), asked[None], n_enrolled=n_enrolled
    )
    np.testing.assert_allclose(found, directly(model, enrolled, asked), rtol=1e-6, atol=1e-8)


def test_of_single_rows_it_does_not_matter_which_comes_first():
    model = PLDA().fit(*takes(30, 6))
    X, Z = RNG.normal(size=(2, 5, 3))
    np.testing.assert_allclose(model.score_pairs(X, Z), model.score_pairs(Z, X))


def test_covariances_come_near_those_that_rows_were_drawn_from():
    within, between = covariances(plain().fit(*takes(3000, 5)))
    np.testing.assert_allclose(within, WITHIN, atol=0.1)
    np.testing.assert_allclose(between, BETWEEN, atol=0.3)


def test_along_the_directions_rows_have_the_variances_that_it_says():
    X, y = takes(40, 5)
    model = plain().fit(X, y)
    places = model.transform(X)
    means = np.stack([places[y == k].mean(axis=0) for k in range(40)])
    within = ((places - means[y]) ** 2).sum(axis=0) / (200 - 40)
    np.testing.assert_allclose(within, 1)
    np.testing.assert_allclose(5 * means.var(axis=0, ddof=1), 1 + 5 * model.between_)
    assert (np.diff(model.between_) <= 0).all()


def test_scores_do_not_depend_on_the_unit_of_features():
    X, y = takes(40, 5)
    mixed = RNG.normal(size=(3, 3))
    scores = plain().fit(X, y).score_pairs(X[:9], X[9:18])
    again = plain().fit(X @ mixed, y).score_pairs(X[:9] @ mixed, X[9:18] @ mixed)
    np.testing.assert_allclose(again, scores)


def test_length_does_not_show_where_it_is_normalised():
    X, y = takes(40, 5)
    model = PLDA().fit(X, y)
    longer = model.mean_ + 7 * (X - model.mean_)
    np.testing.assert_allclose(model.transform(longer), model.transform(X))


def test_pairs_of_unseen_classes_are_told_apart():
    model = PLDA().fit(*takes(100, 5))
    X, y = takes(50, 2, seed=1)
    same = model.score_pairs(X[y.argsort()][::2], X[1::2])
    different = model.score_pairs(X[::2], np.roll(X[1::2], 2, axis=0))
    assert (same[:, None] > different).mean() > 0.8


@pytest.mark.parametrize(("n_dims", "n_kept"), [(None, 3), (1, 1), (99, 3)])
def test_as_many_directions_are_kept_as_asked_for_and_there_are(n_dims, n_kept):
    model = PLDA(n_dims).fit(*takes(40, 5))
    assert model.transform(takes(2, 2)[0]).shape == (4, n_kept)
    assert model.get_feature_names_out().tolist() == [f"plda{k}" for k in range(n_kept)]


def test_classes_that_do_not_differ_score_nothing():
    X = np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])
    model = plain().fit(np.vstack([X, X]), np.repeat([0, 1], 4))
    np.testing.assert_array_equal(model.score_pairs(X, X[::-1]), 0)


@pytest.mark.parametrize(
    ("y", "message"),
    [([0, 1, 2, 3], "4 rows of as many classes"), ([1, 1, 1, 1], "one class only")],
)
def test_one_class_or_one_row_in_each_is_refused(y, message):
    with pytest.raises(ValueError, match=message):
        PLDA().fit(RNG.normal(size=(4, 2)), y)


def test_unequal_numbers_and_no_enrolled_rows_are_refused():
    model = PLDA().fit(*takes(30, 6))
    with pytest.raises(ValueError, match="X has 2 rows, but Z has 3"):
        model.score_pairs(np.ones((2, 3)), np.ones((3, 3)))
    with pytest.raises(ValueError, match="n_enrolled must be at least 1, got 0"):
        model.score_pairs(np.ones((2, 3)), np.ones((2, 3)), n_enrolled=0)
