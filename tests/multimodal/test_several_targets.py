"""Several labels or numbers for each row: by one wrapper for all fusions, or natively."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from mmsk import MultimodalClassifier, MultimodalRegressor
from mmsk.exceptions import AbsentColumnWarning, MissingViewWarning
from mmsk.fusion import FeatureFusion, StackingFusionClassifier, VotingFusionClassifier
from mmsk.multimodal._fusions import CLASSIFIERS, REGRESSORS

N = 40
RNG = np.random.default_rng(0)
LABELS = np.column_stack([np.arange(N) % 2, np.arange(N) % 4 > 1])
TABLE = pd.DataFrame(
    {
        "note": [["the tin drum", "a red kite"][a] for a in LABELS[:, 0]],
        "size": LABELS[:, 1] + 0.1 * RNG.normal(size=N),
        "age": RNG.normal(size=N),
    }
)
ROLES = {"note": "text", "size": "tabular", "age": "tabular"}
VIEWS = [("size", "passthrough", ["size"]), ("age", "passthrough", ["age"])]


@pytest.mark.parametrize("fusion", CLASSIFIERS)
def test_every_fusion_learns_several_labels_and_rows_may_lack_views(fusion):
    table = TABLE.copy()
    table.loc[[0, 5], "note"] = None
    model = MultiOutputClassifier(MultimodalClassifier(fusion, ROLES)).fit(table, LABELS)
    assert (model.predict(TABLE) == LABELS).mean() > 0.9
    table.loc[7] = None
    with pytest.warns(MissingViewWarning):
        found = model.predict_proba(table)
    for of_label, labels in zip(found, LABELS.T, strict=True):
        np.testing.assert_allclose(of_label.sum(axis=1), 1)
        np.testing.assert_allclose(of_label[7, 1], labels.mean(), atol=1e-6)


def test_a_column_may_be_absent_from_several_labels_too():
    model = MultiOutputClassifier(MultimodalClassifier("voting", ROLES)).fit(TABLE, LABELS)
    with pytest.warns(AbsentColumnWarning):
        found = model.predict(TABLE.drop(columns="note"))
    assert (found[:, 1] == LABELS[:, 1]).all()


@pytest.mark.parametrize("fusion", REGRESSORS)
def test_every_fusion_learns_several_numbers(fusion):
    numbers = LABELS * [1.0, -10.0]
    model = MultiOutputRegressor(MultimodalRegressor(fusion, ROLES)).fit(TABLE, numbers)
    np.testing.assert_array_less(abs(model.predict(TABLE) - numbers).mean(axis=0), [0.35, 3.5])


@pytest.mark.parametrize(
    "classifier", [KNeighborsClassifier(), OneVsRestClassifier(LogisticRegression())]
)
def test_early_fusion_hands_several_labels_to_a_classifier_that_takes_them(classifier):
    early = make_pipeline(FeatureFusion(VIEWS), classifier).fit(TABLE, LABELS)
    one = make_pipeline(FeatureFusion(VIEWS), clone(classifier)).fit(TABLE, LABELS[:, 1])
    np.testing.assert_array_equal(early.predict(TABLE)[:, 1], one.predict(TABLE))


def test_early_fusion_hands_several_numbers_to_a_regressor_that_takes_them():
    numbers = np.column_stack([TABLE["size"], TABLE["age"]])
    early = make_pipeline(FeatureFusion(VIEWS), Ridge()).fit(TABLE, numbers)
    one = make_pipeline(FeatureFusion(VIEWS), Ridge()).fit(TABLE, numbers[:, 1])
    np.testing.assert_allclose(early.predict(TABLE)[:, 1], one.predict(TABLE), rtol=1e-4)


@pytest.mark.parametrize("model", [VotingFusionClassifier(VIEWS), MultimodalClassifier()])
def test_several_labels_without_the_wrapper_are_refused_with_the_remedy(model):
    with pytest.raises(ValueError, match=r"MultiOutputClassifier of sklearn\.multioutput"):
        model.fit(TABLE, LABELS)


def test_several_numbers_without_the_wrapper_are_refused_with_the_remedy():
    with pytest.raises(ValueError, match=r"MultiOutputRegressor of sklearn\.multioutput"):
        MultimodalRegressor().fit(TABLE, LABELS.astype(float))


def test_weights_and_groups_reach_the_fusion_of_each_label():
    groups = np.arange(N) // 4
    weight = np.where(LABELS[:, 0], 1.0, 3.0)
    fusion = StackingFusionClassifier(VIEWS, cv=GroupKFold(4))
    model = MultiOutputClassifier(fusion).fit(
        TABLE, LABELS, sample_weight=weight, groups=groups
    )
    alone = StackingFusionClassifier(VIEWS, cv=GroupKFold(4)).fit(
        TABLE, LABELS[:, 1], sample_weight=weight, groups=groups
    )
    np.testing.assert_allclose(model.predict_proba(TABLE)[1], alone.predict_proba(TABLE))


def test_a_picture_is_described_once_for_all_labels(tmp_path, monkeypatch):
    from mmsk.image import HOG

    described = []
    extract = HOG._extract
    monkeypatch.setattr(
        HOG, "_extract", lambda self, x: described.append(1) or extract(self, x)
    )
    for k in range(N):
        shade = np.full((70, 70), 40 * (k % 2), np.uint8)
        shade[k : k + 9] = 255
        Image.fromarray(shade).save(tmp_path / f"{k}.png")
    table = pd.DataFrame({"photo": [f"{k}.png" for k in range(N)]})
    model = MultimodalClassifier("voting", {"photo": "image"}, root=tmp_path)
    MultiOutputClassifier(model).fit(table, LABELS)
    assert len(described) == N
