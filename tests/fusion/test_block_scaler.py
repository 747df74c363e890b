"""What only BlockScaler does; the rest is in tests/test_common.py."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler

from mmsk.fusion import BlockScaler, FeatureFusion, VotingFusionClassifier
from mmsk.fusion._block_scaler import is_block_scaled
from tests.fusion.toys import weigh_alike, wide_and_narrow


@given(st.integers(1, 30), st.integers(0, 9))
def test_rows_of_a_dense_block_have_a_mean_squared_length_of_one(width, seed):
    block = np.random.default_rng(seed).normal(3, 7, size=(50, width))
    scaled = BlockScaler().fit_transform(block)
    assert (scaled**2).sum(axis=1).mean() == pytest.approx(1)


def test_a_dense_block_is_standardised_and_divided_by_the_root_of_its_width():
    block = np.random.default_rng(0).normal(3, 7, size=(20, 4))
    expected = StandardScaler().fit_transform(block) / 2
    np.testing.assert_allclose(BlockScaler().fit_transform(block), expected)


def test_a_sparse_block_keeps_its_zeros_and_has_rows_of_mean_squared_length_one():
    block = sparse.random(40, 300, density=0.05, random_state=0, format="csr")
    scaled = BlockScaler().fit_transform(block)
    assert sparse.issparse(scaled)
    assert scaled.nnz == block.nnz
    assert scaled.multiply(scaled).sum(axis=1).mean() == pytest.approx(1)


def test_constant_columns_become_zero_and_do_not_count():
    block = np.column_stack([np.full(10, 7.0), np.arange(10.0)])
    scaled = BlockScaler().fit_transform(block)
    assert (scaled[:, 0] == 0).all()
    assert (scaled[:, 1] ** 2).mean() == pytest.approx(1)


def test_nan_stays_nan():
    block = np.array([[1.0, 2.0], [np.nan, 4.0], [3.0, 9.0]])
    np.testing.assert_array_equal(np.isnan(BlockScaler().fit_transform(block)), np.isnan(block))


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix], ids=["dense", "sparse"])
def test_a_weight_of_two_is_a_row_that_stands_there_twice(make):
    block = np.random.default_rng(0).uniform(size=(6, 3))
    weights = np.array([1, 2, 1, 3, 1, 1])
    weighted = BlockScaler().fit(make(block), sample_weight=weights)
    repeated = BlockScaler().fit(make(np.repeat(block, weights, axis=0)))
    assert weighted.scale_ == pytest.approx(repeated.scale_)


def test_a_sparse_block_after_a_dense_one_is_refused():
    scaler = BlockScaler().fit(np.eye(3))
    with pytest.raises(TypeError, match="fitted on a dense block"):
        scaler.transform(sparse.csr_matrix(np.eye(3)))


def test_a_block_weighed_already_keeps_the_proportions_of_its_columns():
    block = np.random.default_rng(0).normal(size=(50, 3)) * [1, 10, 100]
    scaled = BlockScaler(standardize=False).fit_transform(block)
    np.testing.assert_allclose(scaled / scaled[:, :1], block / block[:, :1])
    assert (scaled**2).sum(axis=1).mean() == pytest.approx(1)


@pytest.mark.parametrize(
    ("estimator", "is_scaled"),
    [
        (BlockScaler(), True),
        (StandardScaler(), False),
        ("passthrough", False),
        (make_pipeline(StandardScaler(), BlockScaler()), True),
        (make_pipeline(BlockScaler(), StandardScaler()), False),
        (make_union(BlockScaler(), make_pipeline(StandardScaler(), BlockScaler())), True),
        (make_union(BlockScaler(), StandardScaler()), False),
    ],
)
def test_blocks_scaled_one_by_one_are_known_by_what_they_end_in(estimator, is_scaled):
    assert is_block_scaled(estimator) == is_scaled


@pytest.mark.parametrize("late", [False, True])
def test_a_fusion_does_not_standardise_scaled_blocks_again(late):
    X = np.random.default_rng(0).normal(size=(40, 12))
    views = [("both", wide_and_narrow(12), slice(0, 12))]
    if late:
        fusion = VotingFusionClassifier(views).fit(X, X[:, 11] > 0)
        scaled = fusion.views_[0][1][:-1].transform(X)
    else:
        scaled = FeatureFusion(views).fit_transform(X)
    assert weigh_alike(scaled)
