"""Slow twins of the kernels, in plain NumPy, of the same names and signatures."""

import colorsys

import numpy as np

from mmsk._kernels.audio import LANES
from tests.kernels.reference_convolutions import *  # noqa: F403
from tests.kernels.reference_flow import *  # noqa: F403
from tests.kernels.reference_pitch import *  # noqa: F403
from tests.kernels.reference_text import *  # noqa: F403

# Films: twins of mmsk/_kernels/video.py


def full_range(luma, black, white):
    level = np.clip(luma.astype(np.int64), black, white) - black
    return ((510 * level + (white - black)) // (2 * (white - black))).astype(np.uint8)


def luma_histogram(luma):
    return np.bincount(luma.ravel(), minlength=256)


def level_measures(counts):
    levels = np.repeat(np.arange(256), counts)
    # whole numbers: 0.05 * 60 is a little more than 3
    low, high = (levels[-(-percent * len(levels) // 100) - 1] for percent in (5, 95))
    shares = counts[counts > 0] / counts.sum()
    entropy = -(shares * np.log2(shares)).sum()
    return np.array([levels.mean(), levels.var(), high - low, entropy])


def histogram_distance(counts, previous, n_bins):
    shares = counts.reshape(n_bins, -1).sum(axis=1) / counts.sum()
    shares_before = previous.reshape(n_bins, -1).sum(axis=1) / previous.sum()
    return np.abs(shares - shares_before).sum() / 2


def _grid_sums(luma, n_cells):
    row_of = _cells(luma.shape[0], n_cells)
    col_of = _cells(luma.shape[1], n_cells)
    return row_of @ luma.astype(np.int64) @ col_of.T


def frame_sums(luma, previous, n_cells):
    moved = np.abs(luma.astype(np.int64) - previous)
    return luma_histogram(luma), _grid_sums(luma, n_cells), _grid_sums(moved, n_cells)


def frame_values(luma, previous, counts_before, n_cells, n_bins):
    counts, sums, moved = frame_sums(luma, previous, n_cells)
    n_pixels = np.maximum(_grid_sums(np.ones(luma.shape, np.int64), n_cells), 1)
    steps = [moved.sum() / luma.size, histogram_distance(counts, counts_before, n_bins)]
    grids = (sums / n_pixels).ravel(), (moved / n_pixels).ravel()
    return counts, np.concatenate([level_measures(counts), grids[0], steps, grids[1]])


def count_line(line, counts):
    for turn in range(4):
        counts[turn] += np.bincount(line[turn::4], minlength=256).astype(np.uint32)


def sum_of_four(counts):
    return counts.sum(axis=0, dtype=np.int64)


def add_line(line, before, sums, differences):
    sums += line
    differences += np.abs(line.astype(np.int64) - before).astype(np.uint16)


def _cells(length, n_cells):
    """Which pixels lie in which cell, of shape (n_cells, length), 0 or 1."""
    edges = np.arange(n_cells + 1) * length // n_cells
    places = np.arange(length)
    return ((edges[:-1, None] <= places) & (places < edges[1:, None])).astype(np.int64)


# Pictures: twins of mmsk/_kernels/image.py


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


def descriptor(bins, votes, orientations, cell_height, cell_width, *block_and_norm):
    cells = cell_histograms(bins, votes, orientations, cell_height, cell_width)
    return normalized_blocks(cells, *block_and_norm)


# Sound: twins of mmsk/_kernels/audio.py


def turned_signal(hops):
    return hops.T.copy()


def power_spectrogram(turned, window, n_frames, roots, order):
    signal, hop, n_fft = turned.T.ravel(), len(turned), len(window)
    frames = np.stack([signal[t * hop : t * hop + n_fft] for t in range(n_frames)])
    return (np.abs(np.fft.rfft(frames * window)) ** 2).T.astype(turned.dtype)


def aligned_empty(n_rows, n_columns):
    return np.empty((n_rows, n_columns))


def windowed_points(turned, window, start, n_lanes):
    signal, hop, n_fft = turned.T.ravel(), len(turned), len(window)
    starts = hop * np.arange(start, start + n_lanes)
    frames = signal[starts + np.arange(n_fft)[:, None]] * window[:, None]
    return _points(frames[::2] + 1j * frames[1::2])


def radix_4(points, n_lanes, n_done, roots):
    quarters = _complexes(points, n_lanes).reshape(4, len(points) // 4, n_lanes)
    turns = np.arange(len(points) // 4) // n_done * n_done
    butterflies = [
        np.exp(-2j * np.pi * k * turns / len(points))[:, None]
        * sum((-1j) ** (k * quarter) * quarters[quarter] for quarter in range(4))
        for k in range(4)
    ]
    return _points(np.stack(butterflies, axis=1).reshape(len(points), n_lanes))


def radix_2(points, n_lanes):
    a, b = np.split(_complexes(points, n_lanes), 2)
    return _points(np.stack([a + b, a - b], axis=1).reshape(len(points), n_lanes))


def fill_power(points, n_lanes, roots, order, start, power):
    spectrum = _complexes(points, n_lanes)[order]  # of even + 1j * odd samples
    mirrored = np.roll(spectrum[::-1], 1, axis=0).conj()
    even, odd = (spectrum + mirrored) / 2, (spectrum - mirrored) / 2j
    shifts = np.exp(-1j * np.pi * np.arange(len(points) + 1) / len(points))[:, None]
    again = np.arange(len(points) + 1) % len(points)
    power[:, start : start + n_lanes] = np.abs(even[again] + shifts * odd[again]) ** 2


def mel_bands(power, first_bins, ends, weights):
    bands = []
    for first, some in zip(first_bins, np.split(weights, ends[:-1]), strict=True):
        bands.append(some @ power[first : first + len(some)])
    return np.array(bands, dtype=power.dtype)


def float_decibels(power):
    with np.errstate(over="ignore"):
        return (10 * np.log10(np.maximum(power.astype(float), 1e-10))).astype(np.float32)


def deltas(series):
    padded = np.pad(series, [(0, 0), (2, 2)], mode="edge")
    filters = np.array([-2, -1, 0, 1, 2]) / 10
    slopes = [np.convolve(row, filters[::-1], mode="valid") for row in padded]
    return np.array(slopes, dtype=series.dtype)


def _complexes(points, n_lanes):
    real, imaginary = np.split(points, 2, axis=1)
    return real[:, :n_lanes] + 1j * imaginary[:, :n_lanes]


def _points(complexes):
    """Complex numbers of shape (n_points, n_lanes), as the kernels hold them."""
    lanes = np.zeros((len(complexes), LANES), complex)
    lanes[:, : complexes.shape[1]] = complexes
    return np.concatenate([lanes.real, lanes.imag], axis=1)


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
    row_of, col_of = (_cells(length, n_cells) for length in labels.shape)
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


# Patches of pictures: twins of mmsk/_kernels/descriptors.py


def direction_votes(image, n_directions=8, full_circle=True):
    padded = np.pad(image.astype(np.float64), 1, mode="edge")
    down = (padded[2:, 1:-1] - padded[:-2, 1:-1]) / 2
    right = (padded[1:-1, 2:] - padded[1:-1, :-2]) / 2
    # a tent around each direction, instead of the two nearest
    circle = 360 if full_circle else 180
    between = circle / n_directions
    degrees = np.degrees(np.arctan2(down, right))[:, :, None] - between * np.arange(
        n_directions
    )
    apart = np.abs((degrees + circle / 2) % circle - circle / 2)
    return np.hypot(down, right)[:, :, None] * np.maximum(0, 1 - apart / between)


def pooled_votes(votes, rows, columns, cell_px):
    def tents(centres, length):
        apart = np.abs(np.arange(length) - centres[:, None])
        return np.maximum(0, cell_px - apart) / cell_px**2

    height, width, _ = votes.shape
    return np.einsum(
        "iy,jx,yxk->ijk", tents(rows, height), tents(columns, width), votes, optimize=True
    )


def grid_descriptors(pooled, apart, step, weights, least_length):
    span = 3 * apart + 1
    windows = np.lib.stride_tricks.sliding_window_view(pooled, (span, span), axis=(0, 1))
    cells = windows[::step, ::step, :, ::apart, ::apart] * weights
    cells = cells.transpose(0, 1, 3, 4, 2).astype(np.float64)
    descriptors = cells.reshape(-1, 16 * pooled.shape[2])
    for values in descriptors:
        scale_and_cut(values, np.linalg.norm(values), least_length)
    return descriptors


def scale_and_cut(values, length, least_length):
    if length < least_length or length == 0:
        values[:] = 0
    else:
        values[:] = np.minimum(values / length, 0.2)
        values /= np.linalg.norm(values)


# Sparse rows: twins of mmsk/_kernels/products.py


def row_products(data, indices, indptr, other_data, other_indices, other_indptr, other_width):
    rows = []
    for row in range(len(indptr) - 1):
        here = slice(indptr[row], indptr[row + 1])
        there = slice(other_indptr[row], other_indptr[row + 1])
        values = np.outer(data[here], other_data[there]).astype(np.float32)
        columns = np.add.outer(indices[here] * other_width, other_indices[there])
        rows.append((values.ravel(), columns.ravel()))
    starts = np.cumsum([0, *(len(values) for values, _ in rows)])
    values, columns = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    return values, columns.astype(np.int32), starts
