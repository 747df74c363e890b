"""Loops over pixels of grey pictures: local binary patterns, counts in cells, focus.

Conventions: arrays are C-contiguous, rows run downwards. Cell ``i`` of a grid holds the
rows from ``i * height // n_cells`` up to ``(i + 1) * height // n_cells``, and columns
alike. Callers check sizes; kernels do not raise. Sums over bytes are whole numbers, so
that their order cannot show, and vectorise.
"""

import math

import numpy as np

from mmsk._kernels._jit import kernel

STRIP_ROWS = 32  # rows looked at for all points in turn: they stay in the cache


@kernel
def binary_patterns(image, row_offsets, column_offsets, margin):
    """Which points around each inner pixel are at least as bright as the pixel.

    Parameters
    ----------
    image : ndarray of shape (height, width), uint8 or float64
        Height and width of more than twice the margin.
    row_offsets, column_offsets : ndarray of shape (n_points,), float64
        Where the points lie from the pixel, downwards and to the right; at most 31.
    margin : int
        Pixels left out at each border, not less than any offset.

    Returns
    -------
    patterns : ndarray of shape (height - 2 * margin, width - 2 * margin), int32
        Bit ``k`` is set where point ``k``, interpolated between its four neighbours, is
        not darker than the pixel.
    """
    n_rows, n_columns = image.shape[0] - 2 * margin, image.shape[1] - 2 * margin
    patterns = np.zeros((n_rows, n_columns), np.int32)
    for start in range(0, n_rows, STRIP_ROWS):
        strip = patterns[start : start + STRIP_ROWS]
        for point in range(row_offsets.size):
            down, right = row_offsets[point], column_offsets[point]
            if down == math.floor(down) and right == math.floor(right):
                add_neighbor(image, int(down), int(right), margin, start, 1 << point, strip)
            else:
                add_point(image, down, right, margin, start, 1 << point, strip)
    return patterns


@kernel
def add_neighbor(image, down, right, margin, start, bit, strip):
    """Add a bit to the patterns of pixels that are not brighter than one neighbour.

    Parameters
    ----------
    image : ndarray of shape (height, width), uint8 or float64
    down, right : int
        Where the neighbour lies from the pixel.
    margin, start : int
        Patterns begin at row ``margin + start`` and column ``margin``.
    bit : int
    strip : ndarray of shape (n_rows, n_columns), int32
        Patterns, which are changed.
    """
    n_rows, n_columns = strip.shape
    for row in range(n_rows):
        y = margin + start + row
        pixels = image[y, margin : margin + n_columns]
        neighbors = image[y + down, margin + right : margin + right + n_columns]
        patterns = strip[row]
        for col in range(n_columns):
            patterns[col] += bit if neighbors[col] >= pixels[col] else 0


@kernel
def add_point(image, down, right, margin, start, bit, strip):
    """Add a bit to the patterns of pixels that are not brighter than a point between.

    Parameters
    ----------
    image : ndarray of shape (height, width), uint8 or float64
    down, right : float
        Where the point lies from the pixel.
    margin, start, bit, strip
        As in `add_neighbor`.

    Notes
    -----
    In even areas only the rounding of the interpolation decides. So shares are taken as
    scikit-image does, from the place in the picture, and not from the offset, which they
    equal but for rounding.
    """
    n_rows, n_columns = strip.shape
    above, below = math.floor(down), math.ceil(down)
    left = margin + math.floor(right)
    shares = np.empty(n_columns)
    for col in range(n_columns):
        shares[col] = (margin + col + right) - (left + col)
    rows = image[margin + start + above : margin + start + below + n_rows]
    across = interpolated_columns(rows, left, margin + math.ceil(right), shares)
    for row in range(n_rows):
        y = margin + start + row
        share = (y + down) - (y + above)
        rest = 1.0 - share
        upper, lower = across[row], across[row + below - above]
        pixels, patterns = image[y, margin : margin + n_columns], strip[row]
        for col in range(n_columns):
            level = rest * upper[col] + share * lower[col]
            patterns[col] += bit if level >= pixels[col] else 0


@kernel
def interpolated_columns(rows, left, right, shares):
    """Levels between two columns of a picture, for a run of neighbouring columns.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, width), uint8 or float64
    left, right : int
        The first pair of columns.
    shares : ndarray of shape (n_columns,), float64
        How much the right one counts.

    Returns
    -------
    levels : ndarray of shape (n_rows, n_columns), float64
    """
    n_columns = shares.size
    levels = np.empty((rows.shape[0], n_columns))
    for row in range(rows.shape[0]):
        lefts, rights = rows[row, left : left + n_columns], rows[row, right : right + n_columns]
        between = levels[row]
        for col in range(n_columns):
            between[col] = (1.0 - shares[col]) * lefts[col] + shares[col] * rights[col]
    return levels


@kernel
def n_ones(bits):
    """Number of ones in the binary form of a whole number.

    Parameters
    ----------
    bits : int
        In 0..2**31 - 1.

    Returns
    -------
    count : int
    """
    # sums of pairs, fours and bytes of bits, which become vector code
    bits = bits - ((bits >> 1) & 0x55555555)
    bits = (bits & 0x33333333) + ((bits >> 2) & 0x33333333)
    bits = (bits + (bits >> 4)) & 0x0F0F0F0F
    bits = bits + (bits >> 8)
    return (bits + (bits >> 16)) & 0x3F


@kernel
def uniform_labels(patterns, n_points, oriented):
    """Number of the class of each pattern, where uneven ones are one class.

    Parameters
    ----------
    patterns : ndarray of shape (height, width), int32
    n_points : int
        Bits of a pattern, 1..24.
    oriented : bool
        Whether patterns that differ by a rotation differ in class.

    Returns
    -------
    labels : ndarray of shape (height, width), int32
        A pattern is uniform if its bits, taken as a ring, change at most twice. Its label
        is the number of ones. Oriented, it is 0 without ones, else ``1 + (ones - 1) *
        n_points + turn``, where ``turn`` is by how many places to the right the ones
        were rotated from the lowest bits. Patterns that are not uniform have the label
        behind all these.
    """
    height, width = patterns.shape
    labels = np.empty_like(patterns)
    n_oriented = n_points * (n_points - 1)
    for row in range(height):
        row_patterns, row_labels = patterns[row], labels[row]
        for col in range(width):
            pattern = row_patterns[col]
            turned = (pattern >> 1) | ((pattern & 1) << (n_points - 1))
            uniform = n_ones(pattern ^ turned) <= 2
            ones = n_ones(pattern)
            if oriented:
                zeros_first = n_ones((pattern & -pattern) - 1)
                ones_first = n_ones((pattern ^ (pattern + 1)) >> 1)
                turn = ones - ones_first if pattern & 1 else n_points - zeros_first
                label = 1 + (ones - 1) * n_points + turn
                label = 0 if ones == 0 else label
                label = n_oriented + 1 if ones == n_points else label
                row_labels[col] = label if uniform else n_oriented + 2
            else:
                row_labels[col] = ones if uniform else n_points + 1
    return labels


@kernel
def cell_counts(labels, n_cells, n_labels):
    """Count of pixels of each label in each cell of a square grid.

    Parameters
    ----------
    labels : ndarray of shape (height, width), int32
        In 0..n_labels - 1.
    n_cells, n_labels : int
        Cells per side; labels.

    Returns
    -------
    counts : ndarray of shape (n_cells, n_cells, n_labels), int64
        0 in a cell without pixels, which there are if a side has fewer than ``n_cells``.
    """
    height, width = labels.shape
    counts = np.zeros((n_cells, n_cells, n_labels), np.int64)
    for i in range(n_cells):
        for j in range(n_cells):
            cell = counts[i, j]
            start, stop = j * width // n_cells, (j + 1) * width // n_cells
            for row in range(i * height // n_cells, (i + 1) * height // n_cells):
                for label in labels[row, start:stop]:
                    cell[label] += 1
    return counts


@kernel
def laplacian_sums(gray):
    """Sum, and sum of squares, of the Laplacian of the inner pixels.

    Parameters
    ----------
    gray : ndarray of shape (height, width), uint8

    Returns
    -------
    total, squares : int
        Of the four neighbours less four times the pixel; 0 without inner pixels.
    """
    height, width = gray.shape
    total = 0
    squares = 0
    for row in range(1, height - 1):
        above, levels, below = gray[row - 1], gray[row], gray[row + 1]
        for col in range(1, width - 1):
            curve = np.int32(above[col]) + np.int32(below[col])
            curve += np.int32(levels[col - 1]) + np.int32(levels[col + 1])
            curve -= 4 * np.int32(levels[col])
            total += curve
            squares += curve * curve
    return total, squares


@kernel
def edge_pixels(gray, least):
    """Count of the inner pixels whose Sobel gradient is long.

    Parameters
    ----------
    gray : ndarray of shape (height, width), uint8
    least : int
        Length that counts, in eighths of a level per pixel.

    Returns
    -------
    count : int
    """
    height, width = gray.shape
    count = 0
    for row in range(1, height - 1):
        above, levels, below = gray[row - 1], gray[row], gray[row + 1]
        for col in range(1, width - 1):
            corners = np.int32(below[col + 1]) - np.int32(above[col - 1])
            other = np.int32(below[col - 1]) - np.int32(above[col + 1])
            down = corners + other + 2 * (np.int32(below[col]) - np.int32(above[col]))
            side = 2 * (np.int32(levels[col + 1]) - np.int32(levels[col - 1]))
            right = corners - other + side
            count += down * down + right * right >= least * least
    return count


@kernel
def moving_sums(gray, size):
    """Sum of the pixels around each pixel, along its column.

    Parameters
    ----------
    gray : ndarray of shape (height, width), uint8
    size : int
        Pixels in a sum, odd.

    Returns
    -------
    sums : ndarray of shape (height, width), int32
        Outside, the picture is mirrored, its border pixels doubled.
    """
    height, width = gray.shape
    sums = np.zeros((height, width), np.int32)
    half = size // 2
    for row in range(height):
        row_sums = sums[row]
        if row == 0:
            for other in range(-half, half + 1):
                entering = gray[mirrored(other, height)]
                for col in range(width):
                    row_sums[col] += entering[col]
        else:
            before = sums[row - 1]
            entering = gray[mirrored(row + half, height)]
            leaving = gray[mirrored(row - half - 1, height)]
            for col in range(width):
                row_sums[col] = before[col] + entering[col] - leaving[col]
    return sums


@kernel
def mirrored(place, length):
    """The place inside that a place outside mirrors, the border doubled: c b a a b c c b a.

    Parameters
    ----------
    place, length : int

    Returns
    -------
    inside : int
        In 0..length - 1.
    """
    place = place % (2 * length)
    return place if place < length else 2 * length - 1 - place


@kernel
def lost_detail(gray, size):
    """How much gradient along the columns there is, and how much of it blurring takes.

    Parameters
    ----------
    gray : ndarray of shape (height, width), uint8
    size : int
        Pixels of the moving average along the columns, odd.

    Returns
    -------
    before, lost : int
        Sums of absolute Sobel gradients and of what the average takes from them, times
        ``8 * size``, over pixels from the third to the last but one each way, which are
        those of scikit-image.
    """
    height, width = gray.shape
    sums = moving_sums(gray, size)
    before = 0
    lost = 0
    for row in range(2, height - 1):
        above, below = gray[row - 1], gray[row + 1]
        sums_above, sums_below = sums[row - 1], sums[row + 1]
        for col in range(2, width - 1):
            sharp = 2 * (np.int32(below[col]) - np.int32(above[col]))
            sharp += np.int32(below[col - 1]) - np.int32(above[col - 1])
            sharp += np.int32(below[col + 1]) - np.int32(above[col + 1])
            blurred = 2 * (sums_below[col] - sums_above[col])
            blurred += sums_below[col - 1] - sums_above[col - 1]
            blurred += sums_below[col + 1] - sums_above[col + 1]
            length = abs(sharp) * size
            before += length
            lost += max(0, length - abs(blurred))
    return before, lost
