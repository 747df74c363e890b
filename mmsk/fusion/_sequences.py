"""Views as sequences: read row by row, brought to one number of steps, side by side."""

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.base import clone

from mmsk.base import Failure
from mmsk.fusion._views import (
    ViewRows,
    fit_features,
    naming_view,
    run_one,
    select_columns,
)
from mmsk.io._sources import describe_source


def has_sequence(estimator):
    """Whether an estimator is an extractor that gives the sequence of a sample."""
    return hasattr(estimator, "_sequence")


def resampled(sequence, n_steps):
    """A sequence of another number of steps: means over equal stretches of time.

    Parameters
    ----------
    sequence : ndarray of shape (n, n_channels), float64
        Each value holds for an n-th of the time.
    n_steps : int

    Returns
    -------
    resampled : ndarray of shape (n_steps, n_channels), float64
        Of the same mean over time.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion._sequences import resampled
    >>> resampled(np.array([[1.0], [2.0], [6.0]]), 2).ravel()
    array([1.33333333, 4.66666667])
    """
    n = len(sequence)
    if n == n_steps:
        return sequence
    if n == 1:
        return np.repeat(sequence, n_steps, axis=0)
    sums = np.concatenate([np.zeros((1, sequence.shape[1])), np.cumsum(sequence, axis=0)])
    edges = np.linspace(0, n, n_steps + 1)
    before = np.minimum(edges.astype(np.int64), n - 1)
    at_edges = sums[before] + (edges - before)[:, None] * sequence[before]
    return np.diff(at_edges, axis=0) * (n_steps / n)


class SequenceView(NamedTuple):
    """What there is to read of one view of a table.

    Attributes
    ----------
    name : str
    extractor : extractor or None
        Fitted, that gives sequences. None: rows of features are there already.
    source : list of cells or ndarray of shape (n_samples, n_features), float64
    present : ndarray of shape (n_samples,), bool
        Rows that are not known to lack the view.
    failures : list of Failure
        Rows whose source could not be read, as far as it was tried.
    """

    name: str
    extractor: Any
    source: Any
    present: np.ndarray
    failures: list

    def of_row(self, row):
        """The sequence of a row, (n_steps, n_channels); None if it lacks it; or a Failure."""
        if not self.present[row]:
            return None
        if self.extractor is None:
            return self.source[row : row + 1]
        cell = self.source[row]
        with naming_view(self.name):
            try:
                return self._of_cell(cell)
            except ValueError as error:
                named = describe_source(cell)
                if self.extractor.on_error == "missing":
                    return Failure(row, named, str(error))
                error.add_note(f"{type(self.extractor).__name__}: row {row}, source {named}")
                raise

    def _of_cell(self, cell):
        """One after the other, where a cell holds several sources."""
        extractor = self.extractor
        samples = (extractor._read(source) for source in extractor._sources(cell))
        parts = [extractor._sequence(sample) for sample in samples if sample is not None]
        return np.concatenate(parts).astype(np.float64, copy=False) if parts else None


def fit_sequences(X, y, view):
    """A fitted copy of a view's estimator, and the `SequenceView` of the table.

    Parameters
    ----------
    X : table
    y : ndarray of shape (n_samples,) or None
    view : (name, estimator, columns)

    Returns
    -------
    fitted : estimator or None
        None if no row has the view, or it holds nothing to learn.
    rows : SequenceView
    """
    name, estimator, columns = view
    if not has_sequence(estimator):
        fitted, rows = fit_features(X, y, view)
        return fitted, _of_features(name, rows)
    with naming_view(name):
        fitted = clone(estimator)
        X_view = select_columns(X, columns)
        if fitted.missing_samples(X_view).all():
            return None, SequenceView(name, None, None, np.zeros(len(X_view), bool), [])
        fitted.fit(X_view)
    return fitted, run_sequences(X, (name, fitted, columns))


def run_sequences(X, view):
    """The `SequenceView` of a table, for one fitted (name, estimator, columns)."""
    name, fitted, columns = view
    if not has_sequence(fitted):
        return _of_features(name, run_one(X, "transform", view))
    with naming_view(name):
        X_view = select_columns(X, columns)
        cells = fitted._cells(X_view, reset=False)
        return SequenceView(name, fitted, cells, ~fitted.missing_samples(X_view), [])


def _of_features(name, rows: ViewRows):
    """Rows of features as sequences of one step, whose value holds all the time."""
    if rows.values is None:
        return SequenceView(name, None, None, np.zeros_like(rows.present), rows.failures)
    values = rows.values.toarray() if sparse.issparse(rows.values) else np.asarray(rows.values)
    values = values.reshape(len(values), -1)
    spread = np.full((len(rows.present), values.shape[1]), np.nan)
    spread[rows.present] = values
    return SequenceView(name, None, spread, rows.present, rows.failures)


def stacked(parts, widths, n_steps):
    """Sequences side by side, of one number of steps.

    Parameters
    ----------
    parts : list of ndarray of shape (n, n_channels), None or Failure
    widths : list of int
        Channels of each.
    n_steps : int or None
        None: as many as the longest has; one where there is none.

    Returns
    -------
    sequence : ndarray of shape (n_steps, sum of widths), float64
        NaN in the channels of what is not there.
    """
    there = [part for part in parts if isinstance(part, np.ndarray)]
    n_steps = n_steps or max(map(len, there), default=1)
    blocks = []
    for part, width in zip(parts, widths, strict=True):
        if not isinstance(part, np.ndarray):
            blocks.append(np.full((n_steps, width), np.nan))
        elif part.shape[1] != width:
            raise ValueError(f"a sequence has {part.shape[1]} channels, in fit it had {width}")
        else:
            blocks.append(resampled(part, n_steps))
    return np.hstack(blocks)
