"""What fusions over the rows of a recording share: what is said of a row, and around it."""

from collections.abc import Hashable
from numbers import Real

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_consistent_length

from mmsk._utils.columns import (
    as_cells,
    column_at,
    is_frame,
    is_missing,
    position_of,
    take_rows,
)
from mmsk._utils.metadata import fit_params_of, own_config
from mmsk._utils.sklearn_private import HasMethods, Interval, safe_indexing, validate_params
from mmsk._utils.tables import check_table
from mmsk.fusion._out_of_fold import inner_splits

_NOTHING = 1e-9  # but for rounding


class ContextFusion(BaseEstimator):
    """Base class: fits an estimator, and a second one on what it says of neighbours.

    A subclass says in ``_evidence`` what a fitted estimator tells of rows, as columns of which
    0 tells nothing, and in ``_default`` what the second estimator is.
    """

    __metadata_request__fit = {"groups": True}

    _parameter_constraints: dict = {
        "estimator": [HasMethods(["fit", "predict"])],
        "groups": [str, int],
        "order": [str, int, None],
        "half_life": [Interval(Real, 0, None, closed="neither")],
        "final_estimator": [HasMethods(["fit", "predict"]), None],
        "cv": ["cv_object"],
    }

    def __init__(
        self, estimator, groups, *, order=None, half_life=1.0, final_estimator=None, cv=5
    ):
        self.estimator = estimator
        self.groups = groups
        self.order = order
        self.half_life = half_life
        self.final_estimator = final_estimator
        self.cv = cv

    def _checked(self, X):
        validate_params(self)
        return check_table(self, X, reset=True, accept_sparse=False)

    def _fit(self, X, y, sample_weight, groups, *, classifier):
        """Fit ``estimator_``, and ``final_estimator_`` on what is said of held-out groups."""
        rest, members, order = self._split(X)
        folds = members if groups is None else np.asarray(groups)
        check_consistent_length(X, folds)
        if len(np.unique(folds)) < 2:
            raise ValueError(
                f"all rows are of one group (n_samples={len(y)}): give several, of which some "
                "can be held out."
            )
        metadata = {"sample_weight": sample_weight, "groups": folds}
        said = None
        for train, test in inner_splits(self.cv, y, folds, classifier=classifier):
            model = self._fitted(rest, y, train, metadata)
            found = self._evidence(model, take_rows(rest, test))
            said = np.empty((len(y), found.shape[1])) if said is None else said
            said[test] = found
        self.estimator_ = self._fitted(rest, y, np.ones(len(y), dtype=bool), metadata)
        final = self._default() if self.final_estimator is None else clone(self.final_estimator)
        params = fit_params_of(final, slice(None), sample_weight=sample_weight)
        features = around(said, members, order, self.half_life)
        self.final_estimator_ = final.fit(features, y, **params)
        return self

    def _fitted(self, X, y, rows, metadata):
        model = clone(self.estimator)
        params = fit_params_of(model, rows, **metadata)
        with own_config():
            return model.fit(take_rows(X, rows), y[rows], **params)

    def _answers(self, X, method, prior):
        """What the final estimator says; the prior where nothing is said of a row or around."""
        if not is_frame(X):  # of a frame, columns of views may be absent: the estimator says
            X = check_table(self, X, reset=False)
        rest, members, order = self._split(X)
        with own_config():
            said = self._evidence(self.estimator_, rest)
        features = around(said, members, order, self.half_life)
        answers = getattr(self.final_estimator_, method)(features)
        answers[np.abs(features).max(axis=1) < _NOTHING] = prior
        return answers

    def _split(self, X):
        """The table without the columns of groups and order, and these as numbers."""
        places = [position_of(X, self.groups, wanted_by="groups")]
        if self.order is not None:
            places.append(position_of(X, self.order, wanted_by="order"))
        others = [k for k in range(X.shape[1]) if k not in places]
        if not others:
            raise ValueError(f"X holds nothing but groups and order (n_features={X.shape[1]}).")
        cells = [_cells(X, place) for place in places]
        members = _codes(cells[0])
        rest = safe_indexing(X, others, axis=1)
        if self.order is None:
            return rest, members, np.arange(len(members), dtype=float)
        known = [np.nan if is_missing(cell) else float(cell) for cell in cells[1]]
        return rest, members, np.array(known)


def around(said, members, order, half_life):
    """What is said of each row, of the rows near it, and of all others of its group.

    Parameters
    ----------
    said : ndarray of shape (n_samples, n_columns)
        0 tells nothing.
    members : ndarray of shape (n_samples,), int
        The group of each row.
    order : ndarray of shape (n_samples,)
        Places of the rows; NaN is far from all.
    half_life : float
        The distance at which a neighbour counts half.

    Returns
    -------
    features : ndarray of shape (n_samples, 3 * n_columns)
        The row's own; the weighted sum of its neighbours by 1 plus their weights, so that few
        and far ones say little; the mean of all others, 0 for a row alone.
    """
    near, rest = np.zeros_like(said), np.zeros_like(said)
    for group in np.unique(members):
        rows = np.flatnonzero(members == group)
        distance = np.abs(order[rows][:, None] - order[rows])
        weight = np.nan_to_num(np.exp2(-distance / half_life))
        np.fill_diagonal(weight, 0)
        near[rows] = weight @ said[rows] / (1 + weight.sum(axis=1, keepdims=True))
        rest[rows] = (said[rows].sum(axis=0) - said[rows]) / max(len(rows) - 1, 1)
    return np.hstack([said, near, rest])


def _cells(X, place):
    return as_cells(column_at(X, place)) if is_frame(X) else list(X[:, place])


def _codes(groups):
    """A number for each group; a row whose group is missing is alone in one."""
    for group in groups:
        if not isinstance(group, Hashable):
            raise TypeError(
                f"a group, as an argument must be a string or a number, got {group!r}"
            )
    known: dict = {}
    keys = [(row,) if is_missing(group) else group for row, group in enumerate(groups)]
    return np.array([known.setdefault(key, len(known)) for key in keys])
