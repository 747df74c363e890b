"""What only HashingVectorizer does; what all vectorizers do is in test_documents.py."""

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import HashingVectorizer as SklearnHashingVectorizer

from mmsk.text import HashingVectorizer

from .test_documents import DOCUMENTS, assert_same_matrix


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"n_features": 5, "norm": "l1"},
        {"binary": True, "norm": None, "dtype": np.float32},
        {"alternate_sign": False, "analyzer": "char_wb", "ngram_range": (1, 3)},
        {"stop_words": "english", "strip_accents": "unicode", "lowercase": False},
        {"analyzer": str.split},
    ],
)
def test_the_matrix_is_that_of_scikit_learn(settings):
    ours, theirs = HashingVectorizer(**settings), SklearnHashingVectorizer(**settings)
    assert_same_matrix(ours.fit_transform(DOCUMENTS), theirs.fit_transform(DOCUMENTS))
    assert_same_matrix(ours.transform(DOCUMENTS[::-1]), theirs.transform(DOCUMENTS[::-1]))


def test_it_need_not_be_fitted():
    expected = SklearnHashingVectorizer().transform(DOCUMENTS)
    assert_same_matrix(HashingVectorizer().transform(DOCUMENTS), expected)
    frame = pd.DataFrame({"text": DOCUMENTS})
    assert_same_matrix(HashingVectorizer().transform(frame), expected)
    assert len(HashingVectorizer(n_features=3).get_feature_names_out()) == 3


def test_fit_and_partial_fit_read_no_document():
    documents = iter(DOCUMENTS)
    HashingVectorizer().fit(documents).partial_fit(documents)
    assert list(documents) == DOCUMENTS


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"n_features": 0}, "'n_features' parameter"), ({"ngram_range": (2, 1)}, "ngram_range")],
)
def test_fit_checks_the_parameters(settings, message):
    with pytest.raises(ValueError, match=message):
        HashingVectorizer(**settings).fit(DOCUMENTS)


def test_columns_are_named_by_number():
    names = HashingVectorizer(n_features=2).fit(DOCUMENTS).get_feature_names_out()
    assert list(names) == ["hashingvectorizer0", "hashingvectorizer1"]
