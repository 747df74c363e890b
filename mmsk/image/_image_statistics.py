"""Statistics of a picture: size, exposure, contrast, colour, sharpness."""

import numpy as np

from mmsk._kernels.color import color_sums
from mmsk._kernels.texture import edge_pixels, laplacian_sums, lost_detail
from mmsk._kernels.video import level_measures, luma_histogram
from mmsk.base import SampleTransformer
from mmsk.image._unit_range import as_bytes, as_color
from mmsk.io import read_image, to_gray

CLIPPED_LEVELS = 4  # at each end of 0..255: what JPEG makes of black and white
EDGE_LEVELS = 16  # of difference from a pixel to the next make an edge
BLUR_SIZE_PX = 11  # of the average that a sharp picture suffers from

_NAMES = (
    "width_px",
    "height_px",
    "aspect_ratio",
    "luma_mean",
    "luma_std",
    "luma_p5",
    "luma_p50",
    "luma_p95",
    "dark_share",
    "bright_share",
    "contrast",
    "entropy",
    "saturation_mean",
    "saturation_std",
    "colorfulness",
    "sharpness",
    "blur",
    "edge_density",
)


class ImageStatistics(SampleTransformer):
    """Size, exposure, contrast, colour and sharpness of a picture.

    Parameters
    ----------
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
        In ``transform``: if a picture is floating and leaves 0..1.

    Notes
    -----
    Each of the 18 features is a measure of quality by itself. Levels are 0..255; floating
    pictures in 0..1 are rounded to 256 levels first. Luma is Y' of ITU-R BT.601. Inner
    pixels are those with eight neighbours. A missing sample is a row of NaN.

    - ``width_px``, ``height_px``, and ``aspect_ratio``: width by height;
    - ``luma_mean``, ``luma_std``: mean and standard deviation in levels, 0..255 and
      0..127.5;
    - ``luma_p5``, ``luma_p50``, ``luma_p95``: percentiles, the lowest level at or below
      which lie so many % of the pixels;
    - ``dark_share``, ``bright_share``: pixels with a luma below 4 and above 251, 0..1;
    - ``contrast``: ``luma_p95`` less ``luma_p5``, 0..255;
    - ``entropy`` of the shares of the 256 levels of luma, 0..8 bits;
    - ``saturation_mean``, ``saturation_std`` of the saturation of HSV, 0..1;
    - ``colorfulness`` of Hasler and Suesstrunk, ``std + 0.3 * mean`` where both are lengths
      over red - green and (red + green) / 2 - blue, in levels: 0 for grey, about 15
      for slightly, 45 for quite and 109 for extremely colourful pictures;
    - ``sharpness``: variance of the Laplacian of luma (four neighbours less four times
      the pixel) over the inner pixels, in squared levels;
    - ``blur``: share of the gradient that is left after a moving average of 11 pixels, of
      rows or columns, what is more: 0 for sharp, 1 for blurred or flat pictures, equal
      to ``skimage.measure.blur_effect`` where there is a gradient;
    - ``edge_density``: share of the inner pixels where luma changes by 16 levels or more
      from pixel to pixel, by Sobel's gradient, 0..1.

    A picture without inner pixels has sharpness and edge density 0, and one of fewer
    than 4 pixels on a side has blur 1.

    References
    ----------
    D. Hasler, S. Suesstrunk (2003), "Measuring colourfulness in natural images", Human
    Vision and Electronic Imaging VIII, SPIE 5007, 87-95.

    J. L. Pech-Pacheco, G. Cristobal, J. Chamorro-Martinez, J. Fernandez-Valdivia (2000),
    "Diatom autofocusing in brightfield microscopy: a comparative study", ICPR 3, 314-317:
    variance of the Laplacian.

    F. Crete, T. Dolmiere, P. Ladret, M. Nicolas (2007), "The blur effect: perception and
    estimation with a new no-reference perceptual blur metric", Human Vision and
    Electronic Imaging XII, SPIE 6492.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.image import ImageStatistics
    >>> red = np.full((6, 9, 3), [255, 0, 0], np.uint8)
    >>> statistics = ImageStatistics().set_output(transform="pandas").fit_transform([red])
    >>> statistics[["aspect_ratio", "luma_mean", "saturation_mean", "colorfulness", "blur"]]
       aspect_ratio  luma_mean  saturation_mean  colorfulness  blur
    0           1.5       76.0              1.0     85.529...   1.0
    """

    _parameter_constraints = {**SampleTransformer._parameter_constraints}

    def __init__(self, *, n_jobs=None, memory=None, on_error="raise"):
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _reading(self):
        return read_image, {"size_px": None}

    def _extract(self, image):
        image = as_bytes(image)
        gray = np.ascontiguousarray(to_gray(image))
        height, width = gray.shape
        measures = [width, height, width / height, *_exposure(luma_histogram(gray))]
        measures += [*_color(np.ascontiguousarray(as_color(image))), *_focus(gray)]
        return np.array(measures)

    def _feature_names(self):
        return _NAMES


def _exposure(counts):
    """From ``luma_mean`` to ``entropy``, of counts of the 256 levels of luma."""
    mean, variance, contrast, entropy = level_measures(counts)
    below, n_pixels = counts.cumsum(), counts.sum()
    # whole numbers: a share of 5 % is not a binary fraction
    percentiles = (np.argmax(100 * below >= percent * n_pixels) for percent in (5, 50, 95))
    dark = counts[:CLIPPED_LEVELS].sum() / n_pixels
    bright = counts[-CLIPPED_LEVELS:].sum() / n_pixels
    return mean, np.sqrt(variance), *percentiles, dark, bright, contrast, entropy


def _color(image):
    """From ``saturation_mean`` to ``colorfulness``."""
    means = color_sums(image) / (image.shape[0] * image.shape[1])
    # yellow - blue is summed doubled, so that it is a whole number
    rg, rg_squares, yb, yb_squares, saturation, saturation_squares = means / (1, 1, 2, 4, 1, 1)
    spread = max(rg_squares - rg**2, 0) + max(yb_squares - yb**2, 0)
    colorfulness = np.sqrt(spread) + 0.3 * np.hypot(rg, yb)
    return saturation, np.sqrt(max(saturation_squares - saturation**2, 0)), colorfulness


def _focus(gray):
    """From ``sharpness`` to ``edge_density``."""
    n_inner = max(max(gray.shape[0] - 2, 0) * max(gray.shape[1] - 2, 0), 1)
    total, squares = laplacian_sums(gray)
    sharpness = squares / n_inner - (total / n_inner) ** 2
    edges = edge_pixels(gray, 8 * EDGE_LEVELS)
    both_ways = gray, np.ascontiguousarray(gray.T)
    sums = (lost_detail(way, BLUR_SIZE_PX) for way in both_ways)
    blur = max(1 - lost / before if before else 1 for before, lost in sums)
    return sharpness, blur, edges / n_inner
