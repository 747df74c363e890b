"""What all fusions share: the grammar ``views=[(name, estimator, columns), ...]``."""

import os
from contextlib import nullcontext

from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.absent import ViewColumns, with_absent_columns
from mmsk._utils.metadata import own_config
from mmsk._utils.sklearn_private import BaseComposition, validate_params
from mmsk._utils.tables import check_table
from mmsk._utils.workers import map_samples
from mmsk.base import in_this_memory, using_memory
from mmsk.fusion._views import naming_view, resolve_columns
from mmsk.store import FeatureStore


class ViewsEstimator(BaseComposition, BaseEstimator):
    """Base class of fusions: views as nested parameters, checked; X as one table."""

    _parameter_constraints: dict = {
        "views": [list],
        "memory": [str, os.PathLike, FeatureStore, None],
    }

    memory = None  # of fusions within fusions, which take the outer one's

    # (name, estimator) pairs, for scikit-learn's nested parameters: ``photo__size_px``

    @property
    def _views(self):
        try:
            return [(name, estimator) for name, estimator, _ in self.views]
        except (TypeError, ValueError):
            return self.views  # badly formed; `fit` says so

    @_views.setter
    def _views(self, pairs):
        self.views = [
            (name, estimator, columns)
            for (name, estimator), (_, _, columns) in zip(pairs, self.views, strict=True)
        ]

    def get_params(self, deep=True):
        """Parameters of the fusion and, as ``view__parameter``, of its views."""
        return self._get_params("_views", deep=deep)

    def set_params(self, **params):
        """Set parameters of the fusion, of its views, or replace a view by name."""
        self._set_params("_views", **params)
        return self

    def _check_views(self):
        """The views that are not dropped, as (name, estimator, columns)."""
        owner = type(self).__name__
        for view in self.views:
            if not (isinstance(view, (tuple, list)) and len(view) == 3):
                raise ValueError(
                    f"views of {owner} must be triples (name, estimator, columns), "
                    f"got {view!r}."
                )
        names = [name for name, _, _ in self.views]
        if not all(isinstance(name, str) for name in names):
            raise TypeError(f"names of views of {owner} must be strings, got {names}.")
        self._validate_names(names)
        kept = [tuple(view) for view in self.views if not _is(view[1], "drop")]
        if not kept:
            raise ValueError(f"{owner} has no views: give at least one that is not 'drop'.")
        for name, estimator, _ in kept:
            fits = hasattr(estimator, "fit") and not isinstance(estimator, type)
            if not (_is(estimator, "passthrough") or fits):
                raise TypeError(
                    f"view {name!r} of {owner} must be an estimator, 'passthrough' or "
                    f"'drop', got {estimator!r}."
                )
        return kept

    def _resolved_views(self, X):
        """The checked views, with columns as they stand in X."""
        resolved = []
        for name, estimator, columns in self._check_views():
            with naming_view(name):
                as_table = _is(estimator, "passthrough")
                columns = resolve_columns(X, columns, as_table=as_table)
            resolved.append((name, estimator, columns))
        return resolved

    def _check_table(self, X, *, reset):
        """X checked, and the parameters too in ``fit``; whole views may be absent after it."""
        if reset:
            validate_params(self)
        else:
            X = with_absent_columns(self, X)
        return check_table(self, X, reset=reset, accept_sparse=True)

    def _remembering(self):
        """A context in which extractors without ``memory`` take the fusion's."""
        return nullcontext() if self.memory is None else using_memory(self.memory)

    def _of_each(self, views, function):
        """What a function gives of each view, several at once, by the memory of the fusion."""
        with self._remembering():
            return map_samples(in_this_memory(function), views, self.n_jobs, reported=False)

    # of fusions that learn from the blocks of a `FeatureFusion`, which is then ``features_``

    def _fit_blocks(self, features, X, y, sample_weight):
        """Fit the blocks; sets ``features_``, ``views_`` and ``errors_``, gives `ViewRows`."""
        self._check_views()
        with own_config(), self._remembering():
            results = features._fit(X, y, sample_weight, owner=type(self).__name__)
        self.features_, self.views_, self.errors_ = features, features.views_, features.errors_
        return results

    def _ask_blocks(self, X, owner=None, *, predicting=True):
        """`ViewRows` of a table, and which rows have no view; warns of what is not there."""
        check_is_fitted(self)
        X = self._check_table(X, reset=False)
        owner = type(self).__name__ if owner is None else owner
        with own_config(), self._remembering():
            return self.features_._told_views(X, owner, predicting=predicting)

    def _used_columns(self):
        """What must be there for each view that was fitted."""
        return [ViewColumns(name, columns, columns) for name, _, columns in self.views_]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.sparse = True
        tags.input_tags.string = True
        return tags


def _is(estimator, word):
    return isinstance(estimator, str) and estimator == word
