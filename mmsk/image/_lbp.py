"""Local binary patterns: which neighbours are brighter, counted in parts of a picture."""

from functools import lru_cache
from itertools import product
from numbers import Integral, Real

import numpy as np

from mmsk._kernels import texture as kernels
from mmsk._utils.sklearn_private import Interval, StrOptions
from mmsk.base import SampleTransformer
from mmsk.io import read_image, to_gray

_METHODS = ("default", "ror", "uniform", "nri_uniform")
_MOST_TABLED_POINTS = 16  # 65,536 patterns


class LBP(SampleTransformer):
    """Share of each local binary pattern in each cell of a grey picture.

    The pattern of a pixel says which of ``n_points`` points on a circle around it are at
    least as bright as the pixel itself, so brightness and contrast do not matter.

    Parameters
    ----------
    n_points : int, default=8
        Points on the circle, at most 24; for "default" and "ror" at most 16.
    radius : float, default=1
        Of the circle, in pixels; points between pixels are interpolated.
    method : {"default", "ror", "uniform", "nri_uniform"}, default="nri_uniform"
        Which patterns are told apart, in the words of scikit-image:

        - "default": all, ``2**n_points``;
        - "ror": all that are not rotations of each other, 36 for 8 points;
        - "uniform": those of one bright and one dark arc by the number of bright points,
          and all others as one, ``n_points + 2``;
        - "nri_uniform": the same, and by the direction of the bright arc,
          ``n_points * (n_points - 1) + 3``.
    n_cells : int, default=2
        Cells per side of a square grid; 1 takes the whole picture.
    size_px : int or None, default=None
        Side of the square that pictures are resized to first, aspect ignored; JPEG files
        are then decoded at the smallest scale that is as large. None keeps their size.
    n_jobs : int or None, default=None
        Pictures read and described at once. None means 1, or what
        ``joblib.parallel_config`` says.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a picture is described once only, in all processes
        (guide, "Store"). None keeps nothing.
    on_error : {"raise", "missing"}, default="raise"
        What to do with a picture that cannot be read: raise, or give a row of NaN.

    Raises
    ------
    ValueError
        In ``fit``: if the method takes fewer points. In ``transform``: if a picture has a
        side of fewer than ``2 * ceil(radius) + n_cells`` pixels.

    Notes
    -----
    Features are float32 in 0..1, by row and column of the cell, and label. Shares sum
    to 1 in each cell. A missing sample is a row of NaN.

    Labels are those of ``skimage.feature.local_binary_pattern(gray, n_points, radius,
    method)``, equal for bytes and floats; those of "ror", which leave gaps, are
    numbered in rising order. Pixels nearer to the border than the radius are left out,
    because scikit-image takes the outside as black there; cells divide the rest. In
    even areas the points between pixels fall on either side by rounding, as they do in
    scikit-image.

    Several radii, as in the literature, are members of a `MediaUnion`: ``LBP(8, 1)``,
    ``LBP(16, 2)`` and ``LBP(24, 3)`` then read each picture once.

    The default tells directions apart, because photographs are upright, and needs 59
    labels for that.

    References
    ----------
    T. Ojala, M. Pietikainen, T. Maenpaa (2002), "Multiresolution gray-scale and rotation
    invariant texture classification with local binary patterns", IEEE Transactions on
    Pattern Analysis and Machine Intelligence 24(7), 971-987.

    T. Ahonen, A. Hadid, M. Pietikainen (2006), "Face description with local binary
    patterns: application to face recognition", IEEE Transactions on Pattern Analysis and
    Machine Intelligence 28(12), 2037-2041: the grid, and "nri_uniform".

    Examples
    --------
    A ramp to the right: the five points that are not darker make one arc.

    >>> import numpy as np
    >>> from mmsk.image import LBP
    >>> ramp = np.tile(np.arange(0, 80, 10, dtype=np.uint8), (8, 1))
    >>> extractor = LBP(method="uniform", n_cells=1)
    >>> extractor.fit_transform([ramp, None])
    array([[ 0.,  0.,  0.,  0.,  0.,  1.,  0.,  0.,  0.,  0.],
           [nan, nan, nan, nan, nan, nan, nan, nan, nan, nan]], dtype=float32)
    >>> extractor.get_feature_names_out()[5]
    'lbp_r0_c0_5'
    """

    _parameter_constraints = {
        **SampleTransformer._parameter_constraints,
        "n_points": [Interval(Integral, 1, 24, closed="both")],
        "radius": [Interval(Real, 0, None, closed="neither")],
        "method": [StrOptions(set(_METHODS))],
        "n_cells": [Interval(Integral, 1, None, closed="left")],
        "size_px": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(
        self,
        n_points=8,
        radius=1,
        method="nri_uniform",
        n_cells=2,
        size_px=None,
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.n_points = n_points
        self.radius = radius
        self.method = method
        self.n_cells = n_cells
        self.size_px = size_px
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _fit_cells(self, cells):
        if self.method in ("default", "ror") and self.n_points > _MOST_TABLED_POINTS:
            raise ValueError(
                f"method={self.method!r} takes at most n_points={_MOST_TABLED_POINTS}, got "
                f"n_points={self.n_points}. 'uniform' and 'nri_uniform' take up to 24."
            )

    def _reading(self):
        # in colour, as what else describes whole pictures
        return read_image, {"size_px": self.size_px}

    def _extract(self, image):
        image = to_gray(image)
        margin = _circle(self.n_points, self.radius)[2]
        least = 2 * margin + self.n_cells
        if min(image.shape) < least:
            raise ValueError(
                f"radius={self.radius} and n_cells={self.n_cells} need pictures of at least "
                f"{least} pixels per side, got {image.shape[0]} x {image.shape[1]}"
            )
        labels = inner_labels(image, self.n_points, self.radius, self.method)
        n_labels = _n_labels(self.n_points, self.method)
        counts = kernels.cell_counts(labels, self.n_cells, n_labels)
        return (counts / counts.sum(axis=2, keepdims=True)).ravel()

    def _feature_names(self):
        return _names(self.n_cells, _n_labels(self.n_points, self.method))


def inner_labels(gray, n_points, radius, method):
    """Label of the local binary pattern of each pixel that is not close to the border.

    Parameters
    ----------
    gray : ndarray of shape (height, width), uint8 or floating
        Of more than ``2 * ceil(radius)`` pixels per side.
    n_points, radius, method
        As in `LBP`.

    Returns
    -------
    labels : ndarray of shape (height - 2 * margin, width - 2 * margin), int32
        ``margin`` is ``ceil(radius)``, or less if no point lies that far out.
    """
    pixels = np.ascontiguousarray(gray, None if gray.dtype == np.uint8 else np.float64)
    patterns = kernels.binary_patterns(pixels, *_circle(n_points, radius))
    if method == "default":
        return patterns
    if method == "ror":
        return _rotation_ranks(n_points)[patterns]
    return kernels.uniform_labels(patterns, n_points, method == "nri_uniform")


@lru_cache(maxsize=16)
def _circle(n_points, radius):
    """Rows and columns of the points around a pixel, and the pixels they reach out."""
    # formula, order and rounding are scikit-image's, so that the levels are too
    angles = 2 * np.pi * np.arange(n_points, dtype=np.float64) / n_points
    rows, columns = -radius * np.sin(angles), radius * np.cos(angles)
    offsets = np.round(rows, 5), np.round(columns, 5)
    return *offsets, int(np.ceil(np.abs(offsets).max()))


@lru_cache(maxsize=16)
def _rotation_ranks(n_points):
    """For each pattern, the rank of the least of its rotations, int32."""
    patterns = np.arange(2**n_points, dtype=np.int32)
    least = turned = patterns
    for _ in range(n_points - 1):
        turned = (turned >> 1) | ((turned & 1) << (n_points - 1))
        least = np.minimum(least, turned)
    return np.unique(least, return_inverse=True)[1].astype(np.int32)


def _n_labels(n_points, method):
    if method == "default":
        return 2**n_points
    if method == "ror":
        return int(_rotation_ranks(n_points).max()) + 1
    return n_points + 2 if method == "uniform" else n_points * (n_points - 1) + 3


@lru_cache(maxsize=4)
def _names(n_cells, n_labels):
    cells = range(n_cells), range(n_cells), range(n_labels)
    return tuple(f"lbp_r{row}_c{col}_{label}" for row, col, label in product(*cells))
