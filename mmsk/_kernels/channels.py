"""Loops over the channels of a picture, of which each pixel keeps the strongest gradient.

Conventions: those of `mmsk._kernels.image`; planes are the channels one after the other.
"""

import numpy as np

from mmsk._kernels._jit import kernel

CLOSE = 1e-5  # squares nearer than this do not tell which root is greater once rounded


@kernel
def mirrored_planes(image):
    """The three channels of a picture one after the other, each within a mirroring border.

    Parameters
    ----------
    image : ndarray of shape (height, width, 3), of one byte
        C-contiguous, at least one pixel.

    Returns
    -------
    planes : ndarray of shape (3, height + 2, width + 2), dtype of image
        As by ``np.pad(mode="reflect")``: the neighbours of a border pixel are equal, so its
        gradient across the border is 0 without being asked for.
    """
    height, width, _ = image.shape
    planes = np.empty((3, height + 2, width + 2), image.dtype)
    left, right = min(2, width), max(width - 1, 1)
    for row in range(height):
        line, lines = image[row].reshape(-1), planes[:, row + 1]
        red, green, blue = lines[0, 1:], lines[1, 1:], lines[2, 1:]
        for col in range(width):  # a stride known beforehand becomes vector code
            red[col] = line[3 * col]
            green[col] = line[3 * col + 1]
            blue[col] = line[3 * col + 2]
        for channel in range(3):
            lines[channel, 0] = lines[channel, left]
            lines[channel, width + 1] = lines[channel, right]
    planes[:, 0] = planes[:, min(2, height)]
    planes[:, height + 1] = planes[:, max(height - 1, 1)]
    return planes


@kernel
def strongest_byte_gradients(image):
    """Gradients of the channel that changes most at each pixel, for whole numbers of a byte.

    Parameters
    ----------
    image : ndarray of shape (height, width, 3), of one byte
        C-contiguous, at least one pixel.

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
    height, width, _ = image.shape
    planes = mirrored_planes(image)
    rows, columns = np.empty((height, width), np.float32), np.empty((height, width), np.float32)
    tied = np.empty(width, np.int32)
    for row in range(height):
        above, line, below = planes[:, row, 1:], planes[:, row + 1], planes[:, row + 2, 1:]
        above_0, above_1, above_2 = above[0], above[1], above[2]
        line_0, line_1, line_2 = line[0], line[1], line[2]
        below_0, below_1, below_2 = below[0], below[1], below[2]
        best_y, best_x = rows[row], columns[row]
        for col in range(width):  # all at once: between loops they would go through memory
            first = byte_gradient(above_0[col], below_0[col], line_0[col], line_0[col + 2])
            second = byte_gradient(above_1[col], below_1[col], line_1[col], line_1[col + 2])
            third = byte_gradient(above_2[col], below_2[col], line_2[col], line_2[col + 2])
            two, doubt = longer(first, second)
            best, more_doubt = longer(two, third)
            best_y[col], best_x[col] = best[0], best[1]
            tied[col] = np.int32(doubt | more_doubt)
        any_tied = np.int32(0)  # in a loop of its own, or neither is vector code
        for col in range(width):
            any_tied |= tied[col]
        if any_tied:
            settle_ties(tied, above, line, below, best_y, best_x)
    return rows, columns


@kernel
def byte_gradient(above, below, left, right):
    """What is asked of the gradient of one pixel, from its four neighbours.

    Parameters
    ----------
    above, below, left, right : integer of one byte

    Returns
    -------
    y, x, square, product : float32
        The gradient, its squared length and the absolute of its area, all exact.
    """
    y, x = np.float32(below) - np.float32(above), np.float32(right) - np.float32(left)
    return y, x, y * y + x * x, abs(y * x)


@kernel
def longer(one, other):
    """The longer of two gradients, and whether rounding would have a say.

    Parameters
    ----------
    one, other : tuple of float32
        Of `byte_gradient`.

    Returns
    -------
    longer : tuple of float32
        The first if both squares are equal.
    in_doubt : bool
        Whether squares are equal and made of different numbers.
    """
    is_longer = other[2] > one[2]
    in_doubt = (other[2] == one[2]) & (other[3] != one[3])
    y = other[0] if is_longer else one[0]
    x = other[1] if is_longer else one[1]
    square = other[2] if is_longer else one[2]
    product = other[3] if is_longer else one[3]
    return (y, x, square, product), in_doubt


@kernel
def settle_ties(tied, above, line, below, best_y, best_x):
    """Choose anew among the gradients of some pixels, by their lengths in float64.

    Parameters
    ----------
    tied : ndarray of shape (width,), int32
        Not 0 where the choice is in doubt.
    above, below : ndarray of shape (n_channels, width), of one byte
    line : ndarray of shape (n_channels, width + 2), of one byte
        From the pixel before the first.
    best_y, best_x : ndarray of shape (width,), float32
        The gradients chosen; overwritten where in doubt.
    """
    for col in range(len(tied)):
        if tied[col]:
            y = below[:, col].astype(np.float64) - above[:, col]
            x = line[:, col + 2].astype(np.float64) - line[:, col]
            channel = longest(y, x)
            best_y[col], best_x[col] = y[channel], x[channel]


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
