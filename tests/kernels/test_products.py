"""Kernels of sparse rows against their references, and the laws they must keep."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from mmsk._kernels import products as kernels

from . import reference

VALUES = st.sampled_from([0.0, 0.0, 1.0, -2.5, 0.25])


@st.composite
def pairs(draw):
    n_rows = draw(st.integers(1, 4))
    widths = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    return [draw(arrays(np.float32, (n_rows, width), elements=VALUES)) for width in widths]


def both(pair):
    parts = []
    for matrix in map(sparse.csr_matrix, pair):
        parts += [matrix.data, matrix.indices, matrix.indptr]
    return (*parts, pair[1].shape[1])


@given(pairs())
def test_row_products_equal_the_reference(pair):
    found = kernels.row_products(*both(pair))
    expected = reference.row_products(*both(pair))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert [part.dtype for part in found] == [np.float32, np.int32, np.int64]


@given(pairs())
def test_row_products_are_the_outer_product_of_each_row(pair):
    left, right = pair
    shape = (len(left), left.shape[1] * right.shape[1])
    found = sparse.csr_matrix(kernels.row_products(*both(pair)), shape=shape)
    outer = (left[:, :, None] * right[:, None, :]).reshape(shape)
    np.testing.assert_array_equal(found.toarray(), outer)


def test_a_column_beyond_the_range_of_its_index_type_is_counted_right():
    narrow = np.array([200], np.int32)
    one = np.ones(1, np.float32)
    ends = np.array([0, 1], np.int32)
    _, columns, _ = kernels.row_products(one, narrow, ends, one, narrow, ends, 10_000_000)
    assert columns[0] == 2_000_000_200
