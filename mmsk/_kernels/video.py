"""Loops over the frames of a film.

Conventions: luma is (height, width) uint8; rows run downwards and may be padded, so the
array need not be contiguous. Cell ``i`` of a grid holds the rows from ``i * height // n_cells``
up to ``(i + 1) * height // n_cells``, and columns alike. Callers check sizes; kernels do
not raise.
"""

import numpy as np

from mmsk._kernels._jit import kernel

FULL_SUM_ROWS = 257  # so many levels of 255 add up to what 16 bits hold


@kernel
def full_range(luma, black, white):
    """Luma of any range stretched to 8 bits, 0..255.

    Parameters
    ----------
    luma : ndarray of shape (height, width), uint8 or uint16
    black, white : int
        The levels that become 0 and 255; 16 and 235 for limited range in 8 bits.

    Returns
    -------
    stretched : ndarray of shape (height, width), uint8
        ``(luma - black) * 255 / (white - black)``, clipped and rounded to nearest.
    """
    height, width = luma.shape
    stretched = np.empty((height, width), np.uint8)
    # float32 holds 16 bits exactly, and vectorises; a table takes three times as long
    low, high = np.float32(black), np.float32(white)
    scale = np.float32(255) / (high - low)
    for row in range(height):
        for col in range(width):
            level = min(max(np.float32(luma[row, col]), low), high) - low
            stretched[row, col] = np.uint8(level * scale + np.float32(0.5))
    return stretched


@kernel
def luma_histogram(luma):
    """Count of pixels at each level.

    Parameters
    ----------
    luma : ndarray of shape (height, width), uint8
        Less than 2**32 pixels.

    Returns
    -------
    counts : ndarray of shape (256,), int64
    """
    counts = np.zeros((4, 256), np.uint32)
    for row in range(luma.shape[0]):
        count_line(luma[row], counts)
    return sum_of_four(counts)


@kernel
def count_line(line, counts):
    """Count the levels of one line.

    Parameters
    ----------
    line : ndarray of shape (width,), uint8
    counts : ndarray of shape (4, 256), uint32
        Changed: neighbours are counted in turns, because in even areas a count would have
        to wait for the one before.
    """
    one = np.uint32(1)
    first, second, third, fourth = counts[0], counts[1], counts[2], counts[3]
    whole = len(line) // 8 * 8
    for col in range(0, whole, 8):
        a, b, c, d = line[col], line[col + 1], line[col + 2], line[col + 3]
        e, f, g, h = line[col + 4], line[col + 5], line[col + 6], line[col + 7]
        first[a] += one
        second[b] += one
        third[c] += one
        fourth[d] += one
        first[e] += one
        second[f] += one
        third[g] += one
        fourth[h] += one
    for col in range(whole, len(line)):
        counts[col & 3, line[col]] += one


@kernel
def sum_of_four(counts):
    """Sum of the rows of four.

    Parameters
    ----------
    counts : ndarray of shape (4, 256), uint32

    Returns
    -------
    total : ndarray of shape (256,), int64
    """
    total = np.empty(256, np.int64)
    for level in range(256):
        total[level] = (
            np.int64(counts[0, level])
            + np.int64(counts[1, level])
            + np.int64(counts[2, level])
            + np.int64(counts[3, level])
        )
    return total


@kernel
def level_measures(counts):
    """Mean, variance, contrast and entropy of the pixels counted in a histogram.

    Parameters
    ----------
    counts : ndarray of shape (256,), int64
        At least one pixel.

    Returns
    -------
    measures : ndarray of shape (4,), float64
        Mean level; variance about it; 95th less 5th percentile, where percentile ``p`` is
        the lowest level at or below which lie ``p`` % of the pixels; entropy of the
        shares in bits.
    """
    n_pixels = 0
    total = 0
    for level in range(256):
        n_pixels += counts[level]
        total += level * counts[level]
    mean = total / n_pixels
    squares = 0.0
    entropy = 0.0
    below = 0
    low = -1
    high = -1
    for level in range(256):
        count = counts[level]
        if count == 0:
            continue
        squares += count * (level - mean) ** 2
        entropy -= count / n_pixels * np.log2(count / n_pixels)
        below += count
        if low < 0 and below * 100 >= 5 * n_pixels:
            low = level
        if high < 0 and below * 100 >= 95 * n_pixels:
            high = level
    # a flat frame would have the entropy -0.0
    return np.array([mean, squares / n_pixels, high - low, max(entropy, 0.0)])


@kernel
def histogram_distance(counts, previous, n_bins):
    """Half the sum of the absolute differences between the shares of two histograms.

    Parameters
    ----------
    counts, previous : ndarray of shape (256,), int64
        At least one pixel each.
    n_bins : int
        A divisor of 256: levels are pooled in so many bins of one width.

    Returns
    -------
    distance : float
        From 0 (alike) to 1 (no bin in common).
    """
    width = 256 // n_bins
    distance = 0.0
    n_pixels = counts.sum()
    n_previous = previous.sum()
    for start in range(0, 256, width):
        pooled = 0
        pooled_previous = 0
        for level in range(start, start + width):
            pooled += counts[level]
            pooled_previous += previous[level]
        distance += abs(pooled / n_pixels - pooled_previous / n_previous)
    return distance / 2


@kernel
def frame_sums(luma, previous, n_cells):
    """Levels of a frame counted, added up and compared in one go, line by line.

    Parameters
    ----------
    luma, previous : ndarray of shape (height, width), uint8
        Less than 2**32 pixels.
    n_cells : int
        Cells per side of a square grid.

    Returns
    -------
    counts : ndarray of shape (256,), int64
        Pixels at each level.
    sums : ndarray of shape (n_cells, n_cells), int64
        Sum of the levels in each cell: 0 in one without pixels, which there are if a side
        has fewer than ``n_cells``.
    differences : ndarray of shape (n_cells, n_cells), int64
        Sum of the absolute differences from the previous frame in each cell.
    """
    height, width = luma.shape
    counts = np.zeros((4, 256), np.uint32)
    sums = np.zeros((n_cells, n_cells), np.int64)
    differences = np.zeros((n_cells, n_cells), np.int64)
    of_columns = np.zeros((2, width), np.uint16)
    for i in range(n_cells):
        start, stop = i * height // n_cells, (i + 1) * height // n_cells
        for top in range(start, stop, FULL_SUM_ROWS):
            of_columns[:] = 0
            for row in range(top, min(top + FULL_SUM_ROWS, stop)):
                line = luma[row]  # once in the cache, used three times
                count_line(line, counts)
                add_line(line, previous[row], of_columns[0], of_columns[1])
            for j in range(n_cells):
                left, right = j * width // n_cells, (j + 1) * width // n_cells
                sums[i, j] += of_columns[0, left:right].sum()
                differences[i, j] += of_columns[1, left:right].sum()
    return sum_of_four(counts), sums, differences


@kernel
def add_line(line, before, sums, differences):
    """Add the levels of a line, and their differences from another, to sums of columns.

    Parameters
    ----------
    line, before : ndarray of shape (width,), uint8
    sums, differences : ndarray of shape (width,), uint16
        Changed. They hold `FULL_SUM_ROWS` lines; in 16 bits twice as many columns are added
        at once as in 32, and nothing is added up within a line.
    """
    for col in range(len(line)):
        level, other = np.uint16(line[col]), np.uint16(before[col])
        sums[col] = np.uint16(sums[col] + level)
        step = np.uint16(max(level, other) - min(level, other))
        differences[col] = np.uint16(differences[col] + step)


@kernel
def frame_values(luma, previous, counts_before, n_cells, n_bins):
    """All that is said of a frame and of the step to it: one call for each frame.

    Parameters
    ----------
    luma, previous : ndarray of shape (height, width), uint8
        As of `frame_sums`.
    counts_before : ndarray of shape (256,), int64
        Pixels of the previous frame at each level.
    n_cells, n_bins : int
        As of `frame_sums` and `histogram_distance`.

    Returns
    -------
    counts : ndarray of shape (256,), int64
        Pixels at each level.
    values : ndarray of shape (6 + 2 * n_cells ** 2,), float64
        The four of `level_measures`; mean level in each cell, row by row; mean absolute
        difference from the previous frame; `histogram_distance`; mean absolute difference
        in each cell. A cell without pixels has 0.
    """
    height, width = luma.shape
    counts, sums, differences = frame_sums(luma, previous, n_cells)
    n_all = n_cells * n_cells
    values = np.empty(6 + 2 * n_all)
    values[:4] = level_measures(counts)
    values[4 + n_all] = differences.sum() / (height * width)
    values[5 + n_all] = histogram_distance(counts, counts_before, n_bins)
    for i in range(n_cells):
        n_rows = (i + 1) * height // n_cells - i * height // n_cells
        for j in range(n_cells):
            n_pixels = max(n_rows * ((j + 1) * width // n_cells - j * width // n_cells), 1)
            cell = i * n_cells + j
            values[4 + cell] = sums[i, j] / n_pixels
            values[6 + n_all + cell] = differences[i, j] / n_pixels
    return counts, values
