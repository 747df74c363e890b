"""What the two predictors share: one fusion, built from the table, fitted and asked."""

import tempfile
import time
from contextlib import contextmanager
from functools import partial
from numbers import Real

import numpy as np
from sklearn.base import is_classifier, is_regressor
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from mmsk._utils.columns import as_cells, column_at, is_frame, position_of
from mmsk._utils.metadata import fit_params_of
from mmsk._utils.sklearn_private import HasMethods, Interval, check_sample_weight
from mmsk.base import using_memory
from mmsk.fusion._out_of_fold import inner_splits
from mmsk.multimodal._base import MultimodalBase
from mmsk.multimodal._fold_features import fold_features
from mmsk.multimodal._fusions import by_simplicity
from mmsk.multimodal._selection import candidates, choose, try_all


class MultimodalPredictor(MultimodalBase):
    """Base class of predictors.

    A subclass names the fusions it can build in ``_fusions`` and ``_variants``, says in
    ``_skill`` how well each row is predicted, and in ``_prior`` what it gives for a row that
    holds nothing.
    """

    __metadata_request__fit = {"groups": True}

    _parameter_constraints = {
        **MultimodalBase._parameter_constraints,
        "estimator": [HasMethods(["fit", "predict"]), None],
        "groups": [str, int, None],
        "cv": ["cv_object"],
        "time_budget_s": [Interval(Real, 0, None, closed="left"), None],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        fusion="voting",
        modalities="auto",
        *,
        estimator=None,
        groups=None,
        cv=5,
        time_budget_s=None,
        root=None,
        memory="auto",
        on_error="missing",
        n_jobs=None,
        verbose=0,
    ):
        self.fusion = fusion
        self.modalities = modalities
        self.estimator = estimator
        self.groups = groups
        self.cv = cv
        self.time_budget_s = time_budget_s
        self.root = root
        self.memory = memory
        self.on_error = on_error
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _fit_model(self, X, y, sample_weight, groups):
        """Plan the views, build the fusion and fit it."""
        self._check_estimator()
        left_out = () if self.groups is None else (self.groups,)
        if self.groups is not None:
            in_table = _column(X, self.groups)
            groups = in_table if groups is None else groups
        views = self._planned(X, left_out)
        self._say_plan()
        weight = None if sample_weight is None else check_sample_weight(sample_weight, X)
        groups = None if groups is None else np.asarray(groups)
        check_consistent_length(X, groups)
        X = self._rooted(X)
        with self._working(), self._remembering():
            model = self._model(X, y, views, weight, groups)
            params = fit_params_of(model, slice(None), sample_weight=weight, groups=groups)
            self.model_ = model.fit(X, y, **params)
        fusion = model.named_steps["features"] if isinstance(model, Pipeline) else model
        self.errors_ = fusion.errors_

    def _check_estimator(self):
        """Refuse what would answer, but in numbers instead of classes or the other way."""
        wrong = is_regressor if is_classifier(self) else is_classifier
        if self.estimator is not None and wrong(self.estimator):
            kind = "classifier" if is_classifier(self) else "regressor"
            raise TypeError(
                f"estimator of {type(self).__name__} must be a {kind}, got {self.estimator!r}."
            )

    def _model(self, X, y, views, weight, groups):
        """The fusion asked for, or chosen, unfitted; sets ``candidates_``."""
        if self.fusion != "auto":
            self.candidates_ = None
            return self._fusions[self.fusion](views, self.estimator)
        start_s = time.monotonic()
        budget_s = np.inf if self.time_budget_s is None else self.time_budget_s
        fusions = by_simplicity(self._fusions, self._variants)
        tried = candidates(self._fusions["voting"], fusions, [name for name, _, _ in views])
        splits = inner_splits(self.cv, y, groups, classifier=is_classifier(self))
        metadata = {"sample_weight": weight, "groups": groups}
        folds = fold_features(X, y, views, splits, **metadata)
        shares = np.ones(len(y)) if weight is None else weight
        skill = partial(self._skill, weight=shares)
        found = try_all(tried, folds, self.estimator, y, skill, start_s + budget_s, **metadata)
        chosen, self.candidates_ = choose(tried, found, shares, groups)
        if self.verbose:
            print(self.selection_.to_string())
        return chosen.model(views, self.estimator)

    @contextmanager
    def _remembering(self):
        """A store for the time of the fit, where folds would read each file again."""
        if self.fusion != "auto" or self.memory is not None or not self.media_columns_:
            yield
            return
        # a file still held open somewhere is no reason to fail after the work is done
        temporary = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        with temporary as folder, using_memory(folder):
            yield

    @property
    def selection_(self):
        """What ``"auto"`` compared, as a table."""
        if getattr(self, "candidates_", None) is None:
            raise AttributeError("selection_ is there after a fit with fusion='auto' only.")
        import pandas as pd

        return pd.DataFrame(self.candidates_)

    def _ask(self, method, X):
        check_is_fitted(self)
        X = self._check_table(X, reset=False)
        with self._working():
            if isinstance(self.model_, Pipeline) and hasattr(self.model_[0], "_told_views"):
                return self._ask_early(method, self._rooted(X))
            return getattr(self.model_, method)(self._rooted(X))

    def _ask_early(self, method, X):
        """What the estimator says of fused features; the prior for rows that have none."""
        features = self.model_[0]
        results, lacking = features._told_views(X, type(features).__name__)
        answers = getattr(self.model_[1:], method)(features._fused(results))
        answers[lacking] = self._prior(method)
        return answers

    def _say_plan(self):
        if self.verbose:
            for name, view in self.views_.items():
                print(f"{name}: {view['modality']}, {view['reason']}; {view['features']}")


def _column(X, column):
    place = position_of(X, column, wanted_by="groups")
    return np.asarray(as_cells(column_at(X, place))) if is_frame(X) else X[:, place]
