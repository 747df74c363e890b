"""VLAD: how descriptors lie around the nearest of some centres."""

import numpy as np
from scipy.sparse import csr_array

from mmsk.encoding._fisher import unit_length


def vlad(descriptors, centers):
    """Sums of differences from the nearest centre, each of length 1.

    Parameters
    ----------
    descriptors : ndarray of shape (n_descriptors, n_values), floating
    centers : ndarray of shape (n_components, n_values), floating

    Returns
    -------
    sums : ndarray of shape (n_components, n_values), floating
        0 for a centre that is nearest to no descriptor, or that its own surround evenly.

    References
    ----------
    H. Jegou, M. Douze, C. Schmid, P. Perez (2010), "Aggregating local descriptors into a
    compact image representation", CVPR, 3304-3311.

    R. Arandjelovic, A. Zisserman (2013), "All about VLAD", CVPR, 1578-1585: the length of
    each centre's part.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.encoding import vlad
    >>> vlad(np.array([[1.0, 0.0], [3.0, 0.0], [9.0, 8.0]]), np.array([[1.0, 0.0], [9.0, 9.0]]))
    array([[ 1.,  0.],
           [ 0., -1.]])
    """
    nearness = descriptors @ centers.T - 0.5 * (centers**2).sum(axis=1)
    nearest = nearness.argmax(axis=1)
    ones = np.ones(len(nearest), descriptors.dtype)
    places = np.arange(len(nearest))
    members = csr_array((ones, (nearest, places)), (len(centers), len(nearest)))
    counts = np.bincount(nearest, minlength=len(centers)).astype(descriptors.dtype)
    return unit_length(members @ descriptors - counts[:, None] * centers)
