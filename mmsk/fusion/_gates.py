"""Gates: how far each view counts in each single row, from 0 to 1."""

from typing import NamedTuple

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import Pipeline

from mmsk._utils.columns import take_rows
from mmsk._utils.metadata import fit_params_of
from mmsk.fusion._block_scaler import BlockScaler
from mmsk.fusion._pooling import is_present
from mmsk.fusion._views import fit_features, run_one

_TINY = 1e-12


class HeldOut(NamedTuple):
    """What the views said of rows they were not fitted on, and how it turned out.

    Attributes
    ----------
    said : ndarray of shape (n_views, n_samples, n_columns)
        NaN where a row lacks a view.
    outcome : ndarray of shape (n_views, n_samples)
        Of classifiers 1 where the view was right and 0 where not, of regressors the squared
        error; NaN where a row lacks the view.
    weight : ndarray of shape (n_samples,)
    groups : ndarray of shape (n_samples,) or None
    """

    said: np.ndarray
    outcome: np.ndarray
    weight: np.ndarray
    groups: np.ndarray | None

    def rows(self, kept):
        """The same of some rows only."""
        groups = None if self.groups is None else self.groups[kept]
        return HeldOut(self.said[:, kept], self.outcome[:, kept], self.weight[kept], groups)


class ConfidenceGate(BaseEstimator):
    """Opens as far as a view is sure: one minus its entropy, as a share of the largest."""

    def fit(self, X, held):
        """Nothing to learn."""
        return self

    def open(self, X, said):
        """How far each view counts in each row, of shape (n_views, n_samples)."""
        held = np.clip(said, _TINY, 1)
        entropy = -(held * np.log(held)).sum(axis=2) / np.log(said.shape[2])
        return np.clip(1 - np.nan_to_num(entropy, nan=1.0), 0, 1)


class CompetenceGate(BaseEstimator):
    """Opens as far as a view did well on held-out rows of which the views said the like.

    Parameters
    ----------
    absent : ndarray of shape (n_columns,)
        What a view is taken to say of a row that lacks it.
    chance : float or None
        See `worth`.
    n_neighbors : int, default=15
    """

    def __init__(self, absent, chance, n_neighbors=15):
        self.absent = absent
        self.chance = chance
        self.n_neighbors = n_neighbors

    def fit(self, X, held):
        """Keep the held-out rows that count."""
        kept = (held.weight > 0) & ~np.isnan(held.outcome).all(axis=0)
        held = held.rows(kept)
        self.outcome_, self.weight_ = held.outcome, held.weight
        self.typical_ = _mean_known(held.outcome, held.weight, axis=1)
        self.search_, self.best_ = None, 0.0
        if kept.any():
            self.search_ = NearestNeighbors(
                n_neighbors=min(self.n_neighbors, kept.sum()), algorithm="brute"
            ).fit(self._profiles(held.said))
            self.best_ = np.nanmax(worth(self._expected(held.said), self.chance))
        return self

    def open(self, X, said):
        """How far each view counts in each row, of shape (n_views, n_samples)."""
        if not self.best_ or not said.shape[1]:
            return np.ones(said.shape[:2])
        opened = np.clip(worth(self._expected(said), self.chance) / self.best_, 0, 1)
        return np.nan_to_num(opened, nan=1.0)

    def _expected(self, said):
        """The mean outcome nearby; NaN of views of which nothing was held out."""
        near = self.search_.kneighbors(self._profiles(said), return_distance=False)
        found = _mean_known(self.outcome_[:, near], self.weight_[near], axis=2)
        return np.where(np.isnan(found), self.typical_[:, None], found)

    def _profiles(self, said):
        return np.hstack([*np.where(is_present(said)[:, :, None], said, self.absent)])


class QualityGate(BaseEstimator):
    """Opens as far as a view does well on rows of such quality.

    Parameters
    ----------
    quality : list of (name, transformer, columns)
        What measures the rows for a view of that name.
    names : list of str
        Of all views.
    chance : float or None
        See `worth`.
    """

    def __init__(self, quality, names, chance):
        self.quality = quality
        self.names = names
        self.chance = chance

    def fit(self, X, held):
        """Fit for each measured view a model of how it turns out, by what is measured."""
        self.measures_ = []
        for name, estimator, columns in self.quality:
            place = self.names.index(name)
            known = ~np.isnan(held.outcome[place]) & (held.weight > 0)
            if not known.any():
                continue
            some = held.rows(known)
            measure, rows = fit_features(
                take_rows(X, known), None, (name, estimator, columns), None, some.groups
            )
            outcome = some.outcome[place][rows.present]
            if measure is None or len(np.unique(outcome)) < 2:
                continue  # nothing to tell good rows from bad ones by
            model = self._model(rows.values, outcome, some.weight[rows.present])
            best = worth(self._expected(model, rows.values), self.chance).max()
            typical = np.average(some.outcome[place], weights=some.weight)
            if best > 0:
                view = (name, measure, columns)
                self.measures_.append((place, view, model, float(best), float(typical)))
        return self

    def open(self, X, said):
        """How far each view counts in each row, of shape (n_views, n_samples)."""
        found = np.ones(said.shape[:2])
        for place, view, model, best, typical in self.measures_:
            rows = run_one(X, "transform", view)
            expected = np.full(len(rows.present), typical)
            if rows.values is not None:
                expected[rows.present] = self._expected(model, rows.values)
            found[place] = np.clip(worth(expected, self.chance) / best, 0, 1)
        return found

    def _model(self, measured, outcome, weight):
        classifies = self.chance is not None
        last = LogisticRegression(C=10, max_iter=1000) if classifies else Ridge()
        aims = outcome > 0 if classifies else np.log(np.maximum(outcome, _TINY))
        model = Pipeline([("scaler", BlockScaler()), ("outcome", last)])
        params = fit_params_of(model, slice(None), sample_weight=weight)
        return model.fit(measured, aims, **params)

    def _expected(self, model, measured):
        if self.chance is None:
            return np.exp(model.predict(measured))
        return model.predict_proba(measured)[:, 1]


def worth(expected, chance):
    """What an expected outcome is worth, at least 0.

    Of classifiers, how far being right exceeds ``chance``, as a share of the way to 1; of
    regressors (``chance=None``) the inverse of the expected squared error.
    """
    if chance is None:
        return 1 / np.maximum(expected, _TINY)
    return np.clip((expected - chance) / max(1 - chance, _TINY), 0, 1)


def _mean_known(values, weight, axis):
    """Weighted mean over an axis without NaN; NaN where all are."""
    share = np.where(np.isnan(values), 0.0, weight)
    total = share.sum(axis=axis)
    summed = (share * np.nan_to_num(values)).sum(axis=axis)
    return np.divide(summed, total, out=np.full(total.shape, np.nan), where=total > 0)
