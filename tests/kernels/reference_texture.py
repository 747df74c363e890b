"""Slow twins of `mmsk._kernels.texture`, `color` and `cooccurrence`."""

import colorsys

import numpy as np

from tests.kernels.reference_video import grid_cells

# Texture of pictures: twins of mmsk/_kernels/texture.py


def binary_patterns(image, row_offsets, column_offsets, margin):
    patterns = np.zeros((len(image) - 2 * margin, image.shape[1] - 2 * margin), np.int32)
    for point, (down, right) in enumerate(zip(row_offsets, column_offsets, strict=True)):
        add_point(image, down, right, margin, 0, 1 << point, patterns)
    return patterns


def add_neighbor(image, down, right, margin, start, bit, strip):
    add_point(image, down, right, margin, start, bit, strip)


def add_point(image, down, right, margin, start, bit, strip):
    rows = np.arange(len(strip))[:, None] + margin + start
    columns = np.arange(strip.shape[1]) + margin
    above, below = (place(rows + down).astype(int) for place in (np.floor, np.ceil))
    left, right_of = (place(columns + right).astype(int) for place in (np.floor, np.ceil))
    shares = (columns + right) - left
    upper, lower = (
        (1 - shares) * image[y, left] + shares * image[y, right_of] for y in (above, below)
    )
    share = (rows + down) - above
    strip += bit * ((1 - share) * upper + share * lower >= image[rows, columns])


def interpolated_columns(rows, left, right, shares):
    lefts, rights = rows[:, left : left + len(shares)], rows[:, right : right + len(shares)]
    return (1 - shares) * lefts + shares * rights


def n_ones(bits):
    return f"{bits:b}".count("1")


def uniform_labels(patterns, n_points, oriented):
    labels = [_uniform_label(f"{p:0{n_points}b}", n_points, oriented) for p in patterns.flat]
    return np.array(labels, np.int32).reshape(patterns.shape)


def _uniform_label(bits, n_points, oriented):
    """By turning the ones, at first in the lowest bits, to the right, place by place."""
    ones = bits.count("1")
    arc = ("1" * ones).zfill(n_points)
    turns = [
        turn
        for turn in range(n_points)
        if arc[n_points - turn :] + arc[: n_points - turn] == bits
    ]
    if not turns:
        return n_points * (n_points - 1) + 2 if oriented else n_points + 1
    if not oriented:
        return ones
    if ones in (0, n_points):
        return 0 if ones == 0 else n_points * (n_points - 1) + 1
    return 1 + (ones - 1) * n_points + turns[0]


def cell_counts(labels, n_cells, n_labels):
    row_of, col_of = (grid_cells(length, n_cells) for length in labels.shape)
    of_label = (labels[None] == np.arange(n_labels)[:, None, None]).astype(np.int64)
    return np.einsum("ir,lrc,jc->ijl", row_of, of_label, col_of)


def laplacian_sums(gray):
    curve = _weighted(gray, [[0, 1, 0], [1, -4, 1], [0, 1, 0]])
    return curve.sum(), (curve**2).sum()


def edge_pixels(gray, least):
    down = _weighted(gray, [[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
    right = _weighted(gray, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    return (down**2 + right**2 >= least**2).sum()


def moving_sums(gray, size):
    padded = np.pad(gray.astype(np.int32), [(size // 2,) * 2, (0, 0)], mode="symmetric")
    return sum(padded[shift : shift + len(gray)] for shift in range(size)).astype(np.int32)


def mirrored(place, length):
    return ([*range(length)] + [*range(length)][::-1])[place % (2 * length)]


def lost_detail(gray, size):
    sobel = [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]
    sharp = size * np.abs(_weighted(gray, sobel))[1:, 1:]
    blurred = np.abs(_weighted(moving_sums(gray, size), sobel))[1:, 1:]
    return sharp.sum(), np.maximum(sharp - blurred, 0).sum()


def _weighted(gray, weights):
    """Weighted sums of the 3 x 3 pixels around each inner pixel."""
    height, width = gray.shape
    sums = np.zeros((max(height - 2, 0), max(width - 2, 0)), np.int64)
    for (row, col), weight in np.ndenumerate(weights):
        if sums.size:
            sums += weight * gray[row : row + height - 2, col : col + width - 2].astype(int)
    return sums


# Colours of pictures: twins of mmsk/_kernels/color.py


def byte_planes(pixels, levels):
    return levels[pixels].reshape(-1, 3).T


def hsv_planes(planes):
    return np.array([colorsys.rgb_to_hsv(*color) for color in planes.T.tolist()]).T


def lab_planes(planes, mixture, roots):
    x, y, z = (between_steps(light * (len(roots) - 2), roots) for light in mixture @ planes)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def between_steps(place, values):
    return np.interp(place, np.arange(len(values)), values)


def bin_numbers(planes, lows, highs, n_bins):
    shares = (planes - lows[:, None]) / (highs - lows)[:, None]
    return np.clip(np.floor(shares * n_bins), 0, n_bins - 1).astype(np.int32)


def color_sums(pixels):
    red, green, blue = pixels.reshape(-1, 3).T.astype(np.int64)
    saturation = [colorsys.rgb_to_hsv(*color)[1] for color in pixels.reshape(-1, 3).tolist()]
    measures = red - green, red + green - 2 * blue, np.array(saturation)
    return np.array([(m**power).sum() for m in measures for power in (1, 2)])


def cooccurrences(labels, row_offsets, column_offsets, n_levels):
    counts = np.zeros((len(row_offsets), n_levels, n_levels), np.int32)
    places = dict(np.ndenumerate(labels))
    for matrix, down, right in zip(counts, row_offsets, column_offsets, strict=True):
        for (row, col), first in places.items():
            if (row + down, col + right) in places:
                matrix[first, places[row + down, col + right]] += 1
    return counts


def pair_codes(labels, start, stop, down, right, n_levels, codes):
    firsts = [(row, col) for row in range(start, stop) for col in range(labels.shape[1])]
    firsts = [(row, col) for row, col in firsts if 0 <= col + right < labels.shape[1]]
    for pair, (row, col) in enumerate(firsts):
        codes[pair] = n_levels * int(labels[row, col]) + labels[row + down, col + right]
    return len(firsts)


def count_by_turns(codes, counts, other):
    counts += np.bincount(codes, minlength=len(counts)).astype(counts.dtype)


def matrix_properties(counts, entropies):
    properties = np.empty((len(counts), 10))
    for found, matrix in zip(properties, counts, strict=True):
        total, *sums, entropy = level_sums(matrix, entropies)
        correlation, mean, variance = level_moments(matrix, total)
        energy, std = np.sqrt(sums[3]), np.sqrt(variance)
        found[:] = [*sums, energy, correlation, mean, variance, std, entropy]
    return properties


def level_sums(matrix, entropies):
    shares = matrix / matrix.sum()
    first, second = np.indices(matrix.shape)
    apart = np.abs(first - second)
    logs = np.log(shares, where=shares > 0, out=np.zeros_like(shares))
    sums = (shares * apart**2, shares * apart, shares / (1 + apart**2), shares**2)
    return matrix.sum(), *(part.sum() for part in sums), -(shares * logs).sum()


def level_moments(matrix, total):
    pairs = np.repeat(np.argwhere(matrix >= 0), matrix.ravel(), axis=0).astype(float)
    mean, variance = pairs[:, 0].mean(), pairs[:, 0].var()
    if (pairs == pairs[0]).all(axis=0).any():
        return 1.0, mean, variance
    return np.corrcoef(pairs.T)[0, 1], mean, variance
