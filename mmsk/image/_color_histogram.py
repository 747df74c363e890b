"""Colour histograms: which colours there are in each part of a picture."""

from functools import lru_cache
from itertools import product
from numbers import Integral

import numpy as np

from mmsk._kernels import color as kernels
from mmsk._kernels.texture import cell_counts
from mmsk._utils.sklearn_private import Interval, StrOptions
from mmsk.base import SampleTransformer
from mmsk.image._unit_range import as_color, check_unit_range
from mmsk.io import read_image

_SPACES = {  # letters of the channels, and their ranges; those of Lab are all of sRGB
    "rgb": ("rgb", (0, 0, 0), (1, 1, 1)),
    "hsv": ("hsv", (0, 0, 0), (1, 1, 1)),
    "lab": ("lab", (0, -87, -108), (100, 99, 95)),
}
_MOST_JOINT_BINS = 32  # 32,768 features for each cell
_STRIP = 16384  # pixels converted at once: their planes stay in the second-level cache
_ROOT_STEPS = 4096  # steps of the table of cube roots


class ColorHistogram(SampleTransformer):
    """Share of each colour in each cell of a picture.

    Parameters
    ----------
    space : {"rgb", "hsv", "lab"}, default="hsv"
        Colours told by red, green and blue; by hue, saturation and value; or by CIE
        L*a*b*, where equal distances look alike.
    n_bins : int, default=8
        Equal bins of each channel, at most 256; with ``joint`` at most 32.
    joint : bool, default=False
        Whether to count triples of bins, ``n_bins**3`` for each cell, which tell pale red
        beside pure blue from pure red beside pale blue. Otherwise each channel has a
        histogram of its own, ``3 * n_bins`` for each cell.
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
        In ``fit``: if ``joint`` comes with more than 32 bins. In ``transform``: if a
        picture has a side of fewer pixels than ``n_cells``, or is floating and leaves
        0..1.

    Notes
    -----
    Features are float32 in 0..1, by row and column of the cell, and then by the bins of
    the first, second and third channel. Shares sum to 1 in each cell, for each channel if
    not ``joint``. A grey picture is one of equal red, green and blue. A missing sample is a
    row of NaN. Cell ``i`` of a grid reaches from row ``i * height // n_cells`` up to
    ``(i + 1) * height // n_cells``.

    The ranges divided into bins are 0..1 in RGB and HSV, and in Lab 0..100, -87..99
    and -108..95, which is what sRGB reaches. Hue is a share of a turn from red through
    green; a grey has hue and saturation 0.

    The default is for tables of some hundred rows. HSV sets the hue of a thing apart
    from the light on it. Eight bins tell the hues that have names, such as red from
    yellow; for triples of them a cell has too few pixels. Four cells tell sky from ground.
    That makes 96 numbers.

    Values of HSV equal those of ``skimage.color`` to the last bit (float32 pictures:
    within 1e-6), and those of Lab within 0.005; so a pixel may lie in another bin only if
    it is as close as that to the edge between them.

    References
    ----------
    M. J. Swain, D. H. Ballard (1991), "Color indexing", International Journal of Computer
    Vision 7(1), 11-32.

    A. R. Smith (1978), "Color gamut transform pairs", SIGGRAPH Computer Graphics 12(3),
    12-19: HSV.

    Examples
    --------
    Red above, black below.

    >>> import numpy as np
    >>> from mmsk.image import ColorHistogram
    >>> picture = np.zeros((4, 4, 3), np.uint8)
    >>> picture[:2, :, 0] = 255
    >>> extractor = ColorHistogram("rgb", n_bins=2, joint=True, n_cells=1)
    >>> extractor.fit_transform([picture, None])
    array([[0.5, 0. , 0. , 0. , 0.5, 0. , 0. , 0. ],
           [nan, nan, nan, nan, nan, nan, nan, nan]], dtype=float32)
    >>> extractor.get_feature_names_out()[4]
    'color_r0_c0_r1g0b0'
    """

    _parameter_constraints = {
        **SampleTransformer._parameter_constraints,
        "space": [StrOptions(set(_SPACES))],
        "n_bins": [Interval(Integral, 1, 256, closed="both")],
        "joint": ["boolean"],
        "n_cells": [Interval(Integral, 1, None, closed="left")],
        "size_px": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(
        self,
        space="hsv",
        n_bins=8,
        joint=False,
        n_cells=2,
        size_px=None,
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.space = space
        self.n_bins = n_bins
        self.joint = joint
        self.n_cells = n_cells
        self.size_px = size_px
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _fit_cells(self, cells):
        if self.joint and self.n_bins > _MOST_JOINT_BINS:
            raise ValueError(
                f"joint=True counts n_bins**3 colours and takes at most n_bins="
                f"{_MOST_JOINT_BINS}, got n_bins={self.n_bins}"
            )

    def _reading(self):
        return read_image, {"size_px": self.size_px}

    def _extract(self, image):
        if min(image.shape[:2]) < self.n_cells:
            raise ValueError(
                f"n_cells={self.n_cells} needs pictures of at least {self.n_cells} pixels "
                f"per side, got {image.shape[0]} x {image.shape[1]}"
            )
        check_unit_range(image)
        planes = _labels(image, self.space, self.n_bins, self.joint)
        n_labels = self.n_bins**3 if self.joint else self.n_bins
        counts = [cell_counts(labels, self.n_cells, n_labels) for labels in planes]
        counts = np.concatenate(counts, axis=2)
        n_pixels = counts[:, :, :n_labels].sum(axis=2, keepdims=True)
        return (counts / n_pixels).ravel()

    def _feature_names(self):
        return _names(self.space, self.n_bins, self.joint, self.n_cells)


@lru_cache(maxsize=4)
def _names(space, n_bins, joint, n_cells):
    letters, bins = _SPACES[space][0], range(n_bins)
    if joint:
        first, second, third = letters
        colors = [f"{first}{i}{second}{j}{third}{k}" for i, j, k in product(bins, bins, bins)]
    else:
        colors = [f"{letter}{k}" for letter in letters for k in bins]
    cells = product(range(n_cells), range(n_cells))
    return tuple(f"color_r{row}_c{col}_{color}" for row, col in cells for color in colors)


def _labels(image, space, n_bins, joint):
    """Bin, or three bins, of each pixel: of shape (1 or 3, height, width), int32."""
    height, width = image.shape[:2]
    labels = np.empty((1 if joint else 3, height, width), np.int32)
    _, lows, highs = _SPACES[space]
    lows, highs = np.array(lows, np.float64), np.array(highs, np.float64)
    n_rows = max(_STRIP // width, 1)
    for start in range(0, height, n_rows):
        strip = as_color(image[start : start + n_rows])
        bins = kernels.bin_numbers(_values(strip, space), lows, highs, n_bins)
        if joint:
            bins = (bins[0] * n_bins + bins[1]) * n_bins + bins[2]
        labels[:, start : start + n_rows] = bins.reshape(len(labels), -1, width)
    return labels


def _values(image, space):
    """Channels of the pixels of a picture in a space, of shape (3, n_pixels), float64."""
    if image.dtype == np.uint8:
        levels = _light_levels() if space == "lab" else _levels()
        planes = kernels.byte_planes(np.ascontiguousarray(image), levels)
    else:
        planes = np.ascontiguousarray(image.reshape(-1, 3).T, np.float64)
        planes = _light(planes) if space == "lab" else planes
    if space == "hsv":
        return kernels.hsv_planes(planes)
    return kernels.lab_planes(planes, *_lab_tables()) if space == "lab" else planes


@lru_cache(maxsize=1)
def _levels():
    # a product, not a quotient: scikit-image's rounding decides at the edges of bins
    return np.arange(256) * (1.0 / 255)


@lru_cache(maxsize=1)
def _light_levels():
    return _light(_levels())


def _light(levels):
    """Linear light of sRGB levels in 0..1 (IEC 61966-2-1)."""
    return np.where(levels > 0.04045, ((levels + 0.055) / 1.055) ** 2.4, levels / 12.92)


@lru_cache(maxsize=1)
def _lab_tables():
    """Shares of white's X, Y and Z in red, green and blue, and CIE's roots at equal steps."""
    mixture = np.array(
        [
            [0.412453, 0.357580, 0.180423],
            [0.212671, 0.715160, 0.072169],
            [0.019334, 0.119193, 0.950227],
        ]
    )
    white = np.array([[0.95047], [1.0], [1.08883]])  # D65 seen at 2 degrees
    steps = np.arange(_ROOT_STEPS + 1) / _ROOT_STEPS
    roots = np.where(steps > 0.008856, np.cbrt(steps), 7.787 * steps + 16 / 116)
    return mixture / white, np.append(roots, roots[-1])
