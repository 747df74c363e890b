"""What only CountVectorizer does; what all vectorizers do is in test_documents.py."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer as SklearnCountVectorizer

from mmsk.text import CountVectorizer

from .test_documents import DOCUMENTS, assert_same_matrix


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"binary": True, "dtype": np.float32},
        {"analyzer": "char_wb", "ngram_range": (1, 3)},
        {"max_features": 3, "min_df": 1, "max_df": 0.9},
        {"stop_words": "english", "strip_accents": "unicode", "lowercase": False},
        {"vocabulary": ["car", "rose"]},
        {"analyzer": str.split},
    ],
)
def test_matrix_and_terms_are_those_of_scikit_learn(settings):
    ours, theirs = CountVectorizer(**settings), SklearnCountVectorizer(**settings)
    assert_same_matrix(ours.fit_transform(DOCUMENTS), theirs.fit_transform(DOCUMENTS))
    assert_same_matrix(ours.transform(DOCUMENTS[::-1]), theirs.transform(DOCUMENTS[::-1]))
    assert ours.vocabulary_ == theirs.vocabulary_
    np.testing.assert_array_equal(ours.get_feature_names_out(), theirs.get_feature_names_out())


@pytest.mark.parametrize("sparse_output", [True, False])
def test_terms_come_back_from_the_matrix(sparse_output):
    vectorizer = CountVectorizer(sparse_output=sparse_output)
    terms = vectorizer.inverse_transform(vectorizer.fit_transform(DOCUMENTS))
    assert sorted(terms[2]) == ["red", "rose", "the"]


def test_before_fit_it_says_so_as_scikit_learn_does():
    with pytest.raises(NotFittedError, match="Vocabulary not fitted or provided"):
        CountVectorizer().transform(DOCUMENTS)
    assert CountVectorizer(vocabulary=["car"]).transform(DOCUMENTS).sum() == 2
