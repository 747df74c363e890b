"""Fisher vectors: patches of a picture, compared with those of all pictures."""

from numbers import Integral, Real

import numpy as np

from mmsk._utils.sklearn_private import Interval, StrOptions
from mmsk.base import SampleTransformer
from mmsk.encoding import CodebookTransformer, dense_descriptors
from mmsk.image._unit_range import check_unit_range
from mmsk.io import read_image


class FisherVector(CodebookTransformer):
    """Fisher vector of the patches of a grey picture.

    Patches on a dense grid, at several scales, are described by their gradients. ``fit``
    learns a Gaussian mixture of descriptors from a sample of them; a picture becomes the
    change of the mixture that would suit its own patches better. The strongest description
    of scenes, objects and textures here; made for linear models.

    Parameters
    ----------
    n_components : int, default=64
        Components of the mixture, or centres of k-means for "vlad".
    n_dims : int or None, default=64
        Main axes to which descriptors are reduced; None keeps all 128
        ("hog": 144).
    descriptor : {"sift", "hog"}, default="sift"
        How a patch is described: by Root-SIFT, or by histograms of oriented gradients, to
        which light on dark is the same as dark on light.
    encoding : {"fisher", "vlad"}, default="fisher"
        "vlad" compares with centres only: half as many features, faster, weaker.
    positions : bool, default=True
        Whether a descriptor ends with the position of its patch, so that it counts where
        things are. Costs two more values, where a pyramid multiplies the features.
    pyramid : sequence of int, default=(1,)
        Cells per side of the grids whose cells are encoded one by one; 1 is the whole
        picture, (1, 2) adds its quarters.
    step_px : int, default=4
        Between patches, in pixels of the resized picture.
    cell_px : int, default=6
        A quarter of the side of a patch. The defaults of patches, steps and scales are
        common ones for photographs of 200 to 500 pixels; for much smaller pictures take
        smaller cells, or scales that enlarge more.
    scales : sequence of float, default=(1.41, 1, 0.71, 0.5, 0.35)
        Factors by which the picture is resized before it is cut into patches.
    size_px : int or None, default=256
        Largest height or width; larger pictures are shrunk first. None keeps their size.
    max_descriptors : int, default=100_000
        Descriptors that ``fit`` learns from, which bounds its memory and time. They come
        from at most 1,000 pictures.
    random_state : int, RandomState or None, default=0
        Which descriptors ``fit`` takes, and where k-means begins.
    n_jobs : int or None, default=None
        Pictures read and described at once. None means 1, or what
        ``joblib.parallel_config`` says.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a picture is described once only, in all processes
        (guide, "Store"). None keeps nothing.
    on_error : {"raise", "missing"}, default="raise"
        What to do with a picture that cannot be read: raise, or give a row of NaN; in
        ``fit`` it is then not learned from.

    Attributes
    ----------
    descriptor_mean_ : ndarray of shape (n_values,), float32
        Of the descriptors that ``fit`` took.
    axes_ : ndarray of shape (n_dims, n_values), float32
        Their main axes; fewer where there are fewer descriptors.
    position_scale_ : float
        By which positions are multiplied, so that they vary as much as other values.
    means_, variances_ : ndarray of shape (n_components, n_dims + 2), float32
        Of the mixture; for "vlad" the centres, and None.
    weights_ : ndarray of shape (n_components,), float32, or None
        Of the components of the mixture.

    Raises
    ------
    ValueError
        In ``fit``: if ``pyramid`` or ``scales`` are not positive; if there are fewer than
        two patches in all (`mmsk.exceptions.NothingToLearnError`). If a floating picture
        leaves 0..1.

    Notes
    -----
    Features are float32 in -1..1, and the squares of a row sum to 1: by cell of the
    pyramid; gradients by weights, by means, by variances; component; value of the
    descriptor, the position last. Each cell's signed roots have length 1 before all have
    ("vlad": each centre's part). There are ``n_components * (1 + 2 * (n_dims + 2))`` by
    default, fewer where ``fit`` meets fewer different patches than components. A missing
    sample is a row of NaN. Pictures of any size are described: one smaller than a patch
    is padded by repeating its border, and scales at which it is smaller are left out.

    Gradients are those of ``skimage.feature.fisher_vector(improved=True)``, but for the
    sign of those by variances. Contrast and brightness do not show, except that patches
    with hardly any contrast (a gradient of 1/200 from black to white per pixel) are
    described by zeros.

    References
    ----------
    F. Perronnin, J. Sanchez, T. Mensink (2010), "Improving the Fisher kernel for
    large-scale image classification", ECCV, 143-156.

    J. Sanchez, F. Perronnin, T. de Campos (2012), "Modeling the spatial layout of images
    beyond spatial pyramids", Pattern Recognition Letters 33(16), 2216-2223: positions.

    H. Jegou, M. Douze, C. Schmid, P. Perez (2010), "Aggregating local descriptors into a
    compact image representation", CVPR, 3304-3311: "vlad".

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.image import FisherVector
    >>> pictures = list(np.random.default_rng(0).integers(0, 256, (4, 60, 80), np.uint8))
    >>> extractor = FisherVector(n_components=8, n_dims=16)
    >>> features = extractor.fit_transform([*pictures, None])
    >>> features.shape
    (5, 296)
    >>> np.linalg.norm(features, axis=1).round(3)
    array([ 1.,  1.,  1.,  1., nan], dtype=float32)
    >>> extractor.get_feature_names_out()[[0, 25, -1]]
    array(['fisher_weight_1_0_0_0', 'fisher_mean_1_0_0_0_y',
           'fisher_variance_1_0_0_7_y'], dtype=object)
    """

    _parameter_constraints = {
        **SampleTransformer._parameter_constraints,
        **CodebookTransformer.CODEBOOK_CONSTRAINTS,
        "descriptor": [StrOptions({"sift", "hog"})],
        "step_px": [Interval(Integral, 1, None, closed="left")],
        "cell_px": [Interval(Integral, 1, None, closed="left")],
        "scales": ["array-like"],
        "size_px": [Interval(Integral, 1, None, closed="left"), None],
    }
    _position_names = ("x", "y")

    def __init__(
        self,
        n_components=64,
        n_dims=64,
        *,
        descriptor="sift",
        encoding="fisher",
        positions=True,
        pyramid=(1,),
        step_px=4,
        cell_px=6,
        scales=(1.41, 1, 0.71, 0.5, 0.35),
        size_px=256,
        max_descriptors=100_000,
        random_state=0,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.n_components = n_components
        self.n_dims = n_dims
        self.descriptor = descriptor
        self.encoding = encoding
        self.positions = positions
        self.pyramid = pyramid
        self.step_px = step_px
        self.cell_px = cell_px
        self.scales = scales
        self.size_px = size_px
        self.max_descriptors = max_descriptors
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _fit_cells(self, cells):
        scales = list(self.scales)
        if not scales or not all(isinstance(scale, Real) and scale > 0 for scale in scales):
            raise ValueError(
                f"scales must hold positive factors, such as (1, 0.5), got {self.scales!r}"
            )
        super()._fit_cells(cells)

    def _reading(self):
        return read_image, {"gray": True}

    def _describe(self, image):
        check_unit_range(image)
        white = 255 if image.dtype == np.uint8 else 1
        gray = image.astype(np.float32) / np.float32(white)
        # one resampling for both, so that a large picture is not blurred twice
        shrink = 1.0 if self.size_px is None else min(1.0, self.size_px / max(gray.shape))
        return dense_descriptors(
            gray,
            kind=self.descriptor,
            step_px=self.step_px,
            cell_px=self.cell_px,
            scales=[shrink * scale for scale in self.scales],
        )
