"""Histograms of oriented gradients: which way edges run in each part of a picture."""

from functools import lru_cache
from itertools import product
from numbers import Integral

import numpy as np

from mmsk._kernels import image as kernels
from mmsk._utils.sklearn_private import Interval, StrOptions
from mmsk.base import SampleTransformer
from mmsk.image._orientations import float_type, orientation_votes
from mmsk.io import read_image

_NORMS = {
    "L1": kernels.L1,
    "L1-sqrt": kernels.L1_SQRT,
    "L2": kernels.L2,
    "L2-Hys": kernels.L2_HYS,
}


class HOG(SampleTransformer):
    """Histograms of oriented gradients of a grey picture.

    Gradients vote, by their length, for one of ``orientations`` bins of 0..180 degrees;
    votes are averaged in cells, and the cells of every block of neighbours are brought to
    one length, so that brightness and contrast matter little.

    Parameters
    ----------
    orientations : int, default=9
        Bins of angle.
    pixels_per_cell : (int, int), default=(8, 8)
        Height and width of a cell in pixels.
    cells_per_block : (int, int), default=(2, 2)
        Height and width of a block in cells; blocks overlap, one starts at each cell.
    block_norm : {"L1", "L1-sqrt", "L2", "L2-Hys"}, default="L2-Hys"
        How a block is brought to one length: by its sum; by its sum, and then the root of
        each value; by its Euclidean length; or by that, values cut at 0.2, and again.
    transform_sqrt : bool, default=False
        Whether to take the root of each pixel first, against strong shadows. Pixels
        must then be non-negative.
    size_px : int, (int, int) or None, default=None
        Height and width all pictures are resized to, aspect ignored; an int is both.
        None: the size of the first picture seen in ``fit``. Otherwise ``fit`` reads
        nothing.
    n_jobs : int or None, default=None
        Pictures read and described at once. None means 1, or what
        ``joblib.parallel_config`` says.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a picture is described once only, in all processes
        (guide, "Store"). None keeps nothing.
    on_error : {"raise", "missing"}, default="raise"
        What to do with a picture that cannot be read: raise, or give a row of NaN. With
        "missing", the size is that of the first picture that can be read and is large
        enough for a block.

    Attributes
    ----------
    size_px_ : (int, int)
        Height and width of the pictures described.

    Raises
    ------
    ValueError
        In ``fit``: if the size is too small for one block; if it has to be learned and
        no picture can be read.

    See Also
    --------
    hog : The same of one array, as ``skimage.feature.hog``.

    Notes
    -----
    Features are float32 in 0..1, by row and column of the block, row and column of the
    cell in the block, and orientation. A flat block is 0. A missing sample is a row of
    NaN. Values equal ``skimage.feature.hog`` of the resized grey picture within 1e-5.
    A picture of one byte per pixel takes the fastest way.

    References
    ----------
    N. Dalal, B. Triggs (2005), "Histograms of oriented gradients for human detection",
    IEEE Conference on Computer Vision and Pattern Recognition, 886-893.

    Examples
    --------
    A picture that gets brighter to the right: all gradients point at 0 degrees.

    >>> import numpy as np
    >>> from mmsk.image import HOG
    >>> ramp = np.tile(np.arange(16, dtype=np.uint8), (16, 1))
    >>> extractor = HOG(orientations=3, cells_per_block=(1, 1))
    >>> extractor.fit_transform([ramp, None]).round(2)[:, :4]
    array([[ 1.,  0.,  0.,  1.],
           [nan, nan, nan, nan]], dtype=float32)
    >>> extractor.get_feature_names_out()[:2]
    array(['hog_r0_c0_by0_bx0_o0', 'hog_r0_c0_by0_bx0_o1'], dtype=object)
    """

    _parameter_constraints = {
        **SampleTransformer._parameter_constraints,
        "orientations": [Interval(Integral, 1, None, closed="left")],
        "pixels_per_cell": [tuple, list],
        "cells_per_block": [tuple, list],
        "block_norm": [StrOptions(set(_NORMS))],
        "transform_sqrt": ["boolean"],
        "size_px": [Interval(Integral, 1, None, closed="left"), tuple, list, None],
    }

    def __init__(
        self,
        orientations=9,
        pixels_per_cell=(8, 8),
        cells_per_block=(2, 2),
        block_norm="L2-Hys",
        transform_sqrt=False,
        size_px=None,
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.orientations = orientations
        self.pixels_per_cell = pixels_per_cell
        self.cells_per_block = cells_per_block
        self.block_norm = block_norm
        self.transform_sqrt = transform_sqrt
        self.size_px = size_px
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _fit_cells(self, cells):
        cell = _pair("pixels_per_cell", self.pixels_per_cell)
        block = _pair("cells_per_block", self.cells_per_block)
        least = cell[0] * block[0], cell[1] * block[1]
        if self.size_px is None:
            self.size_px_ = self._first_size(cells, least)
        else:
            both = isinstance(self.size_px, Integral)
            size = _pair("size_px", (self.size_px, self.size_px) if both else self.size_px)
            self._check_size(size, least)
            self.size_px_ = size

    def _first_size(self, cells, least):
        def large_enough(source):
            size = read_image(source, gray=True).shape
            self._check_size(size, least)
            return size

        size = self._first_read(cells, large_enough)
        if size is None:
            raise ValueError(
                "size_px=None takes the size of the first picture that can be read and is "
                f"large enough, but none of the {len(cells)} samples is. Give the size: "
                f"{type(self).__name__}(size_px=(height, width))."
            )
        return size

    def _check_size(self, size, least):
        if size[0] < least[0] or size[1] < least[1]:
            raise ValueError(
                f"pixels_per_cell={self.pixels_per_cell} and "
                f"cells_per_block={self.cells_per_block} need pictures of at least "
                f"{least[0]} x {least[1]} pixels, got {size[0]} x {size[1]}"
            )

    def _reading(self):
        return read_image, {"size_px": self.size_px_, "gray": True}

    def _extract(self, image):
        return hog(
            image,
            self.orientations,
            self.pixels_per_cell,
            self.cells_per_block,
            self.block_norm,
            transform_sqrt=self.transform_sqrt,
        )

    def _feature_names(self):
        cell = _pair("pixels_per_cell", self.pixels_per_cell)
        block = _pair("cells_per_block", self.cells_per_block)
        return _names(_shape(self.size_px_, self.orientations, cell, block))


def hog(
    image,
    orientations=9,
    pixels_per_cell=(8, 8),
    cells_per_block=(3, 3),
    block_norm="L2-Hys",
    visualize=False,
    transform_sqrt=False,
    feature_vector=True,
    *,
    channel_axis=None,
):
    """Histograms of oriented gradients of an array, as ``skimage.feature.hog``.

    Parameters
    ----------
    image : array-like of shape (height, width), or with channels
        Any real dtype; used as it is, without rescaling.
    orientations : int, default=9
        Bins of angle in 0..180 degrees.
    pixels_per_cell : (int, int), default=(8, 8)
        Height and width of a cell.
    cells_per_block : (int, int), default=(3, 3)
        Height and width of a block in cells.
    block_norm : {"L1", "L1-sqrt", "L2", "L2-Hys"}, default="L2-Hys"
        As in `HOG`.
    visualize : bool, default=False
        Whether to return a picture of the histograms as well; scikit-image draws it.
    transform_sqrt : bool, default=False
        Whether to take the root of each pixel first.
    feature_vector : bool, default=True
        Whether to return one row of features.
    channel_axis : int or None, default=None
        Axis of the channels; at each pixel the one with the greatest gradient counts.
        None is a grey picture.

    Returns
    -------
    features : ndarray of shape (n_features,), float64
        Or of shape (block_rows, block_columns, cells_per_block[0], cells_per_block[1],
        orientations), without ``feature_vector``. float32 for a float32 or float16
        picture. Equal to scikit-image's within 1e-5.
    hog_image : ndarray of shape (height, width)
        With ``visualize`` only.

    Raises
    ------
    ValueError
        If the image has not two axes besides the channels, is complex, or is smaller
        than a block; if a parameter is out of range.

    See Also
    --------
    HOG : The same of a column of pictures.

    References
    ----------
    N. Dalal, B. Triggs (2005), "Histograms of oriented gradients for human detection",
    IEEE Conference on Computer Vision and Pattern Recognition, 886-893.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.image import hog
    >>> hog(np.eye(32), cells_per_block=(2, 2), feature_vector=False).shape
    (3, 3, 2, 2, 9)
    """
    pixels = _channels_last(image, channel_axis)
    if block_norm not in _NORMS:
        raise ValueError("Selected block normalization method is invalid.")
    if not isinstance(orientations, Integral) or orientations < 1:
        raise ValueError(f"orientations must be an integer of at least 1, got {orientations!r}")
    cell = _pair("pixels_per_cell", pixels_per_cell)
    block = _pair("cells_per_block", cells_per_block)
    shape = _shape(pixels.shape, orientations, cell, block)
    if shape[0] < 1 or shape[1] < 1 or not pixels.size:
        raise ValueError(
            "The input image is too small given the values of pixels_per_cell and "
            f"cells_per_block. It should have at least: {cell[0] * block[0]} rows and "
            f"{cell[1] * block[1]} cols. Its shape is {pixels.shape}."
        )
    bins, votes = orientation_votes(pixels, orientations, transform_sqrt)
    norm = _NORMS[block_norm]
    blocks = kernels.descriptor(bins, votes, orientations, *cell, *block, norm)
    features = blocks.ravel() if feature_vector else blocks.reshape(shape)
    features = features.astype(float_type(pixels.dtype), copy=False)
    if not visualize:
        return features
    from skimage.feature import hog as drawn_hog

    _, drawn = drawn_hog(
        pixels,
        orientations,
        pixels_per_cell,
        cells_per_block,
        visualize=True,
        transform_sqrt=transform_sqrt,
        channel_axis=None if channel_axis is None else -1,
    )
    return features, drawn


def _channels_last(image, channel_axis):
    pixels = np.atleast_2d(image)
    n_axes = 2
    if channel_axis is not None:
        n_axes = 3
        if channel_axis not in (-1, pixels.ndim - 1):
            pixels = np.moveaxis(pixels, channel_axis, -1)
    if pixels.ndim != n_axes:
        raise ValueError(
            "Only images with two spatial dimensions are supported. If using with "
            "color/multichannel images, specify `channel_axis`."
        )
    return pixels


def _shape(size, orientations, pixels_per_cell, cells_per_block):
    """Blocks down and across, cells down and across in a block, orientations."""
    cell_height, cell_width = pixels_per_cell
    block_height, block_width = cells_per_block
    return (
        size[0] // cell_height - block_height + 1,
        size[1] // cell_width - block_width + 1,
        block_height,
        block_width,
        orientations,
    )


@lru_cache(maxsize=4)
def _names(shape):
    # kept, because making thousands takes longer than describing many pictures
    return tuple(
        f"hog_r{row}_c{col}_by{y}_bx{x}_o{orientation}"
        for row, col, y, x, orientation in product(*map(range, shape))
    )


def _pair(name, values):
    given = tuple(values)
    try:
        pair = tuple(map(int, given))
    except (TypeError, ValueError, OverflowError):
        pair = ()
    if len(pair) != 2 or pair != given or min(pair) < 1:
        raise ValueError(f"{name} must be two whole numbers of at least 1, got {values!r}")
    return pair
