"""Slow twins of `mmsk._kernels.image` and `mmsk._kernels.channels`."""

import numpy as np


def gray_gradients(image):
    row_gradients, column_gradients = np.zeros_like(image), np.zeros_like(image)
    row_gradients[1:-1] = image[2:] - image[:-2]
    column_gradients[:, 1:-1] = image[:, 2:] - image[:, :-2]
    return row_gradients, column_gradients


def mirrored_planes(image):
    return np.pad(np.moveaxis(image, -1, 0), ((0, 0), (1, 1), (1, 1)), mode="reflect")


def strongest_byte_gradients(image):
    planes = mirrored_planes(image).astype(np.float64)
    rows = planes[:, 2:, 1:-1] - planes[:, :-2, 1:-1]
    columns = planes[:, 1:-1, 2:] - planes[:, 1:-1, :-2]
    return tuple(best.astype(np.float32) for best in strongest_gradients(rows, columns))


def byte_gradient(above, below, left, right):
    y, x = np.float32(below) - np.float32(above), np.float32(right) - np.float32(left)
    return y, x, y**2 + x**2, abs(y * x)


def longer(one, other):
    in_doubt = one[2] == other[2] and one[3] != other[3]
    return max(one, other, key=lambda gradient: gradient[2]), in_doubt


def settle_ties(tied, above, line, below, best_y, best_x):
    ys = below.astype(np.float64) - above
    xs = line[:, 2:].astype(np.float64) - line[:, :-2]
    places = np.flatnonzero(tied)
    channels = np.hypot(ys, xs).argmax(axis=0)[places]
    best_y[places], best_x[places] = ys[channels, places], xs[channels, places]


def strongest_gradients(row_gradients, column_gradients):
    channels = np.hypot(row_gradients, column_gradients).argmax(axis=0)[None]
    gradients = row_gradients, column_gradients
    return tuple(np.take_along_axis(g, channels, axis=0)[0] for g in gradients)


def longest(y, x):
    return np.hypot(y, x).argmax()


def votes_by_edge(row_gradients, column_gradients, edges):
    x, y = column_gradients, row_gradients
    sign = np.where((y < 0) | ((y == 0) & (x < 0)), -1, 1).astype(x.dtype)
    bins = np.zeros_like(x)
    for edge_x, edge_y in edges:
        bins += sign * y * edge_x >= sign * x * edge_y
    return bins, np.hypot(x, y)


def near_an_edge(row_gradients, column_gradients, edges):
    x, y = column_gradients, row_gradients
    apart = [np.abs(y * edge_x - x * edge_y) for edge_x, edge_y in edges]
    apart = np.stack([np.where(y == 0, np.inf, np.abs(y)), *apart])
    reach = 1e-13 * (np.abs(x) + np.abs(y)) + 1e-290
    return ~(apart > reach).all(axis=0) & ((x != 0) | (y != 0))


def bins_by_angle(angles, edges_deg):
    bins = np.searchsorted(edges_deg, np.rad2deg(angles) % 180, side="right")
    return np.where(np.isnan(angles), np.nan, bins)


def cell_histograms(bins, votes, orientations, cell_height, cell_width):
    n_rows, n_columns = bins.shape[0] // cell_height, bins.shape[1] // cell_width
    cells = np.zeros((orientations, n_rows, n_columns))
    for orientation, row, col in np.ndindex(*cells.shape):
        rows = slice(row * cell_height, (row + 1) * cell_height)
        columns = slice(col * cell_width, (col + 1) * cell_width)
        cell_bins = bins[rows, columns]
        counts = (cell_bins == orientation) | np.isnan(cell_bins)
        cells[orientation, row, col] = np.where(counts, votes[rows, columns], 0).mean()
    return cells


def blocks_of_cells(cells, block_height, block_width):
    _, n_rows, n_columns = cells.shape
    return np.stack(
        [
            cells[:, row : row + block_height, col : col + block_width]
            .transpose(1, 2, 0)
            .ravel()
            for row in range(n_rows - block_height + 1)
            for col in range(n_columns - block_width + 1)
        ],
        axis=1,
    )


def divide_by_length(columns, squared, most):
    columns[:] = np.minimum(_divided_by_length(columns, squared), most)


def _divided_by_length(columns, squared):
    if squared:
        return columns / np.sqrt((columns**2).sum(axis=0) + 1e-10)
    return columns / (np.abs(columns).sum(axis=0) + 1e-5)


def normalized_blocks(cells, block_height, block_width, norm):
    blocks = blocks_of_cells(cells, block_height, block_width)
    if norm == 0:
        blocks = _divided_by_length(blocks, False)
    elif norm == 1:
        blocks = np.sqrt(_divided_by_length(blocks, False))
    elif norm == 2:
        blocks = _divided_by_length(blocks, True)
    else:
        blocks = _divided_by_length(np.minimum(_divided_by_length(blocks, True), 0.2), True)
    return blocks.T


def descriptor(
    bins, votes, orientations, cell_height, cell_width, block_height, block_width, norm
):
    cells = cell_histograms(bins, votes, orientations, cell_height, cell_width)
    return normalized_blocks(cells, block_height, block_width, norm)
