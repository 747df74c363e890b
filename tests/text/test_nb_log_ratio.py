"""What only NBLogRatio does; scikit-learn's battery on it is in tests/test_common.py."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

import mmsk
from mmsk.text import CountVectorizer, NBLogRatio

COUNTS = np.array([[2.0, 0, 1], [1, 0, 0], [0, 3, 1], [0, 1, 0]])
TWO = [0, 0, 1, 1]
THREE = ["a", "a", "b", "c"]

counts = arrays(
    np.float64, array_shapes(min_dims=2, max_dims=2, min_side=3, max_side=6),
    elements=st.integers(0, 5).map(float),
)  # fmt: skip


def labels(X, n_classes):
    return np.arange(len(X)) % n_classes


def test_ratios_by_hand():
    ratio = NBLogRatio().fit(COUNTS, TWO).log_ratio_
    # of 1 + documents with the term: class 1 [1, 3, 2], class 0 [3, 1, 2]
    np.testing.assert_allclose(ratio, [[np.log(1 / 3), np.log(3), 0]], atol=1e-12)


def test_counts_count_where_they_are_not_binarized():
    fitted = NBLogRatio(alpha=0.5, binarize=False).fit(COUNTS, TWO)
    ones, zeros = np.array([0.5, 4.5, 1.5]) / 6.5, np.array([3.5, 0.5, 1.5]) / 5.5
    np.testing.assert_allclose(fitted.log_ratio_, [np.log(ones / zeros)])
    np.testing.assert_allclose(fitted.transform(COUNTS), COUNTS * np.log(ones / zeros))


@given(counts, st.floats(0.1, 3))
def test_the_ratio_is_the_weight_of_multinomial_naive_bayes(X, alpha):
    y = labels(X, 2)
    bayes = MultinomialNB(alpha=alpha).fit(X, y).feature_log_prob_
    found = NBLogRatio(alpha, binarize=False).fit(X, y).log_ratio_
    np.testing.assert_allclose(found, [bayes[1] - bayes[0]], atol=1e-12)


@given(counts)
def test_the_ratio_of_a_class_is_that_of_the_class_against_the_rest(X):
    y = labels(X, 3)
    found = NBLogRatio().fit(X, y).log_ratio_
    alone = [NBLogRatio().fit(X, y == label).log_ratio_[0] for label in range(3)]
    np.testing.assert_allclose(found, alone, atol=1e-12)


@given(counts, st.sampled_from([2, 3]), st.booleans())
def test_sparse_and_dense_are_the_same(X, n_classes, binarize):
    ratio = NBLogRatio(binarize=binarize)
    dense = ratio.fit_transform(X, labels(X, n_classes))
    found = ratio.fit(sparse.csc_matrix(X), labels(X, n_classes)).transform(sparse.coo_array(X))
    assert sparse.issparse(found)
    assert found.format == "csr"
    np.testing.assert_allclose(found.toarray(), dense, atol=1e-12)


@given(counts)
def test_without_binarizing_rows_are_scaled_as_they_are(X):
    ratio = NBLogRatio(binarize=False).fit(X, labels(X, 2))
    np.testing.assert_allclose(ratio.transform(3 * X), 3 * ratio.transform(X))


def test_a_weight_is_so_many_copies_of_a_row_and_of_0_its_absence():
    again = NBLogRatio().fit(COUNTS[[0, 0, 1, 2]], ["a", "a", "a", "b"])
    found = NBLogRatio().fit(COUNTS, THREE, sample_weight=[2, 1, 1, 0])
    assert list(found.classes_) == ["a", "b"]
    np.testing.assert_allclose(found.log_ratio_, again.log_ratio_)


def test_a_term_that_all_classes_use_alike_is_worth_nothing():
    X = np.array([[1, 1, 0], [1, 0, 1]])
    assert NBLogRatio().fit(X, [0, 1]).log_ratio_[0, 0] == 0


def test_names_are_those_of_the_terms_with_the_class_where_there_are_several():
    frame = pd.DataFrame(COUNTS, columns=["x", "y", "z"])
    assert list(NBLogRatio().fit(frame, TWO).get_feature_names_out()) == ["x", "y", "z"]
    names = NBLogRatio().fit(frame, THREE).get_feature_names_out()
    assert list(names) == [f"{c}__{t}" for c in "abc" for t in "xyz"]


def test_it_stands_behind_a_vectorizer_and_keeps_its_names():
    pipeline = make_pipeline(CountVectorizer(), NBLogRatio())
    scaled = pipeline.fit_transform(["red kite", "blue kite"], [0, 1])
    assert scaled.shape == (2, 3)
    assert list(pipeline.get_feature_names_out()) == ["blue", "kite", "red"]


def test_one_vs_rest_gives_each_class_its_own_block():
    model = OneVsRestClassifier(make_pipeline(NBLogRatio(), LogisticRegression(C=100)))
    assert list(model.fit(COUNTS, THREE).predict(COUNTS)) == THREE


@pytest.mark.parametrize("X", [-COUNTS, sparse.csr_matrix(-COUNTS)], ids=["dense", "sparse"])
def test_negative_values_are_refused_in_fit_and_in_transform(X):
    message = r"Negative values in data passed to NBLogRatio .*counts or TF-IDF are wanted"
    with pytest.raises(ValueError, match=message):
        NBLogRatio().fit(X, TWO)
    with pytest.raises(ValueError, match=message):
        NBLogRatio().fit(COUNTS, TWO).transform(X)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([1, 1, 1, 1], r"y has one class: \[1\]"),
        (None, "requires y"),
        ([0.1, 0.7, 2.3, 5.1], "continuous"),
    ],
)
def test_what_is_no_target_of_classes_is_refused(y, message):
    with pytest.raises(ValueError, match=message):
        NBLogRatio().fit(COUNTS, y)


def test_a_model_file_keeps_it(tmp_path):
    fitted = NBLogRatio().fit(COUNTS, THREE)
    mmsk.model_io.save_model(fitted, tmp_path / "model.skops")
    again = mmsk.model_io.load_model(tmp_path / "model.skops")
    np.testing.assert_array_equal(again.transform(COUNTS), fitted.transform(COUNTS))
