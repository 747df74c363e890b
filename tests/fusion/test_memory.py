"""``memory=`` of fusions: what reaches extractors by other ways than the views of a fit."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from mmsk.base import using_memory
from mmsk.fusion import (
    FeatureFusion,
    StackingFusionClassifier,
    VotingFusionClassifier,
)
from mmsk.image import LBP, ColorHistogram
from mmsk.model_io import load_model, save_model
from mmsk.store import FeatureStore
from mmsk.testing._toys import WordShape, counting
from mmsk.text import TextStatistics
from mmsk.union import MediaUnion

TABLE = pd.DataFrame({"word": ["kite", "drum", "xylophone", "aeiou"] * 6, "n": np.arange(24.0)})
Y = np.tile([0, 0, 1, 1], 6)
WORD = ("word", WordShape(), "word")
NUMBER = ("n", "passthrough", ["n"])
TAUGHT = ("word", make_pipeline(WordShape(), SGDClassifier(loss="log_loss")), "word")


def _again(model, table=TABLE):
    """How many samples are described by a second fit and what it predicts."""
    with counting(WordShape) as described:
        model.fit(table, Y)
        getattr(model, "predict", getattr(model, "transform", None))(table)
        n_first = len(described)
        model.fit(table, Y)
        getattr(model, "predict", getattr(model, "transform", None))(table)
        return n_first, len(described) - n_first


@pytest.mark.parametrize(
    "make",
    [
        lambda: StackingFusionClassifier([WORD, NUMBER], passthrough=True, cv=2),
        lambda: VotingFusionClassifier([NUMBER], quality=[("n", WordShape(), "word")], cv=2),
        lambda: VotingFusionClassifier(
            [("inner", VotingFusionClassifier([WORD, NUMBER], n_jobs=2), ["word", "n"])]
        ),
        lambda: FeatureFusion([("inner", FeatureFusion([WORD], n_jobs=2), ["word"]), NUMBER]),
        lambda: FeatureFusion([("union", MediaUnion([("shape", WordShape())]), "word")]),
    ],
    ids=["passthrough", "quality", "nested", "nested features", "union"],
)
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_all_that_reads_takes_the_memory_of_the_fusion(make, n_jobs, tmp_path):
    n_first, n_again = _again(make().set_params(n_jobs=n_jobs, memory=tmp_path))
    # distinct words, and those that were told apart before the first was kept
    assert n_first >= 4
    assert n_again == 0


@pytest.mark.parametrize(
    "make",
    [lambda: VotingFusionClassifier([TAUGHT]), lambda: FeatureFusion([WORD], scaler=None)],
)
def test_parts_are_described_once(make, tmp_path):
    classes = {"classes": [0, 1]} if hasattr(make(), "predict") else {}
    with counting(WordShape) as described:
        make().set_params(memory=tmp_path).partial_fit(TABLE, Y, **classes)
        n_first = len(described)
        make().set_params(memory=tmp_path).partial_fit(TABLE, Y, **classes)
    assert n_first
    assert len(described) == n_first


def test_the_innermost_memory_counts(tmp_path):
    outer, inner, own = (tmp_path / name for name in ("outer", "inner", "own"))
    views = [("own", WordShape(memory=own), "word"), WORD]
    with using_memory(outer):
        FeatureFusion(views, memory=inner).fit(TABLE)
        FeatureFusion([WORD]).fit(TABLE)
    n_rows = [FeatureStore(folder).info()["features"][0][1] for folder in (outer, inner, own)]
    assert n_rows == [4, 4, 4]


def test_a_search_describes_each_file_once(tmp_path):
    rng = np.random.default_rng(0)
    files = [tmp_path / f"{k}.png" for k in range(12)]
    for file in files:
        Image.fromarray(rng.integers(0, 256, (24, 24), np.uint8)).save(file)
    table = pd.DataFrame({"photo": [str(file) for file in files], "n": np.arange(12.0)})
    views = [("lbp", LBP(), "photo"), ("color", ColorHistogram(), "photo"), NUMBER]
    fusion = VotingFusionClassifier(views, estimator=LogisticRegression(), n_jobs=2)
    grid = {"estimator__C": [0.1, 1], "memory": [tmp_path / "store"]}
    with counting(LBP) as textures, counting(ColorHistogram) as colors:
        found = GridSearchCV(fusion, grid, cv=3).fit(table, np.tile([0, 1], 6))
        found.predict(table)
    assert (len(textures), len(colors)) == (12, 12)
    assert found.best_estimator_.memory == tmp_path / "store"


def test_a_model_file_names_the_memory_which_can_be_forgotten(tmp_path):
    views = [("word", TextStatistics(), "word")]
    fusion = VotingFusionClassifier(views, memory=str(tmp_path / "store")).fit(TABLE, Y)
    save_model(fusion, tmp_path / "model.skops")
    loaded = load_model(tmp_path / "model.skops")
    assert loaded.memory == str(tmp_path / "store")
    expected = fusion.predict_proba(TABLE)
    found = loaded.set_params(memory=None).predict_proba(TABLE)
    np.testing.assert_array_equal(found, expected)
