"""Which cells of a made table are not there."""

import numpy as np


def drawn(size, share, rng):
    """The same share of the rows in each column.

    Parameters
    ----------
    size : tuple of (n_rows, n_columns)
    share : float
        In [0, 1]; the number of rows is rounded.
    rng : numpy.random.Generator

    Returns
    -------
    drawn : ndarray of shape (n_rows, n_columns), bool
    """
    places = rng.permuted(np.repeat(np.arange(size[0])[:, None], size[1], axis=1), axis=0)
    return places < round(share * size[0])


def present_cells(size, missing_rate, n_views, rng):
    """Which cells are not missing; of the first columns, the views, a row keeps one.

    Parameters
    ----------
    size : tuple of (n_rows, n_columns)
    missing_rate : float
        In [0, 1).
    n_views : int
        At least 1 and at most ``n_columns``.
    rng : numpy.random.Generator

    Returns
    -------
    present : ndarray of shape (n_rows, n_columns), bool
    """
    present = ~drawn(size, missing_rate, rng)
    kept = rng.integers(n_views, size=size[0])
    bare = ~present[:, :n_views].any(axis=1)
    present[bare, kept[bare]] = True
    return present
