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
        names = column_names(X)
        if len(names) != 1:
            raise ValueError(
                f"X must be one media column, got a table of {len(names)} columns: "
                f"{names[:10]}. Select one, or use a ColumnTransformer."
            )
        return _as_cells(column_at(X, 0))
    if is_series(X):
        return _series_cells(X)
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


def _series_cells(X):
    series = nw.from_native(X, series_only=True)
    number = _innermost(series.dtype)
    if number is series.dtype or not (number.is_integer() or number.is_float()):
        return series.to_list()
    # a cell of numbers is a signal or a picture, never a list of sources
    cells = X if nw.dependencies.is_polars_series(X) else series.to_list()
    dtype = np.dtype(str(number).lower())
    return [None if is_missing(cell) else _cell_array(cell, dtype) for cell in cells]


def _innermost(dtype):
    while isinstance(dtype, (nw.List, nw.Array)):
        dtype = dtype.inner
    return dtype


def _cell_array(cell, dtype):
    if hasattr(cell, "to_numpy"):  # of polars, without a detour over Python numbers
        cell = cell.to_numpy()
        if cell.dtype == object:
            cell = np.stack(cell)
    return np.asarray(cell, dtype=dtype)


def _not_a_column(X):
    kind = type(X).__name__
    if isinstance(X, (str, bytes, os.PathLike)):
        return (
            f"X must be a column of samples, got a single {kind}. "
            "Wrap it in a list: transform([sample])."
        )
    if sparse.issparse(X):  # before dict, which dok_array is too
        return f"X must be a column of samples, got a sparse {kind}, which holds none."
    if isinstance(X, dict):
        return (
            "X must be a column of samples, got a dict. Make a table of it, "
            "pandas.DataFrame(X), and select one column."
        )
    return f"X must be a list, tuple, Series, one-column frame or array of samples, got {kind}."


def column_names(X):
    """Names of the columns of a table, also where narwhals would refuse equal ones."""
    return list(X.column_names if hasattr(X, "column_names") else X.columns)


def column_at(X, position):
    """One column of a table, as a Series of the table's own maker.

    Parameters
    ----------
    X : frame
    position : int
        By position, because pandas allows any label, and narwhals wants distinct ones.
    """
    if hasattr(X, "iloc"):
        return X.iloc[:, position]
    return nw.from_native(X, eager_only=True)[:, position].to_native()


def position_of(X, column, *, wanted_by):
    """Where a column stands in a table.

    Parameters
    ----------
    X : frame or ndarray of shape (n_samples, n_columns)
    column : str or int
        A name of a frame, a position in an array.
    wanted_by : str
        The parameter that says so, for the message.

    Returns
    -------
    position : int

    Raises
    ------
    ValueError
        If there is no such column.
    """
    names = column_names(X) if is_frame(X) else list(range(X.shape[1]))
    if column not in names:
        raise ValueError(f"{wanted_by}={column!r} is no column of X, which has {names}.")
    return names.index(column)


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
        columns = [missing_rows(column_at(X, position)) for position in range(X.shape[1])]
        return np.logical_and.reduce(columns) if columns else np.ones(len(X), dtype=bool)
    if isinstance(X, np.ndarray) and X.ndim >= 2 and X.dtype.kind != "O":
        if X.dtype.kind != "f":
            return np.zeros(len(X), dtype=bool)
        return np.isnan(X).reshape(len(X), -1).all(axis=1)
    if isinstance(X, np.ndarray) and X.ndim == 2:
        return np.array([all(is_missing(cell) for cell in row) for row in X], dtype=bool)
    if is_series(X):
        values = nw.from_native(X, series_only=True).to_numpy()
        if values.dtype.kind == "f":  # many columns of features, fast
            return np.isnan(values)
    return np.array([is_missing(cell) for cell in as_cells(X)], dtype=bool)
