"""Views hidden from training rows, so that a model learns to do without any of them."""

import numpy as np
from sklearn.utils import check_random_state


def hidden(results, share, random_state):
    """What views gave, less a share of the rows of each; a row keeps one view that it has.

    Parameters
    ----------
    results : list of ViewRows
    share : float
        In [0, 1).
    random_state : int, RandomState instance or None

    Returns
    -------
    results : list of ViewRows
    """
    if not share:
        return results
    present = np.array([rows.present for rows in results])
    order = check_random_state(random_state).random_sample(present.shape)
    order[~present] = -1.0
    kept = present & (order >= share)
    bare = ~kept.any(axis=0)
    kept[order.argmax(axis=0)[bare], np.flatnonzero(bare)] = True
    kept &= present  # of rows that have nothing at all
    return [
        rows._replace(values=rows.values[keep[rows.present]], present=keep)
        for rows, keep in zip(results, kept, strict=True)
    ]
