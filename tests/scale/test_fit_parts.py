"""Models fitted part by part: as good as in memory, with one part in memory."""

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import IncrementalPCA
from sklearn.linear_model import LogisticRegression, SGDClassifier, SGDRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mmsk import model_io
from mmsk.fusion import BoostingFusionClassifier, BoostingFusionRegressor, FeatureFusion
from mmsk.scale import extract, fit_parts
from mmsk.text import HashingVectorizer

N = 600
VIEWS = [("one", "passthrough", ["a", "b"]), ("two", "passthrough", ["c"])]


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scale")
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(100 * rng.normal(size=(N, 3)), columns=["a", "b", "c"])
    frame["label"] = np.where(frame["a"] + frame["c"] > 0, "high", "low")
    frame["sum"] = frame["a"] + frame["c"]
    frame.loc[5, ["label", "sum"]] = None
    frame.loc[6, "c"] = np.nan  # lacks a view
    frame.to_parquet(folder / "t.parquet")
    return extract(
        folder / "t.parquet", VIEWS, folder / "out", keep=["label", "sum"], rows_per_part=100
    )


def known(parts, target):
    frame = parts.frame()
    return frame[frame[target].notna()]


def test_a_naive_bayes_is_exactly_that_of_all_rows_at_once(tmp_path):
    frame = pd.DataFrame({"a": np.arange(20.0), "y": np.arange(20) % 2})
    frame.to_parquet(tmp_path / "t.parquet")
    views = [("one", "passthrough", ["a"])]
    parts = extract(tmp_path / "t.parquet", views, tmp_path / "o", keep=["y"], rows_per_part=7)
    found = fit_parts(GaussianNB(), parts, "y", random_state=0)
    expected = GaussianNB().fit(parts.frame()[parts.feature_names], frame["y"])
    np.testing.assert_allclose(found.theta_, expected.theta_)
    np.testing.assert_allclose(found.var_, expected.var_)


def test_a_fusion_and_sgd_come_near_to_the_model_in_memory(parts, tmp_path):
    last = SGDClassifier(average=True, random_state=0)
    model = make_pipeline(FeatureFusion(parts.views), last)
    fit_parts(model, parts, "label", n_passes=5, random_state=0)
    rows = known(parts, "label")
    whole = make_pipeline(FeatureFusion(parts.views), LogisticRegression())
    expected = whole.fit(rows[parts.feature_names], rows["label"])
    accuracy = model.score(rows[parts.feature_names], rows["label"])
    assert accuracy >= expected.score(rows[parts.feature_names], rows["label"]) - 0.03
    model_io.save_model(model, tmp_path / "model")  # an ordinary Pipeline


def test_steps_with_partial_fit_see_all_parts_and_the_others_a_sample(parts):
    drop_gap = FeatureFusion(parts.views, scaler=None)
    model = make_pipeline(drop_gap, StandardScaler(), IncrementalPCA(2), SGDRegressor())
    fit_parts(model, parts, "sum", n_sample_rows=150, random_state=0)
    assert model["standardscaler"].n_samples_seen_ == N - 1
    assert model["incrementalpca"].n_samples_seen_ == N - 1


def test_the_order_of_parts_follows_the_seed(parts):
    def coefficients(seed):
        model = make_pipeline(FeatureFusion(parts.views), SGDRegressor(random_state=0))
        return fit_parts(model, parts, "sum", random_state=seed)[-1].coef_

    np.testing.assert_array_equal(coefficients(1), coefficients(1))
    assert (coefficients(1) != coefficients(2)).any()


# Trees


@pytest.fixture(scope="module")
def steps_parts(tmp_path_factory):
    """Parts of few values, each of which has a bin to itself, and rows that lack views."""
    folder = tmp_path_factory.mktemp("steps")
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.integers(0, 9, (N, 3)).astype(float), columns=["a", "b", "c"])
    total = frame["a"] * (frame["c"] > 4) + rng.normal(size=N)
    frame["label"] = np.array(["low", "mid", "top"])[np.digitize(total, [1, 4])]
    frame["total"] = total
    frame.loc[200:299, ["label", "total"]] = None  # a part without any
    frame.loc[5, ["label", "total"]] = None
    frame.loc[6:40, "c"] = np.nan
    frame.loc[30:60, ["a", "b"]] = np.nan
    frame.to_parquet(folder / "t.parquet")
    return extract(
        folder / "t.parquet", VIEWS, folder / "out", keep=["label", "total"], rows_per_part=100
    )


@pytest.mark.parametrize(
    ("kind", "target"),
    [(BoostingFusionClassifier, "label"), (BoostingFusionRegressor, "total")],
)
@pytest.mark.filterwarnings("ignore::mmsk.exceptions.MissingViewWarning")
def test_trees_of_parts_are_those_of_all_rows_at_once(steps_parts, kind, target):
    rows = known(steps_parts, target)
    X = rows[steps_parts.feature_names]
    model = kind(steps_parts.views, n_estimators=15, cv=None)
    expected = kind(steps_parts.views, n_estimators=15, cv=None).fit(X, rows[target])
    fit_parts(model, steps_parts, target, random_state=0)
    say = "predict_proba" if hasattr(model, "predict_proba") else "predict"
    np.testing.assert_allclose(getattr(model, say)(X), getattr(expected, say)(X), atol=1e-4)
    assert sorted(p.suffix for p in steps_parts.folder.iterdir()) == (
        [".json", *6 * [".parquet"], ".skops"]
    )


def test_rounds_of_trees_are_found_on_parts_held_out(parts, tmp_path):
    model = BoostingFusionClassifier(parts.views, early_stopping_rounds=5)
    fit_parts(model, parts, "label", random_state=0)
    rows = known(parts, "label")
    assert 1 < model.n_estimators_ < 500
    assert model.score(rows[parts.feature_names], rows["label"]) > 0.97
    model_io.save_model(model, tmp_path / "model")
    again = model_io.load_model(tmp_path / "model", allow=("xgboost",))
    np.testing.assert_array_equal(
        again.predict(rows[parts.feature_names]), model.predict(rows[parts.feature_names])
    )


def test_trees_stand_behind_what_is_fitted_in_passes(parts):
    trees = BoostingFusionRegressor(
        [("all", "passthrough", slice(0, 3))], n_estimators=40, cv=2
    )
    model = make_pipeline(FeatureFusion(parts.views), IncrementalPCA(3), trees)
    fit_parts(model, parts, "sum", random_state=0)
    rows = known(parts, "sum")
    assert model["incrementalpca"].n_samples_seen_ == N - 1
    assert model.score(rows[parts.feature_names], rows["sum"]) > 0.9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cv": 7}, "of which there are 6"),
        ({"cv": [([0], [1])]}, "by cv=3, 5, ... or None"),
        ({"params": {"tree_method": "exact"}}, "by tree_method='hist' only"),
    ],
)
def test_what_parts_cannot_give_to_trees_is_refused(parts, options, message):
    with pytest.raises(ValueError, match=message):
        fit_parts(BoostingFusionClassifier(parts.views, **options), parts, "label")


def test_an_error_in_a_batch_reaches_the_caller_and_leaves_no_pages(parts, tmp_path):
    X, y = parts.read(0)[parts.feature_names], parts.read(0)["sum"].fillna(0)
    batches = [(X, y), (X.drop(columns="one__a"), y)]
    trees = BoostingFusionRegressor(parts.views, cv=None)
    with pytest.raises(ValueError, match="one__a"):
        trees.fit_batches(batches, (X, y), folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_texts_that_were_kept_are_hashed_and_stay_sparse(tmp_path):
    rng = np.random.default_rng(0)
    notes = [" ".join(row) for row in rng.integers(0, 300, (N, 6)).astype(str)]
    frame = pd.DataFrame({"note": notes, "size": rng.normal(size=N)})
    frame["odd"] = [int(" 7" in f" {note}") for note in notes]
    frame.to_parquet(tmp_path / "t.parquet")
    views = [("size", "passthrough", ["size"])]
    parts = extract(
        tmp_path / "t.parquet", views, tmp_path / "o", keep=["odd", "note"], rows_per_part=100
    )
    fusion = FeatureFusion(
        [*parts.views, ("note", HashingVectorizer(n_features=2**18), "note")]
    )
    model = make_pipeline(fusion, SGDClassifier(average=True, random_state=0))
    fit_parts(model, parts, "odd", columns=["note"], n_passes=20, random_state=0)
    assert fusion.sparse_output_
    assert model.score(parts.frame()[[*parts.feature_names, "note"]], frame["odd"]) > 0.95


@pytest.mark.parametrize(
    ("model", "target", "error", "message"),
    [
        (LogisticRegression(), "label", TypeError, "must have partial_fit"),
        (SGDClassifier(), "size", ValueError, r"no column .'size'., but \['label', 'sum'\]"),
    ],
)
def test_wrong_calls_say_what_is_wrong(parts, model, target, error, message):
    with pytest.raises(error, match=message):
        fit_parts(model, parts, target)
