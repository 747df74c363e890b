"""Features of views computed once per fold, for all that is compared on it."""

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin

from mmsk._utils.columns import take_rows
from mmsk.fusion._views import as_matrix, fit_features, run_one


class KnownRows(TransformerMixin, BaseEstimator):
    """Stands in a view for its transformer: a sample is the number of a row known already.

    Parameters
    ----------
    rows : {ndarray, CSR matrix} of shape (n_known, n_features)
    stands_for : transformer
        What the rows come from; fusions ask whether it scales them.
    """

    def __init__(self, rows, stands_for):
        self.rows = rows
        self.stands_for = stands_for

    def __sklearn_clone__(self):
        return KnownRows(self.rows, self.stands_for)  # a copy for each fit would be large

    def fit(self, X, y=None):
        """Nothing is to be learned."""
        return self

    def transform(self, X):
        """The rows of these numbers."""
        return self.rows[np.ravel(X).astype(np.intp)]

    def __sklearn_is_fitted__(self):
        return True


class Fold(NamedTuple):
    """A table of numbers of known rows, the views that look them up, and what is held out.

    Attributes
    ----------
    table : ndarray of shape (n_samples, n_views), float64
        NaN where a row lacks the view.
    views : list of (name, KnownRows, int)
    train, test : ndarray of shape (n_samples,), bool
    """

    table: Any
    views: list
    train: Any
    test: Any


def fold_features(X, y, views, splits, sample_weight=None, groups=None):
    """The features of each fold, of transformers that saw its training rows only.

    Parameters
    ----------
    X : frame or ndarray of n_samples rows
    y : ndarray of shape (n_samples,)
    views : list of (name, transformer, columns)
    splits : list of (train, test)
        Masks.
    sample_weight, groups : ndarray of shape (n_samples,) or None

    Returns
    -------
    folds : list of Fold
        Features that are the same in several folds are kept once.
    """
    folds, last = [], [None] * len(views)
    for train, test in splits:
        table = np.full((len(y), len(views)), np.nan)
        known = []
        for k, view in enumerate(views):
            rows, numbers = _known_rows(X, y, view, train, test, sample_weight, groups)
            last[k] = rows = last[k] if _same(last[k], rows) else rows
            table[:, k] = numbers
            known.append((view[0], KnownRows(rows, view[1]), k))
        folds.append(Fold(table, known, train, test))
    return folds


def _known_rows(X, y, view, train, test, sample_weight, groups):
    """Features of the rows that have a view, in the order of the table, and their numbers."""
    name, _, columns = view
    numbers = np.full(len(y), np.nan)
    weight, members = (
        None if values is None else values[train] for values in (sample_weight, groups)
    )
    fitted, learned = fit_features(take_rows(X, train), y[train], view, weight, members)
    if fitted is None:
        return np.zeros((0, 1)), numbers
    asked = run_one(take_rows(X, test), "transform", (name, fitted, columns))
    places = np.concatenate(
        [np.flatnonzero(train)[learned.present], np.flatnonzero(test)[asked.present]]
    )
    order = np.argsort(places)
    parts = [rows.values for rows in (learned, asked) if rows.values is not None]
    numbers[places[order]] = np.arange(len(places))
    return _stacked([as_matrix(part) for part in parts])[order], numbers


def _stacked(parts):
    if any(sparse.issparse(part) for part in parts):
        return sparse.vstack(parts, format="csr")
    return np.concatenate(parts)


def _same(a, b):
    if a is None or sparse.issparse(a) or sparse.issparse(b):
        return False
    return a.shape == b.shape and np.array_equal(a, b, equal_nan=True)
