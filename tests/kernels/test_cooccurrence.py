"""Kernels of pairs of levels against their references, and the laws they must keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mmsk._kernels import cooccurrence as kernels

from . import reference

N_LEVELS = 4
labelled = arrays(
    np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=7), elements=st.integers(0, 3)
)
offsets = arrays(np.int64, (2, 3), elements=st.integers(-8, 8))
matrices = arrays(np.int32, (2, 3, 3), elements=st.integers(0, 5)).filter(
    lambda counts: (counts.sum(axis=(1, 2)) > 0).all()
)
ENTROPIES = np.array([0, 0, 2 * np.log(2)])  # counts of 3 and more are computed


@given(labelled, offsets)
def test_cooccurrences_equal_the_reference(labels, offsets):
    found = kernels.cooccurrences(labels, *offsets, N_LEVELS)
    np.testing.assert_array_equal(found, reference.cooccurrences(labels, *offsets, N_LEVELS))


@given(labelled, offsets)
def test_opposite_offsets_count_the_same_pairs_in_the_other_order(labels, offsets):
    there = kernels.cooccurrences(labels, *offsets, N_LEVELS)
    back = kernels.cooccurrences(labels, *-offsets, N_LEVELS)
    np.testing.assert_array_equal(there, back.transpose(0, 2, 1))


@given(labelled, offsets)
def test_all_pairs_inside_are_counted(labels, offsets):
    counts = kernels.cooccurrences(labels, *offsets, N_LEVELS)
    inside = np.maximum(np.array(labels.shape)[:, None] - np.abs(offsets), 0)
    np.testing.assert_array_equal(counts.sum(axis=(1, 2)), inside.prod(axis=0))


@given(labelled, st.data())
def test_codes_of_pairs_equal_the_reference(labels, data):
    height, width = labels.shape
    down = data.draw(st.integers(1 - height, height - 1))
    start, stop = max(0, -down), height - max(0, down)
    right = data.draw(st.integers(-width - 1, width + 1))
    found, expected = np.zeros((2, labels.size), np.uint16)
    arguments = labels, start, stop, down, right, N_LEVELS
    n_pairs = reference.pair_codes(*arguments, expected)
    assert kernels.pair_codes(*arguments, found) == n_pairs
    np.testing.assert_array_equal(found[:n_pairs], expected[:n_pairs])


@given(arrays(np.uint16, st.integers(0, 9), elements=st.integers(0, 3)))
def test_counts_by_turns_add_up(codes):
    found, expected, other = np.ones((3, 4), np.int32)
    other[:] = 0
    kernels.count_by_turns(codes, found, other)
    reference.count_by_turns(codes, expected, other)
    np.testing.assert_array_equal(found, expected)
    assert not other.any()


@given(matrices)
def test_properties_equal_the_reference(counts):
    found = kernels.matrix_properties(counts, ENTROPIES)
    expected = reference.matrix_properties(counts, ENTROPIES)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@given(matrices)
def test_parts_of_the_properties_equal_the_reference(counts):
    sums = reference.level_sums(counts[0], ENTROPIES)
    np.testing.assert_allclose(kernels.level_sums(counts[0], ENTROPIES), sums, atol=1e-9)
    moments = reference.level_moments(counts[0], sums[0])
    np.testing.assert_allclose(kernels.level_moments(counts[0], sums[0]), moments, atol=1e-9)


@given(matrices, st.integers(2, 1000))
def test_properties_are_of_shares_not_counts(counts, times):
    once = kernels.matrix_properties(counts, ENTROPIES)
    often = kernels.matrix_properties(times * counts, ENTROPIES)
    np.testing.assert_allclose(once, often, rtol=1e-9, atol=1e-9)


def test_strips_count_as_the_whole():
    labels = np.random.default_rng(0).integers(0, 4, (5, kernels.STRIP_PIXELS // 2), np.uint8)
    offset = np.array([[1], [-2]])
    counts = kernels.cooccurrences(labels, *offset, N_LEVELS)
    pairs = N_LEVELS * labels[:-1, 2:].astype(int) + labels[1:, :-2]
    np.testing.assert_array_equal(counts.ravel(), np.bincount(pairs.ravel()))


@pytest.mark.parametrize(
    ("offset", "matrix"),
    [
        ((0, 1), [[2, 1], [0, 1]]),  # to the right
        ((1, 0), [[1, 2], [0, 0]]),  # down
        ((1, -1), [[1, 1], [0, 0]]),  # down and to the left
        ((0, 3), [[0, 0], [0, 0]]),  # outside
    ],
)
def test_cooccurrences_by_hand(offset, matrix):
    labels = np.array([[0, 0, 0], [0, 1, 1]], np.uint8)
    offsets = np.array(offset, np.int64)[:, None]
    assert kernels.cooccurrences(labels, *offsets, 2)[0].tolist() == matrix
