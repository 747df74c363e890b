"""Patches of a picture told by a learned dictionary: a convolutional layer, not trained."""

from numbers import Integral

import numpy as np

from mmsk._utils.sklearn_private import Interval, StrOptions
from mmsk.base import SampleTransformer
from mmsk.encoding import PatchTransformer
from mmsk.image._unit_range import as_color, check_unit_range
from mmsk.io import read_image


class PatchEncoder(PatchTransformer):
    """Codes of small patches against a learned dictionary, pooled in a pyramid of cells.

    What one layer of a convolutional network does, without backpropagation: all patches of
    the picture are brought to one contrast and whitened, told by their distances to the
    centroids of patches seen in ``fit``, and pooled in cells. Labels are not looked at.

    Parameters
    ----------
    n_centroids : int, default=256
        Words of the dictionary; features for each cell.
    patch_px : int, default=8
        Side of a patch in pixels.
    step_px : int, default=4
        Pixels from one patch to the next, both ways.
    size_px : int, default=128
        Side of the square that all pictures are resized to, aspect ignored.
    color : bool, default=True
        Whether patches hold red, green and blue, or luma only.
    dictionary : {"kmeans", "patches"}, default="kmeans"
        Whether centroids are those of k-means, or patches drawn at random.
    code : {"triangle", "nearest"}, default="triangle"
        What a patch has for each centroid:

        - "triangle": by how much it is nearer than centroids are on average, at least 0;
        - "nearest": 1 for the ``n_nearest`` nearest, 0 for others.
    n_nearest : int or float, default=0.4
        With ``code="nearest"``: how many, or which share of all. Unused otherwise. So dense
        a code wants ``pool="mean"``: the maximum over a cell is nearly always 1.
    levels : tuple of int, default=(1, 2, 4)
        Cells per side of each grid that codes are pooled in.
    pool : {"mean", "max"}, default="max"
        What a cell has of the codes of its patches.
    epsilon : float, default=0.1
        Added to the variance in each direction before whitening, in units of the variance
        of a normalised patch, 1: the more, the less fine detail and noise count.
    max_patches : int, default=50_000
        Patches to learn from, drawn evenly from at most ``max_patches / 25`` pictures.
    max_memory_mb : float, default=16
        What the patches and codes of a picture take at a time, in MiB, for each worker;
        patches of one row of places are the least.
    random_state : int, RandomState or None, default=0
        Of the patches drawn and of k-means. None is another dictionary at each ``fit``.
    n_jobs : int or None, default=None
        Pictures read and described at once. None means 1, or what
        ``joblib.parallel_config`` says.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a picture is described once only, in all processes
        (guide, "Store"). None keeps nothing.
    on_error : {"raise", "missing"}, default="raise"
        What to do with a picture that cannot be read: raise, or give a row of NaN; it is
        then not learned from.

    Attributes
    ----------
    mean_ : ndarray of shape (n_values,), float32
        Of normalised patches; values by row, column and colour, ``patch_px**2`` or three
        times as many.
    whitening_ : ndarray of shape (n_values, n_values), float32
        What normalised patches less their mean are multiplied with.
    centroids_ : ndarray of shape (n_centroids, n_values), float32
        Whitened.

    Raises
    ------
    ValueError
        In ``fit``: if a size leaves fewer patches than cells, if there are fewer centroids
        than ``n_nearest`` or fewer ``max_patches`` than centroids, or if no picture can be
        read. In ``transform``: if a floating picture leaves 0..1.

    Notes
    -----
    Features are float32, by level, row and column of the cell, and centroid: distances of
    at least 0 with "triangle", 0..1 with "nearest". A missing sample is a row of NaN.

    A patch less its mean is divided by the root of its variance plus 10, in squared levels
    of 0..255, as Coates et al. do. So brightness does not show, contrast hardly does, and a
    flat patch is 0. Patches of less variance tell nothing and are not learned from; where
    fewer than ``n_centroids`` are left, centroids repeat.

    Distances are computed in float32, from squares: that of a patch to a centroid equal to it
    is some 0.01 rather than 0, where patches have lengths of 10 to 20.

    "Nearest" takes in all that are as near as the last one. The mean suits dense codes and
    small pictures, the maximum sparse codes and many cells (Boureau et al.); "triangle" is
    0 for about half of the centroids. A linear model or an RBF kernel wants features
    standardised.

    References
    ----------
    A. Coates, H. Lee, A. Y. Ng (2011), "An analysis of single-layer networks in
    unsupervised feature learning", AISTATS, PMLR 15, 215-223.

    L. Thiry, M. Arbel, E. Belilovsky, E. Oyallon (2021), "The unreasonable effectiveness
    of patches in deep convolutional kernels methods", ICLR: "patches" and "nearest".

    J. Yang, K. Yu, Y. Gong, T. Huang (2009), "Linear spatial pyramid matching using sparse
    coding for image classification", CVPR, 1794-1801: the maximum in a pyramid.

    Y.-L. Boureau, J. Ponce, Y. LeCun (2010), "A theoretical analysis of feature pooling in
    visual recognition", ICML, 111-118.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.image import PatchEncoder
    >>> pictures = np.random.default_rng(0).integers(0, 256, (3, 40, 48, 3), dtype=np.uint8)
    >>> encoder = PatchEncoder(n_centroids=20, size_px=32)
    >>> encoder.fit_transform(list(pictures)).shape
    (3, 420)
    >>> encoder.get_feature_names_out()[20]
    'patch_2x2_r0_c0_0'
    """

    _parameter_constraints = {
        **SampleTransformer._parameter_constraints,
        **PatchTransformer.PATCH_CONSTRAINTS,
        "patch_px": [Interval(Integral, 2, None, closed="left")],
        "step_px": [Interval(Integral, 1, None, closed="left")],
        "size_px": [Interval(Integral, 2, None, closed="left")],
        "color": ["boolean"],
        "dictionary": [StrOptions({"kmeans", "patches"})],
    }
    _samples_are = "pictures"

    def __init__(
        self,
        n_centroids=256,
        patch_px=8,
        step_px=4,
        size_px=128,
        color=True,
        dictionary="kmeans",
        code="triangle",
        n_nearest=0.4,
        levels=(1, 2, 4),
        pool="max",
        epsilon=0.1,
        max_patches=50_000,
        max_memory_mb=16,
        random_state=0,
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.n_centroids = n_centroids
        self.patch_px = patch_px
        self.step_px = step_px
        self.size_px = size_px
        self.color = color
        self.dictionary = dictionary
        self.code = code
        self.n_nearest = n_nearest
        self.levels = levels
        self.pool = pool
        self.epsilon = epsilon
        self.max_patches = max_patches
        self.max_memory_mb = max_memory_mb
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _check_together(self):
        super()._check_together()
        least = self.patch_px + (max(self.levels) - 1) * self.step_px
        if self.size_px < least:
            raise ValueError(
                f"patch_px={self.patch_px}, step_px={self.step_px} and levels={self.levels!r} "
                f"need size_px of at least {least}, got {self.size_px}"
            )

    def _shapes(self):
        grids = tuple((k, k) for k in self.levels)
        return (self.patch_px,) * 2, (self.step_px,) * 2, grids

    def _reading(self):
        return read_image, {"size_px": self.size_px, "gray": not self.color}

    def _plane(self, image):
        """A picture with levels of 0..255, of shape (height, width, n_channels), float32."""
        check_unit_range(image)
        levels = (as_color(image) if self.color else image).astype(np.float32)
        levels = levels if image.dtype == np.uint8 else levels * 255
        return levels.reshape(*levels.shape[:2], -1)
