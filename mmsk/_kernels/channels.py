"""Loops over the channels of a picture, of which each pixel keeps the strongest gradient.

Conventions: those of `mmsk._kernels.image`; planes are the channels one after the other.
"""

import numpy as np

from mmsk._kernels._jit import kernel

CLOSE = 1e-5  # squares nearer than this do not tell which root is greater once rounded


@kernel
def channel_planes(image):
    """The channels of a picture one after the other.

    Parameters
    ----------
    image : ndarray of shape (height, width, n_channels), of one byte
        C-contiguous.

    Returns
    -------
    planes : ndarray of shape (n_channels, height, width), dtype of image
    """
    height, width, n_channels = image.shape
    planes = np.empty((n_channels, height, width), image.dtype)
    for row in range(height):
        line = image[row].reshape(-1)
        if n_channels == 3:  # a stride known beforehand becomes vector code
            red, green, blue = planes[0, row], planes[1, row], planes[2, row]
            for col in range(width):
                red[col] = line[3 * col]
                green[col] = line[3 * col + 1]
                blue[col] = line[3 * col + 2]
        else:
            for channel in range(n_channels):
                for col in range(width):
                    planes[channel, row, col] = line[col * n_channels + channel]
    return planes


@kernel
def strongest_byte_gradients(planes):
    """Gradients of the channel that changes most at each pixel, for whole numbers of a byte.

    Parameters
    ----------
    planes : ndarray of shape (n_channels, height, width), of one byte
        At least one channel and one pixel.

    Returns
    -------
    rows, columns : ndarray of shape (height, width), float32
        Below minus above, and right minus left, 0 where a neighbour is outside, of the
        channel with the greatest ``np.hypot`` of both in float64, the first of equals.

    Notes
    -----
    Squares are exact in float32. Whether the rounding of ``np.hypot`` splits equal ones is
    asked only where their gradients are not the same two numbers.
    """
    n_channels, height, width = planes.shape
    rows, columns = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    ys = np.zeros((n_channels, width), np.float32)
    xs = np.zeros_like(ys)
    squares, tied = np.empty(width, np.float32), np.empty(width, np.int32)
    for row in range(height):
        best_y, best_x = rows[row], columns[row]
        squares[:] = -1
        tied[:] = 0
        inside = 0 < row < height - 1
        for channel in range(n_channels):
            above, below = planes[channel, row - inside], planes[channel, row + inside]
            line, channel_y, channel_x = planes[channel, row], ys[channel], xs[channel]
            for col in range(width):
                channel_y[col] = np.float32(below[col]) - np.float32(above[col])
            for col in range(1, width - 1):
                channel_x[col] = np.float32(line[col + 1]) - np.float32(line[col - 1])
            for col in range(width):
                y, x = channel_y[col], channel_x[col]
                other_y, other_x = best_y[col], best_x[col]
                square, best = y * y + x * x, squares[col]
                in_doubt = square == best and abs(y * x) != abs(other_y * other_x)
                tied[col] |= np.int32(in_doubt)
                longer = square > best
                squares[col] = square if longer else best
                best_y[col] = y if longer else other_y
                best_x[col] = x if longer else other_x
        any_tied = np.int32(0)  # looked for in vector code: there rarely is one
        for col in range(width):
            any_tied |= tied[col]
        if any_tied:
            settle_ties(tied, ys, xs, best_y, best_x)
    return rows, columns


@kernel
def settle_ties(tied, ys, xs, best_y, best_x):
    """Choose anew among the gradients of some pixels, by their lengths in float64.

    Parameters
    ----------
    tied : ndarray of shape (width,), int32
        Not 0 where the choice is in doubt.
    ys, xs : ndarray of shape (n_channels, width), float32
    best_y, best_x : ndarray of shape (width,), float32
        The gradients chosen; overwritten where in doubt.
    """
    for col in range(len(tied)):
        if tied[col]:
            channel = longest(ys[:, col].astype(np.float64), xs[:, col].astype(np.float64))
            best_y[col], best_x[col] = ys[channel, col], xs[channel, col]


@kernel
def strongest_gradients(row_gradients, column_gradients):
    """The longest of several gradients at each pixel.

    Parameters
    ----------
    row_gradients, column_gradients : ndarray of shape (n_channels, height, width), floating
        At least one channel.

    Returns
    -------
    rows, columns : ndarray of shape (height, width), dtype of the gradients
        Of the channel with the greatest ``np.hypot`` of both, the first of equals.
    """
    n_channels, height, width = row_gradients.shape
    rows, columns = row_gradients[0].copy(), column_gradients[0].copy()
    squares, close = np.empty(width), np.empty(width)
    for row in range(height):
        best_y, best_x = rows[row], columns[row]
        close[:] = 0
        for col in range(width):
            squares[col] = np.float64(best_y[col]) ** 2 + np.float64(best_x[col]) ** 2
        for channel in range(1, n_channels):
            ys, xs = row_gradients[channel, row], column_gradients[channel, row]
            for col in range(width):
                y, x = abs(ys[col]), abs(xs[col])
                other_y, other_x = abs(best_y[col]), abs(best_x[col])
                mirrored = (y == other_y and x == other_x) or (y == other_x and x == other_y)
                square = np.float64(y) ** 2 + np.float64(x) ** 2
                apart = abs(square - squares[col]) > CLOSE * squares[col]
                close[col] = close[col] if apart or mirrored else 1.0
                longer = square > squares[col]
                squares[col] = square if longer else squares[col]
                best_y[col] = ys[col] if longer else best_y[col]
                best_x[col] = xs[col] if longer else best_x[col]
        for col in range(width):
            if close[col] > 0:
                channel = longest(row_gradients[:, row, col], column_gradients[:, row, col])
                best_y[col] = row_gradients[channel, row, col]
                best_x[col] = column_gradients[channel, row, col]
    return rows, columns


@kernel
def longest(y, x):
    """Position of the longest of some vectors, the first of equals, as NumPy has it.

    Parameters
    ----------
    y, x : ndarray of shape (n_vectors,), floating

    Returns
    -------
    position : int
        That of the first NaN, if there is one.
    """
    position = 0
    length = np.hypot(y[0], x[0])
    for k in range(1, y.size):
        other = np.hypot(y[k], x[k])
        if other > length or (np.isnan(other) and not np.isnan(length)):
            position, length = k, other
    return position
