"""Cells, files and targets that are not what their column promises."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

from mmsk import MultimodalClassifier, MultimodalRegressor
from mmsk.exceptions import DroppedColumnWarning, DroppedViewWarning, FailedSamplesWarning
from mmsk.multimodal._fusions import CLASSIFIERS

N = 24
Y = np.array(["a", "a", "b, of a longer name"] * (N // 3))
IS_B = (Y != "a").astype(float)
NUMBERS = pd.DataFrame({"size": IS_B + np.linspace(0, 0.3, N), "width": IS_B[::-1] - IS_B})
VIEWS = {"size": "tabular:size", "width": "tabular:width"}


@pytest.mark.parametrize("fusion", CLASSIFIERS)
def test_predictions_are_whole_names_of_classes(fusion):
    model = MultimodalClassifier(fusion, VIEWS).fit(NUMBERS, Y)
    assert set(model.predict(NUMBERS)) == set(Y)


@pytest.mark.parametrize("odd", [7, 3.5, True, datetime.date(2026, 1, 1)], ids=str)
def test_a_number_or_date_among_texts_is_read_as_text(odd):
    notes = [f"some words {row}" for row in range(N)]
    table = NUMBERS.assign(note=[odd, *notes[1:]])
    model = MultimodalClassifier("early").fit(table, Y)
    asked = NUMBERS.assign(note=[str(odd), *notes[1:]])
    np.testing.assert_array_equal(model.predict_proba(table), model.predict_proba(asked))


@pytest.mark.parametrize(
    "cells",
    [
        [["red kite", "tin"], ["tin"], None],  # tags
        [["a man rides a red horse", "a horse is ridden"], ["two dogs play in snow"], []],
    ],
)
def test_lists_of_texts_are_one_text_each(cells):
    table = NUMBERS.assign(note=cells * (N // 3))
    model = MultimodalClassifier("early").fit(table, Y)
    assert model.views_["note"]["modality"] == "text"
    joined = NUMBERS.assign(note=["\n".join(cell) if cell else None for cell in table["note"]])
    np.testing.assert_array_equal(model.predict_proba(table), model.predict_proba(joined))


@pytest.mark.parametrize("cells", [[[1, 2], [3, 4, 5], None], [np.ones(64)] * 3], ids=str)
def test_lists_and_vectors_of_numbers_are_left_out_with_a_remedy(cells):
    with pytest.warns(DroppedColumnWarning, match="'box'.*Spread them over columns"):
        model = MultimodalClassifier().fit(NUMBERS.assign(box=cells * (N // 3)), Y)
    assert list(model.views_) == ["tabular"]


@pytest.mark.filterwarnings("ignore::mmsk.exceptions.DroppedViewWarning")
@pytest.mark.parametrize("fusion", ["early", "voting", "mkl"])
@pytest.mark.parametrize("ending", ["png", "wav", "mp4"])
def test_where_no_file_can_be_read_the_error_says_why(fusion, ending):
    table = pd.DataFrame({"file": [f"nowhere/{row}.{ending}" for row in range(N)]})
    with pytest.raises(ValueError, match=r"24 sources .* first in row 0: .*No such file"):
        MultimodalClassifier(fusion).fit(table, Y)


def test_files_that_cannot_be_read_are_listed_though_their_view_is_left_out():
    table = NUMBERS.assign(file=[f"nowhere/{row}.png" for row in range(N)])
    with (
        pytest.warns(DroppedViewWarning, match="'file'"),
        pytest.warns(FailedSamplesWarning, match="24 samples"),
    ):
        model = MultimodalClassifier("early").fit(table, Y)
    assert [failure.row for failure in model.errors_] == list(range(N))


@pytest.mark.parametrize(
    ("y", "came"),
    [
        ([f"{row}" for row in range(N)], "strs such as '0'"),
        (pd.Series(["low", "high"] * (N // 2)), "strs such as 'low'"),
        (pd.date_range("2026-01-01", periods=N), "Timestamps such as"),
        (np.array(["a", 1] * (N // 2), dtype=object), "strs such as 'a'"),
    ],
)
def test_targets_that_are_no_numbers_are_refused_with_a_remedy(y, came):
    with pytest.raises(ValueError, match=f"must be numbers, got {came}.*classifier"):
        MultimodalRegressor().fit(NUMBERS, y)


@pytest.mark.parametrize(
    ("X", "remedy"),
    [
        (pl.DataFrame({"a": [1, 2]}).lazy(), "got a LazyFrame. Collect it"),
        ("table.csv", "got a str. Read it first"),
        ([{"a": 1}, {"a": 2}], "got a list. Make a table of it"),
    ],
)
def test_what_is_no_table_is_refused_with_a_remedy(X, remedy):
    with pytest.raises(TypeError, match=remedy):
        MultimodalClassifier().fit(X, ["a", "b"])


@pytest.mark.parametrize("fusion", ["early", "voting", "auto"])
@pytest.mark.parametrize(
    ("kind", "estimator"),
    [(MultimodalClassifier, Ridge()), (MultimodalRegressor, LogisticRegression())],
)
def test_an_estimator_of_the_other_kind_is_refused(kind, estimator, fusion):
    with pytest.raises(TypeError, match=f"of {kind.__name__} must be a .*, got {estimator}"):
        kind(fusion, estimator=estimator).fit(NUMBERS, [0, 1] * (N // 2))
