"""Grey-level co-occurrence: which levels stand side by side, summed up by Haralick."""

import math
from functools import lru_cache
from itertools import product
from numbers import Integral, Real

import numpy as np

from mmsk._kernels import cooccurrence as kernels
from mmsk._utils.sklearn_private import Interval
from mmsk.base import SampleTransformer
from mmsk.image._unit_range import as_bytes
from mmsk.io import read_image, to_gray

#: In the order of the kernel.
_PROPERTIES = (
    "contrast",
    "dissimilarity",
    "homogeneity",
    "ASM",
    "energy",
    "correlation",
    "mean",
    "variance",
    "std",
    "entropy",
)
_N_TABLED = 4096  # counts whose logarithm is tabled


class GLCM(SampleTransformer):
    """Properties of grey-level co-occurrence matrices of each cell of a grey picture.

    A matrix counts how often each level stands at an offset from each other level; its
    properties say how coarse, even and directed a texture is.

    Parameters
    ----------
    distances : tuple of float, default=(1, 3)
        From pixel to pixel, at least 1.
    angles : tuple of float, default=(0, π/4, π/2, 3π/4)
        Of the second pixel as seen from the first, in radians from right through down.
        Offsets are rounded to whole pixels.
    levels : int, default=32
        Equal steps that the levels 0..255 are brought to, 2 to 256.
    symmetric : bool, default=True
        Whether a pair counts in both orders. Opposite angles are then the same.
    properties : tuple of str, default=("contrast", "dissimilarity", "homogeneity", \
"energy", "correlation", "entropy")
        Some of ``"contrast"``, ``"dissimilarity"``, ``"homogeneity"``, ``"ASM"``,
        ``"energy"``, ``"correlation"``, ``"mean"``, ``"variance"``, ``"std"``,
        ``"entropy"``.
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
        In ``fit``: if distances, angles or properties are empty, repeated or out of range.
        In ``transform``: if a cell of a picture is too small for an offset, or the
        picture is floating and leaves 0..1.

    Notes
    -----
    Features are float32, by row and column of the cell, distance, angle and property, in
    the order given. Levels are those after steps, so contrast and variance grow with the
    square of ``levels``. Ranges, for n levels: contrast 0..(n - 1)², dissimilarity and mean
    0..n - 1, homogeneity, ASM and energy above 0 and up to 1, correlation -1..1, variance
    0..((n - 1) / 2)², entropy 0..2 log n nats. A flat cell has homogeneity, ASM, energy and
    correlation 1, and contrast and entropy 0. A missing sample is a row of NaN. Floating
    pictures in 0..1 are rounded to 256 levels first.

    Each cell is a picture of its own: pairs across its border do not count. Matrices are
    those of ``skimage.feature.graycomatrix`` of the cell, and values those of
    ``graycoprops`` within 1e-9 before they are rounded to float32. Properties are of the
    shares, so that whether the matrix itself is normed makes no difference.

    The default keeps angles apart, because photographs are upright; ``ASM`` is the square
    of ``energy``, and ``mean`` and ``std`` are better told by `ImageStatistics`. 32 levels
    leave noise out, and fill the matrix of a small cell.

    References
    ----------
    R. M. Haralick, K. Shanmugam, I. Dinstein (1973), "Textural features for image
    classification", IEEE Transactions on Systems, Man, and Cybernetics 3(6), 610-621.

    Examples
    --------
    Stripes: alike downwards, as different as can be to the right.

    >>> import numpy as np
    >>> from mmsk.image import GLCM
    >>> stripes = np.tile(np.array([0, 255], np.uint8), (8, 4))
    >>> extractor = GLCM(
    ...     (1,), (0, np.pi / 2), levels=2, properties=("contrast", "energy"), n_cells=1
    ... )
    >>> extractor.fit_transform([stripes, None]).round(2)
    array([[1.  , 0.71, 0.  , 0.71],
           [ nan,  nan,  nan,  nan]], dtype=float32)
    >>> extractor.get_feature_names_out()[:2]
    array(['glcm_r0_c0_d1_a0_contrast', 'glcm_r0_c0_d1_a0_energy'], dtype=object)
    """

    _parameter_constraints = {
        **SampleTransformer._parameter_constraints,
        "distances": [tuple, list, np.ndarray],
        "angles": [tuple, list, np.ndarray],
        "levels": [Interval(Integral, 2, 256, closed="both")],
        "symmetric": ["boolean"],
        "properties": [tuple, list],
        "n_cells": [Interval(Integral, 1, None, closed="left")],
        "size_px": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(
        self,
        distances=(1, 3),
        angles=(0, np.pi / 4, np.pi / 2, 3 * np.pi / 4),
        levels=32,
        symmetric=True,
        properties=(
            "contrast",
            "dissimilarity",
            "homogeneity",
            "energy",
            "correlation",
            "entropy",
        ),
        n_cells=2,
        size_px=None,
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.distances = distances
        self.angles = angles
        self.levels = levels
        self.symmetric = symmetric
        self.properties = properties
        self.n_cells = n_cells
        self.size_px = size_px
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _fit_cells(self, cells):
        _check_numbers("distances", self.distances, "of at least 1", least=1)
        _check_numbers("angles", self.angles, "in radians", least=-math.inf)
        names = list(self.properties)
        if not names or len(set(names)) < len(names) or not set(names) <= set(_PROPERTIES):
            raise ValueError(
                f"properties must be some of {_PROPERTIES}, each once, got {names}"
            )

    def _reading(self):
        return read_image, {"size_px": self.size_px}

    def _extract(self, image):
        gray = to_gray(as_bytes(image))
        offsets = _offsets(tuple(self.distances), tuple(self.angles))
        least = self.n_cells * (int(np.abs(offsets).max()) + 1)
        if min(gray.shape) < least:
            raise ValueError(
                f"distances={self.distances} and n_cells={self.n_cells} need pictures of at "
                f"least {least} pixels per side, got {gray.shape[0]} x {gray.shape[1]}"
            )
        labels = _steps(self.levels)[gray]
        wanted = [_PROPERTIES.index(name) for name in self.properties]
        found = [self._properties(cell, offsets) for cell in _cells(labels, self.n_cells)]
        return np.stack(found)[:, :, wanted].ravel()

    def _properties(self, labels, offsets):
        """All properties of a cell, of shape (n_offsets, n_properties)."""
        counts = kernels.cooccurrences(labels, *offsets, self.levels)
        if self.symmetric:
            counts = np.ascontiguousarray(counts + counts.transpose(0, 2, 1))
        return kernels.matrix_properties(counts, _entropies())

    def _feature_names(self):
        cells = range(self.n_cells), range(self.n_cells)
        degrees = [f"{np.rad2deg(angle):.10g}" for angle in self.angles]
        return [
            f"glcm_r{row}_c{col}_d{distance:.10g}_a{angle}_{name}"
            for row, col, distance, angle, name in product(
                *cells, self.distances, degrees, self.properties
            )
        ]


def _check_numbers(name, values, wanted, least):
    numbers = [value for value in values if isinstance(value, Real) and math.isfinite(value)]
    if not numbers or len(numbers) < len(values) or min(numbers) < least:
        raise ValueError(f"{name} must be finite numbers {wanted}, got {values!r}")
    if len(set(numbers)) < len(numbers):
        raise ValueError(f"{name} must be given once each, got {values!r}")


@lru_cache(maxsize=16)
def _offsets(distances, angles):
    """Rows down and columns right of each pair, of shape (2, n_offsets), distances first."""
    pairs = list(product(distances, angles))
    rows = [_rounded(math.sin(angle) * distance) for distance, angle in pairs]
    columns = [_rounded(math.cos(angle) * distance) for distance, angle in pairs]
    return np.array([rows, columns], np.int64)


def _rounded(value):
    """To the nearest whole number, halves away from 0, in the way of scikit-image."""
    return int(math.copysign(math.floor(abs(value) + 0.5), value))


@lru_cache(maxsize=8)
def _steps(levels):
    return (np.arange(256) * levels // 256).astype(np.uint8)


@lru_cache(maxsize=1)
def _entropies():
    numbers = np.arange(_N_TABLED, dtype=np.float64)
    return numbers * np.log(np.maximum(numbers, 1))


def _cells(labels, n_cells):
    """The cells of a grid as contiguous pictures, rows first."""
    height, width = labels.shape
    rows = [k * height // n_cells for k in range(n_cells + 1)]
    columns = [k * width // n_cells for k in range(n_cells + 1)]
    for i, j in product(range(n_cells), repeat=2):
        cell = labels[rows[i] : rows[i + 1], columns[j] : columns[j + 1]]
        yield np.ascontiguousarray(cell)
