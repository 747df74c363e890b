"""What every extractor owes to its base, shown on a small one made here."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import validate_data

from mmsk.base import Failure, SampleTransformer
from mmsk.exceptions import DecodeError, FailedSamplesWarning
from mmsk.io._sources import decoding, is_stored, openable
from tests.marks import POLARS_BY_NAME


class SumAndMax(SampleTransformer):
    """Sum and maximum of numbers, in memory or in a text file."""

    def __init__(self, *, n_jobs=None, on_error="raise"):
        self.n_jobs = n_jobs
        self.on_error = on_error

    def _read(self, source):
        with decoding("numbers", source):
            if is_stored(source):
                with open(openable(source)) as file:
                    source = np.array(file.read().split(), dtype=float)
            if not isinstance(source, np.ndarray):
                raise DecodeError(f"expected an array, got {type(source).__name__}")
            return source

    def _extract(self, numbers):
        if not numbers.size:
            raise ValueError("needs at least one number")
        return np.array([numbers.sum(), numbers.max()])

    def _feature_names(self):
        return ["sum", "max"]


def numbers(*values):
    return np.array(values, dtype=float)


@pytest.fixture
def paths(tmp_path):
    """Three files, of which the second is no file of numbers."""
    for name, content in (("a", "1 2"), ("b", "one two"), ("c", "5")):
        (tmp_path / f"{name}.txt").write_text(content)
    return [str(tmp_path / f"{name}.txt") for name in "abc"]


SAMPLES = [numbers(1, 2), None, numbers(5)]
FEATURES = np.array([[3, 2], [np.nan, np.nan], [5, 5]], dtype=np.float32)


# Rows


def test_each_sample_is_a_row_in_order_and_a_missing_one_is_nan():
    features = SumAndMax().fit_transform(SAMPLES)
    assert features.dtype == np.float32
    np.testing.assert_array_equal(features, FEATURES)


@pytest.mark.parametrize(
    "missing", [None, np.nan, pd.NA, pd.NaT, "", " ", [], [None]], ids=repr
)
def test_whatever_holds_nothing_is_missing(missing):
    features = SumAndMax().fit_transform([missing, numbers(1)])
    np.testing.assert_array_equal(np.isnan(features).all(axis=1), [True, False])


def test_a_column_without_any_sample_is_rows_of_nan():
    features = SumAndMax().fit_transform([None, None])
    assert features.shape == (2, 2)
    assert np.isnan(features).all()


@given(
    st.lists(st.none() | st.lists(st.integers(-9, 9), min_size=1, max_size=4), min_size=1),
    st.sampled_from([2, 3, -1]),
)
def test_workers_change_nothing(values, n_jobs):
    X = [None if value is None else numbers(*value) for value in values]
    expected = SumAndMax().fit_transform(X)
    np.testing.assert_array_equal(SumAndMax(n_jobs=n_jobs).fit_transform(X), expected)


@given(st.permutations(range(3)))
def test_a_row_does_not_depend_on_the_others(order):
    fitted = SumAndMax().fit(SAMPLES)
    shuffled = fitted.transform([SAMPLES[row] for row in order])
    np.testing.assert_array_equal(shuffled, FEATURES[order])


# Columns


WORKING = {
    "tuple": tuple,
    "pandas": pd.Series,
    "pandas with another index": lambda cells: pd.Series(cells, index=[9, 9, 9]),
    "pandas frame": lambda cells: pd.DataFrame({"x": cells}),
    "object array": lambda cells: np.array(cells, dtype=object),
    "array of one column": lambda cells: np.array(cells, dtype=object)[:, None],
    "pandas nullable": lambda cells: pd.Series(cells, dtype="string"),
    "polars": pl.Series,
    "polars frame": lambda cells: pl.DataFrame({"x": cells}),
    "arrow": lambda cells: pl.DataFrame({"x": cells}).to_arrow(),
}


@pytest.mark.parametrize("column", WORKING.values(), ids=WORKING)
def test_any_column_gives_what_the_list_gives(column, paths):
    cells = [paths[0], None, paths[2]]
    np.testing.assert_array_equal(SumAndMax().fit_transform(column(cells)), FEATURES)


def test_arrays_in_a_column_of_polars_are_samples_not_lists_of_sources():
    column = pl.Series([[1.0, 2.0], None, [5.0]])
    np.testing.assert_array_equal(SumAndMax().fit_transform(column), FEATURES)


def test_a_numeric_matrix_is_one_sample_a_row_and_a_row_of_nan_is_missing():
    X = np.array([[1.0, 2.0], [np.nan, np.nan]])
    fitted = SumAndMax().fit(X)
    assert fitted.n_features_in_ == 2
    np.testing.assert_array_equal(fitted.transform(X), FEATURES[:2])
    np.testing.assert_array_equal(fitted.transform(list(X[:1])), FEATURES[:1])
    np.testing.assert_array_equal(SumAndMax().fit(list(X)).transform(X), FEATURES[:2])
    with pytest.raises(ValueError, match="X has 1 features, but SumAndMax is expecting 2"):
        fitted.transform(X[:, :1])


@pytest.mark.parametrize(
    ("X", "kind", "message"),
    [
        ({"a": SAMPLES}, TypeError, r"got a dict\. Make a table of it"),
        ("a.txt", TypeError, r"got a single str\. Wrap it in a list"),
        (pd.DataFrame({"a": [1], "b": [2]}), ValueError, "got a table of 2 columns"),
        (sparse.csr_array((2, 2)), TypeError, "got a sparse csr_array"),
        ([], ValueError, "X has 0 samples"),
    ],
)
def test_what_is_no_column_says_what_to_do(X, kind, message):
    with pytest.raises(kind, match=message):
        SumAndMax().fit(X)
    with pytest.raises(kind, match=message):
        SumAndMax().fit(SAMPLES).transform(X)


# Several sources in a cell


def test_a_list_of_sources_is_pooled_by_mean_and_maximum():
    X = [[numbers(1, 2), None, numbers(5)], numbers(7), None]
    fitted = SumAndMax().fit(X)
    names = ["mean_sum", "mean_max", "max_sum", "max_max"]
    assert list(fitted.get_feature_names_out()) == names
    expected = np.array([[4, 3.5, 5, 5], [7, 7, 7, 7], [np.nan] * 4])
    np.testing.assert_array_equal(fitted.transform(X), expected)


def test_a_list_met_only_later_is_pooled_by_its_mean():
    fitted = SumAndMax().fit(SAMPLES)
    features = fitted.transform([[numbers(1, 2), numbers(5)], [numbers(1)]])
    np.testing.assert_array_equal(features, [[4, 3.5], [1, 1]])


def test_lists_of_one_need_no_pooling():
    names = SumAndMax().fit([[numbers(1)], [numbers(2), None]]).get_feature_names_out()
    assert list(names) == ["sum", "max"]


# Samples that cannot be read


def test_a_sample_that_cannot_be_read_is_an_error_with_row_and_source(paths):
    with pytest.raises(DecodeError, match=r"cannot read numbers from '.*b\.txt'") as info:
        SumAndMax().fit_transform(paths)
    (note,) = info.value.__notes__
    assert note == f"SumAndMax: row 1, source {paths[1]!r}"


def test_a_sample_that_cannot_be_described_is_an_error_with_row_and_source():
    with pytest.raises(ValueError, match="needs at least one number") as info:
        SumAndMax(n_jobs=2).fit_transform([numbers(1), numbers()])
    assert info.value.__notes__ == ["SumAndMax: row 1, source ndarray(0,)"]


def test_where_asked_it_is_a_row_of_nan_and_one_warning_counts_all(paths):
    extractor = SumAndMax(on_error="missing").fit(paths)
    message = r"SumAndMax: 2 of 4 .* the first is row 1: cannot read .*transform_with_errors"
    with pytest.warns(FailedSamplesWarning, match=message) as warned:
        features = extractor.transform([*paths, "absent.txt"])
    assert len(warned) == 1
    np.testing.assert_array_equal(features, [*FEATURES, [np.nan, np.nan]])


def test_missing_samples_are_no_failures():
    SumAndMax(on_error="missing").fit_transform(SAMPLES)


@pytest.mark.parametrize("on_error", ["raise", "missing"])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_failures_are_listed_with_row_source_and_reason(paths, on_error, n_jobs):
    extractor = SumAndMax(on_error=on_error, n_jobs=n_jobs).fit(paths)
    features, errors = extractor.transform_with_errors([*paths, None, [paths[0], 3]])
    np.testing.assert_array_equal(features[:3], FEATURES)
    assert np.isnan(features[3:]).all()
    assert all(isinstance(error, Failure) for error in errors)
    assert [error.row for error in errors] == [1, 4]
    assert errors[0].source == repr(paths[1])
    assert errors[0].reason.startswith("cannot read numbers from")
    assert errors[1].source.startswith("list of 2, the first ")
    assert "got int" in errors[1].reason


def test_without_failures_the_list_is_empty():
    features, errors = SumAndMax().fit(SAMPLES).transform_with_errors(SAMPLES)
    np.testing.assert_array_equal(features, FEATURES)
    assert errors == []


class OfPositive(SumAndMax):
    """Numbers that are all negative are nothing to it."""

    def _read(self, source):
        values = super()._read(source)
        return values[values > 0] if (values > 0).any() else None


def test_what_holds_nothing_to_describe_is_missing_and_no_error():
    X = [numbers(1, 2), numbers(-1), None, [numbers(-1), numbers(4)]]
    fitted = OfPositive().fit(X[:3])
    nothing = [np.nan, np.nan]
    np.testing.assert_array_equal(fitted.transform(X), [[3, 2], nothing, nothing, [4, 4]])
    _, present, errors = fitted.transform_present(X)
    assert present.tolist() == [True, False, False, True]
    assert errors == []


# As scikit-learn expects


def test_before_fit_nothing_works():
    for call in (
        lambda: SumAndMax().transform(SAMPLES),
        lambda: SumAndMax().transform_with_errors(SAMPLES),
        lambda: SumAndMax().get_feature_names_out(),
    ):
        with pytest.raises(NotFittedError, match="This SumAndMax instance is not fitted yet"):
            call()


@pytest.mark.parametrize(
    ("name", "value"), [("on_error", "ignore"), ("n_jobs", 1.5), ("n_jobs", "all")]
)
def test_a_wrong_parameter_is_named_in_fit_only(name, value):
    extractor = SumAndMax(**{name: value})
    with pytest.raises(ValueError, match=f"The '{name}' parameter of SumAndMax must be"):
        extractor.fit(SAMPLES)


def test_the_name_of_the_column_is_remembered_checked_and_forgotten(paths):
    table = pd.DataFrame({"file": paths[:1]})
    fitted = SumAndMax().fit(table)
    assert list(fitted.feature_names_in_) == ["file"]
    assert fitted.n_features_in_ == 1
    assert list(fitted.get_feature_names_out(["file"])) == ["sum", "max"]
    with pytest.raises(ValueError, match="feature names should match"):
        fitted.transform(table.rename(columns={"file": "path"}))
    with pytest.raises(ValueError, match="input_features is not equal to feature_names_in_"):
        fitted.get_feature_names_out(["path"])
    assert not hasattr(fitted.fit(SAMPLES), "feature_names_in_")


def test_pandas_output_keeps_the_index_and_polars_has_the_names(paths):
    X = pd.DataFrame({"file": [paths[0], paths[2]]}, index=["u", "v"])
    extractor = SumAndMax().set_output(transform="pandas").fit(X)
    table = extractor.transform(X)
    assert list(table.index) == ["u", "v"]
    assert list(table.columns) == ["sum", "max"]
    assert set(table.dtypes) == {np.dtype(np.float32)}
    assert extractor.set_output(transform="polars").transform(X).columns == ["sum", "max"]


@pytest.mark.parametrize("columns", ["file", ["file"]])
@pytest.mark.parametrize(
    "table", [pd.DataFrame, pytest.param(pl.DataFrame, marks=POLARS_BY_NAME)]
)
def test_it_works_in_a_column_transformer_by_name_and_by_list(paths, columns, table):
    X = table({"file": [paths[0], paths[2]], "n": [1, 2]})
    transformer = ColumnTransformer([("numbers", SumAndMax(), columns)])
    np.testing.assert_array_equal(transformer.fit_transform(X), FEATURES[[0, 2]])
    assert list(transformer.get_feature_names_out()) == ["numbers__sum", "numbers__max"]


def test_clone_and_pickle_keep_what_they_must():
    fitted = SumAndMax(on_error="missing").fit(SAMPLES)
    assert clone(fitted).get_params() == fitted.get_params()
    copy = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(copy.transform(SAMPLES), FEATURES)


class NumericShim(SumAndMax):
    """Numeric matrices only, so that scikit-learn's battery reaches fit and transform."""

    def _cells(self, X, *, reset):
        return list(validate_data(self, X, reset=reset, dtype=np.float64))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.string = True, False
        tags.input_tags.allow_nan = False
        return tags


def test_all_checks_of_scikit_learn_pass_on_numeric_rows():
    results = check_estimator(NumericShim(), on_fail=None)
    assert [r for r in results if r["status"] != "passed"] == []
    assert len(results) >= 40  # instead of the one that runs on media
