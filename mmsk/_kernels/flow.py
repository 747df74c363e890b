"""Loops over pairs of frames: optical flow, and where it points.

Conventions: a picture is C-contiguous (height, width) float32 of levels 0..255; rows run
downwards. A flow is two such arrays, how many pixels what is seen in a pixel of the first
picture has moved right and down in the second. Cell ``i`` of a grid holds the rows from
``i * height // n_cells`` up to ``(i + 1) * height // n_cells``, and columns alike. Callers
check sizes; kernels do not raise.
"""

import math

import numpy as np

from mmsk._kernels._jit import kernel
from mmsk._kernels.image import gray_gradients

# Mean squared gradient that counts as texture: less is what noise of two levels gives.
NOISE = 4.0


@kernel
def halved(image):
    """A picture of half the size: means of 2 x 2 pixels.

    Parameters
    ----------
    image : ndarray of shape (height, width), float32
        At least two pixels per side; the last of an odd number is left out.

    Returns
    -------
    half : ndarray of shape (height // 2, width // 2), float32
    """
    height, width = image.shape[0] // 2, image.shape[1] // 2
    half = np.empty((height, width), np.float32)
    quarter = np.float32(0.25)
    for row in range(height):
        above, below = image[2 * row], image[2 * row + 1]
        for col in range(width):
            left, right = 2 * col, 2 * col + 1
            half[row, col] = quarter * (above[left] + above[right] + below[left] + below[right])
    return half


@kernel
def doubled(field, height, width):
    """A part of a flow brought to twice the size: each value in 2 x 2 pixels, doubled.

    Parameters
    ----------
    field : ndarray of shape (height // 2, width // 2), float32
    height, width : int

    Returns
    -------
    double : ndarray of shape (height, width), float32
        The last row and column of an odd number repeat the one before.
    """
    double = np.empty((height, width), np.float32)
    for row in range(height):
        values = field[min(row // 2, field.shape[0] - 1)]
        for col in range(width):
            double[row, col] = np.float32(2) * values[min(col // 2, field.shape[1] - 1)]
    return double


@kernel
def window_sums(values, radius):
    """Sum of the square window around each pixel, of what lies in the picture.

    Parameters
    ----------
    values : ndarray of shape (height, width), float32
    radius : int
        The window has ``2 * radius + 1`` pixels per side.

    Returns
    -------
    sums : ndarray of shape (height, width), float32
    """
    height, width = values.shape
    # shifted rows are added, so that all columns go at once and no rounding is carried on
    padded = np.zeros(width + 2 * radius, np.float32)
    sums = np.empty((height, width), np.float32)
    for row in range(height):
        padded[:] = 0
        inner = padded[radius : radius + width]
        for other in range(max(0, row - radius), min(height, row + radius + 1)):
            line = values[other]
            for col in range(width):
                inner[col] += line[col]
        total = sums[row]
        total[:] = 0
        for shift in range(2 * radius + 1):
            shifted = padded[shift : shift + width]
            for col in range(width):
                total[col] += shifted[col]
    return sums


@kernel
def warped(image, right, down):
    """The picture that a flow leads to, seen from where it starts.

    Parameters
    ----------
    image, right, down : ndarray of shape (height, width), float32
        The second picture and the flow; it may lead outside, where the border goes on.

    Returns
    -------
    moved : ndarray of shape (height, width), float32
        Levels between pixels are interpolated linearly.
    """
    height, width = image.shape
    moved = np.empty((height, width), np.float32)
    for row in range(height):
        for col in range(width):
            y = min(
                max(np.float32(row) + down[row, col], np.float32(0)), np.float32(height - 1)
            )
            x = min(
                max(np.float32(col) + right[row, col], np.float32(0)), np.float32(width - 1)
            )
            top, left = int(y), int(x)
            bottom, other = min(top + 1, height - 1), min(left + 1, width - 1)
            low, far = y - np.float32(top), x - np.float32(left)
            near = np.float32(1) - far
            upper = near * image[top, left] + far * image[top, other]
            lower = near * image[bottom, left] + far * image[bottom, other]
            moved[row, col] = (np.float32(1) - low) * upper + low * lower
    return moved


@kernel
def refine_flow(first, second, right, down, radius, n_rounds):
    """Improve a flow by the method of Lucas and Kanade at one scale.

    Parameters
    ----------
    first, second : ndarray of shape (height, width), float32
        At least one pixel.
    right, down : ndarray of shape (height, width), float32
        The flow, which is changed.
    radius, n_rounds : int
        Of the windows whose pixels are taken to move alike; how often it is improved.
    """
    height, width = first.shape
    half, noise = np.float32(0.5), np.float32(NOISE)
    by_rows, by_columns = gray_gradients(first)
    by_rows *= half
    by_columns *= half
    squares_x = window_sums(by_columns * by_columns + noise, radius)
    squares_y = window_sums(by_rows * by_rows + noise, radius)
    products = window_sums(by_columns * by_rows, radius)
    for _ in range(n_rounds):
        # what the flow of the window should explain: where each pixel's own flow leads,
        # and what is left there; without texture it becomes the mean flow of the window
        left = by_columns * right + by_rows * down - (warped(second, right, down) - first)
        sums_x = window_sums(by_columns * left + noise * right, radius)
        sums_y = window_sums(by_rows * left + noise * down, radius)
        for row in range(height):
            for col in range(width):
                xx, yy, xy = squares_x[row, col], squares_y[row, col], products[row, col]
                x, y = sums_x[row, col], sums_y[row, col]
                area = xx * yy - xy * xy
                right[row, col] = (yy * x - xy * y) / area
                down[row, col] = (xx * y - xy * x) / area


@kernel
def optical_flow(first, second, n_levels, radius, n_rounds):
    """How far each pixel of a picture has moved in the next, from coarse to fine.

    Parameters
    ----------
    first, second : ndarray of shape (height, width), float32
        Height and width of at least ``2 ** (n_levels - 1)`` pixels. Of the same brightness:
        all levels of one may have to be shifted before.
    n_levels : int
        Scales, each half as large as the one before; at least 1.
    radius, n_rounds : int
        Of the windows whose pixels are taken to move alike; how often the flow is
        improved at each scale.

    Returns
    -------
    right, down : ndarray of shape (height, width), float32
        In pixels. Where there is no texture the flow is that of what is around, or 0.

    References
    ----------
    B. Lucas, T. Kanade (1981), "An iterative image registration technique with an
    application to stereo vision", IJCAI, 674-679.
    """
    if n_levels > 1:
        coarse_right, coarse_down = optical_flow(
            halved(first), halved(second), n_levels - 1, radius, n_rounds
        )
        right = doubled(coarse_right, first.shape[0], first.shape[1])
        down = doubled(coarse_down, first.shape[0], first.shape[1])
    else:
        right, down = np.zeros_like(first), np.zeros_like(first)
    refine_flow(first, second, right, down, radius, n_rounds)
    return right, down


@kernel
def direction_sums(x, y, orientations, n_rows, n_columns, least):
    """Length of the vectors in each cell of a grid, by direction.

    Parameters
    ----------
    x, y : ndarray of shape (height, width), float32
        To the right, and down.
    orientations : int
        Directions: the first is to the right, then clockwise around the whole circle.
    n_rows, n_columns : int
        Of the grid.
    least : float
        Vectors that are shorter than this have no direction.

    Returns
    -------
    sums : ndarray of shape (n_rows, n_columns, orientations + 1), float64
        A vector is shared among the two directions it lies between, by its nearness. Last
        comes the number of vectors that have none; one of length 0 never has any.
    """
    height, width = x.shape
    sums = np.zeros((n_rows, n_columns, orientations + 1))
    per_radian = orientations / (2 * math.pi)
    shortest = least * least
    for i in range(n_rows):
        for j in range(n_columns):
            cell = sums[i, j]
            start, stop = j * width // n_columns, (j + 1) * width // n_columns
            for row in range(i * height // n_rows, (i + 1) * height // n_rows):
                for col in range(start, stop):
                    right, down = np.float64(x[row, col]), np.float64(y[row, col])
                    square = right * right + down * down
                    if square < shortest or square == 0:
                        cell[orientations] += 1
                        continue
                    length = math.sqrt(square)
                    place = math.atan2(down, right) * per_radian
                    place = place if place >= 0 else place + orientations
                    direction = int(place)
                    share = place - direction
                    cell[direction % orientations] += length * (1 - share)
                    cell[(direction + 1) % orientations] += length * share
    return sums
