"""GIST: how much there is of each scale and direction in each part of a picture."""

from functools import lru_cache
from itertools import product
from numbers import Integral

import numpy as np
from scipy import fft

from mmsk._utils.sklearn_private import Interval
from mmsk.base import SampleTransformer
from mmsk.image._unit_range import as_color
from mmsk.io import read_image

# All as in the authors' code
_MARGIN_PX = 32  # mirrored around the picture before Gabor filters, which reach as far
_PREFILTER_MARGIN_PX = 5
_PREFILTER_CYCLES = 4  # per picture: slower changes of light are taken out
_LEAST_CONTRAST = 0.2  # added to the local contrast, so that noise is not blown up
_HIGHEST_FREQUENCY = 0.3  # of the finest scale, in cycles per pixel
_SCALE_STEP = 1.85
_RADIAL_SHARPNESS = 3.5
_BLACK_TO_WHITE = 255  # the logarithm is taken of levels in this range, plus 1

_UNSEEN = 1e-6  # a transfer this small is below the rounding of float32
_CHANNELS = ("red_", "green_", "blue_")


class GIST(SampleTransformer):
    """Energy of Gabor filters of several scales and directions in each cell of a picture.

    Light is evened out first. What is left describes the layout of a scene: where it is
    rough, and which way it runs.

    Parameters
    ----------
    n_scales : int, default=4
        Of the filters; each is 1.85 times as coarse as the one before.
    n_orientations : int, default=8
        Directions of the filters in half a turn.
    n_cells : int, default=4
        Cells per side of a square grid.
    size_px : int, default=128
        Side of the square that pictures are resized to, aspect ignored.
    color : bool, default=False
        Whether red, green and blue are described each; otherwise luma.
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
        In ``fit``: if ``size_px`` is smaller than ``n_cells``.

    Notes
    -----
    Features are float32 from 0, of the order of 0.01 to 0.2, by channel, scale from fine
    to coarse, direction, and row and column of the cell. Direction 0 answers to changes
    to the right, as of upright edges; the next ones turn towards the upper right. A flat
    picture is 0. Brightness and contrast do not matter, since levels are stretched to
    0..255 first. A missing sample is a row of NaN.

    Filters, boundaries and prefilter are those of the authors' ``LMgist.m``, whose
    pictures are 256 pixels wide and cropped where ours are squeezed; 128 pixels take a
    quarter of the time. Transforms are in float32: features are within 1e-5 of those in
    float64.

    References
    ----------
    A. Oliva, A. Torralba (2001), "Modeling the shape of the scene: a holistic
    representation of the spatial envelope", International Journal of Computer Vision
    42(3), 145-175.

    Examples
    --------
    Upright stripes: of the eight directions of the finest scale, the first.

    >>> import numpy as np
    >>> from mmsk.image import GIST
    >>> stripes = np.tile(np.array([0, 0, 255, 255], np.uint8), (128, 32))
    >>> extractor = GIST(n_cells=1)
    >>> extractor.fit_transform([stripes])[0, :8].argmax()
    np.int64(0)
    >>> extractor.get_feature_names_out()[:2]
    array(['gist_s0_o0_r0_c0', 'gist_s0_o1_r0_c0'], dtype=object)
    """

    _parameter_constraints = {
        **SampleTransformer._parameter_constraints,
        "n_scales": [Interval(Integral, 1, None, closed="left")],
        "n_orientations": [Interval(Integral, 1, None, closed="left")],
        "n_cells": [Interval(Integral, 1, None, closed="left")],
        "size_px": [Interval(Integral, 1, None, closed="left")],
        "color": ["boolean"],
    }

    def __init__(
        self,
        n_scales=4,
        n_orientations=8,
        n_cells=4,
        size_px=128,
        color=False,
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.n_scales = n_scales
        self.n_orientations = n_orientations
        self.n_cells = n_cells
        self.size_px = size_px
        self.color = color
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _fit_cells(self, cells):
        if self.size_px < self.n_cells:
            raise ValueError(
                f"size_px={self.size_px} is too small for n_cells={self.n_cells} cells per side"
            )

    def _reading(self):
        return read_image, {"size_px": (self.size_px, self.size_px), "gray": not self.color}

    def _extract(self, image):
        planes = np.moveaxis(as_color(image), 2, 0) if self.color else image[None]
        filters = _filters(self.n_scales, self.n_orientations, self.size_px)
        means = _cell_means(self.n_cells, self.size_px)
        evened = _evened(_stretched(planes))
        return np.concatenate([_energies(plane, filters, means) for plane in evened])

    def _feature_names(self):
        numbers = self.n_scales, self.n_orientations, self.n_cells, self.n_cells
        return [
            f"gist_{channel}s{scale}_o{orientation}_r{row}_c{col}"
            for channel, scale, orientation, row, col in product(
                _CHANNELS if self.color else [""], *map(range, numbers)
            )
        ]


def _stretched(planes):
    """Levels from 0 to 255, float32; all 0 for a flat picture."""
    planes = planes.astype(np.float32)
    planes -= planes.min()
    highest = planes.max()
    return planes * (_BLACK_TO_WHITE / highest) if highest > 0 else planes


def _evened(planes):
    """Planes without slow changes of light, of about one contrast everywhere.

    Parameters
    ----------
    planes : ndarray of shape (n_channels, side, side), float32
        Levels in 0..255.

    Returns
    -------
    evened : ndarray of the same shape, float32
        Around 0.
    """
    margin, side = _PREFILTER_MARGIN_PX, planes.shape[1]
    logs = _mirrored(np.log1p(planes), margin)
    slow = _slow_transfer(side + 2 * margin)
    fast = logs - _filtered(logs, slow)
    # of all channels together, so that colours keep their proportions
    power = _filtered(fast.mean(axis=0) ** 2, slow)
    evened = fast / (_LEAST_CONTRAST + np.sqrt(np.abs(power)))
    return evened[:, margin : margin + side, margin : margin + side]


def _energies(plane, filters, means):
    """Mean of each filter's answer in each cell, by filter, row and column."""
    margin, side = _MARGIN_PX, plane.shape[0]
    inner = slice(margin, margin + side)
    spectrum = fft.fft2(_mirrored(plane, margin), workers=1)
    energies = np.empty((len(filters), len(means), len(means)), np.float32)
    for energy, (rows, transfer) in zip(energies, filters, strict=True):
        # only rows that the filter lets through, and then only columns of the picture
        across = fft.ifft(spectrum[rows] * transfer, axis=1, overwrite_x=True, workers=1)
        answer = np.zeros((len(spectrum), side), np.complex64)
        answer[rows] = across[:, inner]
        answer = fft.ifft(answer, axis=0, overwrite_x=True, workers=1)[inner]
        energy[:] = means @ np.abs(answer) @ means.T
    return energies.ravel()


def _mirrored(planes, margin):
    """Planes with a margin, their border pixels doubled."""
    widths = [(0, 0)] * (planes.ndim - 2) + [(margin, margin)] * 2
    return np.pad(planes, widths, mode="symmetric")


def _filtered(planes, transfer):
    """Real planes through an even filter."""
    spectrum = fft.rfft2(planes, workers=1)
    return fft.irfft2(spectrum * transfer, planes.shape[-2:], overwrite_x=True, workers=1)


@lru_cache(maxsize=4)
def _slow_transfer(side):
    """Transfer function of the slow changes of a picture, for real transforms."""
    down, right = np.meshgrid(fft.fftfreq(side), fft.rfftfreq(side), indexing="ij")
    cycles = side * np.hypot(down, right)
    return np.exp(-np.log(2) * (cycles / _PREFILTER_CYCLES) ** 2).astype(np.float32)


@lru_cache(maxsize=4)
def _filters(n_scales, n_orientations, size_px):
    """Transfer functions of the Gabor filters, scales first.

    Returns
    -------
    filters : tuple of (rows, transfer)
        The rows of the spectrum where there is any; their transfer, of shape (n_rows,
        side), float32.
    """
    side = size_px + 2 * _MARGIN_PX
    down, right = np.meshgrid(fft.fftfreq(side), fft.fftfreq(side), indexing="ij")
    frequency, angle = np.hypot(down, right), np.arctan2(down, right)
    filters = []
    for scale, orientation in product(range(n_scales), range(n_orientations)):
        center = _HIGHEST_FREQUENCY / _SCALE_STEP**scale
        off_scale = _RADIAL_SHARPNESS * (frequency / center - 1) ** 2
        turned = angle + np.pi / n_orientations * orientation
        turned = (turned + np.pi) % (2 * np.pi) - np.pi
        off_angle = 2 * np.pi * (n_orientations / 8 * turned) ** 2
        transfer = np.exp(-off_scale - off_angle).astype(np.float32)
        rows = np.flatnonzero(transfer.max(axis=1) > _UNSEEN)
        filters.append((rows, transfer[rows]))
    return tuple(filters)


@lru_cache(maxsize=4)
def _cell_means(n_cells, side):
    """What takes the mean of pixels in each cell, from one side: (n_cells, side), float32."""
    means = np.zeros((n_cells, side), np.float32)
    for cell in range(n_cells):
        start, stop = cell * side // n_cells, (cell + 1) * side // n_cells
        means[cell, start:stop] = 1 / (stop - start)
    return means
