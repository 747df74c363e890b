"""Ridge regression of classes, with probabilities tuned on rows left out."""

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.optimize import brentq
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import gen_batches

_BATCH = 4096  # rows at once in float64, whatever the precision of all
_SHARPNESS = (1.0, 1000.0)


class CalibratedRidge(ClassifierMixin, BaseEstimator):
    """Ridge regression of one column per class; a softmax of it for probabilities.

    Parameters
    ----------
    C : float, default=10.0
        Inverse of the ridge.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features, n_classes)
    intercept_ : ndarray of shape (n_classes,)
    sharpness_ : float
        What the softmax multiplies the regression with.
    classes_ : ndarray of shape (n_classes,)

    Notes
    -----
    Leaving a row out changes its residual by a factor of 1 / (1 - leverage), so what the
    regression says of rows left out costs no second fit. The sharpness maximises their
    likelihood, with targets drawn in by one row per class as Platt's are. Of a row of
    weight 3 one copy is left out.
    """

    def __init__(self, C=10.0):
        self.C = C

    def fit(self, X, y, sample_weight=None):
        """Fit the regression, then the sharpness.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_features)
        y : ndarray of shape (n_samples,)
        sample_weight : ndarray of shape (n_samples,) or None, default=None
            Positive.

        Returns
        -------
        self : object
        """
        weight = np.ones(len(y)) if sample_weight is None else sample_weight
        self.classes_, codes = np.unique(y, return_inverse=True)
        targets = np.eye(len(self.classes_))[codes]
        mean, factor, right = _normal_equations(X, targets, weight, self.C)
        self.coef_ = cho_solve(factor, right)
        self.intercept_ = weight @ targets / weight.sum() - mean @ self.coef_
        left_out = np.empty(targets.shape)
        for part in gen_batches(len(X), _BATCH):
            residuals = targets[part] - self.decision_function(X[part])
            kept = 1 - _leverages(X[part] - mean, factor, weight[part], weight.sum())
            left_out[part] = targets[part] - residuals / kept[:, None]
        self.sharpness_ = sharpness(left_out, targets, weight)
        return self

    def decision_function(self, X):
        """The regression's value for each class; they sum to 1."""
        return X @ self.coef_ + self.intercept_

    def predict_proba(self, X):
        """Probabilities of the classes."""
        return softmax(self.sharpness_ * self.decision_function(X), axis=1)

    def predict(self, X):
        """The class of the largest value."""
        return self.classes_[self.decision_function(X).argmax(axis=1)]


def _normal_equations(X, targets, weight, C):
    """The mean row, the factored left side and the right side, summed up in batches."""
    batches = list(gen_batches(len(X), _BATCH))
    mean = sum(weight[part] @ X[part] for part in batches) / weight.sum()
    left = np.zeros((X.shape[1], X.shape[1]))
    right = np.zeros((X.shape[1], targets.shape[1]))
    for part in batches:
        root = np.sqrt(weight[part, None])
        rooted = (X[part] - mean) * root
        left += rooted.T @ rooted  # of one matrix with itself BLAS does half
        right += rooted.T @ (targets[part] * root)
    left[np.diag_indices_from(left)] += 1 / C
    return mean, cho_factor(left, lower=True), right


def _leverages(centred, factor, weight, total):
    """How much of a copy of each row goes into what is said of it, below 1."""
    parts = solve_triangular(factor[0], centred.T, lower=factor[1])
    found = np.einsum("ji,ji->i", parts, parts) + 1 / total
    return np.minimum(found * np.minimum(weight, 1), 1 - 1e-6)


def sharpness(said, targets, weight, within=_SHARPNESS):
    """The factor under which a softmax of values fits targets best, not beyond two limits."""
    total, n_classes = weight.sum(), targets.shape[1]
    aims = (targets * total + 1) / (total + n_classes)

    def slope(factor):
        probabilities = softmax(factor * said, axis=1)
        return float(weight @ ((aims - probabilities) * said).sum(axis=1))

    low, high = within
    if slope(low) <= 0:  # rows left out are told no better than by chance
        return low
    return high if slope(high) >= 0 else brentq(slope, low, high, xtol=1e-12, rtol=1e-14)
