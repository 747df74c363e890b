"""Softmax attention, exact and by positive random features."""

import numpy as np


def softmax_attention(queries, keys, values):
    """Means of values, weighted for each query by the exponential of its products with keys.

    Parameters
    ----------
    queries : ndarray of shape (n_queries, n_dims)
    keys : ndarray of shape (n_steps, n_dims)
    values : ndarray of shape (n_steps, n_channels)

    Returns
    -------
    attended : ndarray of shape (n_queries, n_channels)
    """
    weights = queries @ keys.T
    weights = np.exp(weights - weights.max(axis=1, keepdims=True))
    return weights @ values / weights.sum(axis=1, keepdims=True)


def random_attention(queries, keys, values, directions):
    r"""`softmax_attention` in time that grows with the steps, not with their square.

    Parameters
    ----------
    queries, keys, values : ndarray
        As of `softmax_attention`.
    directions : ndarray of shape (n_features, n_dims)
        As `drawn_directions` gives them.

    Returns
    -------
    attended : ndarray of shape (n_queries, n_channels)
        Weights are positive and sum to 1, so it lies between the least and the largest value.

    Notes
    -----
    :math:`\exp(q \cdot k) = E_\omega \exp(\omega \cdot q - |q|^2/2)
    \exp(\omega \cdot k - |k|^2/2)` over normal :math:`\omega`.

    References
    ----------
    K. Choromanski et al. (2021), "Rethinking attention with Performers", ICLR.
    """
    asked = queries @ directions.T  # |q|^2 falls out of the shares
    asked = _positive(asked - asked.max(axis=1, keepdims=True))
    held = keys @ directions.T - (keys**2).sum(axis=1, keepdims=True) / 2
    held = _positive(held - held.max())
    return asked @ (held.T @ values) / (asked @ held.sum(axis=0))[:, None]


def _positive(exponents):
    """Exponentials that stay above 0 in products, too."""
    return np.exp(np.maximum(exponents, -300.0))


def drawn_directions(n_features, n_dims, rng):
    """Normal directions, at right angles in groups of as many as there are dimensions.

    Parameters
    ----------
    n_features, n_dims : int
    rng : numpy.random.Generator

    Returns
    -------
    directions : ndarray of shape (n_features, n_dims)
    """
    groups = []
    for _ in range(-(-n_features // n_dims)):
        turned, upper = np.linalg.qr(rng.normal(size=(n_dims, n_dims)))
        turned *= np.sign(np.diag(upper))  # LAPACK's choice of signs is not uniform
        lengths = np.sqrt(rng.chisquare(n_dims, size=(n_dims, 1)))
        groups.append(turned.T * lengths)
    return np.concatenate(groups)[:n_features]
