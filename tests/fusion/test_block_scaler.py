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


def test_by_variance_a_column_that_varies_more_weighs_more():
    block = np.random.default_rng(0).normal(3, [1, 2, 0.1], size=(50, 3))
    scaled = BlockScaler(norm="variance").fit_transform(block)
    assert (scaled**2).sum(axis=1).mean() == pytest.approx(1)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(
        scaled.std(axis=0) / scaled[:, 0].std(), block.std(axis=0) / block[:, 0].std()
    )


@pytest.mark.parametrize("shape", [(40, 5), (5, 40), (150, 120)])
@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix])
def test_by_the_singular_value_no_direction_varies_more_than_one(shape, make):
    block = make(np.random.default_rng(0).exponential(size=shape))
    scaled = BlockScaler(norm="singular").fit_transform(block)
    dense = scaled.toarray() if sparse.issparse(scaled) else scaled
    assert np.linalg.norm(dense, 2) / np.sqrt(shape[0]) == pytest.approx(1)
    assert sparse.issparse(scaled) == sparse.issparse(block)


def test_by_the_singular_value_it_is_multiple_factor_analysis():
    rng = np.random.default_rng(0)
    alike, different = (
        np.repeat(rng.normal(size=(200, 1)), 9, axis=1),
        rng.normal(size=(200, 9)),
    )
    sizes = [
        (BlockScaler(norm="singular").fit_transform(block) ** 2).sum(axis=1).mean()
        for block in (alike, different)
    ]
    assert sizes[0] == pytest.approx(1)  # one direction, however many columns
    assert sizes[1] > 4


@pytest.mark.parametrize("norm", ["width", "variance", "singular"])
def test_a_block_in_which_nothing_varies_is_left_at_zero(norm):
    assert not BlockScaler(norm=norm).fit_transform(np.full((4, 2), 3.0)).any()


@pytest.mark.parametrize("norm", ["width", "variance"])
@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix])
def test_parts_one_after_the_other_are_the_whole(norm, make):
    block = np.random.default_rng(0).exponential(size=(60, 7))
    weight = np.linspace(1, 3, 60)
    whole = BlockScaler(norm=norm).fit(make(block), sample_weight=weight)
    parts = BlockScaler(norm=norm)
    for rows in (slice(0, 10), slice(10, 35), slice(35, 60)):
        parts.partial_fit(make(block[rows]), sample_weight=weight[rows])
    found, expected = (scaler.transform(make(block)) for scaler in (parts, whole))
    np.testing.assert_allclose(
        *(x.toarray() if sparse.issparse(x) else x for x in (found, expected))
    )


def test_a_fit_forgets_the_parts_before_it():
    block = np.random.default_rng(0).exponential(size=(60, 7))
    scaler = BlockScaler(standardize=False).partial_fit(9 * block).fit(block)
    assert scaler.scale_ == pytest.approx(BlockScaler(standardize=False).fit(block).scale_)


def test_a_singular_value_cannot_be_learned_in_parts():
    assert not hasattr(BlockScaler(norm="singular"), "partial_fit")
