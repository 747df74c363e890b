"""What the two predictors share: one fusion, built from the table, fitted and asked."""

import numpy as np
from sklearn import config_context
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from mmsk._utils.columns import is_frame
from mmsk._utils.sklearn_private import HasMethods
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
        on_error="missing",
        n_jobs=None,
        verbose=0,
    ):
        self.fusion = fusion
        self.modalities = modalities
        self.estimator = estimator
        self.groups = groups
        self.root = root
        self.on_error = on_error
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _fit_model(self, X, y, sample_weight, groups):
        """Plan the views, build the fusion and fit it."""
        left_out = () if self.groups is None else (self.groups,)
        views = self._planned(X, left_out)
        if groups is None and self.groups is not None:
            groups = _column(X, self.groups)
        self._say_plan()
        model = self._fusions[self.fusion](views, self.estimator)
        params = _fit_params(model, sample_weight, groups)
        # weights are named by step here, whatever the caller's routing
        with config_context(enable_metadata_routing=False):
            self.model_ = model.fit(self._rooted(X), y, **params)
        fusion = model.named_steps["features"] if isinstance(model, Pipeline) else model
        self.errors_ = fusion.errors_

    def _ask(self, method, X):
        check_is_fitted(self)
        X = self._check_table(X, reset=False)
        return getattr(self.model_, method)(self._rooted(X))

    def _say_plan(self):
        if self.verbose:
            for name, view in self.views_.items():
                print(f"{name}: {view['modality']}, {view['reason']}")


def _column(X, column):
    if is_frame(X):
        return np.asarray(X[column])
    return X[:, column]


def _fit_params(model, sample_weight, groups):
    """Fit parameters as the built model takes them; groups only where something uses them."""
    if not isinstance(model, Pipeline):
        return {"sample_weight": sample_weight, "groups": groups}
    params = {}
    if sample_weight is not None:
        if not has_fit_parameter(model.steps[-1][1], "sample_weight"):
            raise ValueError(f"{type(model.steps[-1][1]).__name__} takes no sample_weight.")
        params["features__sample_weight"] = sample_weight
        params["estimator__sample_weight"] = sample_weight
    if groups is not None and has_fit_parameter(model.steps[-1][1], "groups"):
        params["estimator__groups"] = groups
    return params
