"""Blocks of the views under a kernel: features whose products are similarities."""

import numpy as np
from scipy.linalg import eigh
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state

from mmsk.fusion._block_scaler import scaler_for
from mmsk.fusion._feature_fusion import FeatureFusion
from mmsk.fusion._grams import ViewGram


class GramBlocks(FeatureFusion):
    """`FeatureFusion` whose blocks are features of a gram each, dense.

    Parameters
    ----------
    views : list of (name, transformer, columns)
    kernel : str
        As in `ViewGram`.
    width : float
    n_components : int
        Most columns of a block.
    max_landmarks : int
        Rows that all are compared with, drawn at random where there are more.
    random_state : int, RandomState instance or None
    n_jobs : int or None, default=None
    """

    scaler = "block"
    missing = "zero"
    sparse_threshold = 0
    weights = None
    modality_dropout = 0.0

    def __init__(
        self, views, kernel, width, n_components, max_landmarks, random_state, n_jobs=None
    ):
        self.views = views
        self.kernel = kernel
        self.width = width
        self.n_components = n_components
        self.max_landmarks = max_landmarks
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _scaler_of(self, estimator, values):
        gram = ViewGram(self.kernel, self.width, scaler_for(estimator))
        features = GramFeatures(gram, self.n_components, self.max_landmarks, self.random_state)
        return Pipeline([("gram", features)])


class GramFeatures(TransformerMixin, BaseEstimator):
    """Nyström's features of a gram; exact where all rows are landmarks.

    Parameters
    ----------
    gram : ViewGram
    n_components : int
    max_landmarks : int
    random_state : int, RandomState instance or None

    Attributes
    ----------
    gram_ : ViewGram
        Fitted on the landmarks.
    projection_ : ndarray of shape (n_landmarks, n_features)
        From similarities to features.
    """

    def __init__(self, gram, n_components, max_landmarks, random_state):
        self.gram = gram
        self.n_components = n_components
        self.max_landmarks = max_landmarks
        self.random_state = random_state

    def fit(self, X, y=None, sample_weight=None):
        """Draw landmarks, learn their gram and its eigenvectors."""
        weight = np.ones(X.shape[0]) if sample_weight is None else sample_weight
        rows = np.flatnonzero(weight > 0)
        if len(rows) > self.max_landmarks:
            random = check_random_state(self.random_state)
            shares = weight[rows] / weight[rows].sum()
            rows = np.sort(random.choice(rows, self.max_landmarks, replace=False, p=shares))
        self.gram_ = ViewGram(**self.gram.get_params(deep=False))
        lengths, vectors = eigh(self.gram_.fit_transform(X[rows], weight[rows]))
        lengths, vectors = lengths[::-1][: self.n_components], vectors[:, ::-1]
        kept = lengths > 1e-10 * max(lengths[0], 1e-10)
        kept[0] = True  # one column of zeros where all rows are alike
        vectors = vectors[:, : len(kept)][:, kept]
        self.projection_ = vectors / np.sqrt(np.maximum(lengths[kept], 1e-10))
        return self

    def transform(self, X):
        """Features of rows, float64."""
        return self.gram_.transform(X) @ self.projection_
