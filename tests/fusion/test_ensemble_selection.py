"""What only ensemble selection does; the rest is in tests/test_common.py."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import is_classifier
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.naive_bayes import GaussianNB

from mmsk.exceptions import MissingViewWarning
from mmsk.fusion import EnsembleSelectionClassifier, EnsembleSelectionRegressor
from mmsk.fusion._selection import greedy_counts, mean_of

RNG = np.random.default_rng(0)
Y = RNG.integers(0, 2, 200)
X = RNG.normal(size=(200, 4)) + np.outer(Y, [1, 0.8, 0, 0.5])
LIBRARY = [
    ("a", LogisticRegression(), [0]),
    ("b", GaussianNB(), [1]),
    ("noise", GaussianNB(), [2]),
    ("d", LogisticRegression(), [3]),
]


def _squared(truth):
    return lambda predictions: float(np.mean((predictions - truth) ** 2))


def test_picks_by_hand():
    # the first is nearest alone; with twice the third the mean of 4 + 4 + 1 ... is exact
    told = np.array([[4.0, 4.0], [9.0, 9.0], [1.0, 1.0]])
    counts = greedy_counts(told, 0.0, _squared(np.array([3.0, 3.0])), 3)
    np.testing.assert_array_equal(counts, [2, 0, 1])


def test_picking_stops_where_nothing_lowers_the_loss():
    told = np.array([[1.0, 2.0], [5.0, 9.0]])
    counts = greedy_counts(told, 0.0, _squared(np.array([1.0, 2.0])), 50)
    np.testing.assert_array_equal(counts, [1, 0])


@given(st.integers(1, 5), st.integers(0, 99))
def test_no_single_view_is_better_than_what_is_picked(n_views, seed):
    rng = np.random.default_rng(seed)
    told = rng.normal(size=(n_views, 9))
    told[rng.random(told.shape) < 0.3] = np.nan
    loss = _squared(rng.normal(size=9))
    counts = greedy_counts(told, 0.5, loss, 10)
    alone = [loss(np.where(np.isnan(view), 0.5, view)) for view in told]
    assert loss(mean_of(told, counts / counts.sum(), 0.5)) <= min(alone) + 1e-12


@pytest.mark.parametrize("n_bags", [0, 1, 20])
@pytest.mark.parametrize("lacking", [0, 0.4])
@pytest.mark.filterwarnings("ignore::mmsk.exceptions.MissingViewWarning")
def test_the_ensemble_is_never_worse_than_its_best_view_on_held_out_rows(n_bags, lacking):
    table = X.copy()
    table[RNG.random(table.shape) < lacking] = np.nan
    linear = [(name, LinearRegression(), columns) for name, _, columns in LIBRARY]
    for fusion, y in (
        (EnsembleSelectionClassifier(LIBRARY, n_bags=n_bags, cv=3), Y),
        (EnsembleSelectionRegressor(linear, n_bags=n_bags, cv=3), X @ [1, 1, 0, 1.0]),
    ):
        fusion.fit(table, y)
        assert set(fusion.losses_) == {"a", "b", "noise", "d"}
        assert fusion.loss_ <= min(fusion.losses_.values())
        assert fusion.weights_.sum() == pytest.approx(1)
        if not lacking:
            assert fusion.loss_ < min(fusion.losses_.values())


class Asked(LinearRegression):
    """Remembers how many rows it is asked for."""

    asked: list = []

    def predict(self, X):
        Asked.asked.append(len(X))
        return super().predict(X)


def test_what_is_not_picked_runs_for_rows_that_have_nothing_else():
    views = [("a", LinearRegression(), [0]), ("useless", Asked(), [2])]
    fusion = EnsembleSelectionRegressor(views).fit(X, 3 * X[:, 0])
    np.testing.assert_array_equal(fusion.weights_, [1, 0])
    Asked.asked.clear()
    fusion.predict(X)
    assert Asked.asked == []
    table = X.copy()
    table[[3, 5], 0] = np.nan
    fusion.predict(table)
    assert Asked.asked == [2]


def test_a_row_without_what_was_picked_is_answered_by_the_best_of_the_rest_it_has():
    views = [
        ("a", LinearRegression(), [0]),
        ("mean", DummyRegressor(), [1]),
        ("second", LinearRegression(), [3]),
    ]
    y = 3 * X[:, 0]
    fusion = EnsembleSelectionRegressor(views).fit(X, y)
    np.testing.assert_array_equal(fusion.weights_, [1, 0, 0])
    assert fusion.losses_["second"] < fusion.losses_["mean"]
    table = X[:4].copy()
    table[1:, 0] = np.nan
    table[2:, 3] = np.nan
    table[3] = np.nan
    with pytest.warns(MissingViewWarning, match="1 of 4 rows .* row 3"):
        found = fusion.predict(table)
    second = LinearRegression().fit(X[:, [3]], y).predict(X[[1]][:, [3]])[0]
    np.testing.assert_allclose(found, [y[0], second, y.mean(), y.mean()])


def test_rows_that_have_what_was_picked_do_not_notice_those_that_have_not():
    views = [*LIBRARY, ("wrong", DummyClassifier(strategy="constant", constant=0), [2])]
    fusion = EnsembleSelectionClassifier(views, n_bags=0).fit(X, Y)
    picked = [c[0] for (_, _, c), w in zip(views, fusion.weights_, strict=True) if w]
    table = X.copy()
    table[np.ix_(np.arange(0, 200, 2), picked)] = np.nan
    expected = fusion.predict_proba(X)
    found = fusion.predict_proba(table)
    np.testing.assert_array_equal(found[1::2], expected[1::2])


class Recorder(GaussianNB):
    """Remembers the rows of every fit."""

    seen: list = []

    def fit(self, X, y, sample_weight=None):
        Recorder.seen.append(np.asarray(X)[:, 0].astype(int))
        return super().fit(X, y, sample_weight)


def test_no_group_crosses_an_inner_fold_within_outer_grouped_folds():
    table, groups = np.column_stack([np.arange(200), X]), np.arange(200) // 8
    fusion = EnsembleSelectionClassifier([("p", Recorder(), [0, 1])], cv=3)
    for train, _ in GroupKFold(3).split(table, Y, groups):
        Recorder.seen.clear()
        fusion.fit(table[train], Y[train], groups=groups[train])
        assert len(Recorder.seen) == 4
        inner = [rows for rows in Recorder.seen if len(rows) < len(train)]
        for rows in inner:
            assert not set(groups[rows]) & set(groups[np.setdiff1d(train, rows)])


def test_the_seed_decides_the_bags():
    fusions = [EnsembleSelectionClassifier(LIBRARY, random_state=0).fit(X, Y) for _ in "ab"]
    assert is_classifier(fusions[0])
    np.testing.assert_array_equal(fusions[0].weights_, fusions[1].weights_)
