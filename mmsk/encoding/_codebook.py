"""Codebooks: axes, centres and mixtures, learned from a sample of descriptors."""

import warnings
from typing import NamedTuple

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

_KMEANS_ROUNDS = 25  # both only need to come close: the codebook is a means to an end
_MIXTURE_ROUNDS = 20
_LEAST_DEVIATION = 1e-3  # along an axis that is whitened, as a share of the largest
_LEAST_VARIANCE = 1e-3  # of a component, as a share of the mean variance of all


class Mixture(NamedTuple):
    """A Gaussian mixture whose values do not vary together.

    Attributes
    ----------
    weights : ndarray of shape (n_components,), float32, or None
        None of centres only.
    means : ndarray of shape (n_components, n_values), float32
    variances : ndarray of shape (n_components, n_values), float32, or None
    """

    weights: np.ndarray | None
    means: np.ndarray
    variances: np.ndarray | None


def principal_axes(descriptors, n_dims, *, whiten=False):
    """Mean and main axes of descriptors.

    Parameters
    ----------
    descriptors : ndarray of shape (n_descriptors, n_values), float32
        At least two.
    n_dims : int or None
        Axes; None, and more than can be, are as many as can be.
    whiten : bool, default=False
        Whether axes are divided by the deviation of descriptors along them, so that all
        vary alike; those along which they hardly vary are made no longer by that.

    Returns
    -------
    mean : ndarray of shape (n_values,), float32
    axes : ndarray of shape (n_axes, n_values), float32
        Of length 1 unless whitened, the one along which descriptors vary most first.
    """
    most = min(len(descriptors) - 1, descriptors.shape[1])
    n_axes = most if n_dims is None else min(n_dims, most)
    with np.errstate(invalid="ignore", divide="ignore"):  # shares of no variance at all
        found = PCA(n_axes, svd_solver="covariance_eigh").fit(descriptors)
    axes = found.components_
    if whiten and found.explained_variance_.any():
        deviations = np.sqrt(found.explained_variance_)
        axes = axes / np.maximum(deviations, _LEAST_DEVIATION * deviations.max())[:, None]
    return found.mean_.astype(np.float32), axes.astype(np.float32)


def fit_centers(descriptors, n_components, seed):
    """Centres of k-means, and the centre that each descriptor belongs to.

    Parameters
    ----------
    descriptors : ndarray of shape (n_descriptors, n_values), float32
    n_components : int
        Fewer are returned where there are fewer different descriptors.
    seed : int

    Returns
    -------
    centers : ndarray of shape (n_centers, n_values), float32
    members : ndarray of shape (n_descriptors,), int
        Every centre has some.
    """
    kmeans = KMeans(
        min(n_components, len(descriptors)),
        n_init=1,
        max_iter=_KMEANS_ROUNDS,
        random_state=seed,
    )
    # threads would add up in any order; fewer different descriptors are no news
    with threadpool_limits(1, user_api="openmp"), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        kmeans.fit(descriptors)
    used, members = np.unique(kmeans.labels_, return_inverse=True)
    return kmeans.cluster_centers_[used], members


def fit_mixture(descriptors, n_components, seed):
    """A Gaussian mixture, begun at the centres of k-means.

    Parameters
    ----------
    descriptors : ndarray of shape (n_descriptors, n_values), float32
    n_components, seed : int
        As of `fit_centers`.

    Returns
    -------
    mixture : Mixture
    """
    centers, members = fit_centers(descriptors, n_components, seed)
    counts = np.bincount(members)
    floor = max(_LEAST_VARIANCE * float(descriptors.var(axis=0).mean()), 1e-12)
    variances = np.empty_like(centers)
    for k in range(len(centers)):
        variances[k] = ((descriptors[members == k] - centers[k]) ** 2).mean(axis=0) + floor
    mixture = GaussianMixture(
        len(centers),
        covariance_type="diag",
        reg_covar=floor,
        max_iter=_MIXTURE_ROUNDS,
        init_params="random",  # of nothing, as all is given; "kmeans" is not for every array
        weights_init=counts / counts.sum(),
        means_init=centers,
        precisions_init=1 / variances,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture.fit(descriptors)
    fitted = mixture.weights_, mixture.means_, mixture.covariances_
    return Mixture(*(part.astype(np.float32) for part in fitted))
