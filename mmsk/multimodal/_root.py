"""Relative paths in a table, put under a folder."""

import os

import narwhals.stable.v2 as nw
import numpy as np

from mmsk._utils.columns import as_cells, is_frame


def under_root(X, columns, root):
    """A table whose relative paths stand under a folder.

    Parameters
    ----------
    X : frame or ndarray
        Left alone.
    columns : list of str or int
        The columns that hold sources; strings and path objects in them are paths.
    root : str, path or None
        None leaves paths as they are.

    Returns
    -------
    X : frame or ndarray
        The same X if there is nothing to do, else a shallow copy.
    """
    if root is None or not columns:
        return X
    if is_frame(X):
        return _frame_under(X, columns, root)
    if isinstance(X, np.ndarray) and X.dtype == object:
        X = X.copy()
        for column in columns:
            X[:, column] = _column_of_objects(X[:, column], root)
    return X


def _frame_under(X, columns, root):
    if hasattr(X, "iloc"):
        X = X.copy(deep=False)
        for column in columns:
            X[column] = _column_of_objects(X[column], root)
        return X
    frame = nw.from_native(X, eager_only=True)
    moved = [
        nw.new_series(
            column, _moved(frame[column].to_native(), root), backend=frame.implementation
        )
        for column in columns
    ]
    return frame.with_columns(*moved).to_native()


def _column_of_objects(column, root):
    moved = _moved(column, root)
    return np.fromiter(moved, dtype=object, count=len(moved))


def _moved(column, root):
    return [_under(cell, os.fspath(root)) for cell in as_cells(column)]


def _under(cell, root):
    if isinstance(cell, np.ndarray) and cell.dtype.kind in "OUT":
        cell = cell.tolist()  # a list of sources, as Parquet gives it
    if isinstance(cell, list):
        return [_under(member, root) for member in cell]
    if not isinstance(cell, (str, os.PathLike)):
        return cell
    path = os.fspath(cell)
    if not path.strip() or "://" in path:  # missing, or a URL that the reader refuses
        return cell
    return os.path.join(root, path)  # an absolute path stays itself
