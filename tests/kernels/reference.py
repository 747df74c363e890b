"""Slow twins of the kernels, in plain NumPy, of the same names and signatures."""

import numpy as np

from tests.kernels.reference_audio import *  # noqa: F403
from tests.kernels.reference_convolutions import *  # noqa: F403
from tests.kernels.reference_flow import *  # noqa: F403
from tests.kernels.reference_image import *  # noqa: F403
from tests.kernels.reference_pitch import *  # noqa: F403
from tests.kernels.reference_text import *  # noqa: F403
from tests.kernels.reference_texture import *  # noqa: F403
from tests.kernels.reference_video import *  # noqa: F403

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
