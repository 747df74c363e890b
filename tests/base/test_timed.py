"""What extractors of recordings and films owe to their base: segments."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from mmsk.base import TimedTransformer
from mmsk.exceptions import DecodeError, FailedSamplesWarning
from mmsk.io._sources import Segment

ENDLESS = float("inf")


class Times(TimedTransformer):
    """Start and end of a segment, and the length of the name of its medium."""

    def __init__(self, *, n_jobs=None, on_error="raise"):
        self.n_jobs = n_jobs
        self.on_error = on_error

    def _read(self, source):
        return Segment.of(source)

    def _extract(self, part):
        return np.array([part.start_s, part.end_s, len(part.source)])

    def _feature_names(self):
        return ["start", "end", "length"]


ROWS = [("a", 1, 2.5), (None, 0, 1), ("bb", None, np.nan), (" ", 1, 2)]
FEATURES = np.array(
    [[1, 2.5, 1], [np.nan] * 3, [0, ENDLESS, 2], [np.nan] * 3], dtype=np.float32
)
COLUMNS = {"file": 0, "start_s": 1, "end_s": 2}


def table(maker, rows):
    media, starts, ends = zip(*rows, strict=True)
    ends = [None if end is None or end != end else end for end in ends]
    return maker({"file": media, "start_s": starts, "end_s": ends})


@pytest.mark.parametrize(
    "X",
    [
        table(pd.DataFrame, ROWS),
        table(pd.DataFrame, ROWS).convert_dtypes(),
        table(pd.DataFrame, ROWS).set_axis([0, 1, 2], axis=1),
        table(pl.DataFrame, ROWS),
        table(pl.DataFrame, ROWS).to_arrow(),
        np.array(ROWS, dtype=object),
        [Segment(*row) if row[0] and row[0].strip() else None for row in ROWS],
    ],
    ids=lambda X: type(X).__name__,
)
def test_a_table_of_three_columns_is_one_of_segments(X):
    np.testing.assert_array_equal(Times().fit_transform(X), FEATURES)


def test_a_single_column_is_one_of_whole_media():
    features = Times().fit_transform(["a", None, "bb"])
    np.testing.assert_array_equal(features, [[0, ENDLESS, 1], [np.nan] * 3, [0, ENDLESS, 2]])


def test_a_cell_may_hold_a_list_of_segments():
    fitted = Times().fit([[Segment("a", 1, 3), Segment("a", 3, 5)]])
    features = fitted.transform([[Segment("a", 1, 3), Segment("a", 3, 5)]])
    np.testing.assert_array_equal(features, [[2, 4, 1, 3, 5, 1]])


def test_a_table_of_other_than_three_columns_is_refused():
    with pytest.raises(ValueError, match="got a table of 2 columns"):
        Times().fit(pd.DataFrame({"file": ["a"], "start_s": [0]}))


def test_the_names_of_the_columns_are_checked():
    X = table(pd.DataFrame, ROWS)
    fitted = Times().fit(X)
    assert fitted.n_features_in_ == 3
    assert list(fitted.feature_names_in_) == list(X.columns)
    with pytest.raises(ValueError, match="feature names should match"):
        fitted.transform(X.rename(columns={"end_s": "stop_s"}))


@pytest.mark.parametrize("times", [(2, 1), (-1, 1), ("0", 1)])
def test_a_bad_segment_is_an_error_with_row_and_source(times):
    X = np.array([("a", 0, 1), ("b", *times)], dtype=object)
    fitted = Times().fit(X)
    with pytest.raises(DecodeError, match=r"a segment needs 0 <= start_s < end_s") as info:
        fitted.transform(X)
    start_s, end_s = times
    assert info.value.__notes__ == [f"Times: row 1, source 'b' from {start_s} s to {end_s} s"]


def test_where_asked_a_bad_segment_is_a_row_of_nan_and_is_listed():
    X = table(pd.DataFrame, [("a", 0, 1), ("b", 2, 1)])
    extractor = Times(on_error="missing").fit(X)
    with pytest.warns(FailedSamplesWarning, match="1 of 2 samples"):
        features = extractor.transform(X)
    np.testing.assert_array_equal(np.isnan(features).all(axis=1), [False, True])
    _, (error,) = extractor.transform_with_errors(X)
    assert error.row == 1
    assert error.reason.startswith("a segment needs")


def test_a_bad_segment_in_a_single_column_is_found_too():
    extractor = Times(on_error="missing").fit(["a"])
    _, (error,) = extractor.transform_with_errors(["a", Segment("b", 2, 1)])
    assert error.row == 1
