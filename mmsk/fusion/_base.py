"""What all fusions share: the grammar ``views=[(name, estimator, columns), ...]``."""

from sklearn.base import BaseEstimator

from mmsk._utils.sklearn_private import BaseComposition, validate_params
from mmsk._utils.tables import check_table


class ViewsEstimator(BaseComposition, BaseEstimator):
    """Base class of fusions: views as nested parameters, checked; X as one table."""

    _parameter_constraints: dict = {"views": [list]}

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
        """The views that are not dropped, as (name, estimator, columns); parameters checked."""
        validate_params(self)
        owner = type(self).__name__
        for view in self.views:
            if not (isinstance(view, (tuple, list)) and len(view) == 3):
                raise ValueError(
                    f"views of {owner} must be triples (name, estimator, columns), "
                    f"got {view!r}."
                )
        self._validate_names([name for name, _, _ in self.views])
        kept = [tuple(view) for view in self.views if not _is(view[1], "drop")]
        if not kept:
            raise ValueError(f"{owner} has no views: give at least one that is not 'drop'.")
        for name, estimator, _ in kept:
            if not (_is(estimator, "passthrough") or hasattr(estimator, "fit")):
                raise TypeError(
                    f"view {name!r} of {owner} must be an estimator, 'passthrough' or "
                    f"'drop', got {estimator!r}."
                )
        return kept

    def _check_table(self, X, *, reset):
        return check_table(self, X, reset=reset, accept_sparse=True)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.sparse = True
        tags.input_tags.string = True
        return tags


def _is(estimator, word):
    return isinstance(estimator, str) and estimator == word
