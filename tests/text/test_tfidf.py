"""What only TfidfVectorizer does; what all vectorizers do is in test_documents.py."""

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer as SklearnTfidfVectorizer

from mmsk.text import TfidfVectorizer

from .test_documents import DOCUMENTS, assert_same_matrix

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


@pytest.mark.parametrize("settings", SETTINGS)
def test_matrix_and_terms_are_those_of_scikit_learn(settings):
    ours, theirs = TfidfVectorizer(**settings), SklearnTfidfVectorizer(**settings)
    assert_same_matrix(ours.fit_transform(DOCUMENTS), theirs.fit_transform(DOCUMENTS))
    assert_same_matrix(ours.transform(DOCUMENTS[::-1]), theirs.transform(DOCUMENTS[::-1]))
    assert ours.vocabulary_ == theirs.vocabulary_
    np.testing.assert_array_equal(ours.get_feature_names_out(), theirs.get_feature_names_out())


def test_idf_given_without_fit_works_as_in_scikit_learn():
    ours, theirs = (
        cls(vocabulary=["car", "red"]) for cls in (TfidfVectorizer, SklearnTfidfVectorizer)
    )
    ours.idf_ = theirs.idf_ = np.array([1.0, 2.0])
    assert_same_matrix(ours.transform(DOCUMENTS), theirs.transform(DOCUMENTS))
    frame = pd.DataFrame({"text": DOCUMENTS})
    assert_same_matrix(ours.transform(frame), theirs.transform(DOCUMENTS))


def test_transform_before_fit_raises_as_in_scikit_learn():
    for X in (DOCUMENTS, pd.DataFrame({"text": DOCUMENTS})):
        with pytest.raises(NotFittedError, match="The TF-IDF vectorizer is not fitted"):
            TfidfVectorizer().transform(X)
    with pytest.raises(NotFittedError, match="Vocabulary not fitted or provided"):
        TfidfVectorizer().get_feature_names_out()
