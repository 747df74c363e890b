"""Conformal sets and intervals cover what they say they do."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LinearRegression
from sklearn.naive_bayes import GaussianNB

from mmsk import MultimodalClassifier
from mmsk.exceptions import AbsentColumnWarning, MissingViewWarning
from mmsk.fusion import (
    ConformalFusionClassifier,
    ConformalFusionRegressor,
    VotingFusionClassifier,
    VotingFusionRegressor,
)
from mmsk.model_io import load_model, save_model

SEEDS = 40
METHODS = pytest.mark.parametrize("method", ["cross", "split"])


def drawn(seed, n, shares=(0.5, 0.3, 0.2)):
    """Rows of three overlapping classes."""
    rng = np.random.default_rng(seed)
    y = rng.choice(len(shares), size=n, p=shares)
    return y[:, None] + rng.normal(scale=0.8, size=(n, 2)), y


def covered(model, seed, of=slice(None), alpha=0.2, **params):
    """Share of fresh rows whose set holds the true class, for a model of 100 rows."""
    X, y = drawn(seed, 100, **params)
    fresh, truth = drawn(1000 + seed, 200, **params)
    sets = model.set_params(random_state=seed).fit(X, y).predict_set(fresh, alpha)
    return sets[np.arange(200), truth][of if of == slice(None) else truth == of].mean()


def error(values):
    return np.std(values, ddof=1) / np.sqrt(len(values))


def test_split_sets_cover_as_often_as_asked():
    model = ConformalFusionClassifier(GaussianNB(), method="split", calibration_share=0.49)
    shares = [covered(model, seed) for seed in range(SEEDS)]
    expected = np.floor(0.2 * 50)  # of 49 rows held out and the new one, so many are above
    assert np.mean(shares) == pytest.approx(1 - (expected) / 50, abs=3 * error(shares) + 0.02)
    assert np.mean(shares) > 0.8 - 3 * error(shares)


def test_cross_sets_cover_as_often_as_asked():
    shares = [covered(ConformalFusionClassifier(GaussianNB()), s) for s in range(SEEDS)]
    assert 0.8 - 3 * error(shares) < np.mean(shares) < 0.86


def test_within_each_class_where_asked():
    rare = 2
    params = {"shares": (0.45, 0.4, 0.15)}

    def of_rare(model):
        found = [covered(model, seed, of=rare, **params) for seed in range(SEEDS)]
        return np.mean(found), error(found)

    marginal, _ = of_rare(ConformalFusionClassifier(GaussianNB()))
    mean, spread = of_rare(ConformalFusionClassifier(GaussianNB(), class_conditional=True))
    assert mean > 0.8 - 3 * spread
    assert marginal < 0.78  # the rare class pays for the others


@METHODS
def test_intervals_cover_as_often_as_asked(method):
    shares = []
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(300, 3))
        y = X.sum(axis=1) + rng.standard_t(3, size=300)
        model = ConformalFusionRegressor(LinearRegression(), method=method, random_state=seed)
        low, high = model.fit(X[:100], y[:100]).predict_interval(X[100:], alpha=0.2).T
        shares.append(np.mean((low <= y[100:]) & (y[100:] <= high)))
    assert 0.8 - 3 * error(shares) < np.mean(shares) < 0.88


class Given(ClassifierMixin, BaseEstimator):
    """Probabilities as they stand in the row."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.column_stack([1 - X[:, 0], X[:, 0]])

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def test_p_values_by_hand():
    X = np.array([[0.0], [0.1], [0.3], [0.6], [0.9]])  # strange by 0, 0.1, 0.3, 0.4, 0.1
    y = np.array([0, 0, 0, 1, 1])
    model = ConformalFusionClassifier(Given(), cv=2).fit(X, y)
    # a row of 0.7 is strange by 0.7 as a 0, more than all five, and by 0.3 as a 1
    np.testing.assert_allclose(model.p_values([[0.7]]), [[1 / 6, 3 / 6]])
    model.set_params(class_conditional=True).fit(X, y)
    np.testing.assert_allclose(model.p_values([[0.7]]), [[1 / 4, 2 / 3]])
    np.testing.assert_array_equal(model.predict_set([[0.7]], alpha=0.3), [[False, True]])
    weighted = ConformalFusionClassifier(Weighted(), cv=2)
    weighted.fit(X, y, sample_weight=[1, 1, 2, 3, 1])
    np.testing.assert_allclose(weighted.p_values([[0.7]]), [[1 / 9, 6 / 9]])


class Weighted(Given):
    def fit(self, X, y, sample_weight=None):
        return super().fit(X, y)


def test_intervals_by_hand():
    X = np.zeros((4, 1))
    y = np.array([1.0, -2.0, 3.0, -4.0])

    class Zero(LinearRegression):
        def predict(self, X):
            return np.zeros(len(X))

    model = ConformalFusionRegressor(Zero(), cv=2).fit(X, y)
    np.testing.assert_array_equal(model.predict_interval([[9.0]], alpha=0.4), [[-3, 3]])
    np.testing.assert_array_equal(model.predict_interval([[9.0]], alpha=0.2), [[-4, 4]])
    np.testing.assert_array_equal(
        model.predict_interval([[9.0]], alpha=0.1), [[-np.inf, np.inf]]
    )


def test_a_larger_alpha_gives_a_smaller_set():
    X, y = drawn(0, 200)
    model = ConformalFusionClassifier(GaussianNB()).fit(X, y)
    wide, narrow = (model.predict_set(X, alpha) for alpha in (0.05, 0.3))
    assert (narrow <= wide).all()
    assert narrow.sum() < wide.sum()


def test_predict_abstains_where_the_set_is_not_of_one_class():
    X, y = drawn(0, 200)
    labels = np.array(["a", "b", "c"])[y]
    model = ConformalFusionClassifier(GaussianNB(), abstain="?").fit(X, labels)
    answers, sets = model.predict(X), model.predict_set(X)
    sure = sets.sum(axis=1) == 1
    assert 0.1 < sure.mean() < 0.9
    assert (answers[~sure] == "?").all()
    np.testing.assert_array_equal(answers[sure], model.classes_[sets[sure].argmax(axis=1)])
    bold = model.set_params(abstain=None).predict(X)
    assert (answers[sure] == labels[sure]).mean() > (bold == labels).mean()


class Witness(GaussianNB):
    seen: list = []

    def fit(self, X, y, sample_weight=None, groups=None):
        Witness.seen.append(np.unique(groups).tolist())
        return super().fit(X, y, sample_weight)


@METHODS
def test_no_group_is_both_fitted_on_and_judged_by(method):
    X, y = drawn(0, 120)
    groups = np.arange(120) // 10
    Witness.seen.clear()
    model = ConformalFusionClassifier(Witness(), method=method, random_state=0)
    model.fit(X, y, groups=groups)
    for seen, scores in zip(Witness.seen, model.scores_, strict=False):
        assert 10 * len(seen) + len(scores) == 120
    assert model.get_metadata_routing().fit.requests["groups"] is True


def test_whole_tables_may_be_wrapped_and_lack_columns(tmp_path):
    words = np.array(["a red kite", "the tin drum"])
    rng = np.random.default_rng(0)
    y = np.arange(80) % 2
    table = pd.DataFrame({"note": words[y], "size": y + rng.normal(size=80)})
    table.loc[::7, "note"] = None
    inner = MultimodalClassifier(modalities={"note": "text", "size": "tabular"})
    model = ConformalFusionClassifier(inner, cv=3).fit(table, y)
    with pytest.warns(AbsentColumnWarning, match="'note'"):
        blind = model.predict_set(table[["size"]], alpha=0.1)
    emptied = model.predict_set(table.assign(note=None), alpha=0.1)
    np.testing.assert_array_equal(blind, emptied)
    save_model(model, tmp_path / "model.skops")
    again = load_model(tmp_path / "model.skops")
    np.testing.assert_array_equal(again.p_values(table), model.p_values(table))


def test_fusions_of_regressors_may_be_wrapped():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2))
    X[::5, 0] = np.nan
    views = [("a", "passthrough", [0]), ("b", "passthrough", [1])]
    model = ConformalFusionRegressor(VotingFusionRegressor(views)).fit(X, X[:, 1])
    low, high = model.predict_interval(X).T
    assert (low <= high).all()


@pytest.mark.parametrize("alpha", [0, 1, -0.1])
def test_alpha_is_a_share(alpha):
    X, y = drawn(0, 60)
    views = [("all", "passthrough", [0, 1])]
    classifier = ConformalFusionClassifier(VotingFusionClassifier(views)).fit(X, y)
    with pytest.raises(ValueError, match="alpha must be between 0 and 1"):
        classifier.predict_set(X, alpha)
    regressor = ConformalFusionRegressor(VotingFusionRegressor(views)).fit(X, y)
    with pytest.raises(ValueError, match="alpha must be between 0 and 1"):
        regressor.predict_interval(X, alpha)


PAIR = [("a", "passthrough", [0]), ("b", "passthrough", [1])]


def test_of_rows_that_have_nothing_classes_are_the_likelier_the_larger_with_a_warning():
    X, y = drawn(0, 200)
    X[::9] = np.nan  # in fit too
    model = ConformalFusionClassifier(VotingFusionClassifier(PAIR))
    with pytest.warns(MissingViewWarning):
        model.fit(X, y)
    with pytest.warns(MissingViewWarning):
        found = model.predict_proba(np.full((2, 2), np.nan))
    np.testing.assert_allclose(found, [model.class_prior_] * 2)
    with pytest.warns(MissingViewWarning):
        p_values = model.p_values(np.full((1, 2), np.nan))[0]
    assert 1 >= p_values[0] > p_values[1] > p_values[2] > 0


def test_rows_that_lack_a_view_are_covered_too():
    shares = []
    for seed in range(SEEDS):
        X, y = drawn(seed, 200)
        lacks = np.random.default_rng(seed).random(200) < 0.4
        X[lacks, 1] = np.nan
        model = ConformalFusionClassifier(VotingFusionClassifier(PAIR), alpha=0.2)
        model.fit(X[:100], y[:100])
        shares.append(model.predict_set(X[100:])[np.arange(100), y[100:]].mean())
    assert 0.8 - 3 * error(shares) < np.mean(shares) < 0.87


def test_complete_rows_have_the_same_sets_whatever_others_lack():
    X, y = drawn(0, 200)
    model = ConformalFusionClassifier(VotingFusionClassifier(PAIR)).fit(X, y)
    lacking = X.copy()
    lacking[::2, 0] = np.nan
    np.testing.assert_allclose(model.p_values(lacking)[1::2], model.p_values(X)[1::2])


def test_intervals_of_rows_that_have_nothing_hold_the_mean_with_a_warning():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 2))
    y = X.sum(axis=1) + 5
    model = ConformalFusionRegressor(VotingFusionRegressor(PAIR)).fit(X, y)
    with pytest.warns(MissingViewWarning):
        ((low, high),) = model.predict_interval(np.full((1, 2), np.nan))
    assert low < y.mean() < high
