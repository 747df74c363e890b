"""Blocks of views side by side in one matrix."""

import numpy as np
from scipy import sparse

#: Columns left of a sparse block that is made dense, by truncated SVD.
N_COMPONENTS = 256


def blocks_of(names):
    """Where each view's columns stand, told from names ``view__feature``.

    For what comes behind a fusion and keeps names, such as a selection of features; what
    comes out can be the columns of views again.

    Parameters
    ----------
    names : iterable of str
        As ``get_feature_names_out`` of a fusion, or of a pipeline behind it, gives them.

    Returns
    -------
    blocks : dict of str to ndarray of int
        Positions of the columns of each view, in the order in which views first appear. The
        mark ``view__missing`` is a column of its view.

    Raises
    ------
    ValueError
        If a name has no view before ``__``.

    Examples
    --------
    >>> from mmsk.fusion import blocks_of
    >>> blocks_of(["note__kite", "note__tin", "size__cm", "note__missing"])
    {'note': array([0, 1, 3]), 'size': array([2])}
    """
    found: dict = {}
    for place, name in enumerate(names):
        view, mark, _ = name.partition("__")
        if not (view and mark):
            raise ValueError(f"the name {name!r} has no view: it must be like 'view__feature'.")
        found.setdefault(view, []).append(place)
    return {view: np.array(places) for view, places in found.items()}


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


def block_weights(weights, names):
    """What each view's block is multiplied by.

    Parameters
    ----------
    weights : dict of str to float, array-like of shape (n_views,) or None
    names : list of str
        The views as listed, less the dropped ones.

    Returns
    -------
    weights : dict of str to float

    Raises
    ------
    ValueError
        If a name is no view, numbers are not as many as views, or one is negative.
    """
    if weights is None:
        return dict.fromkeys(names, 1.0)
    if not isinstance(weights, dict):
        if np.shape(weights) != (len(names),):
            raise ValueError(
                f"weights must be {len(names)} numbers, one for each of the views {names}, or "
                f"a dict by name, got {weights!r}."
            )
        weights = dict(zip(names, weights, strict=True))
    if unknown := [name for name in weights if name not in names]:
        raise ValueError(f"weights names the views {unknown}, but the views are {names}.")
    found = {name: float(weights.get(name, 1.0)) for name in names}
    if not all(0 <= weight < np.inf for weight in found.values()):
        raise ValueError(f"weights must be finite and at least 0, got {weights!r}.")
    return found


def weighed(block, weight):
    """A block times its weight; itself where that is 1."""
    return block if weight == 1 else block * weight
