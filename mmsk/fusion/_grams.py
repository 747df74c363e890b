"""Grams: how alike the rows of one view are, centred and brought to one size."""

import numpy as np
from scipy import sparse
from scipy.linalg.lapack import dpstrf, dtrtri
from sklearn.base import BaseEstimator, clone
from sklearn.metrics.pairwise import (
    additive_chi2_kernel,
    cosine_similarity,
    euclidean_distances,
    linear_kernel,
    manhattan_distances,
)
from sklearn.utils import check_array

from mmsk.fusion._block_scaler import BlockScaler

#: Kernels of histograms: features are taken as they are and may not be negative.
OF_HISTOGRAMS = ("chi2", "histogram_intersection")
KERNELS = ("linear", "rbf", "cosine", *OF_HISTOGRAMS)


class ViewGram(BaseEstimator):
    r"""Similarity of rows to the landmarks of a view, under one kernel.

    Parameters
    ----------
    kernel : {"linear", "rbf", "cosine", "chi2", "histogram_intersection"}
    width : float, default=1.0
        Of rbf and chi2, in median distances.
    scaler : transformer or None, default=None
        What scales features, but not those of histograms; None is `BlockScaler`.

    Attributes
    ----------
    landmarks_ : {ndarray, CSR matrix} of shape (n_landmarks, n_features)
        Scaled.
    scaler_ : transformer or None
        None for kernels of histograms.
    width_ : float
        ``width`` times the weighted median distance between landmarks that differ.
    shares_ : ndarray of shape (n_landmarks,)
        Weights of the landmarks, of sum 1.
    means_ : ndarray of shape (n_landmarks,)
        Mean similarity of each landmark to all.
    size_ : float
        Mean similarity of a centred landmark to itself, before division by it.

    Notes
    -----
    rbf is :math:`\exp(-d/w)` of the squared Euclidean distance :math:`d` and the width
    :math:`w`; chi2 the same of :math:`\sum_j (a_j - b_j)^2/(a_j + b_j)`.
    """

    def __init__(self, kernel, width=1.0, scaler=None):
        self.kernel = kernel
        self.width = width
        self.scaler = scaler

    def fit_transform(self, values, weight):
        """Learn scales from the landmarks; their centred gram.

        Parameters
        ----------
        values : {ndarray, sparse matrix} of shape (n_landmarks, n_features)
        weight : ndarray of shape (n_landmarks,)
            Positive.

        Returns
        -------
        gram : ndarray of shape (n_landmarks, n_landmarks), float64
            With a weighted mean of 0 in rows and columns, and of 1 on the diagonal.
        """
        values = self._checked(values)
        self.scaler_ = None
        if self.kernel not in OF_HISTOGRAMS:
            scaler = BlockScaler() if self.scaler is None else clone(self.scaler)
            self.scaler_ = scaler.fit(values, sample_weight=weight)
            values = self.scaler_.transform(values)
        self.landmarks_ = values
        self.shares_ = weight / weight.sum()
        self.width_ = 1.0
        if self.kernel in _DISTANCES:
            distances = _DISTANCES[self.kernel](values, values)
            self.width_ = self.width * _median_distance(distances, weight)
            gram = _fallen(distances, self.width_)
        else:
            gram = self._similarity(values)
        self.means_ = self.shares_ @ gram
        gram = self._centred(gram)
        size = float(self.shares_ @ np.diag(gram))
        self.size_ = size if size > np.finfo(float).eps else 1.0  # all landmarks alike
        gram /= self.size_
        return gram

    def transform(self, values):
        """Similarity of rows to the landmarks, centred and scaled as theirs was.

        Parameters
        ----------
        values : {ndarray, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        gram : ndarray of shape (n_samples, n_landmarks), float64
        """
        values = self._checked(values)
        if self.scaler_ is not None:
            values = self.scaler_.transform(values)
        gram = self._centred(self._similarity(values))
        gram /= self.size_
        return gram

    def __getstate__(self):
        """The state, sparse landmarks as arrays: model files hold no sparse matrix."""
        state = dict(super().__getstate__())
        kept = state.get("landmarks_")
        if sparse.issparse(kept):
            parts = {name: getattr(kept, name) for name in ("data", "indices", "indptr")}
            state["landmarks_"] = {**parts, "shape": kept.shape}
        return state

    def __setstate__(self, state):
        kept = state.get("landmarks_")
        if isinstance(kept, dict):
            parts = tuple(kept[name] for name in ("data", "indices", "indptr"))
            matrix = sparse.csr_matrix(parts, shape=kept["shape"])
            matrix.check_format(full_check=True)  # it may come from anywhere
            state = {**state, "landmarks_": matrix}
        super().__setstate__(state)

    def _checked(self, values):
        values = check_array(values, accept_sparse="csr", dtype=np.float64)
        if self.kernel not in OF_HISTOGRAMS:
            return values
        values = values.toarray() if sparse.issparse(values) else values
        if values.min() < 0:
            raise ValueError(
                f"kernel={self.kernel!r} compares histograms, whose features are at least 0, "
                f"got {values.min():.3g}. Use 'rbf' or 'linear' for this view."
            )
        return values

    def _similarity(self, values):
        if self.kernel in _DISTANCES:
            return _fallen(_DISTANCES[self.kernel](values, self.landmarks_), self.width_)
        return _SIMILARITIES[self.kernel](values, self.landmarks_)

    def _centred(self, gram):
        gram -= (gram @ self.shares_)[:, None] + (self.means_ - self.means_ @ self.shares_)
        return gram


def factored(gram):
    """Features whose products are a gram, and the way to them from similarities.

    Parameters
    ----------
    gram : ndarray of shape (n_landmarks, n_landmarks)
        Positive semi-definite.

    Returns
    -------
    features : ndarray of shape (n_landmarks, n_features)
        Of the landmarks. As many columns as the gram has ranks, one at least.
    projection : ndarray of shape (n_landmarks, n_features)
        Similarities of any row to the landmarks, times this, are its features.

    Notes
    -----
    By a Cholesky factor with pivots, a tenth of the time of eigenvectors; the two differ by a
    rotation, of which no ridge or margin takes notice.
    """
    tolerance = 1e-10 * max(float(np.diag(gram).max()), 1e-10)
    factor, order, rank, _ = dpstrf(gram, tol=tolerance, lower=1)
    rank, order = max(rank, 1), order - 1  # one column of zeros where all rows are alike
    factor = np.tril(factor)[:, :rank]
    features, projection = np.empty_like(factor), np.zeros_like(factor)
    features[order] = factor
    square = factor[:rank]
    square[np.diag_indices(rank)] = np.maximum(np.diag(square), np.sqrt(tolerance))
    projection[order[:rank]] = dtrtri(square, lower=1)[0].T
    return features, projection


def kernel_of(word, values):
    """The kernel that a word stands for: ``"auto"`` is linear for sparse features, else rbf."""
    if word == "auto":
        return "linear" if sparse.issparse(values) else "rbf"
    return word


def _fallen(distances, width):
    """exp(-distance / width), in the memory of the distances."""
    distances /= -width
    return np.exp(distances, out=distances)


def _squared_distances(a, b):
    return euclidean_distances(a, b, squared=True)


def _chi2_distances(a, b):
    return -additive_chi2_kernel(a, b)


def _linear(a, b):
    return linear_kernel(a, b, dense_output=True)


def _intersection(a, b):
    """Sums of minima, as min(a, b) = (a + b - |a - b|) / 2."""
    sums = a.sum(axis=1)[:, None] + b.sum(axis=1)
    return (sums - manhattan_distances(a, b)) / 2


_DISTANCES = {"rbf": _squared_distances, "chi2": _chi2_distances}
_SIMILARITIES = {
    "linear": _linear,
    "cosine": cosine_similarity,
    "histogram_intersection": _intersection,
}


def _median_distance(distances, weight):
    """Weighted median over the pairs that differ, so that copies of a row are one of weight."""
    differ = distances > 1e-12 * distances.max(initial=0)  # each pair is there twice
    found = distances[differ]
    if not len(found):
        return 1.0
    if (weight == weight[0]).all():
        middle = (len(found) - 1) // 2
        return float(np.partition(found, middle)[middle])
    order = np.argsort(found)
    below = np.cumsum(np.outer(weight, weight)[differ][order])
    return float(found[order[np.searchsorted(below, below[-1] / 2)]])
