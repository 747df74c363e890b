"""Loops over the stored values of sparse rows.

Conventions: a sparse matrix comes as the data, indices and indptr of CSR. Callers check that
both have as many rows and that the width of the products fits into int32.
"""

import numpy as np

from mmsk._kernels._jit import kernel


@kernel
def row_products(data, indices, indptr, other_data, other_indices, other_indptr, other_width):
    """Products of each value of a row with each value of the same row of another matrix.

    Parameters
    ----------
    data : ndarray of shape (n_values,), float32
    indices : ndarray of shape (n_values,), integer
    indptr : ndarray of shape (n_rows + 1,), integer
    other_data, other_indices, other_indptr : ndarray
        The other matrix, in the same way.
    other_width : int
        Columns of the other matrix.

    Returns
    -------
    products : ndarray of shape (n_products,), float32
    columns : ndarray of shape (n_products,), int32
        Column ``i * other_width + j`` for columns i and j; in order where theirs are.
    starts : ndarray of shape (n_rows + 1,), int64
    """
    n_rows = len(indptr) - 1
    starts = np.zeros(n_rows + 1, np.int64)
    for row in range(n_rows):
        n_other = other_indptr[row + 1] - other_indptr[row]
        starts[row + 1] = starts[row] + (indptr[row + 1] - indptr[row]) * n_other
    products = np.empty(starts[n_rows], np.float32)
    columns = np.empty(starts[n_rows], np.int32)
    for row in range(n_rows):
        place = starts[row]
        for here in range(indptr[row], indptr[row + 1]):
            first = np.int64(indices[here]) * other_width
            for there in range(other_indptr[row], other_indptr[row + 1]):
                products[place] = data[here] * other_data[there]
                columns[place] = first + other_indices[there]
                place += 1
    return products, columns, starts
