"""Which way each pixel of a picture changes, and how much."""

from functools import lru_cache

import numpy as np

from mmsk._kernels import image as kernels
from mmsk._kernels.channels import strongest_byte_gradients, strongest_gradients

_LARGEST_WHOLE = 255  # gradients of pixels of one byte are whole numbers up to this


def float_type(dtype):
    """What scikit-image computes pixels of a dtype in; complex ones are refused."""
    if dtype.kind == "c":
        raise ValueError("complex valued input is not supported")
    return np.float32 if dtype.char in "ef" else np.float64


def orientation_votes(pixels, orientations, transform_sqrt):
    """Orientation bin and vote of each pixel, as scikit-image has them.

    Parameters
    ----------
    pixels : ndarray of shape (height, width) or (height, width, n_channels)
    orientations : int
    transform_sqrt : bool
        Whether the root of each pixel is taken first.

    Returns
    -------
    bins, votes : ndarray of shape (height, width), floating
        As `mmsk._kernels.image.cell_histograms` takes them.
    """
    if pixels.dtype.itemsize == 1 and pixels.dtype.kind in "biu" and not transform_sqrt:
        return kernels.votes_by_edge(*_gradients(pixels), whole_edges(orientations))
    pixels = pixels.astype(float_type(pixels.dtype), copy=False)
    gradients = _gradients(np.sqrt(pixels) if transform_sqrt else pixels)
    rows, columns = (g.astype(np.float64, copy=False) for g in gradients)
    edges_deg, edges = edges_of(orientations)
    bins, votes = kernels.votes_by_edge(rows, columns, edges)
    near = np.flatnonzero(kernels.near_an_edge(rows, columns, edges))
    if near.size:
        # NumPy's own arctan2, because its rounding decides on ties, as it does in scikit-image
        angles = np.arctan2(rows.take(near), columns.take(near))
        bins.put(near, kernels.bins_by_angle(angles, edges_deg))
    return bins, votes


def _gradients(pixels):
    whole = pixels.dtype.itemsize == 1
    dtype = np.float32 if whole else pixels.dtype
    if pixels.ndim == 2:
        return kernels.gray_gradients(np.ascontiguousarray(pixels, dtype))
    if whole and pixels.shape[2] == 3:
        return strongest_byte_gradients(np.ascontiguousarray(pixels))
    planes = np.ascontiguousarray(np.moveaxis(pixels, -1, 0), dtype)
    rows, columns = zip(*map(kernels.gray_gradients, planes))
    return strongest_gradients(np.stack(rows), np.stack(columns))


@lru_cache(maxsize=64)
def edges_of(orientations):
    """Upper edges of the bins in degrees, and those between bins as directions ``(x, y)``."""
    edges_deg = 180.0 / orientations * np.arange(1, orientations + 1)
    edges = np.deg2rad(edges_deg[:-1])
    return edges_deg, np.stack([np.cos(edges), np.sin(edges)], axis=1)


@lru_cache(maxsize=64)
def whole_edges(orientations):
    """Directions between neighbouring bins that no gradient of whole numbers has."""
    edges = [_whole_edge(180.0 / orientations * k) for k in range(1, orientations)]
    return np.array(edges, np.float32).reshape(-1, 2)


def _whole_edge(edge_deg):
    """A direction between the last gradient below an angle and the first not below.

    A walk down the Stern-Brocot tree: the mediant of two neighbouring directions is the
    one of smallest numbers between them, so the first too large ends the search. Whole
    numbers make cross products exact; NumPy's angle puts ties where scikit-image does.
    """
    below, past = ((1, 0), (0, 1)) if edge_deg <= 90 else ((0, 1), (-1, 0))
    while True:
        x, y = mediant = below[0] + past[0], below[1] + past[1]
        if max(abs(x), y) > _LARGEST_WHOLE:
            return mediant
        if np.rad2deg(np.arctan2(y, x)) >= edge_deg:
            past = mediant
        else:
            below = mediant
