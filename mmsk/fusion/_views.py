"""One view: its columns, the rows that have it, and its estimator fitted on those rows.

A row lacks a view where its cells are missing, and where its source cannot be read: the
view's leading extractor runs first, over the whole column, and the rows it fails on never
reach what follows.
"""

import contextlib
import warnings
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from mmsk._utils.columns import column_at, is_frame, missing_rows, take_rows
from mmsk._utils.errors import noting
from mmsk._utils.metadata import fit_params_of, own_config
from mmsk._utils.sklearn_private import get_column_indices, safe_indexing
from mmsk.exceptions import (
    DroppedViewWarning,
    FailedSamplesWarning,
    MissingViewWarning,
    NothingToLearnError,
)
from mmsk.fusion._parts import taught


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


def resolve_columns(X, columns, *, as_table):
    """A view's columns as they stand in ``fit``: callables called once, as in scikit-learn.

    Parameters
    ----------
    X : frame, ndarray or sparse matrix of n_samples rows
    columns : str, int, list, slice, boolean mask or callable
        As in scikit-learn's ColumnTransformer.
    as_table : bool
        Whether a single name or position stands for a table of one column.
    """
    if callable(columns):
        columns = columns(X)
    if isinstance(columns, tuple):
        columns = list(columns)
    return [columns] if as_table and _is_scalar(columns) else columns


def select_columns(X, columns):
    """A view's columns: one column for a string or an int, a table for a list or slice.

    Parameters
    ----------
    X : frame, ndarray or sparse matrix of n_samples rows
    columns : str, int, list, slice or boolean mask
        As `resolve_columns` gives them.
    """
    if isinstance(columns, str) and not is_frame(X):
        raise ValueError(
            f"columns={columns!r} names a column, but X is {type(X).__name__}, which has "
            "no names. Give the column's position, or make X a DataFrame."
        )
    if _is_scalar(columns) and not is_frame(X):
        return X[:, [columns]] if sparse.issparse(X) else X[:, columns]
    indices = get_column_indices(X, columns)
    if _is_scalar(columns):
        return column_at(X, indices[0])
    return safe_indexing(X, indices, axis=1)


def _is_scalar(columns):
    return isinstance(columns, (str, int, np.integer)) and not isinstance(columns, bool)


def fit_view(estimator, X_view, y=None, sample_weight=None, groups=None, *, kind="transformer"):
    """A fitted copy of a view's estimator, and what it gave as a transformer.

    Parameters
    ----------
    estimator : transformer, predictor or Pipeline of both
    X_view : column or table
        As `select_columns` gives it.
    y : ndarray of shape (n_samples,) or None
    sample_weight : ndarray of shape (n_samples,) or None
        Goes to every step that takes it. A row of weight 0 is as good as absent.
    groups : ndarray of shape (n_samples,) or None
        Go to every step that takes them.
    kind : {"transformer", "classifier", "regressor"}, default="transformer"
        What the estimator is fitted as.

    Returns
    -------
    fitted : estimator or None
        None if no row has the view, or its rows hold one class only or nothing to learn.
    rows : ViewRows
        ``values`` are the features of a transformer, None for a predictor.
    """
    estimator = clone(estimator)
    head, tail = _split(estimator)
    present = ~_missing(head, X_view)
    if sample_weight is not None:
        present &= sample_weight != 0
    if not present.any():
        return None, ViewRows(None, present, [])
    with own_config():
        try:
            rows = _read(head, X_view, present, y, fitting=True)
        except NothingToLearnError as error:  # as good as absent
            return None, ViewRows(None, np.zeros_like(present), list(error.failures))
        present = rows.present
        if not present.any():
            return None, rows._replace(values=None)
        if tail is None:
            return estimator, rows
        y = None if y is None else y[present]
        if kind == "classifier" and len(np.unique(y)) < 2:
            return None, rows._replace(values=None)
        params = fit_params_of(tail, present, sample_weight=sample_weight, groups=groups)
        try:
            with _counting(present):
                values = _fitted(tail, rows.values, y, params, kind)
        except NothingToLearnError:  # as good as absent
            return None, ViewRows(None, np.zeros_like(present), rows.failures)
    if head is not None:
        estimator.steps[1:] = tail.steps  # a Pipeline with memory fits copies of its steps
    return estimator, rows._replace(values=values)


def learn_part(
    estimator, X_view, y=None, sample_weight=None, classes=None, *, kind="transformer", begun
):
    """Teach a view's estimator the rows of a part that have it; what it gave as a transformer.

    Parameters
    ----------
    estimator : transformer, predictor or Pipeline of both
        Is changed.
    X_view : column or table
    y : ndarray of shape (n_samples,) or None
    sample_weight : ndarray of shape (n_samples,) or None
    classes : ndarray of shape (n_classes,) or None
        All that may come.
    kind : {"transformer", "classifier", "regressor"}, default="transformer"
    begun : bool
        Whether it has met a part before. An extractor at the head learns from the first one.

    Returns
    -------
    rows : ViewRows
        ``values`` is None for a predictor, or where no row has the view.
    """
    head, tail = _split(estimator)
    present = ~_missing(head, X_view)
    if sample_weight is not None:
        present &= sample_weight != 0
    if not present.any():
        return ViewRows(None, present, [])
    with own_config():
        rows = _read(head, X_view, present, y, fitting=not begun)
        if not rows.present.any():
            return rows._replace(values=None)
        if tail is None:
            return rows
        chosen = [None if of is None else of[rows.present] for of in (y, sample_weight)]
        with _counting(rows.present):
            return rows._replace(values=taught(tail, rows.values, *chosen, classes, kind))


def fit_features(X, y, view, sample_weight=None, groups=None):
    """`fit_view` of one (name, transformer, columns), which may be ``"passthrough"``."""
    name, estimator, columns = view
    with naming_view(name):
        estimator = passthrough() if isinstance(estimator, str) else estimator
        X_view = select_columns(X, columns)
        fitted, rows = fit_view(estimator, X_view, y, sample_weight, groups)
        return fitted, rows if fitted is None else rows._replace(values=as_matrix(rows.values))


def passthrough(func=None):
    """A transformer that hands on what it gets, sparse or dense, through ``func`` if given."""
    return FunctionTransformer(
        func, accept_sparse=True, check_inverse=False, feature_names_out="one-to-one"
    )


def _fitted(tail, X, y, params, kind):
    """Fit; what a transformer gives, None for a predictor."""
    if kind == "transformer" and hasattr(tail, "fit_transform"):
        return tail.fit_transform(X, y, **params)
    if kind == "transformer" and not hasattr(tail, "transform"):
        raise TypeError(f"a view must be a transformer here, got {tail!r}.")
    tail.fit(X, y, **params)
    return tail.transform(X) if kind == "transformer" else None


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
    present = ~_missing(head, X_view)
    if not present.any():
        return ViewRows(None, present, [])
    with own_config():
        rows = _read(head, X_view, present)
        if not rows.present.any():
            return rows._replace(values=None)
        if tail is None:
            return rows
        with _counting(rows.present):
            return rows._replace(values=getattr(tail, method)(rows.values))


def run_one(X, method, view):
    """`run_view` of one fitted (name, estimator, columns) of a table."""
    name, fitted, columns = view
    with naming_view(name):
        return run_view(fitted, select_columns(X, columns), method)


def _split(estimator):
    """The extractor a view starts with and what follows it; None for what is not there."""
    if hasattr(estimator, "transform_present"):
        return estimator, None
    if isinstance(estimator, Pipeline) and hasattr(estimator.steps[0][1], "transform_present"):
        rest = estimator[1:] if len(estimator.steps) > 1 else None
        return estimator.steps[0][1], rest
    return None, estimator


def _missing(head, X_view):
    """Rows that lack the view; an extractor knows best where it has nothing to read."""
    if hasattr(head, "missing_samples"):
        return head.missing_samples(X_view)
    return missing_rows(X_view)


def _read(head, X_view, present, y=None, *, fitting=False):
    """What the rest of the view works on: of the rows that are there and can be read."""
    if head is None:
        return ViewRows(take_rows(X_view, present), present, [])
    # the extractor gets all rows, so that it counts them as the user does
    if fitting:
        features, described, failures = head.fit_transform_present(X_view, y, present)
    else:
        features, described, failures = head.transform_present(X_view)
    present = present & described
    return ViewRows(as_matrix(features)[present], present, failures)


@contextlib.contextmanager
def _counting(present):
    """Say of an error that it counts only the rows that have the view."""
    try:
        yield
    except Exception as error:
        if not present.all():
            error.add_note(
                f"rows are counted among the {present.sum()} of {len(present)} that have it"
            )
        raise


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


def warn_of_empty(views, fitted):
    """One warning that names the views nothing can be learned from; an error if all.

    Parameters
    ----------
    views : list of (name, estimator, columns)
    fitted : list of (estimator or None, ViewRows)
        As `fit_view` gave them.
    """
    found = zip(views, fitted, strict=True)
    empty = [name for (name, _, _), (estimator, _) in found if estimator is None]
    if len(empty) == len(views):
        failures = [failure for _, rows in fitted for failure in rows.failures]
        raise ValueError(
            f"no row has anything to learn from in any of the views {empty}."
            + told_first(failures)
        )
    if empty:
        warnings.warn(
            f"no row has anything to learn from in the views {empty}: they are left out.",
            DroppedViewWarning,
        )


def told_first(failures):
    """Why there is nothing: with a wrong folder of paths, for one, no file is there."""
    if not failures:
        return ""
    first = failures[0]
    return (
        f" {len(failures)} sources could not be read, the first in row {first.row}: "
        f"{first.reason}"
    )


def warn_of_rows_without_views(lacking, *, predicting=True):
    """One warning that counts the rows of which nothing is known."""
    prior = "their prediction is the prior of the training rows"
    told = prior if predicting else "their features are those of a row that holds nothing"
    if lacking.any():
        warnings.warn(
            f"{lacking.sum()} of {len(lacking)} rows have none of the views (the first is row "
            f"{lacking.argmax()}): {told}.",
            MissingViewWarning,
        )


def naming_view(name):
    """Say which view an error came from."""
    return noting(f"in view {name!r}")
