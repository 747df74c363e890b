"""What whole tables may lack: cells, columns, everything."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.neighbors import KNeighborsClassifier

from mmsk import MultimodalClassifier, MultimodalEncoder, MultimodalRegressor
from mmsk.exceptions import AbsentColumnWarning, MissingViewWarning
from mmsk.multimodal._fusions import CLASSIFIERS, REGRESSORS

N = 30
Y = np.where(np.arange(N) % 3, "odd", "even")
Z = np.where(Y == "odd", 5.0, -5.0)
ROLES = {"note": "text", "size": "tabular", "age": "tabular"}
both = pytest.mark.parametrize("maker", ["pandas", "polars"])


@pytest.fixture
def table():
    words = {"even": "a red kite", "odd": "the tin drum"}
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "note": [f"{words[y]} {k}" for k, y in enumerate(Y)],
            "size": (Y == "odd") + 0.3 * rng.normal(size=N),
            "age": rng.normal(size=N),
        }
    )


@pytest.mark.parametrize("fusion", CLASSIFIERS)
def test_every_fusion_gives_the_prior_where_a_row_holds_nothing(table, fusion):
    model = MultimodalClassifier(fusion, ROLES).fit(table, Y)
    table.loc[[2, 4]] = None
    with pytest.warns(MissingViewWarning, match="2 of 30 rows have none of the views"):
        found = model.predict_proba(table)
    np.testing.assert_allclose(found[[2, 4]], [[1 / 3, 2 / 3]] * 2)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    with pytest.warns(MissingViewWarning):
        assert model.predict(table)[[2, 4]].tolist() == ["odd", "odd"]


@pytest.mark.parametrize("fusion", REGRESSORS)
def test_every_fusion_gives_the_mean_where_a_row_holds_nothing(table, fusion):
    model = MultimodalRegressor(fusion, ROLES).fit(table, Z)
    table.loc[[2, 4]] = None
    with pytest.warns(MissingViewWarning, match="2 of 30 rows"):
        np.testing.assert_allclose(model.predict(table)[[2, 4]], Z.mean())


def test_the_prior_is_weighted(table):
    weight = np.where(Y == "odd", 1.0, 2.0)
    model = MultimodalClassifier("early", ROLES).fit(table, Y, sample_weight=weight)
    table.loc[0] = None
    with pytest.warns(MissingViewWarning):
        np.testing.assert_allclose(model.predict_proba(table)[0], [0.5, 0.5])


@both
@pytest.mark.parametrize("fusion", ["early", "voting", "mkl"])
def test_a_column_that_is_not_there_is_one_whose_cells_are_all_missing(table, fusion, maker):
    model = MultimodalClassifier(fusion, ROLES).fit(_made(table, maker), Y)
    emptied = model.predict_proba(_made(table.assign(note=None), maker))
    without = _made(table.drop(columns="note"), maker)
    with pytest.warns(AbsentColumnWarning, match=r"lacks the columns \['note'\].*\['note'\]"):
        found = model.predict_proba(without)
    np.testing.assert_allclose(found, emptied)
    assert list(without.columns) == ["size", "age"], "the table was changed"


def _made(table, maker):
    return table if maker == "pandas" else pl.DataFrame(table.to_dict("list"))


@both
def test_the_encoder_does_without_a_column_too(table, maker):
    encoder = MultimodalEncoder(ROLES, sparse_threshold=0).fit(_made(table, maker))
    emptied = encoder.transform(_made(table.assign(note=None), maker))
    with pytest.warns(AbsentColumnWarning, match="note"):
        found = encoder.transform(_made(table.drop(columns="note"), maker))
    np.testing.assert_array_equal(found, emptied)


def test_all_tabular_columns_may_be_absent_but_not_some(table):
    model = MultimodalClassifier("voting", ROLES).fit(table, Y)
    with pytest.warns(AbsentColumnWarning, match=r"\['age', 'size'\].*\['tabular'\]"):
        model.predict(table[["note"]])
    with pytest.raises(ValueError, match="now missing:\n- age"):
        model.predict(table[["note", "size"]])


def test_a_table_without_any_view_or_with_other_columns_is_refused(table):
    model = MultimodalClassifier("voting", {"note": "text"}).fit(table, Y)
    with pytest.raises(ValueError, match="now missing"):
        model.predict(table[["size", "age"]])
    with pytest.raises(ValueError, match="unseen at fit time"):
        model.predict(table[["note"]].assign(other=1))


@pytest.mark.filterwarnings("error")
def test_columns_that_are_no_features_may_be_absent_without_a_word(table):
    table = table.assign(speaker=np.arange(N) // 3)
    model = MultimodalClassifier("voting", {"note": "text"}, groups="speaker").fit(table, Y)
    expected = model.predict_proba(table)
    np.testing.assert_array_equal(model.predict_proba(table[["note"]]), expected)


def test_a_recording_may_be_absent_but_not_the_times_that_cut_it():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "talk": [(rng.normal(size=1600).astype(np.float32), 8000) for _ in range(N)],
            "start_s": 0.0,
            "end_s": 0.1,
            "size": (Y == "odd") + 0.3 * rng.normal(size=N),
        }
    )
    roles = {"talk": "audio", "start_s": "segment", "end_s": "segment", "size": "tabular"}
    model = MultimodalClassifier("voting", roles).fit(table, Y)
    for left in (["start_s", "end_s", "size"], ["size"]):
        with pytest.warns(AbsentColumnWarning, match=r"the views \['talk'\]"):
            model.predict(table[left])
    with pytest.raises(ValueError, match="now missing:\n- end_s"):
        model.predict(table[["talk", "size"]])


def test_tabular_columns_may_make_several_views(table):
    roles = {"note": "text", "size": "tabular:body", "age": "tabular:life"}
    model = MultimodalClassifier("voting", roles).fit(table, Y)
    assert {name: view["columns"] for name, view in model.views_.items()} == {
        "note": "note",
        "body": ["size"],
        "life": ["age"],
    }
    with pytest.warns(AbsentColumnWarning, match=r"\['age'\].*\['life'\]"):
        model.predict(table[["note", "size"]])
    for wrong in ("text:x", "tabular:", "other:x"):
        with pytest.raises(ValueError, match="or 'tabular:NAME'"):
            MultimodalClassifier("voting", {"note": wrong}).fit(table, Y)


@pytest.mark.parametrize("fusion", ["early", "voting", "boosting", "auto"])
def test_class_weights_are_weights_of_rows_and_move_the_prior(table, fusion):
    settings = {"modalities": ROLES, "cv": 3}
    model = MultimodalClassifier(fusion, class_weight="balanced", **settings).fit(table, Y)
    weight = np.where(Y == "odd", N / 40, N / 20)
    twin = MultimodalClassifier(fusion, **settings).fit(table, Y, sample_weight=weight)
    np.testing.assert_allclose(model.class_prior_, [0.5, 0.5])
    np.testing.assert_allclose(model.predict_proba(table), twin.predict_proba(table), rtol=1e-5)


def test_a_classifier_that_takes_no_weights_is_named_where_classes_are_weighed(table):
    model = MultimodalClassifier(
        "voting", ROLES, estimator=KNeighborsClassifier(), class_weight="balanced"
    )
    with pytest.raises(ValueError, match="KNeighborsClassifier takes no sample_weight, which"):
        model.fit(table, Y)
