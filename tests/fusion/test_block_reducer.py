"""What only BlockReducer does; the rest is in tests/test_common.py."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.cross_decomposition import PLSRegression
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from mmsk.fusion import BlockReducer, FeatureFusion, blocks_of

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 12)) * np.linspace(3, 1, 12)
Y = np.where(X[:, -1] > 0, "up", "down")


@pytest.mark.parametrize(("method", "kind"), [("pca", PCA), ("svd", TruncatedSVD)])
def test_components_are_scikit_learns(method, kind):
    found = BlockReducer(3, method=method).fit_transform(X)
    np.testing.assert_allclose(found, kind(3, random_state=0).fit_transform(X))


def test_partial_least_squares_of_numbers_are_scikit_learns():
    target = X[:, 0] + X[:, 5]
    expected = PLSRegression(2).fit(X, target).transform(X)
    np.testing.assert_allclose(BlockReducer(2, method="pls").fit_transform(X, target), expected)


def test_partial_least_squares_of_classes_find_what_tells_them():
    """The column that tells varies least of all, so that principal components lose it."""
    found = {}
    for method in ("pca", "pls"):
        reduced = BlockReducer(1, method=method).fit_transform(X, Y)
        found[method] = LogisticRegression().fit(reduced, Y).score(reduced, Y)
    assert found["pls"] > 0.8 > 0.65 > found["pca"]


def test_more_components_than_there_can_be_are_as_many_as_there_are():
    for method, most in {"pca": 4, "svd": 5, "pls": 4}.items():
        reducer = BlockReducer(50, method=method).fit(X[:5], [0.0, 1, 3, 2, 5])
        assert reducer.n_components_ == most, method


def test_a_sparse_block_is_reduced_by_svd_and_refused_by_the_others():
    block = sparse.csr_matrix(X)
    np.testing.assert_allclose(
        np.abs(BlockReducer(3, method="svd").fit_transform(block)),
        np.abs(BlockReducer(3, method="svd").fit_transform(X)),
        rtol=1e-6,
    )
    for method in ("pca", "pls"):
        with pytest.raises(TypeError, match="reduce it by method='svd'"):
            BlockReducer(3, method=method).fit(block, Y)


def test_partial_least_squares_without_a_target_say_so():
    with pytest.raises(ValueError, match="requires y"):
        BlockReducer(method="pls").fit(X)


def test_views_are_reduced_one_by_one_and_components_keep_their_proportions():
    views = [("wide", BlockReducer(3), slice(0, 10)), ("rest", "passthrough", slice(10, 12))]
    fusion = FeatureFusion(views)
    found = fusion.fit_transform(X)
    assert list(fusion.get_feature_names_out()[:3]) == [
        "wide__pca0",
        "wide__pca1",
        "wide__pca2",
    ]
    expected = PCA(3, random_state=0).fit_transform(X[:, :10])
    sizes = found[:, :3].std(axis=0)
    np.testing.assert_allclose(
        sizes / sizes[0], expected.std(axis=0) / expected[:, 0].std(), rtol=1e-5
    )


def test_all_views_are_reduced_together_and_a_search_tunes_it():
    views = [("left", "passthrough", slice(0, 6)), ("right", "passthrough", slice(6, 12))]
    model = make_pipeline(FeatureFusion(views), BlockReducer(), LogisticRegression())
    grid = {"blockreducer__method": ["pca", "pls"], "blockreducer__n_components": [1, 2]}
    search = GridSearchCV(model, grid, cv=3).fit(X, Y)
    assert search.best_params_["blockreducer__method"] == "pls"
    assert search.best_score_ > 0.8


def test_blocks_are_found_again_behind_a_selection_of_features():
    from sklearn.feature_selection import SelectKBest

    views = [("left", "passthrough", slice(0, 6)), ("right", "passthrough", slice(6, 12))]
    lacking = X.copy()
    lacking[::4, :6] = np.nan
    model = make_pipeline(FeatureFusion(views), SelectKBest(k=5)).fit(lacking, Y)
    names = model.get_feature_names_out()
    blocks = blocks_of(names)
    assert sorted(np.concatenate(list(blocks.values()))) == list(range(5))
    for view, places in blocks.items():
        assert all(name.startswith(f"{view}__") for name in names[places])


def test_blocks_of_a_whole_fusion_are_its_own():
    views = [("left", "passthrough", slice(0, 6)), ("right", "passthrough", slice(6, 12))]
    fusion = FeatureFusion(views).fit(X)
    for view, places in blocks_of(fusion.get_feature_names_out()).items():
        np.testing.assert_array_equal(places, np.arange(12)[fusion.blocks_[view]])


def test_a_name_without_a_view_is_refused():
    with pytest.raises(ValueError, match="'pca0' has no view"):
        blocks_of(["left__x0", "pca0"])
