"""Loops over pixels.

Conventions: arrays are C-contiguous, rows run downwards, a gradient is the difference of
the two neighbours along an axis (0 on the border). Callers check sizes and parameters.

The steps of HOG are separate kernels, because the middle one comes in two kinds: pixels
of one byte are sorted into orientations by exact integer arithmetic, all others by their
angle. Loops run over long rows with a constant inside, so that they become vector code.
"""

import numpy as np

from mmsk._kernels._jit import kernel

STRIP = 2048  # pixels sorted at once: the buffers stay in the first-level cache

L1, L1_SQRT, L2, L2_HYS = range(4)
EPSILON = 1e-5  # added to norms, so that a flat block is 0
HYSTERESIS = 0.2  # largest share of one value in a block, for L2_HYS


@kernel
def gray_gradients(image):
    """Gradients of a grey picture along rows and columns.

    Parameters
    ----------
    image : ndarray of shape (height, width), floating
        At least one pixel.

    Returns
    -------
    row_gradients, column_gradients : ndarray of shape (height, width), dtype of image
        Below minus above, and right minus left; 0 where a neighbour is outside.
    """
    height, width = image.shape
    row_gradients = np.zeros_like(image)
    column_gradients = np.zeros_like(image)
    for row in range(1, height - 1):
        for col in range(width):
            row_gradients[row, col] = image[row + 1, col] - image[row - 1, col]
    for row in range(height):
        for col in range(1, width - 1):
            column_gradients[row, col] = image[row, col + 1] - image[row, col - 1]
    return row_gradients, column_gradients


@kernel
def votes_by_edge(row_gradients, column_gradients, edges):
    """Orientation bin and vote of each pixel, by the side of each edge it lies on.

    Parameters
    ----------
    row_gradients, column_gradients : ndarray of shape (height, width), floating
    edges : ndarray of shape (orientations - 1, 2), dtype of the gradients
        Directions ``(x, y)`` between neighbouring bins, with ``y > 0``, by rising angle.

    Returns
    -------
    bins : ndarray of shape (height, width), dtype of the gradients
        How many edges the gradient's line (an angle in [0, 180) degrees) is at or past.
    votes : ndarray of shape (height, width), dtype of the gradients
        Length of the gradient.

    Notes
    -----
    The side is the sign of a cross product, which is exact where gradients and edges are
    whole numbers and products stay below 2**24 (float32) or 2**53 (float64).
    """
    bins = np.zeros_like(row_gradients)
    votes = np.empty_like(row_gradients)
    all_x, all_y = column_gradients.ravel(), row_gradients.ravel()
    all_bins, all_votes = bins.ravel(), votes.ravel()
    upper_x = np.empty(STRIP, bins.dtype)
    upper_y = np.empty(STRIP, bins.dtype)
    zero, one = bins.dtype.type(0), bins.dtype.type(1)
    for start in range(0, all_x.size, STRIP):
        stop = min(start + STRIP, all_x.size)
        strip_x, strip_y = all_x[start:stop], all_y[start:stop]
        strip_bins, strip_votes = all_bins[start:stop], all_votes[start:stop]
        for k in range(stop - start):
            x, y = strip_x[k], strip_y[k]
            strip_votes[k] = np.sqrt(x * x + y * y)
            turned = (y < zero) | ((y == zero) & (x < zero))  # `or` would be a branch
            upper_x[k] = -x if turned else x
            upper_y[k] = -y if turned else y
        for edge in range(edges.shape[0]):
            edge_x, edge_y = edges[edge, 0], edges[edge, 1]
            for k in range(stop - start):
                past = upper_y[k] * edge_x >= upper_x[k] * edge_y
                strip_bins[k] += one if past else zero
    return bins, votes


@kernel
def votes_by_angle(row_gradients, column_gradients, angles, edges_deg):
    """Orientation bin and vote of each pixel, by its angle.

    Parameters
    ----------
    row_gradients, column_gradients : ndarray of shape (height, width), float64
    angles : ndarray of shape (height, width), float64
        ``np.arctan2(row_gradients, column_gradients)``.
    edges_deg : ndarray of shape (orientations,), float64
        Upper edges of the bins in degrees, increasing; the last is 180.

    Returns
    -------
    bins : ndarray of shape (height, width), float64
        How many edges ``np.rad2deg(angle) % 180`` is at or past: ``orientations`` (no
        bin) for a negative angle so small that the remainder rounds to 180. NaN for NaN.
    votes : ndarray of shape (height, width), float64
        Length of the gradient.
    """
    bins = np.empty_like(angles)
    votes = np.empty_like(angles)
    all_x, all_y = column_gradients.ravel(), row_gradients.ravel()
    all_angles, all_bins, all_votes = angles.ravel(), bins.ravel(), votes.ravel()
    line_deg = np.empty(STRIP)
    degrees = 180.0 / np.pi
    for start in range(0, all_x.size, STRIP):
        stop = min(start + STRIP, all_x.size)
        strip_x, strip_y = all_x[start:stop], all_y[start:stop]
        strip_angles, strip_bins = all_angles[start:stop], all_bins[start:stop]
        strip_votes = all_votes[start:stop]
        for k in range(stop - start):
            strip_votes[k] = np.sqrt(strip_x[k] ** 2 + strip_y[k] ** 2)
            angle = strip_angles[k] * degrees
            from_right = 0.0 if angle == 180.0 else angle
            line_deg[k] = from_right + 180.0 if from_right < 0.0 else from_right
            strip_bins[k] = angle * 0.0
        for edge in range(edges_deg.size):
            edge_deg = edges_deg[edge]
            for k in range(stop - start):
                strip_bins[k] += 1.0 if line_deg[k] >= edge_deg else 0.0
    return bins, votes


@kernel
def cell_histograms(bins, votes, orientations, cell_height, cell_width):
    """Mean vote for each orientation over the pixels of each cell.

    Parameters
    ----------
    bins, votes : ndarray of shape (height, width), floating, of one dtype
        A pixel whose bin is NaN votes for all orientations, one whose bin is not below
        ``orientations`` for none.
    orientations, cell_height, cell_width : int
        At least 1.

    Returns
    -------
    cells : ndarray, float64
        Of shape (orientations, height // cell_height, width // cell_width). Pixels left
        over below and on the right do not count.
    """
    n_rows, n_columns = bins.shape[0] // cell_height, bins.shape[1] // cell_width
    width = n_columns * cell_width
    cells = np.empty((orientations, n_rows, n_columns))
    sums = np.empty((orientations, width), votes.dtype)
    zero = votes.dtype.type(0)
    for cell_row in range(n_rows):
        sums[:] = zero
        for row in range(cell_row * cell_height, (cell_row + 1) * cell_height):
            row_bins, row_votes = bins[row], votes[row]
            for orientation in range(orientations):
                row_sums = sums[orientation]
                wanted = bins.dtype.type(orientation)
                for col in range(width):
                    other = row_bins[col] < wanted or row_bins[col] > wanted
                    row_sums[col] += zero if other else row_votes[col]
        for orientation in range(orientations):
            row_sums = sums[orientation]
            row_cells = cells[orientation, cell_row]
            for cell in range(n_columns):
                total = zero
                for col in range(cell_width):
                    total += row_sums[cell * cell_width + col]
                row_cells[cell] = total / (cell_height * cell_width)
    return cells


@kernel
def blocks_of_cells(cells, block_height, block_width):
    """Histograms of the cells of every block of neighbours.

    Parameters
    ----------
    cells : ndarray of shape (orientations, n_rows, n_columns), float64
    block_height, block_width : int
        In cells, at least 1 and at most ``n_rows`` and ``n_columns``.

    Returns
    -------
    blocks : ndarray of shape (n_values, n_blocks), float64
        A column for each block, by row and column of its first cell; values go by row
        and column within the block and then by orientation.
    """
    orientations, n_rows, n_columns = cells.shape
    block_rows, block_columns = n_rows - block_height + 1, n_columns - block_width + 1
    blocks = np.empty((block_height, block_width, orientations, block_rows, block_columns))
    for y in range(block_height):
        for x in range(block_width):
            for orientation in range(orientations):
                for row in range(block_rows):
                    for col in range(block_columns):
                        blocks[y, x, orientation, row, col] = cells[
                            orientation, row + y, col + x
                        ]
    return blocks.reshape(
        (block_height * block_width * orientations, block_rows * block_columns)
    )


@kernel
def divided_by_length(columns, squared):
    """Columns divided by their length.

    Parameters
    ----------
    columns : ndarray of shape (n_values, n_columns), float64
    squared : bool
        Whether the length is the root of the sum of squares; else it is the sum of
        absolutes.

    Returns
    -------
    divided : ndarray of shape (n_values, n_columns), float64
        Lengths are raised by ``EPSILON``, so zeros stay 0.
    """
    n_values, n_columns = columns.shape
    sums = np.zeros(n_columns)
    for value in range(n_values):
        row = columns[value]
        for col in range(n_columns):
            sums[col] += row[col] * row[col] if squared else abs(row[col])
    scales = 1.0 / np.sqrt(sums + EPSILON**2) if squared else 1.0 / (sums + EPSILON)
    divided = np.empty_like(columns)
    for value in range(n_values):
        row, divided_row = columns[value], divided[value]
        for col in range(n_columns):
            divided_row[col] = row[col] * scales[col]
    return divided


@kernel
def normalized_blocks(cells, block_height, block_width, norm):
    """Histograms of the cells of every block, brought to one length.

    Parameters
    ----------
    cells : ndarray of shape (orientations, n_rows, n_columns), float64
    block_height, block_width : int
        In cells, at least 1 and at most ``n_rows`` and ``n_columns``.
    norm : int
        ``L1``, ``L1_SQRT``, ``L2`` or ``L2_HYS``.

    Returns
    -------
    blocks : ndarray of shape (n_blocks, n_values), float64
        In the order of `blocks_of_cells`.
    """
    # blocks lie side by side until the end, so that their sums fill vectors
    blocks = blocks_of_cells(cells, block_height, block_width)
    blocks = divided_by_length(blocks, norm in (L2, L2_HYS))
    if norm == L1_SQRT:
        blocks = np.sqrt(blocks)
    elif norm == L2_HYS:
        blocks = divided_by_length(np.minimum(blocks, HYSTERESIS), True)
    return blocks.T.copy()
