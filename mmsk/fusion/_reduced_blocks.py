"""Blocks of the views, each no wider than a learner of few features can use."""

from numbers import Integral

import numpy as np
from scipy import sparse
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline

from mmsk._utils.sklearn_private import Interval
from mmsk.fusion._feature_fusion import FeatureFusion


class ReducedBlocks(FeatureFusion):
    """`FeatureFusion` that is dense, with wide blocks reduced.

    Parameters
    ----------
    views : list of (name, transformer, columns)
    n_components : int, default=100
        Columns left of a wider block: of a sparse one by truncated SVD, of a dense one by
        principal components after scaling. A dense block with NaN within is left as it is.
    missing : {"zero", "nan"}, default="zero"
    n_jobs : int or None, default=None
    """

    _parameter_constraints = {
        **FeatureFusion._parameter_constraints,
        "n_components": [Interval(Integral, 1, None, closed="left")],
    }
    scaler = "block"
    sparse_threshold = 0
    weights = None
    modality_dropout = 0.0
    random_state = None

    def __init__(self, views, *, n_components=100, missing="zero", n_jobs=None):
        self.views = views
        self.n_components = n_components
        self.missing = missing
        self.n_jobs = n_jobs

    @property
    def _n_components(self):
        return self.n_components

    def _scaler_of(self, estimator, values):
        scaler = super()._scaler_of(estimator, values)
        wide = values.shape[1] > self.n_components and not sparse.issparse(values)
        if not wide or len(values) < 2 or np.isnan(values).any():
            return scaler
        pca = PCA(min(self.n_components, len(values) - 1), random_state=0)
        return Pipeline([*scaler.steps, ("pca", pca)])
