"""What only BilinearFusion does; the rest is in tests/test_common.py."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from mmsk.fusion import BilinearFusion, FeatureFusion
from mmsk.fusion._products import PairProducts
from mmsk.text import CountVectorizer

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 6)).astype(np.float32)
VIEWS = [
    ("a", "passthrough", [0, 1]),
    ("b", "passthrough", [2, 3, 4]),
    ("c", "passthrough", [5]),
]
NOTES = pd.DataFrame(
    {
        "note": ["no red kite", "red", None, "kite", "no red", "drum"] * 5,
        "size": np.arange(30.0) % 7,
        "rank": np.arange(30.0) % 4,
    }
)
WORDS = [("note", CountVectorizer(), "note"), ("numbers", "passthrough", ["size", "rank"])]


def blocks_of(views, X):
    fusion = FeatureFusion(views).fit(X)
    fused = fusion.transform(X)
    return [fused[:, where] for where in fusion.blocks_.values()]


def inner_products(fusion, X):
    """Inner products of rows in each part of the result."""
    fused = fusion.fit_transform(X)
    fused = fused.toarray() if sparse.issparse(fused) else fused
    return {name: fused[:, where] @ fused[:, where].T for name, where in fusion.blocks_.items()}


def test_products_stand_behind_the_features_for_each_pair_of_views():
    fusion = BilinearFusion(VIEWS)
    fused = fusion.fit_transform(X)
    a, b, c = blocks_of(VIEWS, X)
    np.testing.assert_array_equal(fused[:, :6], np.hstack([a, b, c]))
    np.testing.assert_allclose(fused[:, fusion.blocks_["a*b"]][:, 4], a[:, 1] * b[:, 1])
    assert list(fusion.blocks_) == ["a", "b", "c", "a*b", "a*c", "b*c"]
    assert fusion.get_feature_names_out()[10] == "a__x1*b__x1"


def test_inner_products_of_products_are_products_of_inner_products():
    a, b, _ = blocks_of(VIEWS, X)
    found = inner_products(BilinearFusion(VIEWS, degree={"a": 2}), X)
    squared = (a @ a.T) ** 2
    np.testing.assert_allclose(found["a*a"], squared, rtol=1e-4, atol=1e-5)
    with_pairs = (a @ a.T + squared) * (b @ b.T)
    np.testing.assert_allclose(found["a*b"], with_pairs, rtol=1e-4, atol=1e-5)


def test_sparse_and_dense_views_give_the_same_products():
    stays = BilinearFusion(WORDS, degree={"note": 2}, sparse_threshold=1.0)
    dense = BilinearFusion(WORDS, degree={"note": 2}, sparse_threshold=0)
    found = stays.fit_transform(NOTES)
    assert sparse.issparse(found)
    np.testing.assert_array_equal(found.toarray(), dense.fit_transform(NOTES))
    assert "note__no*note__red*numbers__size" in stays.get_feature_names_out()


def test_a_row_that_lacks_a_view_has_zeros_in_its_products_and_a_mark():
    fusion = BilinearFusion(WORDS, sparse_threshold=0)
    fused = fusion.fit_transform(NOTES)
    np.testing.assert_array_equal(fused[2, fusion.blocks_["note*numbers"]], 0)
    assert fused[2, list(fusion.get_feature_names_out()).index("note__missing")] == 1


@pytest.mark.parametrize("as_sparse", [False, True])
def test_a_sketch_is_unbiased_and_within_its_bound_of_variance(as_sparse):
    left, right = RNG.normal(size=(2, 30)), RNG.normal(size=(2, 40))
    wanted = (left[0] @ left[1]) * (right[0] @ right[1])
    bound = 8 * np.prod(np.sum(left**2, axis=1)) * np.prod(np.sum(right**2, axis=1)) / 64
    if as_sparse:
        left, right = sparse.csr_matrix(left), sparse.csr_matrix(right)
    found = []
    for seed in range(400):
        sketch = PairProducts(max_products=0, n_components=64, seed=seed).fit(30, 40)
        first, second = sketch.transform(left, right)
        found.append(first @ second)
    assert np.var(found) <= bound
    assert abs(np.mean(found) - wanted) <= 4 * np.sqrt(bound / 400)


def test_a_sketch_of_words_keeps_the_inner_products_of_exact_ones():
    exact = inner_products(BilinearFusion(WORDS, degree=2), NOTES)
    sketch = BilinearFusion(WORDS, degree=2, max_products=0, n_components=8192)
    found = inner_products(sketch, NOTES)
    for part in ("note*note", "note*numbers"):
        assert np.abs(found[part] - exact[part]).max() < 0.15 * np.abs(exact[part]).max()
    assert sketch.get_feature_names_out()[-1] == "note*numbers__8191"


def test_what_only_both_views_tell_a_linear_model_learns_from_products():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2000, 8))
    y = (X[:, 0] > 0) != (X[:, 4] > 0)
    X[:, [0, 4]] += np.sign(X[:, [0, 4]])  # a gap, so that 95 % can be had
    views = [("a", "passthrough", slice(0, 4)), ("b", "passthrough", slice(4, 8))]
    scores = {}
    for fusion in (FeatureFusion(views), BilinearFusion(views)):
        model = make_pipeline(fusion, LogisticRegression(C=10)).fit(X[:1000], y[:1000])
        scores[type(fusion).__name__] = model.score(X[1000:], y[1000:])
    assert abs(scores["FeatureFusion"] - 0.5) < 0.06
    assert scores["BilinearFusion"] >= 0.95


@pytest.mark.parametrize(
    ("degree", "message"), [({"z": 2}, "not there: \\['z'\\]"), ({"a": 3}, "1 or 2 for each")]
)
def test_a_degree_of_no_view_or_beyond_pairs_is_refused(degree, message):
    with pytest.raises(ValueError, match=message):
        BilinearFusion(VIEWS, degree=degree).fit(X)


def test_a_gap_within_a_view_is_told_with_the_view():
    gap = X.copy()
    gap[0, 0] = np.nan
    with pytest.raises(ValueError, match="NaN") as info:
        BilinearFusion(VIEWS).fit(gap)
    assert info.value.__notes__ == ["in view 'a'"]
