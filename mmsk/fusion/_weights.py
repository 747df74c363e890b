"""Weights of views, as the user gave them."""

import numpy as np


def checked_weights(weights, n_views):
    """One non-negative number for each view; 1 for each where none are given.

    Parameters
    ----------
    weights : array-like of shape (n_views,) or None
    n_views : int
        Views that are not dropped.

    Returns
    -------
    weights : ndarray of shape (n_views,)

    Raises
    ------
    ValueError
        If there are not as many as views, one is negative, or all are 0.
    """
    if weights is None:
        return np.ones(n_views)
    checked = np.asarray(weights, dtype=float)
    if checked.shape != (n_views,) or not (checked >= 0).all() or not checked.any():
        raise ValueError(
            f"weights must be {n_views} non-negative numbers, one for each view and not all 0, "
            f"got {weights!r}."
        )
    return checked
