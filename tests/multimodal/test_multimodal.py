"""The encoder and the predictors over tables of real files."""

import io
import os

import numpy as np
import pandas as pd
import polars as pl
import pytest
import soundfile
from PIL import Image
from sklearn import config_context
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold

from mmsk import MultimodalClassifier, MultimodalEncoder, MultimodalRegressor
from mmsk._utils import workers
from mmsk.exceptions import (
    DecodeError,
    DroppedColumnWarning,
    FailedSamplesWarning,
    MissingViewWarning,
)

N = 24


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Pictures with stripes one way or the other, and sounds high or low."""
    folder = tmp_path_factory.mktemp("media")
    rng = np.random.default_rng(0)
    for k in range(N):
        stripes = np.tile(np.arange(64) % 8 < 4, (64, 1)) * 150
        picture = stripes if k % 2 else stripes.T
        noisy = picture + rng.integers(0, 60, picture.shape)
        Image.fromarray(noisy.astype(np.uint8)).save(folder / f"{k}.png")
        time_s = np.arange(4000) / 16000
        sound = np.sin(2 * np.pi * (300 if k % 2 else 1500) * time_s)
        soundfile.write(folder / f"{k}.wav", sound + 0.1 * rng.normal(size=4000), 16000)
    (folder / "damaged.png").write_bytes(b"\x89PNG and then nothing")
    return folder


@pytest.fixture
def table():
    words = ["a red kite", "the tin drum"]
    return pd.DataFrame(
        {
            "photo": [f"{k}.png" for k in range(N)],
            "sound": [f"{k}.wav" for k in range(N)],
            "note": [f"{words[k % 2]} number {k}" for k in range(N)],
            "size": np.arange(N) % 2 + np.linspace(0, 1, N),
        }
    )


Y = np.array(["even", "odd"] * (N // 2))


@pytest.mark.parametrize("fusion", ["early", "voting", "stacking"])
def test_files_of_several_modalities_become_predictions(folder, table, fusion):
    model = MultimodalClassifier(fusion, root=folder).fit(table[:16], Y[:16])
    assert model.score(table[16:], Y[16:]) == 1.0
    np.testing.assert_allclose(model.predict_proba(table[16:]).sum(axis=1), 1)


@pytest.mark.parametrize("fusion", ["early", "voting", "stacking"])
def test_files_of_several_modalities_become_numbers(folder, table, fusion):
    y = np.where(Y == "odd", 5.0, -5.0)
    model = MultimodalRegressor(fusion, root=folder).fit(table[:16], y[:16])
    assert model.score(table[16:], y[16:]) > 0.8


def test_what_columns_are_taken_for_can_be_read(folder, table):
    model = MultimodalClassifier(root=folder).fit(table, Y)
    assert {name: view["modality"] for name, view in model.views_.items()} == {
        "photo": "image",
        "sound": "audio",
        "note": "text",
        "tabular": "tabular",
    }
    assert ".png" in model.views_["photo"]["reason"]


def test_rows_may_lack_any_modality(folder, table):
    for k, column in enumerate(["photo", "sound", "note"]):
        table[column] = table[column].mask(np.arange(N) % 5 == k)
    for fusion in ("early", "voting", "stacking"):
        model = MultimodalClassifier(fusion, root=folder).fit(table, Y)
        assert model.score(table, Y) == 1.0


def test_a_row_that_holds_nothing_gets_the_prior(folder, table):
    model = MultimodalClassifier("voting", root=folder).fit(table, Y)
    nothing = pd.DataFrame({column: [None] for column in table.columns})
    with pytest.warns(MissingViewWarning):
        np.testing.assert_allclose(model.predict_proba(nothing), [[0.5, 0.5]])


def test_a_damaged_file_counts_as_missing_and_is_told(folder, table):
    table.loc[3, "photo"] = "damaged.png"
    with pytest.warns(FailedSamplesWarning, match="row 3"):
        model = MultimodalClassifier(root=folder).fit(table, Y)
    assert [failure.row for failure in model.errors_] == [3]
    assert "damaged.png" in model.errors_[0].source


def test_a_damaged_file_raises_where_asked(folder, table):
    table.loc[3, "photo"] = "damaged.png"
    with pytest.raises(DecodeError, match="cannot read an image") as info:
        MultimodalClassifier(root=folder, on_error="raise").fit(table, Y)
    assert "MediaUnion: row 3" in info.value.__notes__[0]


def test_the_root_can_be_reset_for_prediction(folder, table, tmp_path):
    model = MultimodalClassifier(root=folder).fit(table, Y)
    expected = model.predict_proba(table)
    moved = tmp_path / "moved"
    os.symlink(folder, moved)
    np.testing.assert_array_equal(model.set_params(root=moved).predict_proba(table), expected)


def test_polars_gives_what_pandas_gives(folder, table):
    frame = pl.DataFrame(table.to_dict("list"))
    expected = MultimodalClassifier(root=folder).fit(table, Y).predict_proba(table)
    found = MultimodalClassifier(root=folder).fit(frame, Y).predict_proba(frame)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_an_object_array_is_a_table_too(folder, table):
    array = table.to_numpy(dtype=object)
    model = MultimodalClassifier(root=folder).fit(array, Y)
    assert model.score(array, Y) == 1.0
    assert array[0, 0] == "0.png"


def test_the_table_is_left_alone(folder, table):
    before = table.copy()
    MultimodalClassifier(root=folder).fit(table, Y).predict(table)
    pd.testing.assert_frame_equal(table, before)


def test_a_column_of_groups_is_no_feature_and_reaches_an_estimator_that_takes_groups(
    folder, table
):
    class Recording(LogisticRegression):
        def fit(self, X, y, sample_weight=None, groups=None):
            self.seen_ = groups
            return super().fit(X, y, sample_weight)

    table["speaker"] = np.arange(N) // 4
    model = MultimodalClassifier("early", estimator=Recording(), groups="speaker", root=folder)
    model.fit(table, Y)
    assert "speaker" in model.dropped_
    np.testing.assert_array_equal(model.model_[-1].seen_, table["speaker"])


def test_the_fusion_is_a_parameter_of_a_grouped_search(folder, table):
    search = GridSearchCV(
        MultimodalClassifier(root=folder), {"fusion": ["early", "voting"]}, cv=GroupKFold(3)
    )
    search.fit(table, Y, groups=np.arange(N) // 2)
    assert search.best_score_ == 1.0


def test_weights_are_rows_that_stand_there_often(folder, table):
    weights = np.where(np.arange(N) < 12, 2, 1)
    for fusion in ("early", "voting"):
        model = MultimodalClassifier(fusion, {"size": "tabular"})
        weighted = model.fit(table, Y, sample_weight=weights).predict_proba(table)
        repeated = clone(model).fit(
            table.loc[table.index.repeat(weights)], np.repeat(Y, weights)
        )
        np.testing.assert_allclose(weighted, repeated.predict_proba(table), atol=1e-4)


def test_the_encoder_gives_one_matrix_with_names(folder, table):
    encoder = MultimodalEncoder(root=folder, sparse_threshold=0).fit(table)
    features = encoder.transform(table)
    assert features.shape == (N, len(encoder.get_feature_names_out()))
    assert features.dtype == np.float32
    assert {name.split("__")[0] for name in encoder.get_feature_names_out()} == {
        "photo",
        "sound",
        "note",
        "tabular",
    }


def test_the_encoder_lists_what_it_could_not_read(folder, table):
    encoder = MultimodalEncoder(root=folder).fit(table)
    features, errors = encoder.transform_with_errors(table.assign(photo="damaged.png"))
    assert features.shape[0] == N
    assert [error.row for error in errors] == list(range(N))


def test_segments_of_one_recording_are_samples_of_their_own(tmp_path):
    rate_hz = 8000
    time_s = np.arange(rate_hz * 12) / rate_hz
    second = time_s.astype(int)
    sound = np.sin(2 * np.pi * np.where(second % 2, 300, 1500) * time_s)
    soundfile.write(tmp_path / "all.wav", sound, rate_hz)
    table = pd.DataFrame(
        {"talk": "all.wav", "start_s": np.arange(12.0), "end_s": np.arange(12.0) + 1}
    )
    y = np.arange(12) % 2
    model = MultimodalClassifier(root=tmp_path).fit(table[:8], y[:8])
    assert model.views_["talk"]["columns"] == ["talk", "start_s", "end_s"]
    assert model.score(table[8:], y[8:]) == 1.0


def test_a_cell_may_hold_several_pictures(folder, table):
    table["photo"] = [[f"{k}.png", f"{(k + 2) % N}.png"] for k in range(N)]
    model = MultimodalClassifier(modalities={"photo": "image"}, root=folder)
    assert model.fit(table[:16], Y[:16]).score(table[16:], Y[16:]) == 1.0


def test_bytes_and_pictures_in_memory_need_no_root(folder, table):
    blobs = [(folder / name).read_bytes() for name in table["photo"]]
    pictures = [Image.open(io.BytesIO(blob)) for blob in blobs]
    y = np.arange(N) % 2
    expected = MultimodalClassifier(root=folder).fit(table[["photo"]], y)
    for cells in (blobs, pictures):
        frame = pd.DataFrame({"photo": pd.Series(cells, dtype=object)})
        found = MultimodalClassifier().fit(frame, y).predict_proba(frame)
        np.testing.assert_allclose(found, expected.predict_proba(table[["photo"]]), atol=1e-6)


def test_identifiers_are_left_out_with_a_warning(folder, table):
    table["code"] = [f"id-{k:04d}-{k * 7919 % 997}" for k in range(N)]
    with pytest.warns(DroppedColumnWarning, match="'code'"):
        model = MultimodalClassifier(root=folder).fit(table, Y)
    assert "code" in model.dropped_


@pytest.mark.parametrize(
    ("X", "y", "error", "message"),
    [
        ({"note": ["a"]}, ["a"], TypeError, "DataFrame"),
        (pd.DataFrame({"a": [1.0, 2.0]}), ["x", "x"], ValueError, "one class only"),
        (pd.DataFrame({"a": [1.0, 2.0]}), pd.Series(["x", None]), ValueError, r"rows.*\[1\]"),
        (pd.DataFrame({"a": [1.0, 2.0]}), ["x"], ValueError, "inconsistent"),
        (pd.DataFrame({"a": [None, None]}), ["x", "y"], ValueError, "all 2 cells are missing"),
    ],
)
def test_bad_input_says_what_is_wrong(X, y, error, message):
    with pytest.raises(error, match=message):
        MultimodalClassifier().fit(X, y)


def test_a_url_is_refused_with_the_remedy():
    table = pd.DataFrame({"photo": ["https://example.org/a.png"] * 4})
    with pytest.raises(DecodeError, match="Download it first"):
        MultimodalClassifier(on_error="raise", root="somewhere").fit(table, ["a", "b"] * 2)


def test_new_rows_with_other_columns_are_refused(folder, table):
    model = MultimodalClassifier(root=folder).fit(table, Y)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(table.rename(columns={"photo": "picture"}))


@pytest.mark.parametrize("columns", [[10, 20, 30, 40], [3, 2, 1, 0]])
def test_names_of_columns_may_be_numbers(folder, table, columns):
    expected = MultimodalClassifier(root=folder).fit(table, Y).predict_proba(table)
    table.columns = columns
    found = MultimodalClassifier(root=folder).fit(table, Y).predict_proba(table)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("maker", ["pandas", "polars"])
@pytest.mark.parametrize("fusion", ["early", "voting"])
def test_frames_may_be_asked_for_globally(folder, table, fusion, maker):
    with config_context(transform_output=maker):
        assert MultimodalClassifier(fusion, root=folder).fit(table, Y).score(table, Y) == 1.0


@pytest.mark.parametrize("fusion", ["early", "voting"])
def test_a_segment_of_no_recording_and_a_blank_path_are_missing(folder, table, fusion):
    table["sound"] = table["sound"].mask(np.arange(N) % 5 == 0)
    table.loc[::5, "photo"] = ""
    table = table.assign(start_s=0.0, end_s=0.2)
    model = MultimodalClassifier(fusion, root=folder).fit(table, Y)
    assert model.score(table, Y) == 1.0
    assert model.errors_ == []


def test_paths_in_an_array_in_a_cell_stand_under_the_root(folder, table):
    table["photo"] = [np.array([f"{k}.png", f"{(k + 2) % N}.png"], object) for k in range(N)]
    model = MultimodalClassifier(modalities={"photo": "image"}, root=folder, on_error="raise")
    assert model.fit(table, Y).errors_ == []


@pytest.mark.parametrize("fusion", ["early", "voting"])
def test_groups_reach_a_search_as_estimator(table, fusion):
    search = GridSearchCV(LogisticRegression(), {"C": [1, 10]}, cv=GroupKFold(3))
    table["speaker"] = np.arange(N) // 2
    roles = {"note": "text", "size": "tabular"}
    model = MultimodalClassifier(fusion, roles, estimator=search, groups="speaker")
    assert model.fit(table, Y).score(table, Y) == 1.0


def test_groups_that_are_no_column_are_refused(table):
    with pytest.raises(ValueError, match="groups='absent' is no column"):
        MultimodalClassifier(groups="absent").fit(table, Y)


def test_a_column_to_be_looked_at_is_told_when_it_is_left_out(table):
    table["code"] = [f"id-{k:04d}-{k * 7919 % 997}" for k in range(N)]
    with pytest.warns(DroppedColumnWarning, match="'code'"):
        MultimodalClassifier(modalities={"code": "auto", "size": "tabular"}).fit(table, Y)


def test_an_estimator_that_takes_no_sparse_matrix_gets_a_dense_one(table):
    booster = HistGradientBoostingClassifier(min_samples_leaf=2)
    model = MultimodalClassifier("early", {"note": "text"}, estimator=booster)
    assert model.fit(table, Y).score(table, Y) == 1.0


def test_workers_may_be_reset_for_prediction(folder, table, monkeypatch):
    model = MultimodalClassifier(modalities={"photo": "image"}, root=folder).fit(table, Y)
    asked = []
    effective = workers.effective_n_jobs
    monkeypatch.setattr(
        workers, "effective_n_jobs", lambda n: asked.append(effective(n)) or asked[-1]
    )
    model.set_params(n_jobs=2).predict(table)
    assert max(asked) == 2


def test_columns_of_one_name_are_refused():
    table = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], columns=["a", "a"])
    with pytest.raises(ValueError, match="'a'"):
        MultimodalClassifier().fit(table, [0, 1])
