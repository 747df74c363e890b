"""What the two predictors share: one fusion, built from the table, fitted and asked."""

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from mmsk._utils.columns import as_cells, column_at, is_frame, position_of
from mmsk._utils.metadata import fit_params_of
from mmsk._utils.sklearn_private import HasMethods, check_sample_weight
from mmsk.multimodal._base import MultimodalBase


class MultimodalPredictor(MultimodalBase):
    """Base class of predictors. A subclass names the fusions it can build in ``_fusions``."""

    __metadata_request__fit = {"groups": True}

    _parameter_constraints = {
        **MultimodalBase._parameter_constraints,
        "estimator": [HasMethods(["fit", "predict"]), None],
        "groups": [str, int, None],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        fusion="voting",
        modalities="auto",
        *,
        estimator=None,
        groups=None,
        root=None,
        memory=None,
        on_error="missing",
        n_jobs=None,
        verbose=0,
    ):
        self.fusion = fusion
        self.modalities = modalities
        self.estimator = estimator
        self.groups = groups
        self.root = root
        self.memory = memory
        self.on_error = on_error
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _fit_model(self, X, y, sample_weight, groups):
        """Plan the views, build the fusion and fit it."""
        left_out = () if self.groups is None else (self.groups,)
        if self.groups is not None:
            in_table = _column(X, self.groups)
            groups = in_table if groups is None else groups
        views = self._planned(X, left_out)
        self._say_plan()
        model = self._fusions[self.fusion](views, self.estimator)
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, X)
        groups = None if groups is None else np.asarray(groups)
        check_consistent_length(X, groups)
        params = fit_params_of(model, slice(None), sample_weight=sample_weight, groups=groups)
        with self._working():
            self.model_ = model.fit(self._rooted(X), y, **params)
        fusion = model.named_steps["features"] if isinstance(model, Pipeline) else model
        self.errors_ = fusion.errors_

    def _ask(self, method, X):
        check_is_fitted(self)
        X = self._check_table(X, reset=False)
        with self._working():
            return getattr(self.model_, method)(self._rooted(X))

    def _say_plan(self):
        if self.verbose:
            for name, view in self.views_.items():
                print(f"{name}: {view['modality']}, {view['reason']}; {view['features']}")


def _column(X, column):
    place = position_of(X, column, wanted_by="groups")
    return np.asarray(as_cells(column_at(X, place))) if is_frame(X) else X[:, place]
