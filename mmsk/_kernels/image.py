"""Loops over pixels.

Conventions: arrays are C-contiguous, rows run downwards, a gradient is the difference of
the two neighbours along an axis (0 on the border). Callers check sizes and parameters.

Pixels are sorted into orientations by the side of each edge they lie on. Those of one byte
are by exact whole numbers; of all others, those so near an edge that rounding decides are
sorted by their angle. Loops run over long rows with a constant inside, so that they become
vector code.
"""

import numpy as np

from mmsk._kernels._jit import kernel

STRIP = 1024  # pixels sorted at once: the buffers stay in the first-level cache

NEAR = 1e-13  # radians: a hundred times what rounding can turn a gradient by
TINY = 1e-290  # lengths below this have lost digits

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
def near_an_edge(row_gradients, column_gradients, edges):
    """Where `votes_by_edge` may not be trusted, because rounding decides on the bin.

    Parameters
    ----------
    row_gradients, column_gradients : ndarray of shape (height, width), float64
    edges : ndarray of shape (orientations - 1, 2), float64
        Directions ``(x, y)`` of length 1 between neighbouring bins.

    Returns
    -------
    near : ndarray of shape (height, width), bool
        Whether the gradient's line is within ``NEAR`` radians of an edge, or of the border
        between the last bin and the first without lying on it, or is not finite. Nothing is
        near a gradient of 0: it has no vote.
    """
    near = np.empty(row_gradients.shape, np.bool_)
    all_x, all_y, all_near = column_gradients.ravel(), row_gradients.ravel(), near.ravel()
    reach, n_near = np.empty(STRIP), np.empty(STRIP)
    for start in range(0, all_x.size, STRIP):
        stop = min(start + STRIP, all_x.size)
        strip_x, strip_y = all_x[start:stop], all_y[start:stop]
        strip_near = all_near[start:stop]
        for k in range(stop - start):
            reach[k] = NEAR * (abs(strip_x[k]) + abs(strip_y[k])) + TINY
            beside = (not abs(strip_y[k]) > reach[k]) & (strip_y[k] != 0)  # NaN is beside
            n_near[k] = 1.0 if beside else 0.0
        for edge in range(edges.shape[0]):
            edge_x, edge_y = edges[edge, 0], edges[edge, 1]
            for k in range(stop - start):  # a sum is vector code, a smallest is not
                apart = abs(strip_y[k] * edge_x - strip_x[k] * edge_y)
                n_near[k] += 0.0 if apart > reach[k] else 1.0
        for k in range(stop - start):
            nothing = (strip_x[k] == 0) & (strip_y[k] == 0)
            strip_near[k] = (n_near[k] > 0) & (not nothing)
    return near


@kernel
def bins_by_angle(angles, edges_deg):
    """Orientation bin of gradients of any angle.

    Parameters
    ----------
    angles : ndarray of shape (n_gradients,), float64
        In radians, from -pi to pi.
    edges_deg : ndarray of shape (orientations,), float64
        Upper edges of the bins in degrees, increasing; the last is 180.

    Returns
    -------
    bins : ndarray of shape (n_gradients,), float64
        How many edges ``np.rad2deg(angle) % 180`` is at or past: ``orientations`` (no
        bin) for a negative angle so small that the remainder rounds to 180. NaN for NaN.
    """
    bins, lines_deg = np.empty_like(angles), np.empty_like(angles)
    degrees = 180.0 / np.pi
    for k in range(angles.size):
        angle = angles[k] * degrees
        from_right = 0.0 if angle == 180.0 else angle
        lines_deg[k] = from_right + 180.0 if from_right < 0.0 else from_right
        bins[k] = angle * 0.0
    for edge in range(edges_deg.size):
        edge_deg = edges_deg[edge]
        for k in range(angles.size):
            bins[k] += 1.0 if lines_deg[k] >= edge_deg else 0.0
    return bins


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
    no_votes = np.zeros(width, votes.dtype)
    zero = votes.dtype.type(0)
    for cell_row in range(n_rows):
        sums[:] = zero
        bottom = (cell_row + 1) * cell_height
        for row in range(cell_row * cell_height, bottom, 2):  # two at once share the sums
            below = row + 1
            row_bins, row_votes = bins[row], votes[row]
            next_bins, next_votes = (
                (bins[below], votes[below]) if below < bottom else (row_bins, no_votes)
            )
            for orientation in range(orientations):
                row_sums = sums[orientation]
                wanted = bins.dtype.type(orientation)
                for col in range(width):
                    other = row_bins[col] < wanted or row_bins[col] > wanted
                    next_other = next_bins[col] < wanted or next_bins[col] > wanted
                    vote = zero if other else row_votes[col]
                    row_sums[col] += vote + (zero if next_other else next_votes[col])
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
def divide_by_length(columns, squared, most):
    """Divide columns by their length, in place.

    Parameters
    ----------
    columns : ndarray of shape (n_values, n_columns), float64
        Changed. Lengths are raised by ``EPSILON``, so zeros stay 0.
    squared : bool
        Whether the length is the root of the sum of squares; else it is the sum of
        absolutes.
    most : float
        Larger quotients become this.
    """
    n_values, n_columns = columns.shape
    sums = np.zeros(n_columns)
    for value in range(n_values):
        row = columns[value]
        for col in range(n_columns):
            sums[col] += row[col] * row[col] if squared else abs(row[col])
    scales = 1.0 / np.sqrt(sums + EPSILON**2) if squared else 1.0 / (sums + EPSILON)
    for value in range(n_values):
        row = columns[value]
        for col in range(n_columns):
            quotient = row[col] * scales[col]
            row[col] = most if quotient > most else quotient


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
    divide_by_length(blocks, norm in (L2, L2_HYS), HYSTERESIS if norm == L2_HYS else np.inf)
    if norm == L1_SQRT:
        blocks = np.sqrt(blocks)
    elif norm == L2_HYS:
        divide_by_length(blocks, True, np.inf)
    return blocks.T.copy()


@kernel
def descriptor(
    bins, votes, orientations, cell_height, cell_width, block_height, block_width, norm
):
    """`normalized_blocks` of `cell_histograms`: each call from Python takes microseconds.

    Parameters
    ----------
    bins, votes : ndarray of shape (height, width), floating, of one dtype
    orientations, cell_height, cell_width, block_height, block_width, norm : int
        As of those.

    Returns
    -------
    blocks : ndarray of shape (n_blocks, n_values), float64
    """
    cells = cell_histograms(bins, votes, orientations, cell_height, cell_width)
    return normalized_blocks(cells, block_height, block_width, norm)
