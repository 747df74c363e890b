"""TfidfVectorizer equals scikit-learn's, and takes any column of documents besides."""

import inspect
import pickle
import re
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer as SklearnTfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.fixes import parse_version
from sklearn.utils.validation import check_is_fitted, validate_data

from mmsk.exceptions import DecodeError
from mmsk.text import TfidfVectorizer

DOCUMENTS = ["the red car", "a blue car", "the red red rose", "Été à la mer, l'été"]
SETTINGS = [
    {},
    {"sublinear_tf": True, "norm": "l1", "smooth_idf": False},
    {"analyzer": "char_wb", "ngram_range": (1, 3)},
    {"max_features": 3, "min_df": 1, "max_df": 0.9},
    {"use_idf": False, "norm": None, "binary": True, "dtype": np.float32},
    {"stop_words": "english", "strip_accents": "unicode", "lowercase": False},
    {"vocabulary": ["car", "rose"]},
    {"analyzer": str.split},
]
POLARS_BY_NAME = pytest.mark.skipif(
    parse_version(sklearn.__version__) < parse_version("1.9"),
    reason="scikit-learn cannot select from polars by name",
)
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
    np.testing.assert_array_equal(matrix.indptr, expected.indptr)
    np.testing.assert_array_equal(matrix.indices, expected.indices)
    np.testing.assert_array_equal(matrix.data, expected.data)


# A drop-in


@pytest.mark.parametrize("settings", SETTINGS)
def test_matrix_and_terms_are_those_of_scikit_learn(settings):
    ours, theirs = TfidfVectorizer(**settings), SklearnTfidfVectorizer(**settings)
    assert_same_matrix(ours.fit_transform(DOCUMENTS), theirs.fit_transform(DOCUMENTS))
    assert_same_matrix(ours.transform(DOCUMENTS[::-1]), theirs.transform(DOCUMENTS[::-1]))
    assert ours.vocabulary_ == theirs.vocabulary_
    np.testing.assert_array_equal(ours.get_feature_names_out(), theirs.get_feature_names_out())


@given(st.lists(st.text("abÉß1_ ,\n語", max_size=20), min_size=1, max_size=6))
def test_whatever_the_text_it_equals_scikit_learn_in_result_and_error(documents):
    ours, theirs = TfidfVectorizer(), SklearnTfidfVectorizer()
    try:
        expected = theirs.fit_transform(documents)
    except ValueError as error:
        with pytest.raises(ValueError, match=f"^{re.escape(str(error))}$"):
            ours.fit_transform(documents)
    else:
        assert_same_matrix(ours.fit_transform(documents), expected)


def test_fit_then_transform_equals_fit_transform():
    fitted = TfidfVectorizer().fit(DOCUMENTS)
    both = TfidfVectorizer().fit_transform(DOCUMENTS)
    np.testing.assert_array_equal(fitted.transform(DOCUMENTS).toarray(), both.toarray())


def test_parameters_and_defaults_begin_with_those_of_scikit_learn():
    ours = inspect.signature(TfidfVectorizer).parameters
    theirs = inspect.signature(SklearnTfidfVectorizer).parameters
    assert list(ours) == [*theirs, "missing", "sparse_output"]
    assert all(ours[name] == theirs[name] for name in theirs)
    assert ours.keys() == TfidfVectorizer._parameter_constraints.keys()


def test_documents_may_be_given_by_the_keyword_of_scikit_learn():
    vectorizer = TfidfVectorizer()
    matrix = vectorizer.fit_transform(raw_documents=DOCUMENTS, y=None)
    again = vectorizer.fit(raw_documents=DOCUMENTS, y=None).transform(raw_documents=DOCUMENTS)
    np.testing.assert_array_equal(again.toarray(), matrix.toarray())


def test_bytes_are_decoded_as_scikit_learn_decodes_them():
    documents = [text.encode("latin-1") for text in DOCUMENTS]
    ours = TfidfVectorizer(encoding="latin-1").fit_transform(documents)
    assert_same_matrix(ours, SklearnTfidfVectorizer().fit_transform(DOCUMENTS))
    with pytest.raises(UnicodeDecodeError):
        TfidfVectorizer().fit(documents)


def test_idf_given_without_fit_works_as_in_scikit_learn():
    ours, theirs = (
        cls(vocabulary=["car", "red"]) for cls in (TfidfVectorizer, SklearnTfidfVectorizer)
    )
    ours.idf_ = theirs.idf_ = np.array([1.0, 2.0])
    assert_same_matrix(ours.transform(DOCUMENTS), theirs.transform(DOCUMENTS))
    frame = pd.DataFrame({"text": DOCUMENTS})
    assert_same_matrix(ours.transform(frame), theirs.transform(DOCUMENTS))


def test_a_single_string_raises_as_in_scikit_learn():
    message = "Iterable over raw text documents expected, string object received"
    with pytest.raises(ValueError, match=message):
        TfidfVectorizer().fit("one document")
    with pytest.raises(ValueError, match=message):
        TfidfVectorizer().fit(DOCUMENTS).transform("one document")


def test_transform_before_fit_raises_as_in_scikit_learn():
    for X in (DOCUMENTS, pd.DataFrame({"text": DOCUMENTS})):
        with pytest.raises(NotFittedError, match="The TF-IDF vectorizer is not fitted"):
            TfidfVectorizer().transform(X)
    with pytest.raises(NotFittedError, match="Vocabulary not fitted or provided"):
        TfidfVectorizer().get_feature_names_out()


# Columns


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_any_column_gives_what_the_list_gives(column):
    ours, theirs = TfidfVectorizer(), SklearnTfidfVectorizer()
    assert_same_matrix(ours.fit_transform(column(DOCUMENTS)), theirs.fit_transform(DOCUMENTS))
    assert_same_matrix(ours.transform(column(DOCUMENTS[:2])), theirs.transform(DOCUMENTS[:2]))
    assert ours.n_features_in_ == 1


def test_path_objects_are_read_and_strings_are_not(tmp_path):
    file = tmp_path / "red.txt"
    file.write_bytes(b"\xef\xbb\xbfthe red car")
    vectorizer = TfidfVectorizer().fit([file, "a blue car", str(file)])
    assert {"red", "blue", "txt"} <= vectorizer.vocabulary_.keys()


def test_a_path_that_cannot_be_read_is_named():
    with pytest.raises(DecodeError, match=r"cannot read a text from 'absent\.txt'"):
        TfidfVectorizer().fit(["a car", Path("absent.txt")])


def test_files_by_name_and_open_files_are_read_as_in_scikit_learn(tmp_path):
    paths = [tmp_path / f"{number}.txt" for number in range(len(DOCUMENTS))]
    for path, text in zip(paths, DOCUMENTS, strict=True):
        path.write_text(text, encoding="utf-8")
    expected = SklearnTfidfVectorizer().fit_transform(DOCUMENTS)
    assert_same_matrix(TfidfVectorizer(input="filename").fit_transform(paths), expected)
    files = [path.open("rb") for path in paths]
    try:
        assert_same_matrix(TfidfVectorizer(input="file").fit_transform(files), expected)
    finally:
        for file in files:
            file.close()


def test_lists_of_tokens_reach_a_callable_analyzer_empty_ones_too():
    documents = [["red", "car"], [], ["car"]]
    ours = TfidfVectorizer(analyzer=list).fit_transform(documents)
    assert_same_matrix(ours, SklearnTfidfVectorizer(analyzer=list).fit_transform(documents))


@pytest.mark.parametrize(
    ("X", "kind", "message"),
    [
        (pd.DataFrame({"a": ["x"], "b": ["y"]}), ValueError, "got a table of 2 columns"),
        (np.array([["x", "y"]]), ValueError, "got an array of 2 columns"),
        ({"a": ["x"]}, TypeError, "got a dict"),
        (b"one document", TypeError, "got a single bytes"),
    ],
)
def test_what_is_no_column_says_so(X, kind, message):
    with pytest.raises(kind, match=message):
        TfidfVectorizer().fit(X)


def test_the_name_of_a_column_is_remembered_and_forgotten_by_the_next_fit():
    vectorizer = TfidfVectorizer().fit(pd.DataFrame({"title": DOCUMENTS}))
    assert list(vectorizer.feature_names_in_) == ["title"]
    with pytest.raises(ValueError, match="feature names should match"):
        vectorizer.transform(pd.DataFrame({"caption": DOCUMENTS}))
    assert not hasattr(vectorizer.fit(DOCUMENTS), "feature_names_in_")


# Missing documents


@pytest.mark.parametrize(
    "column",
    [
        ["a car", None, "two", np.nan],
        ("a car", float("nan"), "two", pd.NA),
        np.array(["a car", None, "two", None], dtype=object),
        pd.Series(["a car", None, "two", None]),
        pd.Series(["a car", None, "two", None], dtype="string"),
        pd.Series(["a car", None, "two", None], dtype="category"),
        pl.Series(["a car", None, "two", None]),
        pd.DataFrame({"text": ["a car", None, "two", None]}),
        iter(["a car", None, "two", None]),
    ],
    ids=lambda column: type(column).__name__,
)
def test_missing_documents_are_an_error_that_names_their_rows(column):
    with pytest.raises(ValueError, match=r"2 missing documents .* in rows 1, 3\. .*'empty'"):
        TfidfVectorizer().fit(column)


def test_missing_documents_are_an_error_in_transform_too():
    with pytest.raises(ValueError, match="1 missing documents"):
        TfidfVectorizer().fit(DOCUMENTS).transform([*DOCUMENTS, None])


def test_only_the_first_ten_missing_rows_are_named():
    with pytest.raises(ValueError, match=r"12 missing .* 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …\. "):
        TfidfVectorizer().fit([None] * 12)


@pytest.mark.parametrize("kind", ["content", "filename", "file"])
def test_missing_documents_count_as_empty_ones_where_asked(kind):
    absent = [None, np.nan]
    ours = TfidfVectorizer(missing="empty", input=kind, vocabulary=["car"])
    np.testing.assert_array_equal(ours.fit_transform(absent).toarray(), [[0.0], [0.0]])


def test_missing_equals_empty():
    ours = TfidfVectorizer(missing="empty").fit_transform(["a red car", None, "the car"])
    theirs = SklearnTfidfVectorizer().fit_transform(["a red car", "", "the car"])
    assert_same_matrix(ours, theirs)


@pytest.mark.parametrize(("name", "value"), [("missing", "drop"), ("sparse_output", "yes")])
def test_a_wrong_parameter_is_named(name, value):
    with pytest.raises(ValueError, match=f"The '{name}' parameter of TfidfVectorizer must be"):
        TfidfVectorizer(**{name: value}).fit(DOCUMENTS)


# Output


def test_dense_output_is_the_same_matrix_as_an_array():
    dense = TfidfVectorizer(sparse_output=False).fit_transform(DOCUMENTS)
    sparse = TfidfVectorizer().fit_transform(DOCUMENTS)
    assert issparse(sparse)
    assert isinstance(dense, np.ndarray)
    np.testing.assert_array_equal(dense, sparse.toarray())


def test_pandas_output_has_the_terms_as_columns_and_keeps_the_index():
    column = pd.DataFrame({"text": DOCUMENTS}, index=list("wxyz"))
    vectorizer = TfidfVectorizer(sparse_output=False).set_output(transform="pandas")
    for table in (vectorizer.fit_transform(column), vectorizer.transform(column)):
        assert list(table.columns) == list(vectorizer.get_feature_names_out())
        assert list(table.index) == list("wxyz")


def test_polars_output_has_the_terms_as_columns():
    vectorizer = TfidfVectorizer(sparse_output=False).set_output(transform="polars")
    table = vectorizer.fit_transform(pl.Series(DOCUMENTS))
    assert table.columns == list(vectorizer.get_feature_names_out())


def test_a_sparse_matrix_cannot_become_a_table():
    vectorizer = TfidfVectorizer().set_output(transform="pandas")
    vectorizer.fit(DOCUMENTS)
    with pytest.raises(ValueError, match="outputs a scipy sparse matrix"):
        vectorizer.transform(DOCUMENTS)


# Among other estimators


def test_it_works_in_a_pipeline_which_knows_its_number_of_columns():
    frame = pd.DataFrame({"text": DOCUMENTS})
    pipeline = Pipeline([("text", TfidfVectorizer()), ("model", LogisticRegression())])
    pipeline.fit(frame, [0, 1, 0, 1])
    assert pipeline.n_features_in_ == 1
    assert list(pipeline.feature_names_in_) == ["text"]


@pytest.mark.parametrize(
    "table", [pd.DataFrame, pytest.param(pl.DataFrame, marks=POLARS_BY_NAME)]
)
def test_it_works_in_a_column_transformer_by_name_and_by_list(table):
    X = table({"title": DOCUMENTS, "body": DOCUMENTS[::-1]})
    columns = ColumnTransformer(
        [
            ("title", TfidfVectorizer(sparse_output=False), "title"),
            ("body", TfidfVectorizer(sparse_output=False), ["body"]),
        ]
    ).set_output(transform="pandas")
    names = columns.fit_transform(X).columns
    assert {"title__car", "body__car"} <= set(names)


def test_it_works_in_a_union_and_a_search_and_after_clone():
    words, characters = TfidfVectorizer(), TfidfVectorizer(analyzer="char")
    union = FeatureUnion([("words", words), ("characters", characters)])
    pipeline = Pipeline([("union", union), ("model", LogisticRegression())])
    search = GridSearchCV(pipeline, {"union__words__missing": ["raise", "empty"]}, cv=2)
    search.fit(DOCUMENTS * 2, [0, 1] * 4)
    assert clone(search.best_estimator_).get_params()["union__words__sparse_output"] is True


def test_it_survives_pickle_and_skops():
    skops = pytest.importorskip("skops.io")
    fitted = TfidfVectorizer(sparse_output=False).fit(pd.DataFrame({"text": DOCUMENTS}))
    expected = fitted.transform(pd.DataFrame({"text": DOCUMENTS}))
    archive = skops.dumps(fitted)
    trusted = ["mmsk.text._tfidf.TfidfVectorizer"]
    assert skops.get_untrusted_types(data=archive) == trusted
    loaded = [pickle.loads(pickle.dumps(fitted)), skops.loads(archive, trusted=trusted)]
    for copy in loaded:
        check_is_fitted(copy)
        got = copy.transform(pd.DataFrame({"text": DOCUMENTS}))
        np.testing.assert_array_equal(got, expected)


class NumericShim(TfidfVectorizer):
    """Numbers written as words, so that scikit-learn's battery reaches fit and transform."""

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


def test_all_checks_of_scikit_learn_pass_on_numbers_written_as_words():
    results = check_estimator(NumericShim(), on_fail=None)
    assert [r for r in results if r["status"] != "passed"] == []
    assert len(results) >= 40  # instead of the one that runs on text
