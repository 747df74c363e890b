"""What only the stacking fusions do; the rest is in tests/test_common.py."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import make_column_transformer
from sklearn.ensemble import StackingClassifier, StackingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.model_selection import GroupKFold, KFold, ShuffleSplit, cross_val_score
from sklearn.pipeline import make_pipeline

from mmsk.exceptions import MissingViewWarning
from mmsk.fusion import (
    StackingFusionClassifier,
    StackingFusionRegressor,
    VotingFusionClassifier,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 4))
Y = np.array(["a", "b", "c"])[np.digitize(X @ [1, 1, -1, 1], [-0.7, 0.7])]
Z = X @ [1, 2, 3, 4.0] + RNG.normal(size=90)
GROUPS = np.repeat(np.arange(15), 6)
PARTS = {"p": [0, 1], "q": [2, 3]}


def _ours(estimator):
    return [(name, estimator, columns) for name, columns in PARTS.items()]


def _theirs(estimator):
    return [
        (name, make_pipeline(make_column_transformer(("passthrough", columns)), estimator))
        for name, columns in PARTS.items()
    ]


@pytest.mark.parametrize("y", [Y, Y == "a"], ids=["three classes", "two classes"])
def test_on_complete_data_the_classifier_is_scikit_learns(y):
    final = LogisticRegression(max_iter=1000)
    ours = StackingFusionClassifier(_ours(LogisticRegression()), final_estimator=final)
    theirs = StackingClassifier(_theirs(LogisticRegression()), final_estimator=final)
    found, expected = ours.fit(X, y).predict_proba(X), theirs.fit(X, y).predict_proba(X)
    np.testing.assert_allclose(found, expected)


def test_on_complete_data_the_regressor_is_scikit_learns():
    ours = StackingFusionRegressor(_ours(LinearRegression())).fit(X, Z)
    theirs = StackingRegressor(_theirs(LinearRegression())).fit(X, Z)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X))


class Recorder(ClassifierMixin, BaseEstimator):
    """Remembers the rows and weights of every fit, and knows no more than the prior."""

    seen: list = []

    def fit(self, X, y, sample_weight=None):
        Recorder.seen.append((np.asarray(X)[:, 0].astype(int), sample_weight))
        self.classes_, counts = np.unique(y, return_counts=True)
        self.shares_ = counts / len(y)
        return self

    def predict_proba(self, X):
        return np.tile(self.shares_, (len(X), 1))

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def _numbered():
    return np.column_stack([np.arange(90), RNG.normal(size=90)])


def test_no_group_is_in_two_inner_folds():
    Recorder.seen.clear()
    views = [("p", Recorder(), [0, 1])]
    StackingFusionClassifier(views).fit(_numbered(), Y, groups=GROUPS)
    inner = [rows for rows, _ in Recorder.seen if len(rows) < 90]
    assert len(inner) == 5
    for rows in inner:
        held_out = np.setdiff1d(np.arange(90), rows)
        assert not set(GROUPS[rows]) & set(GROUPS[held_out])


def test_no_group_is_in_two_inner_folds_within_an_outer_grouped_search():
    Recorder.seen.clear()
    fusion = StackingFusionClassifier([("p", Recorder(), [0, 1])], cv=3)
    for train, _ in GroupKFold(3).split(X, Y, GROUPS):
        Recorder.seen.clear()
        fusion.fit(_numbered()[train], Y[train], groups=GROUPS[train])
        for rows, _ in Recorder.seen[1:]:
            assert not set(GROUPS[rows]) & set(GROUPS[np.setdiff1d(train, rows)])


def test_weights_reach_every_view_in_every_fold():
    Recorder.seen.clear()
    weights = RNG.uniform(1, 2, 90)
    views = [("p", Recorder(), [0, 1])]
    StackingFusionClassifier(views).fit(_numbered(), Y, sample_weight=weights)
    assert len(Recorder.seen) == 6
    for rows, seen in Recorder.seen:
        np.testing.assert_array_equal(seen, weights[rows])


def test_the_final_estimator_learns_to_distrust_a_view_of_noise():
    noise = RNG.normal(size=(90, 40))
    views = [
        ("signal", LogisticRegression(), slice(0, 4)),
        ("noise", "passthrough", slice(4, 44)),
    ]
    stacked, voting = (
        cross_val_score(fusion, np.hstack([X, noise]), Y, cv=3).mean()
        for fusion in (StackingFusionClassifier(views), VotingFusionClassifier(views))
    )
    assert stacked > voting


def test_a_view_that_rows_lack_is_marked_and_says_the_prior():
    lacking = X.copy()
    lacking[::3, :2] = np.nan
    fusion = StackingFusionClassifier(_ours(LogisticRegression())).fit(lacking, Y)
    assert fusion.marked_.tolist() == [True, False]
    assert fusion.final_estimator_.n_features_in_ == 7
    assert np.isfinite(fusion.predict_proba(lacking)).all()


def test_a_row_that_has_nothing_gets_the_prior():
    fusion = StackingFusionClassifier(_ours(LogisticRegression())).fit(X, Y)
    regressor = StackingFusionRegressor(_ours(LinearRegression())).fit(X, Z)
    nothing = np.full((1, 4), np.nan)
    with pytest.warns(MissingViewWarning):
        np.testing.assert_allclose(fusion.predict_proba(nothing)[0], fusion.class_prior_)
    with pytest.warns(MissingViewWarning):
        assert fusion.predict(nothing)[0] == fusion.classes_[fusion.class_prior_.argmax()]
    with pytest.warns(MissingViewWarning):
        assert regressor.predict(nothing)[0] == pytest.approx(Z.mean())


def test_passthrough_hands_on_columns_that_pass_through_themselves():
    views = [(name, "passthrough", columns) for name, columns in PARTS.items()]
    fusion = StackingFusionClassifier(views, passthrough=True).fit(X, Y)
    assert fusion.features_.transform(X).shape == (90, 4)
    assert fusion.final_estimator_.n_features_in_ == 2 * 3 + 4


def test_passthrough_hands_on_the_features_of_the_views():
    fusion = StackingFusionClassifier(_ours(LogisticRegression()), passthrough=True).fit(X, Y)
    assert fusion.final_estimator_.n_features_in_ == 2 * 3 + 4
    assert fusion.predict(X).shape == (90,)
    regressor = StackingFusionRegressor(_ours(LinearRegression()), passthrough=True).fit(X, Z)
    assert regressor.final_estimator_.n_features_in_ == 2 + 4


def test_a_final_estimator_without_probabilities_has_none():
    fusion = StackingFusionClassifier(
        _ours(LogisticRegression()), final_estimator=RidgeClassifier()
    )
    assert not hasattr(fusion, "predict_proba")
    assert fusion.fit(X, Y).score(X, Y) > 0.5


@pytest.mark.parametrize("cv", [KFold(4, shuffle=True, random_state=0), 3])
def test_folds_may_be_a_splitter_or_a_number(cv):
    frame = pd.DataFrame(X, columns=list("wxyz"))
    fusion = StackingFusionRegressor([("p", "passthrough", ["w", "x", "y", "z"])], cv=cv)
    assert fusion.fit(frame, Z).score(frame, Z) > 0.9


def test_folds_that_do_not_test_every_row_once_are_refused():
    fusion = StackingFusionClassifier(_ours(LogisticRegression()), cv=ShuffleSplit(3))
    with pytest.raises(ValueError, match="test every row exactly once"):
        fusion.fit(X, Y)


def test_a_classifier_without_probabilities_is_refused():
    with pytest.raises(TypeError, match="CalibratedClassifierCV"):
        StackingFusionClassifier(_ours(RidgeClassifier())).fit(X, Y)


def test_a_fold_that_no_view_can_learn_leaves_its_rows_the_prior():
    lacking = np.full((90, 2), np.nan)
    lacking[:18] = X[:18, :2]  # the first inner fold; without it nothing is left
    labels = np.resize(["a", "b"], 90)
    folds = [(np.setdiff1d(np.arange(90), rows), rows) for rows in np.split(np.arange(90), 5)]
    fusion = StackingFusionClassifier([("p", LogisticRegression(), [0, 1])], cv=folds)
    assert fusion.fit(lacking, labels).final_estimator_.n_features_in_ == 2


def test_layers_are_stacks_within_a_stack():
    y = (Y == "a").astype(int)
    inner = StackingFusionClassifier(_ours(LogisticRegression()), cv=3)
    outer = StackingFusionClassifier(
        [("both", inner, [0, 1, 2, 3]), ("p", LogisticRegression(), [0, 1])], cv=3
    ).fit(X, y, groups=GROUPS)
    again = outer.views_[0][1]
    assert [name for name, _, _ in again.views_] == ["p", "q"]
    assert outer.score(X, y) > 0.8
    lacking = X.copy()
    lacking[::2, 2:] = np.nan
    np.testing.assert_allclose(outer.predict_proba(lacking).sum(axis=1), 1)


def test_no_group_is_in_two_folds_of_any_layer():
    Recorder.seen.clear()
    inner = StackingFusionClassifier([("p", Recorder(), [0, 1])], cv=3)
    outer = StackingFusionClassifier([("both", inner, [0, 1])], cv=3)
    outer.fit(_numbered(), Y, groups=GROUPS)
    fits = [rows for rows, _ in Recorder.seen]
    # the inner stack is fitted on all rows and on each outer fold, with folds of its own
    assert len(fits) == 4 * 4
    for first in range(0, 16, 4):
        for rows in fits[first + 1 : first + 4]:
            held_out = np.setdiff1d(fits[first], rows)
            assert not set(GROUPS[rows]) & set(GROUPS[held_out])
