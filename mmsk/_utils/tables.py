"""One table of rows, checked."""

import os

import narwhals.stable.v2 as nw
import numpy as np
from scipy import sparse
from sklearn.utils.validation import validate_data

from mmsk._utils.columns import is_frame


def check_table(estimator, X, *, reset, accept_sparse=False):
    """X as a frame, an ndarray of two dimensions or a sparse matrix.

    Parameters
    ----------
    estimator : estimator
        Gets or compares ``n_features_in_`` and ``feature_names_in_``.
    X : frame, ndarray or sparse matrix of n_samples rows
        Cells of frames and object arrays may hold anything; numbers may be NaN.
    reset : bool
        Whether this is ``fit``.
    accept_sparse : bool, default=False

    Returns
    -------
    X : frame, ndarray or CSR matrix

    Raises
    ------
    TypeError
        For a dict of columns, a list of dicts, a lazy frame or the path of a file.
    ValueError
        For other columns than in ``fit``, no rows, or another number of dimensions.
    """
    if is_frame(X) or (isinstance(X, np.ndarray) and X.ndim == 2 and X.dtype.kind == "O"):
        # cells may be arrays, which check_array cannot compare with NaN
        validate_data(estimator, X, reset=reset, skip_check_array=True)
        if not len(X):
            raise ValueError(f"Found 0 sample(s) in X; {type(estimator).__name__} needs 1.")
        return X
    remedy = _remedy(X)
    if remedy:
        raise TypeError(
            f"X of {type(estimator).__name__} must be one table, got a {type(X).__name__}. "
            f"{remedy}."
        )
    return validate_data(
        estimator,
        X,
        reset=reset,
        dtype=None,
        accept_sparse="csr" if accept_sparse else False,
        ensure_all_finite="allow-nan",
    )


def _remedy(X):
    """What to do about something that is no table, but could be made one."""
    rows = isinstance(X, list) and len(X) > 0 and isinstance(X[0], dict)
    if rows or (isinstance(X, dict) and not sparse.issparse(X)):  # a dok_matrix is a dict too
        return "Make a table of it: pandas.DataFrame(X)"
    if nw.dependencies.is_polars_lazyframe(X):
        return "Collect it: X.collect()"
    if isinstance(X, (str, os.PathLike)):
        return "Read it first: pandas.read_csv(X)"
    return ""
