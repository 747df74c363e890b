"""Loops over pairs of grey levels: how often two levels stand at an offset, and sums of that.

Counts are whole numbers, so that their order cannot show. Callers check sizes; kernels do
not raise.
"""

import math

import numpy as np

from mmsk._kernels._jit import kernel

N_PROPERTIES = 10
STRIP_PIXELS = 16384  # whose pairs are numbered at once: they stay in the cache


@kernel
def cooccurrences(labels, row_offsets, column_offsets, n_levels):
    """How often each level stands at an offset from each level.

    Parameters
    ----------
    labels : ndarray of shape (height, width), uint8
        In 0..n_levels - 1.
    row_offsets, column_offsets : ndarray of shape (n_offsets,), int64
        Where the second pixel of a pair lies from the first, downwards and to the right.
    n_levels : int
        At most 256.

    Returns
    -------
    counts : ndarray of shape (n_offsets, n_levels, n_levels), int32
        Of pairs inside the picture, by the levels of their first and second pixel.
    """
    height, width = labels.shape
    counts = np.zeros((row_offsets.size, n_levels * n_levels), np.int32)
    other = np.zeros(n_levels * n_levels, np.int32)
    n_rows = max(STRIP_PIXELS // max(width, 1), 1)
    codes = np.empty(n_rows * width, np.uint16)
    for k in range(row_offsets.size):
        down, right = row_offsets[k], column_offsets[k]
        stop = height - max(0, down)
        for start in range(max(0, -down), stop, n_rows):
            n_pairs = pair_codes(labels, start, min(start + n_rows, stop), down, right,
                                 n_levels, codes)  # fmt: skip
            count_by_turns(codes[:n_pairs], counts[k], other)
    return counts.reshape(row_offsets.size, n_levels, n_levels)


@kernel
def pair_codes(labels, start, stop, down, right, n_levels, codes):
    """Numbers of pairs of levels, ``n_levels * first + second``, for some rows.

    Parameters
    ----------
    labels : ndarray of shape (height, width), uint8
    start, stop : int
        Rows of the first pixels; those of the second lie inside the picture.
    down, right : int
        Where the second pixel of a pair lies from the first.
    n_levels : int
    codes : ndarray of at least (stop - start) * width, uint16
        Written to.

    Returns
    -------
    n_pairs : int
        How many were written.
    """
    left, length = max(0, -right), max(labels.shape[1] - abs(right), 0)
    n_pairs = 0
    for row in range(start, stop):
        firsts = labels[row, left : left + length]
        seconds = labels[row + down, left + right : left + right + length]
        written = codes[n_pairs : n_pairs + length]
        for col in range(length):
            written[col] = np.uint16(firsts[col]) * np.uint16(n_levels) + seconds[col]
        n_pairs += length
    return n_pairs


@kernel
def count_by_turns(codes, counts, other):
    """Add to the count of each code.

    Neighbours are often alike, and two additions to one number wait for each other: so
    every second one is counted in a table of its own.

    Parameters
    ----------
    codes : ndarray of shape (n,), uint16
    counts : ndarray of shape (n_codes,), int32
        Added to.
    other : ndarray of shape (n_codes,), int32
        All 0, before and after.
    """
    for half in range(codes.size // 2):
        counts[codes[2 * half]] += 1
        other[codes[2 * half + 1]] += 1
    if codes.size % 2 == 1:
        counts[codes[codes.size - 1]] += 1
    for code in range(counts.size):
        counts[code] += other[code]
        other[code] = 0


@kernel
def matrix_properties(counts, entropies):
    """Haralick's sums over matrices of pairs of levels.

    Parameters
    ----------
    counts : ndarray of shape (n_matrices, n_levels, n_levels), int32
        Each with at least one pair.
    entropies : ndarray of shape (n,), float64
        ``k * log(k)`` of the numbers below ``n``, 0 for 0: logarithms are slow.

    Returns
    -------
    properties : ndarray of shape (n_matrices, 10), float64
        Contrast, dissimilarity, homogeneity, angular second moment, energy, correlation,
        mean, variance, standard deviation, entropy (in nats).
    """
    properties = np.empty((counts.shape[0], N_PROPERTIES))
    for k in range(counts.shape[0]):
        matrix, found = counts[k], properties[k]
        total, found[0], found[1], found[2], found[3], found[9] = level_sums(matrix, entropies)
        found[4] = math.sqrt(found[3])
        found[5], found[6], found[7] = level_moments(matrix, total)
        found[8] = math.sqrt(found[7])
    return properties


@kernel
def level_sums(matrix, entropies):
    """Sums over pairs of levels that need no mean.

    Parameters
    ----------
    matrix : ndarray of shape (n_levels, n_levels), int32
    entropies : ndarray of shape (n,), float64

    Returns
    -------
    total : int
    contrast, dissimilarity, homogeneity, second_moment, entropy : float
    """
    n_levels = matrix.shape[0]
    apart = np.zeros(n_levels, np.int64)  # pairs that differ by so many levels
    total = 0
    squares = 0.0
    logs = 0.0
    for i in range(n_levels):
        for j in range(n_levels):
            count = matrix[i, j]
            if count > 0:
                total += count
                apart[abs(i - j)] += count
                squares += float(count) * float(count)
                logs += entropies[count] if count < entropies.size else count * math.log(count)
    contrast = 0
    dissimilarity = 0
    homogeneity = 0.0
    for step in range(n_levels):
        contrast += apart[step] * step * step
        dissimilarity += apart[step] * step
        homogeneity += apart[step] / (1.0 + step * step)
    entropy = max(math.log(total) - logs / total, 0.0)
    shares = contrast / total, dissimilarity / total, homogeneity / total
    return total, shares[0], shares[1], shares[2], squares / (float(total) * total), entropy


@kernel
def level_moments(matrix, total):
    """Correlation of the two levels of a pair, and mean and variance of the first.

    Parameters
    ----------
    matrix : ndarray of shape (n_levels, n_levels), int32
    total : int
        Sum of the matrix.

    Returns
    -------
    correlation, mean, variance : float
        Correlation is 1 where a level is the only one.
    """
    n_levels = matrix.shape[0]
    firsts, seconds = np.zeros(n_levels, np.int64), np.zeros(n_levels, np.int64)
    for i in range(n_levels):
        for j in range(n_levels):
            firsts[i] += matrix[i, j]
            seconds[j] += matrix[i, j]
    first_sum = 0
    second_sum = 0
    for level in range(n_levels):
        first_sum += level * firsts[level]
        second_sum += level * seconds[level]
    first_mean, second_mean = first_sum / total, second_sum / total
    first_variance = 0.0
    second_variance = 0.0
    covariance = 0.0
    for i in range(n_levels):
        first_variance += firsts[i] * (i - first_mean) ** 2
        second_variance += seconds[i] * (i - second_mean) ** 2
        across = 0.0
        if firsts[i] > 0:
            for j in range(n_levels):
                across += matrix[i, j] * (j - second_mean)
        covariance += (i - first_mean) * across
    first_variance, second_variance = first_variance / total, second_variance / total
    if first_variance == 0.0 or second_variance == 0.0:
        return 1.0, first_mean, first_variance
    spread = math.sqrt(first_variance) * math.sqrt(second_variance)
    return covariance / total / spread, first_mean, first_variance
