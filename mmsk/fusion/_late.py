"""What all model-level fusions share: a predictor per view, fitted on the rows with it."""

import warnings
from functools import partial
from numbers import Integral

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from mmsk._utils.columns import take_rows
from mmsk._utils.sklearn_private import HasMethods
from mmsk.exceptions import DroppedViewWarning, NothingToLearnError
from mmsk.fusion._base import ViewsEstimator
from mmsk.fusion._block_scaler import scaler_for
from mmsk.fusion._views import (
    fit_view,
    naming_view,
    run_one,
    select_columns,
    told_first,
    warn_of_failures,
    warn_of_rows_without_views,
)


class LateFusion(ViewsEstimator):
    """Base class: fits a predictor per view and gathers what the views predict.

    A subclass defines ``_kind``, ``_default_estimator``, ``_is_predictor``, ``_aligned``.
    """

    __metadata_request__fit = {"groups": True}

    _parameter_constraints = {
        **ViewsEstimator._parameter_constraints,
        "estimator": [HasMethods(["fit", "predict"]), None],
        "n_jobs": [Integral, None],
    }

    def _fit_views(self, X, y, sample_weight, groups):
        """Fit every view; returns which views are kept, and the rows each was fitted on."""
        views = self._resolved_views(X)
        groups = None if groups is None else np.asarray(groups)
        check_consistent_length(X, groups)
        fit = partial(self._fit_one, X, y, sample_weight, groups)
        found = self._of_each(views, fit)
        self.errors_ = [failure for _, rows in found for failure in rows.failures]
        kept = [k for k, (fitted, _) in enumerate(found) if fitted is not None]
        if not kept:
            raise NothingToLearnError(
                "no view can be learned from: each has rows of one class only, or no rows."
                + told_first(self.errors_)
            )
        self.views_ = [(views[k][0], found[k][0], views[k][2]) for k in kept]
        warn_of_failures(type(self).__name__, self.errors_, len(y))
        return kept, [found[k][1].present for k in kept]

    def _fit_one(self, X, y, sample_weight, groups, view):
        name, estimator, columns = view
        with naming_view(name):
            predictor = self._as_predictor(estimator)
            X_view = select_columns(X, columns)
            fitted, rows = fit_view(
                predictor, X_view, y, sample_weight, groups, kind=self._kind
            )
        if fitted is None:
            what = "one class only" if rows.present.any() else "no row at all"
            warnings.warn(
                f"the view {name!r} has {what} to learn from: it is left out.",
                DroppedViewWarning,
            )
        return fitted, rows

    def _as_predictor(self, estimator):
        """A view's predictor: its own, or the default one behind its transformer."""
        final = self.estimator if self.estimator is not None else self._default_estimator()
        if isinstance(estimator, str):  # "passthrough"
            steps = []
        elif self._is_predictor(estimator):
            return estimator
        elif hasattr(estimator, "predict") and not hasattr(estimator, "transform"):
            raise TypeError(
                f"a view of {type(self).__name__} must be a {self._kind} or a "
                f"transformer, got {estimator!r}."
            )
        elif isinstance(estimator, Pipeline):
            steps = estimator.steps
        else:
            steps = [("features", estimator)]
        if self.estimator is None:
            last = steps[-1][1] if steps else "passthrough"
            steps = [*steps, ("scaler", scaler_for(last))]
        return Pipeline([*steps, ("estimator", clone(final))])

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # rows may lack a view altogether; within a view NaN is for its estimator to bear
        final = self.estimator if self.estimator is not None else self._default_estimator()
        tags.input_tags.allow_nan = get_tags(final).input_tags.allow_nan
        return tags

    def _check_probabilities(self):
        """Of classifiers: that every view can say how sure it is."""
        for name, fitted, _ in self.views_:
            if not hasattr(fitted, "predict_proba"):
                raise TypeError(
                    f"view {name!r} gives no probabilities, which {type(self).__name__} pools. "
                    "Wrap its classifier in CalibratedClassifierCV (VotingFusionClassifier "
                    "with voting='hard' needs none)."
                )

    def _predictions(self, X, method, n_columns):
        """What all views predict, of shape (n_views, n_samples, n_columns).

        NaN where a row lacks a view. A subclass says in ``_aligned`` what columns are.
        """
        check_is_fitted(self)
        X = self._check_table(X, reset=False)
        said = np.full((len(self.views_), X.shape[0], n_columns), np.nan)
        every = np.ones(X.shape[0], dtype=bool)
        failures = self._ask(X, method, every, range(len(said)), said)
        self._warn_of(failures, said)
        return said

    def _ask(self, X, method, asked, places, said):
        """Put what some views predict of some rows into its places in ``said``.

        Parameters
        ----------
        X : frame, ndarray or sparse matrix of n_samples rows
            Checked.
        method : str
        asked : ndarray of shape (n_samples,), bool
        places : sequence of int
            Which of ``views_``.
        said : ndarray of shape (n_views, n_samples, n_columns)
            Is filled where a row that is asked has the view.

        Returns
        -------
        failures : list of Failure
        """
        views = [self.views_[k] for k in places]
        run = partial(_run_some, X, asked, method)
        results = self._of_each(views, run)
        numbers = np.flatnonzero(asked)
        for k, view, rows in zip(places, views, results, strict=True):
            if rows.values is not None:
                said[k, numbers[rows.present]] = self._aligned(view, rows.values)
        failures = [failure for rows in results for failure in rows.failures]
        return [failure._replace(row=int(numbers[failure.row])) for failure in failures]

    def _warn_of(self, failures, said):
        """Warn of what could not be read, and of rows of which no view says anything."""
        warn_of_failures(type(self).__name__, failures, said.shape[1])
        warn_of_rows_without_views(np.isnan(said[:, :, 0]).all(axis=0))


def _run_some(X, asked, method, view):
    """`run_one` of some rows; an error says how they are counted."""
    try:
        return run_one(take_rows(X, asked), method, view)
    except Exception as error:
        if not asked.all():
            error.add_note(
                f"rows are counted among the {asked.sum()} of {len(asked)} that the view "
                "was asked of"
            )
        raise
