"""One view: its columns, the rows that have it, and its estimator fitted on those rows.

A row lacks a view where its cells are missing, and where its source cannot be read: the
view's leading extractor runs first, and the rows it fails on never reach what follows.
"""

import contextlib
import warnings
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from mmsk._utils.columns import is_frame, missing_rows, take_rows
from mmsk._utils.sklearn_private import get_column_indices, safe_indexing
from mmsk.exceptions import FailedSamplesWarning


class ViewRows(NamedTuple):
    """What a view gave for a table.

    Attributes
    ----------
    values : array of shape (n_present, ...)
        Of the rows that have the view only, in order.
    present : ndarray of shape (n_samples,), bool
    failures : list of Failure
        Rows whose source could not be read.
    """

    values: Any
    present: np.ndarray
    failures: list


def select_columns(X, columns):
    """A view's columns: one column for a string or an int, a table for a list or slice.

    Parameters
    ----------
    X : frame, ndarray or sparse matrix of n_samples rows
    columns : str, int, list, slice, boolean mask or callable
        As in scikit-learn's ColumnTransformer.
    """
    if callable(columns):
        columns = columns(X)
    if isinstance(columns, tuple):
        columns = list(columns)
    if isinstance(columns, str) and not is_frame(X):
        raise ValueError(
            f"columns={columns!r} names a column, but X is {type(X).__name__}, which has "
            "no names. Give the column's position, or make X a DataFrame."
        )
    scalar = isinstance(columns, (str, int, np.integer)) and not isinstance(columns, bool)
    if scalar and not is_frame(X):
        return X[:, columns]
    indices = get_column_indices(X, columns)
    if scalar:
        indices = indices[0]
        return X.iloc[:, indices] if hasattr(X, "iloc") else X[:, indices]
    return safe_indexing(X, indices, axis=1)


def fit_view(estimator, X_view, y=None, sample_weight=None, *, kind="transformer"):
    """A fitted copy of a view's estimator, and what it gave as a transformer.

    Parameters
    ----------
    estimator : transformer, predictor or Pipeline of both
    X_view : column or table
        As `select_columns` gives it.
    y : ndarray of shape (n_samples,) or None
    sample_weight : ndarray of shape (n_samples,) or None
        Goes to every step that takes it.
    kind : {"transformer", "classifier", "regressor"}, default="transformer"
        What the estimator is fitted as.

    Returns
    -------
    fitted : estimator or None
        None if no row has the view, or its rows hold one class only.
    rows : ViewRows
        ``values`` are the features of a transformer, None for a predictor.
    """
    estimator = clone(estimator)
    head, tail = _split(estimator)
    present = ~missing_rows(X_view)
    if not present.any():
        return None, ViewRows(None, present, [])
    X_view = take_rows(X_view, present)
    failures = []
    if head is not None:
        head.fit(X_view, None if y is None else y[present])
        X_view, present, failures = _read(head, X_view, present)
        if not present.any():
            return None, ViewRows(None, present, failures)
    if tail is None:
        return estimator, ViewRows(X_view, present, failures)
    y = None if y is None else y[present]
    if kind == "classifier" and len(np.unique(y)) < 2:
        return None, ViewRows(None, present, failures)
    params = weights_of_steps(tail, sample_weight, present)
    # weights are named by step here, whatever the caller's routing
    with config_context(enable_metadata_routing=False):
        if kind == "transformer":
            values = tail.fit_transform(X_view, y, **params)
        else:
            values = None
            tail.fit(X_view, y, **params)
    if head is not None:
        estimator.steps[1:] = tail.steps  # a Pipeline with memory fits copies of its steps
    return estimator, ViewRows(values, present, failures)


def run_view(fitted, X_view, method):
    """What a fitted view's ``transform``, ``predict`` or ``predict_proba`` gives.

    Parameters
    ----------
    fitted : estimator
        As `fit_view` returned it.
    X_view : column or table
    method : str

    Returns
    -------
    rows : ViewRows
        ``values`` is None if no row has the view.
    """
    head, tail = _split(fitted)
    present = ~missing_rows(X_view)
    if not present.any():
        return ViewRows(None, present, [])
    X_view = take_rows(X_view, present)
    failures = []
    if head is not None:
        X_view, present, failures = _read(head, X_view, present)
    if not present.any():
        return ViewRows(None, present, failures)
    values = X_view if tail is None else getattr(tail, method)(X_view)
    return ViewRows(values, present, failures)


def _split(estimator):
    """The extractor a view starts with and what follows it; None for what is not there."""
    if hasattr(estimator, "transform_with_errors"):
        return estimator, None
    if isinstance(estimator, Pipeline) and hasattr(
        estimator.steps[0][1], "transform_with_errors"
    ):
        rest = estimator[1:] if len(estimator.steps) > 1 else None
        return estimator.steps[0][1], rest
    return None, estimator


def _read(head, X_view, present):
    """Features of the rows that can be read; `present` without the others."""
    if getattr(head, "on_error", "raise") == "raise":
        return as_matrix(head.transform(X_view)), present, []
    features, failures = head.transform_with_errors(X_view)
    positions = np.flatnonzero(present)
    read = np.ones(len(positions), dtype=bool)
    read[[failure.row for failure in failures]] = False
    present = present.copy()
    present[positions[~read]] = False
    failures = [f._replace(row=int(positions[f.row])) for f in failures]
    return as_matrix(features)[read], present, failures


def weights_of_steps(steps, sample_weight, rows):
    """Fit parameters that hand weights to every step that takes them, by its name.

    Scalers too, so that a weight of 2 is the same as a row that stands there twice.

    Parameters
    ----------
    steps : estimator or Pipeline
    sample_weight : ndarray of shape (n_samples,) or None
    rows : ndarray of shape (n_samples,), bool
        The rows that are fitted on.

    Returns
    -------
    params : dict

    Raises
    ------
    ValueError
        If the predictor at the end takes no weights.
    """
    if sample_weight is None:
        return {}
    if not isinstance(steps, Pipeline):
        steps = Pipeline([("", steps)])
    last = steps.steps[-1][1]
    if hasattr(last, "predict") and not has_fit_parameter(last, "sample_weight"):
        raise ValueError(f"{type(last).__name__} takes no sample_weight.")
    return {
        f"{name}__sample_weight".removeprefix("__"): sample_weight[rows]
        for name, step in steps.steps
        if has_fit_parameter(step, "sample_weight")
    }


def as_matrix(block):
    """A view's features as an ndarray or CSR matrix, whatever container they came in."""
    if sparse.issparse(block):
        return block.tocsr()
    array = np.asarray(block)
    return array.reshape(-1, 1) if array.ndim == 1 else array


def warn_of_failures(owner, failures, n_rows):
    """One warning that counts the samples of a table that could not be read."""
    if failures:
        first = failures[0]
        warnings.warn(
            f"{owner}: {len(failures)} samples in {n_rows} rows could not be read and count "
            f"as missing; the first is row {first.row}: {first.reason}",
            FailedSamplesWarning,
            stacklevel=2,
        )


@contextlib.contextmanager
def naming_view(name):
    """Say which view an error came from."""
    try:
        yield
    except Exception as error:
        error.add_note(f"in view {name!r}")
        raise
