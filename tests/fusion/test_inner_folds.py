"""Inner folds of small tables, and weights of rows: what all that holds rows out shares."""

import numpy as np
import pytest
from sklearn.base import is_classifier

from mmsk.fusion import (
    CascadeFusionClassifier,
    CooperativeClassifier,
    CooperativeRegressor,
    CoRegularizedRegressor,
    CoTrainingClassifier,
    EnsembleSelectionClassifier,
    EnsembleSelectionRegressor,
    FeatureFusion,
    MKLClassifier,
    StackingFusionClassifier,
    StackingFusionRegressor,
    VotingFusionClassifier,
    VotingFusionRegressor,
)
from mmsk.fusion._out_of_fold import inner_splits

RNG = np.random.default_rng(0)
VIEWS = [("p", "passthrough", [0, 1]), ("q", "passthrough", [2])]
HOLD_OUT = [
    StackingFusionClassifier,
    StackingFusionRegressor,
    EnsembleSelectionClassifier,
    EnsembleSelectionRegressor,
    CooperativeClassifier,
    CooperativeRegressor,
    CascadeFusionClassifier,
]
WEIGH = [
    *HOLD_OUT,
    VotingFusionClassifier,
    VotingFusionRegressor,
    MKLClassifier,
    CoRegularizedRegressor,
    CoTrainingClassifier,
    FeatureFusion,
]


def _target(fusion, n_rows):
    return np.arange(n_rows) % 2 if is_classifier(fusion) else RNG.normal(size=n_rows)


@pytest.mark.parametrize("fusion", HOLD_OUT)
def test_a_number_of_folds_is_lowered_to_what_rows_allow(fusion):
    X = RNG.normal(size=(4, 3))
    model = fusion(VIEWS).fit(X, _target(fusion(VIEWS), 4))
    assert len(model.predict(X)) == 4


@pytest.mark.parametrize(
    ("y", "groups", "classifier", "n_folds"),
    [
        ([0, 0, 0, 1, 1], None, True, 3),
        ([0, 0, 0, 1, 1], [0, 0, 1, 1, 1], True, 2),
        ([0.0, 1, 2, 3], None, False, 4),
        ([0.0, 1, 2, 3], [0, 1, 1, 2], False, 3),
        (np.arange(20) % 2, None, True, 5),
    ],
)
@pytest.mark.filterwarnings("ignore:The least populated class")
def test_folds_are_as_many_as_asked_for_or_as_there_can_be(y, groups, classifier, n_folds):
    groups = None if groups is None else np.array(groups)
    assert len(inner_splits(5, np.array(y), groups, classifier=classifier)) == n_folds


@pytest.mark.parametrize("fusion", HOLD_OUT)
def test_rows_of_one_group_only_are_told_so(fusion):
    X = RNG.normal(size=(8, 3))
    with pytest.raises(ValueError, match="all 8 rows are of one group"):
        fusion(VIEWS).fit(X, _target(fusion(VIEWS), 8), groups=np.zeros(8))


def test_one_row_cannot_be_held_out():
    with pytest.raises(ValueError, match="one row only"):
        inner_splits(5, np.array([1.0]), None, classifier=False)


def test_one_fold_is_refused_as_before():
    with pytest.raises(ValueError, match="n_splits=1"):
        inner_splits(1, np.arange(9.0), None, classifier=False)


def test_classes_of_one_row_each_are_refused_with_the_remedy():
    with pytest.raises(ValueError, match=r"each of the 3 rows .* Label more rows"):
        StackingFusionClassifier(VIEWS).fit(RNG.normal(size=(3, 3)), ["a", "b", "c"])


@pytest.mark.parametrize("fusion", WEIGH)
def test_rows_of_negative_weight_are_refused(fusion):
    X, weight = RNG.normal(size=(20, 3)), np.ones(20)
    weight[3] = -1
    with pytest.raises(ValueError, match="Negative values in data passed to `sample_weight`"):
        fusion(VIEWS).fit(X, _target(fusion(VIEWS), 20), sample_weight=weight)
