"""Spatial pyramids: the descriptors in each cell of some grids over a sample."""

from itertools import product

import numpy as np


def pyramid_members(positions, levels):
    """Which descriptors lie in each cell of each grid.

    Parameters
    ----------
    positions : ndarray of shape (n_descriptors, n_axes), floating
        In 0..1.
    levels : sequence of int
        Cells along every axis of a grid; 1 is the whole sample.

    Returns
    -------
    members : list of ndarray of shape (n_descriptors,), bool
        By grid, and by cell with the first axis changing fastest.

    References
    ----------
    S. Lazebnik, C. Schmid, J. Ponce (2006), "Beyond bags of features: spatial pyramid
    matching for recognizing natural scene categories", CVPR, 2169-2178.
    """
    members = []
    for n_cells in levels:
        places = np.minimum((positions * n_cells).astype(int), n_cells - 1)
        for cell in product(range(n_cells), repeat=positions.shape[1]):
            members.append((places == cell[::-1]).all(axis=1))
    return members


def pyramid_names(levels, n_axes):
    """Names of the cells, in the order of `pyramid_members`.

    Parameters
    ----------
    levels : sequence of int
    n_axes : int

    Returns
    -------
    names : list of str
        "1_0_0" is the only cell of the grid of one, "2_0_1" one of the grid of two a side.
    """
    return [
        "_".join(map(str, (n_cells, *cell)))
        for n_cells in levels
        for cell in product(range(n_cells), repeat=n_axes)
    ]
