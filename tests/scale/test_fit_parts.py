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
from mmsk.fusion import FeatureFusion
from mmsk.scale import extract, fit_parts

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


@pytest.mark.parametrize(
    ("model", "target", "error", "message"),
    [
        (LogisticRegression(), "label", TypeError, "must have partial_fit"),
        (SGDClassifier(), "size", ValueError, r"no column 'size', but \['label', 'sum'\]"),
    ],
)
def test_wrong_calls_say_what_is_wrong(parts, model, target, error, message):
    with pytest.raises(error, match=message):
        fit_parts(model, parts, target)
