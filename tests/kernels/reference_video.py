"""Slow twins of `mmsk._kernels.video`."""

import numpy as np


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
    row_of = grid_cells(luma.shape[0], n_cells)
    col_of = grid_cells(luma.shape[1], n_cells)
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


def grid_cells(length, n_cells):
    """Which pixels lie in which cell, of shape (n_cells, length), 0 or 1."""
    edges = np.arange(n_cells + 1) * length // n_cells
    places = np.arange(length)
    return ((edges[:-1, None] <= places) & (places < edges[1:, None])).astype(np.int64)
