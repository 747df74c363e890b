"""What the kernels of optical flow compute, in plain NumPy and SciPy, in float64."""

import numpy as np
from scipy.ndimage import map_coordinates


def halved(image):
    height, width = (side // 2 for side in image.shape)
    cells = image[: 2 * height, : 2 * width].reshape(height, 2, width, 2)
    return cells.mean(axis=(1, 3), dtype=np.float64)


def doubled(field, height, width):
    grown = 2.0 * np.kron(field, np.ones((2, 2)))
    spare = [(0, max(0, side - have)) for side, have in zip((height, width), grown.shape)]
    return np.pad(grown, spare, mode="edge")[:height, :width]


def window_sums(values, radius):
    padded = np.pad(np.asarray(values, np.float64), radius)
    size = (2 * radius + 1,) * 2
    return np.lib.stride_tricks.sliding_window_view(padded, size).sum(axis=(2, 3))


def warped(image, right, down):
    rows, columns = np.indices(image.shape)
    places = [rows + down.astype(np.float64), columns + right.astype(np.float64)]
    return map_coordinates(image.astype(np.float64), places, order=1, mode="nearest")


def refine_flow(first, second, right, down, radius, n_rounds):
    # least squares in each window, with a little weight on each pixel's own flow
    from mmsk._kernels.flow import NOISE

    padded = np.pad(first.astype(np.float64), 1, mode="edge")
    slopes = (
        (padded[1:-1, 2:] - padded[1:-1, :-2]) / 2,
        (padded[2:, 1:-1] - padded[:-2, 1:-1]) / 2,
    )
    slopes[0][:, [0, -1]] = 0
    slopes[1][[0, -1]] = 0
    for _ in range(n_rounds):
        target = slopes[0] * right + slopes[1] * down + first - warped(second, right, down)
        found = np.empty((2, *first.shape))
        for row, col in np.ndindex(first.shape):
            window = tuple(slice(max(0, p - radius), p + radius + 1) for p in (row, col))
            x, y = (slope[window].ravel() for slope in slopes)
            own = np.sqrt(NOISE) * np.eye(2).repeat(x.size, axis=0)
            lines = np.vstack([np.stack([x, y], axis=1), own])
            flows = [np.sqrt(NOISE) * part[window].ravel() for part in (right, down)]
            values = np.concatenate([target[window].ravel(), *flows])
            found[:, row, col] = np.linalg.lstsq(lines, values, rcond=None)[0]
        right[:], down[:] = found


def optical_flow(first, second, n_levels, radius, n_rounds):
    pyramid = [(first, second)]
    for _ in range(n_levels - 1):
        pyramid.append(tuple(map(halved, pyramid[-1])))
    right = down = np.zeros((0, 0))
    for level, (before, after) in enumerate(reversed(pyramid)):
        if level == 0:
            right, down = np.zeros(before.shape), np.zeros(before.shape)
        else:
            right, down = (doubled(part, *before.shape) for part in (right, down))
        refine_flow(before, after, right, down, radius, n_rounds)
    return right, down


def direction_sums(x, y, orientations, n_rows, n_columns, least):
    x, y = x.astype(np.float64), y.astype(np.float64)
    lengths = np.hypot(x, y)
    moves = (x**2 + y**2 >= least**2) & (lengths > 0)
    places = np.mod(np.angle(x + 1j * y) / (2 * np.pi), 1) * orientations
    sums = np.zeros((n_rows, n_columns, orientations + 1))
    height, width = x.shape
    row_of = np.repeat(np.arange(n_rows), np.diff(np.arange(n_rows + 1) * height // n_rows))
    edges = np.arange(n_columns + 1) * width // n_columns
    col_of = np.repeat(np.arange(n_columns), np.diff(edges))
    for row, col in np.ndindex(x.shape):
        cell = sums[row_of[row], col_of[col]]
        if not moves[row, col]:
            cell[-1] += 1
            continue
        for direction in range(orientations):
            apart = abs(places[row, col] - direction)
            nearness = max(0.0, 1 - min(apart, orientations - apart))
            cell[direction] += lengths[row, col] * (1.0 if orientations == 1 else nearness)
    return sums
