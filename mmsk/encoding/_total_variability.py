"""Recordings as Gaussian mixtures moved from a common one: MAP means and i-vectors.

Sums over frames are those of `mmsk.encoding._fisher.component_sums`; "centred" ones are
``(firsts - counts * means) / deviations``, so that the covariance of frames is the identity.
"""

import numpy as np

_BLOCK = 128  # recordings whose posteriors are held at once
_LEAST_PRECISION = 1e-6  # of a component that no recording has, so that it can be solved


def map_means(counts, firsts, means, relevance):
    """Means of a mixture adapted to a recording, by maximum a posteriori.

    Parameters
    ----------
    counts : ndarray of shape (n_components,), floating
    firsts : ndarray of shape (n_components, n_values), floating
        Sums of frames.
    means : ndarray of shape (n_components, n_values), floating
        Of the common mixture.
    relevance : float
        Frames that the common mean counts for.

    Returns
    -------
    adapted : ndarray of shape (n_components, n_values), floating
        ``(firsts + relevance * means) / (counts + relevance)``.

    References
    ----------
    D. A. Reynolds, T. F. Quatieri, R. B. Dunn (2000), "Speaker verification using adapted
    Gaussian mixture models", Digital Signal Processing 10, 19-41.
    """
    counts = np.maximum(counts, np.finfo(counts.dtype).tiny)[:, None]
    own = counts / (counts + relevance)
    return own * (firsts / counts) + (1 - own) * means


def fit_total_variability(counts, centered, n_dims, seed, n_rounds=10):
    """Directions along which the means of recordings move together, by EM.

    Parameters
    ----------
    counts : ndarray of shape (n_recordings, n_components), float64
    centered : ndarray of shape (n_recordings, n_components, n_values), float64
    n_dims : int
        At most ``n_components * n_values`` are kept.
    seed : int
        Of the directions that it begins with.
    n_rounds : int, default=10

    Returns
    -------
    directions : ndarray of shape (n_components, n_values, n_dims), float64
        In deviations of each value.

    References
    ----------
    P. Kenny, G. Boulianne, P. Dumouchel (2005), "Eigenvoice modeling with sparse training
    data", IEEE Transactions on Speech and Audio Processing 13(3), 345-354.

    N. Dehak, P. Kenny, R. Dehak, P. Dumouchel, P. Ouellet (2011), "Front-end factor analysis
    for speaker verification", IEEE Transactions on Audio, Speech, and Language Processing
    19(4), 788-798.
    """
    n_recordings, n_components, n_values = centered.shape
    n_dims = min(n_dims, n_components * n_values)
    shape = (n_components, n_values, n_dims)
    directions = 0.1 * np.random.default_rng(seed).normal(size=shape)
    for _ in range(n_rounds):
        grams = component_grams(directions)
        precisions = np.zeros((n_components, n_dims * n_dims))
        products = np.zeros((n_components * n_values, n_dims))
        spread = np.zeros((n_dims, n_dims))
        for start in range(0, n_recordings, _BLOCK):
            some = slice(start, start + _BLOCK)
            means, covariances = posteriors(counts[some], centered[some], directions, grams)
            squares = covariances + means[:, :, None] * means[:, None, :]
            precisions += counts[some].T @ squares.reshape(len(means), -1)
            products += centered[some].reshape(len(means), -1).T @ means
            spread += squares.sum(axis=0)
        precisions = precisions.reshape(n_components, n_dims, n_dims)
        precisions += _LEAST_PRECISION * np.eye(n_dims)
        solved = np.linalg.solve(precisions, products.reshape(shape).swapaxes(1, 2))
        # i-vectors are to be of unit covariance ("minimum divergence"), or it takes long
        directions = solved.swapaxes(1, 2) @ np.linalg.cholesky(spread / n_recordings)
    return directions


def component_grams(directions):
    """Products of the directions of each component, which all recordings share.

    Parameters
    ----------
    directions : ndarray of shape (n_components, n_values, n_dims), float64

    Returns
    -------
    grams : ndarray of shape (n_components, n_dims, n_dims), float64
    """
    return directions.swapaxes(1, 2) @ directions


def posteriors(counts, centered, directions, grams):
    """Means and covariances of the i-vectors of some recordings.

    Parameters
    ----------
    counts : ndarray of shape (n_recordings, n_components), float64
    centered : ndarray of shape (n_recordings, n_components, n_values), float64
    directions : ndarray of shape (n_components, n_values, n_dims), float64
    grams : ndarray of shape (n_components, n_dims, n_dims), float64
        As of `component_grams`.

    Returns
    -------
    means : ndarray of shape (n_recordings, n_dims), float64
        The i-vectors: of the weights of directions, normal beforehand, given the frames.
    covariances : ndarray of shape (n_recordings, n_dims, n_dims), float64
    """
    n_dims = directions.shape[2]
    precisions = (counts @ grams.reshape(len(grams), -1)).reshape(-1, n_dims, n_dims)
    covariances = np.linalg.inv(precisions + np.eye(n_dims))
    pulled = centered.reshape(len(centered), -1) @ directions.reshape(-1, n_dims)
    return (covariances @ pulled[:, :, None])[:, :, 0], covariances
