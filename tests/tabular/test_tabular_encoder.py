"""TabularEncoder takes tables of any maker, refuses what it must, and fits in with others."""

import datetime as dt
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import check_estimator

from mmsk.tabular import TabularEncoder

COLUMNS = {
    "size": [1, 2, None, 4],
    "price": ["1", "2.5", " ", None],
    "new": [True, False, None, True],
    "colour": ["red", "blue", None, "red"],
    "born": [dt.date(2024, 1, 1), dt.date(2023, 6, 5), None, dt.date(2020, 2, 29)],
    "seen": [
        dt.datetime(2024, 1, 1, 6),
        None,
        dt.datetime(2023, 6, 5),
        dt.datetime(1965, 6, 5),
    ],
    "sold": ["2024-01-01", "2024-01-02T12:00+02:00", None, "2024-01-01"],
    "nothing": [None, None, None, None],
    "shelf": ["1", "a", "2", None],
    "took": [dt.timedelta(hours=1), None, dt.timedelta(0), dt.timedelta(days=1)],
    "opens": [dt.time(1), None, dt.time(2), dt.time(23, 59)],
}


# scikit-learn's battery


def test_all_checks_of_scikit_learn_pass_and_none_is_skipped():
    results = check_estimator(TabularEncoder(), on_fail=None)
    assert [r for r in results if r["status"] != "passed"] == []
    assert len(results) >= 40  # 45 in scikit-learn 1.9


@pytest.mark.parametrize(
    "name",
    [
        "check_dataframe_column_names_consistency",
        "check_transformer_get_feature_names_out",
        "check_transformer_get_feature_names_out_pandas",
        "check_set_output_transform",
        "check_set_output_transform_pandas",
        "check_set_output_transform_polars",
        "check_global_output_transform_pandas",
        "check_global_set_output_transform_polars",
        "check_get_feature_names_out_error",
        "check_param_validation",
        "check_readonly_memmap_input",
    ],
)
@pytest.mark.filterwarnings("ignore:X (has|does not have valid) feature names")
def test_checks_that_scikit_learn_keeps_for_itself_pass(name):
    check = getattr(estimator_checks, name, None)
    if check is None:
        pytest.skip(f"this scikit-learn has no {name}")
    check("TabularEncoder", TabularEncoder())


# Tables


@pytest.mark.parametrize("name", [name for name in COLUMNS if name != "nothing"])
@pytest.mark.parametrize("nothing", [None, np.nan, pd.NaT, pd.NA, " "], ids=repr)
def test_a_column_of_any_kind_may_be_missing_everywhere_later(name, nothing):
    encoder = TabularEncoder().fit(pd.DataFrame({name: COLUMNS[name]}))
    features = encoder.transform(pd.DataFrame({name: [nothing, nothing]}))
    assert features.shape == (2, len(encoder.get_feature_names_out()))
    missing = list(encoder.get_feature_names_out()).index(f"{name}__missing")
    np.testing.assert_array_equal(features[:, missing], [1.0, 1.0])
    assert not np.isnan(features).any()


TABLES = {
    "polars": pl.DataFrame(COLUMNS),
    "nullable pandas": pd.DataFrame(COLUMNS).convert_dtypes(),
    "pandas of pyarrow": pd.DataFrame(COLUMNS).convert_dtypes(dtype_backend="pyarrow"),
    "pandas of objects": pd.DataFrame(COLUMNS).astype(object),
    "arrow": pl.DataFrame(COLUMNS).to_arrow(),
    "object array": np.array(list(zip(*COLUMNS.values(), strict=True)), dtype=object),
    "list of rows": list(zip(*COLUMNS.values(), strict=True)),
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_any_table_gives_what_pandas_gives(table):
    pandas = pd.DataFrame(COLUMNS)
    encoder = TabularEncoder().fit(pandas)
    other = TabularEncoder().fit(table)
    np.testing.assert_array_equal(other.transform(table), encoder.transform(pandas))
    np.testing.assert_array_equal(
        other.get_feature_names_out(list(COLUMNS)), encoder.get_feature_names_out()
    )


@pytest.mark.parametrize(
    "column",
    [
        ["a", "b", None],
        ("a", "b", None),
        np.array(["a", "b", None], dtype=object),
        pd.Series(["a", "b", None], name="x0"),
        pd.Series(["a", "b", None], dtype="category", name="x0"),
        pl.Series("x0", ["a", "b", None]),
        pl.Series("x0", ["a", "b", None], dtype=pl.Categorical),
        pl.Series("x0", ["a", "b", None], dtype=pl.Enum(["a", "b"])),
        pd.DataFrame({"x0": ["a", "b", None]}),
    ],
    ids=lambda column: type(column).__name__,
)
def test_one_column_is_a_table_too(column):
    encoder = TabularEncoder()
    np.testing.assert_array_equal(encoder.fit_transform(column), np.eye(3))
    assert list(encoder.get_feature_names_out()) == ["x0=a", "x0=b", "x0__missing"]
    assert encoder.n_features_in_ == 1


def test_an_array_of_dates_is_a_table():
    days = np.array([["2024-01-01", "2023-01-01"], ["2024-01-02", "NaT"]], "datetime64[D]")
    encoder = TabularEncoder().fit(days)
    assert "x1__missing" in encoder.get_feature_names_out()
    assert encoder.columns_[0]["kind"] == "date"


def test_columns_may_have_numbers_for_names():
    table = pd.DataFrame([[1, "a"], [2, "b"]], columns=[7, 8])
    encoder = TabularEncoder().fit(table)
    assert list(encoder.get_feature_names_out()) == ["x0", "x1=a", "x1=b"]
    assert not hasattr(encoder, "feature_names_in_")


def test_the_input_is_left_as_it_was():
    table = pd.DataFrame(COLUMNS)
    before = table.copy(deep=True)
    TabularEncoder().fit_transform(table)
    pd.testing.assert_frame_equal(table, before)


# Errors


@pytest.mark.parametrize(
    ("cells", "later", "message"),
    [
        ([1, 2], [1, "many"], "held numbers in fit, but row 1 now holds 'many'"),
        ([1, 2], [dt.date(2024, 1, 1)], "held numbers in fit, but row 0 now holds"),
        (["2024-01-01"], [None, "soon"], "held dates in fit, but row 1 now holds 'soon'"),
        (["2024-01-01"], [3.5], r"held dates in fit, but row 0 now holds 3\.5"),
        (["a", "b"], ["a", 3], "held categories in fit, but row 1 now holds 3"),
        (["a", "b"], [dt.date(2024, 1, 1)], "held categories in fit, but row 0 now holds"),
    ],
)
def test_a_column_that_changed_its_kind_says_what_to_do(cells, later, message):
    encoder = TabularEncoder().fit([["id", cell] for cell in cells])
    with pytest.raises(ValueError, match=f"column 'x1' {message}.* Convert it to what it was"):
        encoder.transform([["id", cell] for cell in later])


@pytest.mark.parametrize(
    "cell", [{"a": 1}, b"bytes", 1 + 2j, np.zeros(2), ["a", "b"]], ids=repr
)
@pytest.mark.parametrize("fitted", [False, True])
def test_a_cell_that_no_kind_takes_is_named(cell, fitted):
    encoder = TabularEncoder().fit(pd.DataFrame({"x": ["a", "b"]}))
    table = pd.DataFrame({"x": pd.Series(["a", cell], dtype=object)})
    kind = type(cell).__name__
    with pytest.raises(TypeError, match=f"column 'x' holds a {kind} in row 1"):
        encoder.transform(table) if fitted else encoder.fit(table)


def test_columns_of_one_name_are_refused():
    table = pd.DataFrame([[1, 2, 3]], columns=["a", "b", "a"])
    with pytest.raises(ValueError, match="several columns of X are named 'a'"):
        TabularEncoder().fit(table)


def test_features_of_one_name_are_refused():
    table = pd.DataFrame({"age": [1, None], "age__missing": [0, 1]})
    with pytest.raises(ValueError, match="several features would be named 'age__missing'"):
        TabularEncoder().fit(table)


@pytest.mark.parametrize(
    ("X", "kind", "message"),
    [
        ({"a": [1]}, TypeError, r"got a dict\. Make a table of it"),
        ("a word", TypeError, "got a str"),
        ([], ValueError, r"0 sample\(s\)"),
        (pd.DataFrame({"a": []}), ValueError, "at least one row and one column"),
        (pd.DataFrame(index=[0, 1]), ValueError, "at least one row and one column"),
        (np.zeros((2, 2, 2)), ValueError, "dim 3"),
        (np.zeros(3), ValueError, "Expected 2D array"),
    ],
)
def test_what_is_no_table_says_so(X, kind, message):
    with pytest.raises(kind, match=message):
        TabularEncoder().fit(X)


def test_another_table_than_in_fit_is_refused():
    encoder = TabularEncoder().fit(pd.DataFrame(COLUMNS))
    with pytest.raises(ValueError, match="feature names should match"):
        encoder.transform(pd.DataFrame(COLUMNS).rename(columns={"size": "weight"}))
    with pytest.raises(ValueError, match="X has 2 features, but TabularEncoder is expecting 1"):
        TabularEncoder().fit([["a"]]).transform([["a", "b"]])


def test_transform_before_fit_is_refused():
    with pytest.raises(NotFittedError):
        TabularEncoder().transform([1, 2])


# Among other estimators


def test_tables_out_have_names_and_pandas_keeps_its_index():
    table = pd.DataFrame({"size": [1, None], "colour": ["r", "b"]}, index=["u", "v"])
    encoder = TabularEncoder().set_output(transform="pandas").fit(table)
    out = encoder.transform(table)
    assert list(out.index) == ["u", "v"]
    assert list(out.columns) == ["size", "size__missing", "colour=b", "colour=r"]
    assert set(out.dtypes) == {np.dtype(np.float32)}
    assert encoder.set_output(transform="polars").transform(table).columns == list(out.columns)


def test_it_works_in_a_pipeline_and_a_column_transformer():
    table = pd.DataFrame(COLUMNS)
    columns = ColumnTransformer([("all", TabularEncoder(), list(COLUMNS)),
                                 ("one", TabularEncoder(), "colour")])  # fmt: skip
    model = make_pipeline(columns, LogisticRegression()).fit(table, [0, 1, 0, 1])
    assert model.predict(table).shape == (4,)


def test_it_survives_pickle_and_skops():
    skops = pytest.importorskip("skops.io")
    table = pd.DataFrame(COLUMNS)
    fitted = TabularEncoder().fit(table)
    archive = skops.dumps(fitted)
    trusted = ["mmsk.tabular._tabular_encoder.TabularEncoder"]
    assert skops.get_untrusted_types(data=archive) == trusted
    for copy in (pickle.loads(pickle.dumps(fitted)), skops.loads(archive, trusted=trusted)):
        np.testing.assert_array_equal(copy.transform(table), fitted.transform(table))
