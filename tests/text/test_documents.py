"""What the three drop-in vectorizers do alike: scikit-learn's matrix of any column."""

import inspect
import pickle
import re
from collections import defaultdict
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
import skops.io
from hypothesis import given
from hypothesis import strategies as st
from numpydoc.docscrape import ClassDoc
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction import text as sklearn_text
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_is_fitted, validate_data

from mmsk import text
from mmsk.exceptions import DecodeError
from tests.marks import POLARS_BY_NAME

DOCUMENTS = ["the red car", "a blue car", "the red red rose", "Été à la mer, l'été"]
VECTORIZERS = ["CountVectorizer", "HashingVectorizer", "TfidfVectorizer"]
COLUMNS = {
    "list": list,
    "tuple": tuple,
    "generator": iter,
    "object array": lambda documents: np.array(documents, dtype=object),
    "string array": np.array,
    "array of one column": lambda documents: np.array(documents, dtype=object)[:, None],
    "pandas": pd.Series,
    "pandas nullable": lambda documents: pd.Series(documents, dtype="string"),
    "pandas of pyarrow": lambda documents: pd.Series(documents, dtype="string[pyarrow]"),
    "pandas category": lambda documents: pd.Series(documents, dtype="category"),
    "pandas frame": lambda documents: pd.DataFrame({"text": documents}),
    "polars": pl.Series,
    "polars frame": lambda documents: pl.DataFrame({"text": documents}),
    "arrow table": lambda documents: pl.DataFrame({"text": documents}).to_arrow(),
}


def assert_same_matrix(matrix, expected):
    assert type(matrix) is type(expected)
    assert matrix.dtype == expected.dtype
    assert matrix.shape == expected.shape
    assert matrix.indices.dtype == expected.indices.dtype
    matrix, expected = matrix.sorted_indices(), expected.sorted_indices()
    np.testing.assert_array_equal(matrix.indptr, expected.indptr)
    np.testing.assert_array_equal(matrix.indices, expected.indices)
    np.testing.assert_allclose(matrix.data, expected.data, rtol=1e-12)


@pytest.fixture(params=VECTORIZERS)
def name(request):
    return request.param


@pytest.fixture
def ours(name):
    return _maker(text, name)


@pytest.fixture
def theirs(name):
    return _maker(sklearn_text, name)


def _maker(module, name):
    few = {"n_features": 64} if name == "HashingVectorizer" else {}
    return partial(getattr(module, name), **few)


# A drop-in


@pytest.mark.parametrize("name", VECTORIZERS)
@given(documents=st.lists(st.text("abÉß1_ ,\n語", max_size=20), min_size=1, max_size=6))
def test_whatever_the_text_it_equals_scikit_learn_in_result_and_error(name, documents):
    ours, theirs = _maker(text, name)(), _maker(sklearn_text, name)()
    try:
        expected = theirs.fit_transform(documents)
    except ValueError as error:
        with pytest.raises(ValueError, match=f"^{re.escape(str(error))}$"):
            ours.fit_transform(documents)
    else:
        assert_same_matrix(ours.fit_transform(documents), expected)


def test_fit_then_transform_equals_fit_transform(ours):
    fitted = ours().fit(DOCUMENTS)
    both = ours().fit_transform(DOCUMENTS)
    np.testing.assert_array_equal(fitted.transform(DOCUMENTS).toarray(), both.toarray())


def test_parameters_and_defaults_begin_with_those_of_scikit_learn(ours, theirs):
    mine = inspect.signature(ours.func).parameters
    known = inspect.signature(theirs.func).parameters
    assert list(mine) == [*known, "missing", "sparse_output", "n_jobs"]
    assert all(mine[parameter] == known[parameter] for parameter in known)


def test_methods_have_the_arguments_of_scikit_learn(ours, theirs):
    for method in ("fit", "fit_transform", "transform"):
        mine = inspect.signature(getattr(ours.func, method)).parameters
        assert list(mine) == list(inspect.signature(getattr(theirs.func, method)).parameters)
    documents = list(mine)[1]
    matrix = ours().fit_transform(**{documents: DOCUMENTS}, y=None)
    again = ours().fit(**{documents: DOCUMENTS}, y=None).transform(**{documents: DOCUMENTS})
    np.testing.assert_array_equal(again.toarray(), matrix.toarray())


def test_bytes_are_decoded_as_scikit_learn_decodes_them(ours, theirs):
    documents = [document.encode("latin-1") for document in DOCUMENTS]
    matrix = ours(encoding="latin-1").fit_transform(documents)
    assert_same_matrix(matrix, theirs().fit_transform(DOCUMENTS))
    with pytest.raises(UnicodeDecodeError):
        ours().fit_transform(documents)


def test_a_single_string_raises_as_in_scikit_learn(ours):
    message = "Iterable over raw text documents expected, string object received"
    for method in ("fit", "fit_transform"):
        with pytest.raises(ValueError, match=message):
            getattr(ours(), method)("one document")
    with pytest.raises(ValueError, match=message):
        ours().fit(DOCUMENTS).transform("one document")


# Columns


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_any_column_gives_what_the_list_gives(ours, theirs, column):
    mine, known = ours(), theirs()
    assert_same_matrix(mine.fit_transform(column(DOCUMENTS)), known.fit_transform(DOCUMENTS))
    assert_same_matrix(mine.transform(column(DOCUMENTS[:2])), known.transform(DOCUMENTS[:2]))
    assert mine.n_features_in_ == 1


def test_path_objects_are_read_and_strings_are_not(ours, theirs, tmp_path):
    file = tmp_path / "red.txt"
    file.write_bytes(b"\xef\xbb\xbfthe red car")
    matrix = ours().fit_transform([file, "a blue car", str(file)])
    expected = theirs().fit_transform(["the red car", "a blue car", str(file)])
    assert_same_matrix(matrix, expected)


def test_a_path_that_cannot_be_read_is_named(ours):
    with pytest.raises(DecodeError, match=r"cannot read a text from 'absent\.txt'"):
        ours().fit_transform(["a car", Path("absent.txt")])


def test_files_by_name_and_open_files_are_read_as_in_scikit_learn(ours, theirs, tmp_path):
    paths = [tmp_path / f"{number}.txt" for number in range(len(DOCUMENTS))]
    for path, document in zip(paths, DOCUMENTS, strict=True):
        path.write_text(document, encoding="utf-8")
    expected = theirs().fit_transform(DOCUMENTS)
    assert_same_matrix(ours(input="filename").fit_transform(paths), expected)
    files = [path.open("rb") for path in paths]
    try:
        assert_same_matrix(ours(input="file").fit_transform(files), expected)
    finally:
        for file in files:
            file.close()


def test_lists_of_tokens_reach_a_callable_analyzer_empty_ones_too(ours, theirs):
    documents = [["red", "car"], [], ["car"]]
    matrix = ours(analyzer=list).fit_transform(documents)
    assert_same_matrix(matrix, theirs(analyzer=list).fit_transform(documents))


@pytest.mark.parametrize(
    ("X", "kind", "message"),
    [
        (pd.DataFrame({"a": ["x"], "b": ["y"]}), ValueError, "got a table of 2 columns"),
        (np.array([["x", "y"]]), ValueError, "got an array of 2 columns"),
        ({"a": ["x"]}, TypeError, "got a dict"),
        (b"one document", TypeError, "got a single bytes"),
    ],
)
def test_what_is_no_column_says_so(ours, X, kind, message):
    with pytest.raises(kind, match=message):
        ours().fit(X)


def test_the_name_of_a_column_is_remembered_and_forgotten_by_the_next_fit(ours):
    vectorizer = ours().fit(pd.DataFrame({"title": DOCUMENTS}))
    assert list(vectorizer.feature_names_in_) == ["title"]
    with pytest.raises(ValueError, match="feature names should match"):
        vectorizer.transform(pd.DataFrame({"caption": DOCUMENTS}))
    assert not hasattr(vectorizer.fit(DOCUMENTS), "feature_names_in_")


# Missing documents


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_missing_documents_are_an_error_that_names_their_rows(ours, column):
    with pytest.raises(ValueError, match=r"2 missing documents .* in rows 1, 3\. .*'empty'"):
        ours().fit_transform(column(["a car", None, "two", None]))


@pytest.mark.parametrize("missing", [None, np.nan, float("nan"), pd.NA, pd.NaT], ids=repr)
def test_whatever_is_missing_is_an_error_in_transform_too(ours, missing):
    with pytest.raises(ValueError, match="1 missing documents"):
        ours().fit(DOCUMENTS).transform([*DOCUMENTS, missing])


def test_only_the_first_ten_missing_rows_are_named(ours):
    with pytest.raises(ValueError, match=r"12 missing .* 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …\. "):
        ours().fit_transform([None] * 12)


@pytest.mark.parametrize("kind", ["content", "filename", "file"])
def test_missing_documents_count_as_empty_ones_where_asked(ours, kind):
    vectorizer = ours(missing="empty").fit(DOCUMENTS).set_params(input=kind)
    assert vectorizer.transform([None, np.nan]).nnz == 0


def test_missing_equals_empty(ours, theirs):
    matrix = ours(missing="empty").fit_transform(["a red car", None, "the car"])
    assert_same_matrix(matrix, theirs().fit_transform(["a red car", "", "the car"]))


def test_numbers_and_lists_among_texts_are_read_as_text(ours, theirs):
    matrix = ours().fit_transform(["a red car 7", 77, ["a car", "in red"], np.float64(3.25)])
    texts = ["a red car 7", "77", "a car\nin red", "3.25"]
    assert_same_matrix(matrix, theirs().fit_transform(texts))


def test_a_document_that_is_no_text_is_named_with_its_row(ours):
    with pytest.raises(TypeError, match=r"must be text, got dict in row 1: \{'a': 1\}"):
        ours().fit_transform(["a red car", {"a": 1}])


def test_a_list_without_text_is_a_missing_document(ours):
    with pytest.raises(ValueError, match=r"2 missing documents .* in rows 1, 2\."):
        ours().fit_transform(["a car", [], [None]])


def test_an_analyzer_of_ones_own_may_take_anything(ours):
    matrix = ours(analyzer=lambda words: words).fit_transform([["a", "b"], ["a"], []])
    assert matrix.shape[0] == 3


@pytest.mark.parametrize(("parameter", "value"), [("missing", "drop"), ("sparse_output", 2)])
def test_a_wrong_parameter_is_named(ours, name, parameter, value):
    with pytest.raises(ValueError, match=f"The '{parameter}' parameter of {name} must be"):
        ours(**{parameter: value}).fit(DOCUMENTS)


# Output


def test_dense_output_is_the_same_matrix_as_an_array(ours):
    dense = ours(sparse_output=False).fit_transform(DOCUMENTS)
    sparse = ours().fit_transform(DOCUMENTS)
    assert issparse(sparse)
    assert isinstance(dense, np.ndarray)
    assert dense.dtype == sparse.dtype
    np.testing.assert_array_equal(dense, sparse.toarray())


def test_pandas_output_has_names_and_keeps_the_index(ours):
    column = pd.DataFrame({"text": DOCUMENTS}, index=list("wxyz"))
    vectorizer = ours(sparse_output=False).set_output(transform="pandas")
    for table in (vectorizer.fit_transform(column), vectorizer.transform(column)):
        assert list(table.columns) == list(vectorizer.get_feature_names_out())
        assert list(table.index) == list("wxyz")


def test_polars_output_has_names(ours):
    vectorizer = ours(sparse_output=False).set_output(transform="polars")
    table = vectorizer.fit_transform(pl.Series(DOCUMENTS))
    assert table.columns == list(vectorizer.get_feature_names_out())


def test_a_sparse_matrix_cannot_become_a_table(ours):
    vectorizer = ours().set_output(transform="pandas")
    vectorizer.fit(DOCUMENTS)
    with pytest.raises(ValueError, match="outputs a scipy sparse matrix"):
        vectorizer.transform(DOCUMENTS)


# Among other estimators


def test_it_works_in_a_pipeline_which_knows_its_number_of_columns(ours):
    frame = pd.DataFrame({"text": DOCUMENTS})
    pipeline = Pipeline([("text", ours()), ("model", LogisticRegression())])
    pipeline.fit(frame, [0, 1, 0, 1])
    assert pipeline.n_features_in_ == 1
    assert list(pipeline.feature_names_in_) == ["text"]


@pytest.mark.parametrize(
    "table", [pd.DataFrame, pytest.param(pl.DataFrame, marks=POLARS_BY_NAME)]
)
def test_it_works_in_a_column_transformer_by_name_and_by_list(ours, table):
    X = table({"title": DOCUMENTS, "body": DOCUMENTS[::-1]})
    columns = ColumnTransformer(
        [
            ("title", ours(sparse_output=False), "title"),
            ("body", ours(sparse_output=False), ["body"]),
        ]
    ).set_output(transform="pandas")
    found = columns.fit_transform(X)
    title, body = (found.filter(regex=f"^{part}__").to_numpy() for part in ("title", "body"))
    np.testing.assert_array_equal(title, body[::-1])


def test_it_works_in_a_union_and_a_search_and_after_clone(ours):
    union = FeatureUnion([("words", ours()), ("characters", ours(analyzer="char"))])
    pipeline = Pipeline([("union", union), ("model", LogisticRegression())])
    search = GridSearchCV(pipeline, {"union__words__missing": ["raise", "empty"]}, cv=2)
    search.fit(DOCUMENTS * 2, [0, 1] * 4)
    assert clone(search.best_estimator_).get_params()["union__words__sparse_output"] is True


def test_it_survives_pickle_and_skops(ours):
    column = pd.DataFrame({"text": DOCUMENTS})
    fitted = ours(sparse_output=False).fit(column)
    archive = skops.io.dumps(fitted)
    trusted = [f"{ours.func.__module__}.{ours.func.__name__}"]
    assert skops.io.get_untrusted_types(data=archive) == trusted
    for again in (pickle.loads(pickle.dumps(fitted)), skops.io.loads(archive, trusted=trusted)):
        check_is_fitted(again)
        np.testing.assert_array_equal(again.transform(column), fitted.transform(column))


class NumbersAsWords:
    """Left of a vectorizer: lets scikit-learn's battery for numbers reach fit and transform."""

    def _documents(self, X, *, reset):
        X = validate_data(self, X, reset=reset, dtype=np.float64)
        documents = [" ".join(f"w{j}_{v * 4:.0f}" for j, v in enumerate(row)) for row in X]
        return self._present(documents)

    def transform(self, X):
        check_is_fitted(self)
        return super().transform(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.string = True, False
        tags._skip_test = False
        return tags


class CountsNumbers(NumbersAsWords, text.CountVectorizer): ...


class HashesNumbers(NumbersAsWords, text.HashingVectorizer): ...


class WeighsNumbers(NumbersAsWords, text.TfidfVectorizer): ...


@pytest.mark.parametrize(
    "shim", [CountsNumbers(), HashesNumbers(n_features=64), WeighsNumbers()], ids=repr
)
def test_all_checks_of_scikit_learn_pass_on_numbers_written_as_words(shim):
    results = check_estimator(shim, on_fail=None)
    assert [r for r in results if r["status"] != "passed"] == []
    assert len(results) >= 40  # instead of the one that runs on text


def test_a_parameter_of_several_vectorizers_is_documented_in_the_same_words():
    said = defaultdict(set)
    for name in VECTORIZERS:
        for parameter in ClassDoc(getattr(text, name))["Parameters"]:
            said[parameter.name].add((parameter.type, *parameter.desc))
    differ = {name for name, words in said.items() if len(words) > 1}
    assert differ == {"dtype", "missing"}  # another default; the hasher learns nothing
