"""Tables and columns of any maker."""

import datetime as dt
import math
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from mmsk._utils.columns import (
    as_cells,
    column_at,
    is_frame,
    is_missing,
    is_series,
    missing_rows,
    take_rows,
)

WORDS = ["a", "b", None]
COLUMNS = {
    "list": WORDS,
    "tuple": tuple(WORDS),
    "object array": np.array(WORDS, dtype=object),
    "array of one column": np.array(WORDS, dtype=object)[:, None],
    "pandas": pd.Series(WORDS, index=[7, 7, 7]),
    "pandas objects": pd.Series(WORDS, dtype=object),
    "pandas nullable": pd.Series(WORDS, dtype="string"),
    "pandas of pyarrow": pd.Series(WORDS, dtype="string[pyarrow]"),
    "pandas category": pd.Series(WORDS, dtype="category"),
    "pandas frame": pd.DataFrame({"x": WORDS}),
    "pandas frame with a number for a name": pd.DataFrame({0: WORDS}),
    "polars": pl.Series(WORDS),
    "polars category": pl.Series(WORDS, dtype=pl.Categorical),
    "polars frame": pl.DataFrame({"x": WORDS}),
    "arrow": pa.chunked_array([WORDS]),
    "arrow table": pa.table({"x": WORDS}),
}


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_any_column_has_the_same_cells(column):
    cells = as_cells(column)
    assert isinstance(cells, list)
    assert cells[:2] == ["a", "b"]
    assert all(type(cell) is str for cell in cells[:2])
    assert is_missing(cells[2])


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_missing_rows_of_any_column_are_found(column):
    np.testing.assert_array_equal(missing_rows(column), [False, False, True])


@pytest.mark.parametrize(
    ("value", "missing"),
    [
        (None, True),
        (math.nan, True),
        (np.float32("nan"), True),
        (pd.NA, True),
        (pd.NaT, True),
        (np.datetime64("NaT"), True),
        (np.timedelta64("NaT"), True),
        ([], True),
        ([None, [math.nan]], True),
        ([None, "a"], False),
        (0, False),
        ("", False),
        (b"", False),
        (False, False),
        (np.zeros(0), False),
        (np.array([np.nan]), False),  # a damaged sample, not a missing one
        ((), False),
        (dt.date(2024, 1, 1), False),
        (np.datetime64("2024"), False),
        ("nan", False),
    ],
)
def test_what_counts_as_missing(value, missing):
    assert is_missing(value) is missing


@pytest.mark.parametrize(
    ("X", "shapes"),
    [
        (np.zeros((2, 5)), [(5,), (5,)]),
        (np.zeros((2, 1)), [(1,), (1,)]),
        (np.zeros((2, 4, 3)), [(4, 3), (4, 3)]),
        (np.zeros(2), [(), ()]),
        ([np.zeros(3), np.zeros((4, 2))], [(3,), (4, 2)]),
        (pl.Series([[1.0, 2.0], [3.0]]), [(2,), (1,)]),
        (pl.Series([[[1, 2], [3, 4]]], dtype=pl.Array(pl.UInt8, (2, 2))), [(2, 2)]),
        (pl.Series([[[1, 2], [3, 4]]]), [(2, 2)]),
        (
            pd.Series([[1.0, 2.0], [3.0]], dtype=pd.ArrowDtype(pa.list_(pa.float32()))),
            [(2,), (1,)],
        ),
        (pa.chunked_array([[[1.0, 2.0], [3.0]]]), [(2,), (1,)]),
        (pd.Series([np.zeros(3), np.zeros(4)]), [(3,), (4,)]),
    ],
)
def test_cells_of_numbers_are_arrays(X, shapes):
    assert [np.shape(cell) for cell in as_cells(X)] == shapes
    assert not any(isinstance(cell, list) for cell in as_cells(X))


@pytest.mark.parametrize("dtype", [pl.Int16, pl.UInt8, pl.Float32, pl.Float64])
def test_cells_of_numbers_keep_their_type(dtype):
    column = pl.Series([[1, 2], None], dtype=pl.List(dtype))
    expected = np.dtype(str(dtype).lower())
    for maker in (
        column,
        column.to_arrow(),
        column.to_pandas(use_pyarrow_extension_array=True),
    ):
        maker = pa.chunked_array([maker]) if isinstance(maker, pa.Array) else maker
        cells = as_cells(maker)
        assert cells[0].dtype == expected
        assert cells[1] is None


@pytest.mark.parametrize("maker", [pl.Series, pd.Series])
def test_cells_of_words_stay_lists(maker):
    assert as_cells(maker([["a", "b"], ["c"]])) == [["a", "b"], ["c"]]


@pytest.mark.parametrize(
    ("X", "kind", "message"),
    [
        ("a.png", TypeError, r"got a single str\. Wrap it in a list: transform\(\[sample\]\)"),
        (b"abc", TypeError, "got a single bytes"),
        (Path("a.png"), TypeError, r"got a single \w*Path"),
        ({"a": [1]}, TypeError, r"got a dict\. Make a table of it, pandas\.DataFrame\(X\)"),
        (sparse.eye_array(2).tocsr(), TypeError, "got a sparse csr_array, which holds none"),
        (sparse.dok_array((2, 2)), TypeError, "got a sparse dok_array, which holds none"),
        (iter("ab"), TypeError, "must be a list, tuple, Series, .* got str_"),
        (None, TypeError, "got NoneType"),
        (3, TypeError, "got int"),
        (np.array("a.png"), TypeError, "got ndarray"),
        (pd.DataFrame({"p": [1], "q": [2]}), ValueError, r"table of 2 columns: \['p', 'q'\]"),
        (pl.DataFrame({"p": [1], "q": [2]}), ValueError, r"table of 2 columns: \['p', 'q'\]"),
        (pd.DataFrame([[1, 2]], columns=["p", "p"]), ValueError, r"2 columns: \['p', 'p'\]"),
        (pd.DataFrame(index=[0]), ValueError, "table of 0 columns"),
        (np.array([["a", "b"]]), ValueError, r"array of 2 columns\. Select one: X\[:, 0\]"),
        ([], ValueError, "X has 0 samples"),
        (pd.Series([], dtype=str), ValueError, "X has 0 samples"),
        (pl.DataFrame({"a": []}), ValueError, "X has 0 samples"),
    ],
)
def test_what_is_no_column_says_what_to_do(X, kind, message):
    with pytest.raises(kind, match=message):
        as_cells(X)


def test_frames_and_series_are_told_apart():
    frames = [pd.DataFrame({"a": [1]}), pl.DataFrame({"a": [1]}), pa.table({"a": [1]})]
    series = [pd.Series([1]), pl.Series([1]), pa.chunked_array([[1]])]
    for X in frames:
        assert (is_frame(X), is_series(X)) == (True, False)
    for X in series:
        assert (is_frame(X), is_series(X)) == (False, True)
    for X in ([1], np.zeros((1, 1)), "a", None, {}):
        assert (is_frame(X), is_series(X)) == (False, False)


def test_a_column_is_found_by_position_whatever_its_name():
    twins = pd.DataFrame([[1, 2]], columns=["a", "a"])
    tables = [twins, twins.set_axis([0, 1], axis=1), pl.DataFrame({"a": [1], "b": [2]})]
    for X in [*tables, pa.table({"a": [1], "b": [2]})]:
        assert as_cells(column_at(X, 1)) == [2]


@pytest.mark.parametrize(
    ("X", "missing"),
    [
        (np.array([[np.nan, np.nan], [np.nan, 1.0]]), [True, False]),
        (np.full((2, 2, 2), np.nan), [True, True]),
        (np.array([[1, 2], [3, 4]]), [False, False]),
        (np.array([np.nan, 1.0]), [True, False]),
        (np.array([[None, np.nan], [None, "a"]], dtype=object), [True, False]),
        (pd.DataFrame({"a": [None, "x"], "b": [np.nan, 1.0]}), [True, False]),
        (pd.DataFrame([[None, None], [1, None]], columns=["a", "a"]), [True, False]),
        (pl.DataFrame({"a": [None, "x"], "b": [None, 1.0]}), [True, False]),
        (sparse.csr_array(np.zeros((2, 2))), [False, False]),
        ([[None, None], ["a.png", None]], [True, False]),
        (np.array([["a"], ["b"]]), [False, False]),
    ],
)
def test_a_row_is_missing_where_all_of_it_is(X, missing):
    found = missing_rows(X)
    assert found.dtype == bool
    np.testing.assert_array_equal(found, missing)


@given(st.lists(st.booleans(), min_size=1, max_size=6))
def test_rows_are_taken_in_order_and_of_the_same_type(rows):
    rows = np.array(rows)
    numbers = np.arange(len(rows))
    wanted = numbers[rows].tolist()
    tables = [
        numbers.tolist(),
        numbers,
        numbers[:, None],
        pd.Series(numbers),
        pl.Series(numbers),
        pd.DataFrame({"a": numbers}),
        pl.DataFrame({"a": numbers}),
        sparse.csr_array(numbers[:, None]),
    ]
    for X in tables:
        taken = take_rows(X, rows)
        assert type(taken) is type(X)
        if sparse.issparse(taken):
            taken = taken.toarray()
        assert np.ravel(taken).tolist() == wanted
