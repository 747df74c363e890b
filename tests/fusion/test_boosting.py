"""What only boosting over views does; the rest is in tests/test_common.py."""

import sys

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.model_selection import GroupKFold, KFold

from mmsk.fusion import BoostingFusionClassifier, BoostingFusionRegressor
from mmsk.model_io import load_model, save_model

VIEWS = [("a", "passthrough", slice(0, 4)), ("b", "passthrough", slice(4, 8))]
FEW = {"n_estimators": 20, "cv": None}


def either_or(n_samples, seed=0):
    """What the sign of one column of each view tells together, and none alone."""
    X = np.random.default_rng(seed).normal(size=(n_samples, 8))
    return X, (X[:, 0] > 0) != (X[:, 4] > 0)


def ways_down(booster):
    """The columns that each way down each tree splits on."""
    trees = booster.trees_to_dataframe()
    parents = {
        child: (row["ID"], row["Feature"])
        for _, row in trees.iterrows()
        for child in (row["Yes"], row["No"])
        if row["Feature"] != "Leaf"
    }
    for leaf in trees.loc[trees["Feature"] == "Leaf", "ID"]:
        columns = set()
        while leaf in parents:
            leaf, feature = parents[leaf]
            columns.add(int(feature[1:]))
        yield columns


def test_what_only_both_views_tell_trees_learn_unless_forbidden():
    X, y = either_or(3000)
    scores = {
        cross: BoostingFusionClassifier(VIEWS, cross_modal=cross).fit(X[:2000], y[:2000])
        .score(X[2000:], y[2000:])
        for cross in (True, False, "only")
    }  # fmt: skip
    assert scores[True] >= 0.95
    assert scores["only"] >= 0.95
    assert abs(scores[False] - 0.5) < 0.06


@pytest.mark.parametrize("cross", [False, "only"])
def test_ways_down_a_tree_keep_to_what_is_allowed(cross):
    X, y = either_or(500)
    model = BoostingFusionClassifier(VIEWS, cross_modal=cross, **FEW).fit(X, y)
    for columns in ways_down(model.booster_):
        views = [column // 4 for column in columns]
        if cross is False:
            assert len(set(views)) <= 1
        else:
            assert len(columns) <= 2
            assert len(set(views)) == len(views)


def test_a_wide_block_is_reduced_and_one_with_gaps_is_not():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(50, 30)), rng.normal(size=50)
    views = [("a", "passthrough", slice(0, 20)), ("b", "passthrough", slice(20, 30))]
    model = BoostingFusionRegressor(views, n_components=5, **FEW).fit(X, y)
    assert model.features_.blocks_ == {"a": slice(0, 5), "b": slice(5, 10)}
    X[0, 3] = np.nan
    model = BoostingFusionRegressor(views, n_components=5, **FEW).fit(X, y)
    assert model.features_.blocks_ == {"a": slice(0, 20), "b": slice(20, 25)}
    words = sparse.random(50, 30, 0.1, format="csr", random_state=0)
    model = BoostingFusionRegressor(views, n_components=5, **FEW).fit(words, y)
    assert model.features_.blocks_ == {"a": slice(0, 5), "b": slice(5, 10)}


def test_gaps_tell_something_of_their_own():
    X, _ = either_or(400)
    X[::2, 0] = np.nan
    y = np.isnan(X[:, 0])
    assert BoostingFusionClassifier(VIEWS).fit(X, y).score(X, y) == 1.0


def test_rounds_are_found_on_folds_that_keep_groups_whole():
    X, y = either_or(300)
    groups = np.repeat(np.arange(30), 10)
    found = []

    class Watched(GroupKFold):
        def split(self, X, y=None, groups=None):
            for train, test in super().split(X, y, groups):
                found.append(set(groups[train]) & set(groups[test]))
                yield train, test

    BoostingFusionClassifier(VIEWS, cv=Watched(3)).fit(X, y, groups=groups)
    assert found == [set()] * 3
    by_number = BoostingFusionRegressor(VIEWS, cv=3).fit(X, y.astype(float), groups=groups)
    by_folds = BoostingFusionRegressor(VIEWS, cv=GroupKFold(3))
    by_folds.fit(X, y.astype(float), groups=groups)
    assert by_number.n_estimators_ == by_folds.n_estimators_


def test_noise_stops_early_and_no_folds_take_all_rounds():
    X, y = np.random.default_rng(0).normal(size=(2, 200, 8))
    model = BoostingFusionRegressor(VIEWS, cv=KFold(3)).fit(X, y[:, 0])
    assert model.n_estimators_ < 50
    assert BoostingFusionRegressor(VIEWS, **FEW).fit(X, y[:, 0]).n_estimators_ == 20


def test_two_fits_are_one_and_the_same():
    X, y = either_or(300)
    params = {"subsample": 0.5}
    first, second = (
        BoostingFusionClassifier(VIEWS, params=params, n_jobs=n).fit(X, y) for n in (1, 2)
    )
    np.testing.assert_array_equal(first.predict_proba(X), second.predict_proba(X))


def test_a_class_without_weight_keeps_a_probability_of_nothing():
    X, y = either_or(200)
    names = np.where(np.arange(200) < 20, "rare", np.where(y, "yes", "no"))
    weight = (names != "rare").astype(float)
    model = BoostingFusionClassifier(VIEWS, **FEW).fit(X, names, sample_weight=weight)
    np.testing.assert_array_equal(model.predict_proba(X)[:, 1], 0)


@pytest.mark.parametrize("class_weight", [None, {False: 1, True: 5}, "balanced"])
def test_weights_of_classes_count_in_batches_as_in_one_go(class_weight):
    X, y = either_or(120)
    y &= X[:, 1] > 0
    model = BoostingFusionClassifier(VIEWS, class_weight=class_weight, **FEW)
    expected = model.fit(X, y).predict_proba(X)
    batches = [(X[:50], y[:50]), (X[50:], y[50:])]
    found = model.fit_batches(batches, (X, y)).predict_proba(X)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_model_file_is_loaded_where_xgboost_is_allowed(tmp_path):
    X, y = either_or(100)
    model = BoostingFusionClassifier(VIEWS, **FEW).fit(pd.DataFrame(X), y)
    save_model(model, tmp_path / "m")
    with pytest.raises(ValueError, match=r"allow=\('xgboost',\)"):
        load_model(tmp_path / "m")
    again = load_model(tmp_path / "m", allow=("xgboost",))
    np.testing.assert_array_equal(
        again.predict_proba(pd.DataFrame(X)), model.predict_proba(pd.DataFrame(X))
    )


@pytest.mark.parametrize("booster", [BoostingFusionClassifier, BoostingFusionRegressor])
def test_without_xgboost_it_says_which_extra_has_it(booster, monkeypatch):
    monkeypatch.setitem(sys.modules, "xgboost", None)
    X, y = either_or(30)
    with pytest.raises(ModuleNotFoundError, match=rf"{booster.__name__}.*mmsk\[xgboost\]"):
        booster(VIEWS).fit(X, y.astype(int))


@pytest.mark.parametrize("cross_modal", [False, "only"])
def test_interaction_constraints_are_not_given_twice(cross_modal):
    params = {"interaction_constraints": [[0, 1]]}
    model = BoostingFusionRegressor(VIEWS, cross_modal=cross_modal, params=params)
    rows = np.random.default_rng(0).normal(size=(20, 8))
    with pytest.raises(ValueError, match="cross_modal"):
        model.fit(rows, rows[:, 0])
