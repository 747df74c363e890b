"""Tables and columns of any maker: lists, arrays, pandas, polars."""

import math
import os

import narwhals.stable.v2 as nw
import numpy as np
from scipy import sparse

from mmsk._utils.sklearn_private import safe_indexing


def is_missing(value):
    """Whether a cell holds nothing: None, NaN, NaT, NA, or an empty list.

    Parameters
    ----------
    value : object
        One cell of a column.

    Returns
    -------
    missing : bool
    """
    if value is None:
        return True
    if isinstance(value, (float, np.floating)):
        return math.isnan(value)
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return bool(np.isnat(value))
    if isinstance(value, list):
        return all(is_missing(member) for member in value)
    # pd.NA and pd.NaT, recognised without importing pandas
    return type(value).__name__ in ("NAType", "NaTType")


def is_frame(X):
    """Whether X is a table of pandas, polars or another maker narwhals knows."""
    return nw.dependencies.is_into_dataframe(X)


def is_series(X):
    """Whether X is a Series of pandas, polars or another maker narwhals knows."""
    return nw.dependencies.is_into_series(X)


def as_cells(X):
    """The cells of one column, as a list.

    Parameters
    ----------
    X : list, tuple, Series, one-column frame or ndarray of shape (n_samples, ...)
        An ndarray of three or more dimensions is one array per sample; of two dimensions
        it is one signal per row, or one column of objects.

    Returns
    -------
    cells : list of length n_samples

    Raises
    ------
    TypeError
        For a single sample, a dict or anything that is no column.
    ValueError
        For a table of several columns, or no rows.
    """
    cells = _as_cells(X)
    if not cells:
        raise ValueError("X has 0 samples, while a minimum of 1 is required.")
    return cells


def _as_cells(X):
    if is_frame(X):
        frame = nw.from_native(X, eager_only=True)
        if len(frame.columns) != 1:
            raise ValueError(
                f"X must be one media column, got a table of {len(frame.columns)} columns: "
                f"{list(frame.columns)[:10]}. Select one, or use a ColumnTransformer."
            )
        # by position: pandas allows any label, and narwhals wants strings
        return _as_cells(X.iloc[:, 0] if hasattr(X, "iloc") else frame[:, 0].to_native())
    if is_series(X):
        # polars has to_list only, and both give Python objects
        return X.to_list() if hasattr(X, "to_list") else list(X)
    if isinstance(X, np.ndarray) and X.ndim > 0:
        if X.ndim == 2 and X.shape[1] == 1 and X.dtype.kind in "OUT":
            X = X[:, 0]
        if X.ndim == 2 and X.dtype.kind not in "biuf":
            raise ValueError(
                f"X must be one media column, got an array of {X.shape[1]} columns. "
                "Select one: X[:, 0]."
            )
        return list(X)
    if isinstance(X, (list, tuple)):
        return list(X)
    raise TypeError(_not_a_column(X))


def _not_a_column(X):
    kind = type(X).__name__
    if isinstance(X, (str, bytes, os.PathLike)):
        return (
            f"X must be a column of samples, got a single {kind}. "
            "Wrap it in a list: transform([sample])."
        )
    if isinstance(X, dict):
        return (
            "X must be a column of samples, got a dict. Make a table of it, "
            "pandas.DataFrame(X), and select one column."
        )
    if sparse.issparse(X):
        return f"X must be a column of samples, got a sparse {kind}, which holds none."
    return f"X must be a list, tuple, Series, one-column frame or array of samples, got {kind}."


def take_rows(X, rows):
    """Some rows of a table or column, of the same type as X.

    Parameters
    ----------
    X : frame, Series, ndarray, sparse matrix or list
    rows : ndarray of shape (n_samples,), bool
        True where a row is wanted.
    """
    if rows.all():
        return X
    return safe_indexing(X, np.flatnonzero(rows), axis=0)


def missing_rows(X):
    """Which rows of a column or table hold nothing at all.

    Parameters
    ----------
    X : column or table with n_samples rows
        In a numeric matrix a row is missing where all its values are NaN; in a table,
        where all its cells are missing.

    Returns
    -------
    missing : ndarray of shape (n_samples,), bool
    """
    if sparse.issparse(X):
        return np.zeros(X.shape[0], dtype=bool)
    if is_frame(X):
        frame = nw.from_native(X, eager_only=True)
        columns = [_series(X, frame, position) for position in range(len(frame.columns))]
        return np.logical_and.reduce([missing_rows(column) for column in columns])
    if isinstance(X, np.ndarray) and X.ndim >= 2 and X.dtype.kind != "O":
        if X.dtype.kind != "f":
            return np.zeros(len(X), dtype=bool)
        return np.isnan(X).reshape(len(X), -1).all(axis=1)
    if isinstance(X, np.ndarray) and X.ndim == 2:
        return np.array([all(is_missing(cell) for cell in row) for row in X], dtype=bool)
    return np.array([is_missing(cell) for cell in as_cells(X)], dtype=bool)


def _series(X, frame, position):
    return X.iloc[:, position] if hasattr(X, "iloc") else frame[:, position].to_native()
