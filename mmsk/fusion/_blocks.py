"""Blocks of views side by side in one matrix."""

import numpy as np
from scipy import sparse

#: Columns left of a sparse block that is made dense, by truncated SVD.
N_COMPONENTS = 256


def is_sparse_when_joined(blocks, n_rows, sparse_threshold):
    """Whether blocks stay sparse side by side: one of them is, and few values are set.

    Parameters
    ----------
    blocks : list of {ndarray, sparse matrix}
    n_rows : int
        Rows of the joined matrix.
    sparse_threshold : float
        As in ColumnTransformer: sparse if the share of values set lies below it.
    """
    if not any(sparse.issparse(block) for block in blocks):
        return False
    n_set = sum(block.nnz if sparse.issparse(block) else block.size for block in blocks)
    n_values = n_rows * sum(block.shape[1] for block in blocks)
    return n_set < sparse_threshold * n_values


def spread(block, present, absent):
    """A block's rows at their places among all rows.

    Parameters
    ----------
    block : {ndarray, sparse matrix} of shape (n_present, n_features)
    present : ndarray of shape (n_samples,), bool
    absent : float
        Value of the rows that lack the view; 0 where the block is sparse.

    Returns
    -------
    spread : {ndarray, CSR matrix} of shape (n_samples, n_features), float32
    """
    if sparse.issparse(block):
        counts = np.zeros(len(present), dtype=np.int64)
        block = block.tocsr()
        counts[present] = np.diff(block.indptr)
        indptr = np.concatenate([[0], np.cumsum(counts)])
        shape = (len(present), block.shape[1])
        parts = (block.data.astype(np.float32), block.indices, indptr)
        return sparse.csr_matrix(parts, shape=shape)
    full = np.full((len(present), block.shape[1]), absent, dtype=np.float32)
    full[present] = block
    return full


def joined(blocks, *, as_sparse):
    """Blocks of one height side by side, float32, CSR or dense."""
    if as_sparse:
        return sparse.hstack(blocks, format="csr", dtype=np.float32)
    dense = [block.toarray() if sparse.issparse(block) else block for block in blocks]
    return np.hstack(dense).astype(np.float32, copy=False)
