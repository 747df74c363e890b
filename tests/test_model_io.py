"""Models as files: what is kept, and what is refused."""

import contextlib
import zipfile

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import FunctionTransformer

from mmsk import MultimodalClassifier, MultimodalRegressor
from mmsk.model_io import load_model, read_notes, save_model

TABLE = pd.DataFrame(
    {
        "note": ["a red kite", "the tin drum", "red wine", None, "a drum", "kites"],
        "size": [1.0, 7.0, 2.0, 8.0, None, 1.5],
        "day": pd.date_range("2026-01-01", periods=6, freq="5D"),
        "kind": ["x", "y", "x", "y", "y", "x"],
    }
)
Y = ["red", "tin", "red", "tin", "tin", "red"]


@pytest.mark.parametrize("fusion", ["early", "voting", "bilinear", "cca", "mkl"])
def test_a_model_predicts_the_same_after_a_file(fusion, tmp_path):
    model = MultimodalClassifier(fusion).fit(TABLE, Y)
    save_model(model, tmp_path / "model")
    again = load_model(tmp_path / "model")
    np.testing.assert_array_equal(again.predict_proba(TABLE), model.predict_proba(TABLE))
    assert again.views_ == model.views_


def test_a_regressor_predicts_the_same_after_a_file(tmp_path):
    model = MultimodalRegressor().fit(TABLE, [1.0, 2, 1, 2, 2, 1])
    save_model(model, tmp_path / "model")
    np.testing.assert_array_equal(
        load_model(tmp_path / "model").predict(TABLE), model.predict(TABLE)
    )


def test_notes_and_versions_stand_in_the_file(tmp_path):
    save_model(MultimodalClassifier().fit(TABLE, Y), tmp_path / "m", notes={"target": "kind"})
    notes = read_notes(tmp_path / "m")
    assert notes["target"] == "kind"
    assert set(notes["versions"]) >= {"mmsk", "scikit-learn", "numpy"}


def test_trees_are_loaded_only_where_asked(tmp_path):
    model = MultimodalClassifier("early", estimator=RandomForestClassifier(3)).fit(TABLE, Y)
    save_model(model, tmp_path / "m")
    with pytest.raises(ValueError, match=r"Tree.*allow=\('trees',\)"):
        load_model(tmp_path / "m")
    again = load_model(tmp_path / "m", allow=("trees",))
    np.testing.assert_array_equal(again.predict(TABLE), model.predict(TABLE))


def test_a_model_that_could_not_be_loaded_is_not_written(tmp_path):
    with pytest.raises(TypeError, match="load_model would refuse"):
        save_model(
            FunctionTransformer(test_notes_and_versions_stand_in_the_file), tmp_path / "m"
        )
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_asks_for_other_types_is_refused(tmp_path):
    import skops.io

    skops.io.dump(FunctionTransformer(zipfile.ZipFile), tmp_path / "m")
    with pytest.raises(ValueError, match="types that are not loaded"):
        load_model(tmp_path / "m")


@pytest.mark.parametrize("load", [load_model, read_notes])
def test_what_is_no_model_file_is_refused(load, tmp_path):
    (tmp_path / "m").write_bytes(b"not an archive")
    with pytest.raises(ValueError, match="is no model file"):
        load(tmp_path / "m")


def test_an_unknown_kind_of_content_cannot_be_allowed(tmp_path):
    save_model(MultimodalClassifier().fit(TABLE, Y), tmp_path / "m")
    with pytest.raises(ValueError, match="allow must be of"):
        load_model(tmp_path / "m", allow=("anything",))


def test_a_root_that_is_a_path_is_kept(tmp_path):
    model = MultimodalClassifier(root=tmp_path).fit(TABLE, Y)
    save_model(model, tmp_path / "m")
    assert load_model(tmp_path / "m").root == tmp_path


def test_sparse_landmarks_that_point_beyond_their_width_are_refused(tmp_path):
    model = MultimodalClassifier("mkl").fit(TABLE, Y)
    landmarks = model.model_.grams_["note"]["linear"].landmarks_
    landmarks.indices[0] = landmarks.shape[1] + 10**6
    save_model(model, tmp_path / "m")
    with pytest.raises(ValueError, match=r"no model file of mmsk: .*ind"):
        load_model(tmp_path / "m")


@pytest.mark.parametrize("load", [load_model, read_notes])
def test_an_archive_that_unfolds_is_refused(load, tmp_path):
    with zipfile.ZipFile(tmp_path / "m", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mmsk.json", b" " * 10**6)
    with pytest.raises(ValueError, match="it is compressed"):
        load(tmp_path / "m")


def test_a_damaged_file_is_a_value_error_wherever_the_damage_lies(tmp_path):
    save_model(MultimodalClassifier("early").fit(TABLE, Y), tmp_path / "m")
    content = (tmp_path / "m").read_bytes()
    for place in range(0, len(content), len(content) // 60):
        damaged = bytearray(content)
        damaged[place : place + 40] = b"x" * 40
        (tmp_path / "d").write_bytes(damaged)
        with contextlib.suppress(ValueError):
            load_model(tmp_path / "d")
        with contextlib.suppress(ValueError):
            read_notes(tmp_path / "d")


def test_a_search_is_refused_with_the_advice_to_save_the_best(tmp_path):
    search = GridSearchCV(MultimodalClassifier(), {"fusion": ["early"]}, cv=2).fit(TABLE, Y)
    with pytest.raises(TypeError, match="of a search, save its best_estimator_"):
        save_model(search, tmp_path / "m")
    save_model(search.best_estimator_, tmp_path / "m")
