"""Loops over pixels of grey pictures: descriptors of small patches on a regular grid.

Conventions: arrays are C-contiguous, rows run downwards. The directions of a pixel lie side
by side, so that sums over pixels, along rows or columns, are vector code without drift of
running sums. Callers check sizes; kernels do not raise.
"""

import math

import numpy as np

from mmsk._kernels._jit import kernel

N_CELLS = 4  # cells per side of a patch
LARGEST_SHARE = 0.2  # of one value in the length of a descriptor, before it is set to 1


@kernel
def direction_votes(image, n_directions=8, full_circle=True):
    """Length of the gradient of each pixel, shared between the two directions beside it.

    Parameters
    ----------
    image : ndarray of shape (height, width), float32
    n_directions : int, default=8
        Evenly spaced, the first to the right, then on towards down.
    full_circle : bool, default=True
        Whether they fill the circle, or only half of it: then opposite gradients vote
        alike.

    Returns
    -------
    votes : ndarray of shape (height, width, n_directions), float32
        Votes fall linearly with the angle and sum to the length. Outside, border pixels
        repeat.
    """
    height, width = image.shape
    votes = np.zeros((height, width, n_directions), np.float32)
    half = np.float32(0.5)
    per_radian = np.float32(n_directions / ((1 + full_circle) * math.pi))
    for row in range(height):
        above, below = image[max(row - 1, 0)], image[min(row + 1, height - 1)]
        levels, row_votes = image[row], votes[row]
        for col in range(width):
            down = half * (below[col] - above[col])
            right = half * (levels[min(col + 1, width - 1)] - levels[max(col - 1, 0)])
            length = math.sqrt(down * down + right * right)
            place = math.atan2(down, right) * per_radian
            lower = math.floor(place)
            share = place - lower
            first = (int(lower) + n_directions) % n_directions
            row_votes[col, first] += length * (1 - share)
            row_votes[col, (first + 1) % n_directions] += length * share
    return votes


@kernel
def pooled_votes(votes, rows, columns, cell_px):
    """Mean votes around points of a grid, with weights that fall linearly to the sides.

    Parameters
    ----------
    votes : ndarray of shape (height, width, n_directions), float32
    rows, columns : ndarray of shape (n_rows,) and (n_columns,), int64
        Where the points lie; inside the picture.
    cell_px : int
        Distance at which the weight is 0, the same along rows and columns.

    Returns
    -------
    pooled : ndarray of shape (n_rows, n_columns, n_directions), float32
        Weights sum to 1; outside there are no votes.
    """
    height, width, n_directions = votes.shape
    pooled = np.zeros((rows.size, columns.size, n_directions), np.float32)
    for i in range(rows.size):
        across = np.zeros((width, n_directions), np.float32)
        flat = across.reshape(-1)
        for away in range(1 - cell_px, cell_px):
            row = rows[i] + away
            if 0 <= row < height:
                weight = np.float32((cell_px - abs(away)) / cell_px**2)
                entering = votes[row].reshape(-1)
                for k in range(flat.size):
                    flat[k] += weight * entering[k]
        for j in range(columns.size):
            point = pooled[i, j]
            for away in range(1 - cell_px, cell_px):
                col = columns[j] + away
                if 0 <= col < width:
                    weight = np.float32((cell_px - abs(away)) / cell_px**2)
                    entering = across[col]
                    for k in range(n_directions):
                        point[k] += weight * entering[k]
    return pooled


@kernel
def grid_descriptors(pooled, apart, step, weights, least_length):
    """Votes of 4 x 4 cells, of length 1 and without a value that outweighs the others.

    Parameters
    ----------
    pooled : ndarray of shape (n_rows, n_columns, n_directions), float32
        Votes at centres of cells; at least ``3 * apart + 1`` rows and columns.
    apart, step : int
        Places between neighbouring cells of a patch, and between neighbouring patches.
    weights : ndarray of shape (4, 4), float32
        Of the cells of a patch.
    least_length : float
        Of weighted votes; a shorter descriptor is 0.

    Returns
    -------
    descriptors : ndarray of shape (n_patches, 16 * n_directions), float32
        By row and column of the patch; values by row and column of the cell, and
        direction. Each is divided by its length, cut at 0.2, and divided again.
    """
    n_directions = pooled.shape[2]
    reach = (N_CELLS - 1) * apart
    n_rows = (pooled.shape[0] - 1 - reach) // step + 1
    n_columns = (pooled.shape[1] - 1 - reach) // step + 1
    descriptors = np.empty((n_rows * n_columns, N_CELLS * N_CELLS * n_directions), np.float32)
    for patch in range(n_rows * n_columns):
        top, left = (patch // n_columns) * step, (patch % n_columns) * step
        values = descriptors[patch]
        square = np.float32(0)
        for cell in range(N_CELLS * N_CELLS):
            i, j = cell // N_CELLS, cell % N_CELLS
            votes = pooled[top + i * apart, left + j * apart]
            for k in range(n_directions):
                value = weights[i, j] * votes[k]
                values[cell * n_directions + k] = value
                square += value * value
        scale_and_cut(values, math.sqrt(square), least_length)
    return descriptors


@kernel
def scale_and_cut(values, length, least_length):
    """Divide by the length, cut at 0.2, and divide again; 0 where the length is small.

    Parameters
    ----------
    values : ndarray of shape (n_values,), float32
        Not negative; changed.
    length, least_length : float
    """
    if length < least_length or length == 0:
        values[:] = 0
        return
    scale, most = np.float32(1 / length), np.float32(LARGEST_SHARE)
    square = np.float32(0)
    for k in range(values.size):
        value = min(values[k] * scale, most)
        values[k] = value
        square += value * value
    again = np.float32(1 / math.sqrt(square))
    for k in range(values.size):
        values[k] *= again
