"""Fisher vectors of a film's cuboids: small pieces of it, in space and time."""

from numbers import Integral, Real

import numpy as np

from mmsk._kernels.flow import direction_sums
from mmsk._kernels.image import gray_gradients
from mmsk._utils.sklearn_private import Interval, StrOptions
from mmsk.base import TimedTransformer
from mmsk.encoding import CodebookTransformer
from mmsk.video._film import FilmTransformer
from mmsk.video._flow import FlowSteps, pixels_per_cell

_SIDE_CELLS = 2  # of a cuboid: 2 x 2 cells
_LENGTH_CELLS = 3  # in time
# What is added to the mean length of gradients (levels per pixel), motion and boundaries
# (per second) that shares are taken of, so that noise does not look like structure.
_LEAST = (2.0, 0.01, 0.2, 0.2)
_LEAST_MOVING = 0.05  # share of the pixels of a cuboid that must not be at rest


class MotionFisherVector(FilmTransformer, CodebookTransformer):
    """Fisher vector of a film's cuboids, by their gradients and their motion.

    Cuboids on a dense lattice over space and time are described by their gradients (HOG),
    motion (HOF) and boundaries of motion (MBH). ``fit`` learns a Gaussian mixture of
    descriptors from a sample of them; a film becomes the change of the mixture that would
    suit its own cuboids better. Made for linear models.

    Parameters
    ----------
    n_components : int, default=32
        Components of the mixture, or centres of k-means for "vlad".
    n_dims : int or None, default=64
        Main axes to which descriptors are reduced; None keeps all.
    encoding : {"fisher", "vlad"}, default="fisher"
        "vlad" compares with centres only: half as many features, faster, weaker.
    positions : bool, default=False
        Whether a descriptor ends with the place and time of its cuboid, so that it counts
        where and when things happen.
    pyramid : sequence of int, default=(1, 3)
        Parts of the time that are encoded one by one; 1 is the whole film.
    gradients_of : {"frame", "difference"}, default="frame"
        Whether gradients are those of the frame, so that what is seen counts, or of its
        difference from the frame before, so that only what changes does.
    orientations : int, default=8
        Directions told apart.
    cell_px : int, default=12
        Side of one of the 2 x 2 cells of a cuboid, in pixels of the shrunk frame.
    cell_steps : int, default=2
        Steps from frame to frame in one of the 3 cells that a cuboid has in time.
    every_s : float or None, default=0.1
        Seconds that must lie between a frame that is compared and the next. None compares
        each frame with the next one.
    width_px : int, default=160
        Of the longer side of the frames that are compared; larger ones are shrunk.
    min_speed : float, default=0.02
        Slower pixels are at rest, in lengths of the longer side a second. Cuboids with fewer
        than 5 % of other pixels are left out, unless all are.
    max_descriptors : int, default=100_000
        Descriptors that ``fit`` learns from, which bounds its memory and time. They come
        from at most 1,000 films.
    random_state : int, RandomState or None, default=0
        Which descriptors ``fit`` takes, and where k-means begins.
    n_jobs : int or None, default=None
        Films read and described at once. None means 1, or what
        ``joblib.parallel_config`` says.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a film is described once only, in all processes
        (guide, "Store"). None keeps nothing.
    on_error : {"raise", "missing"}, default="raise"
        What a film that cannot be read becomes: a `DecodeError`, or a row of NaN; in
        ``fit`` it is then not learned from.

    Attributes
    ----------
    descriptor_mean_ : ndarray of shape (n_values,), float32
        Of the descriptors that ``fit`` took.
    axes_ : ndarray of shape (n_dims, n_values), float32
        Their main axes; fewer where there are fewer descriptors.
    position_scale_ : float
        By which positions are multiplied, so that they vary as much as other values.
    means_, variances_ : ndarray of shape (n_components, n_dims), float32
        Of the mixture; for "vlad" the centres, and None.
    weights_ : ndarray of shape (n_components,), float32, or None
        Of the components of the mixture.

    Raises
    ------
    ValueError
        In ``fit``: if ``pyramid`` is not positive; if there are fewer than two cuboids in
        all (`mmsk.exceptions.NothingToLearnError`).

    See Also
    --------
    MotionHistogram : Motion on a fixed grid, with nothing to learn.

    Notes
    -----
    Features are float32 in -1..1, and the squares of a row sum to 1, as those of
    `mmsk.image.FisherVector`: by part of the time; gradients by weights, by means, by
    variances; component; value of the descriptor. A missing film is a row of NaN.

    A descriptor has, for each of 2 x 2 x 3 cells, HOG (of the later frame of a step, or of
    its difference from the earlier), HOF with a last value for rest, and MBH of both parts
    of the flow; of each kind roots of shares are taken, which fall to 0 where there is next
    to nothing. Cuboids overlap by half in space and by two thirds in time. A film of fewer
    steps than a cuboid has its last cell repeated, one of a single frame is at rest; one
    too small for two cells a side has one cuboid.

    Descriptors of a film are in memory at once, some 100 kB a second: long recordings are
    better cut into segments.

    References
    ----------
    H. Wang, C. Schmid (2013), "Action recognition with improved trajectories", ICCV,
    3551-3558: the descriptors and Fisher vectors, along tracks.

    H. Wang, M. Ullah, A. Klaser, I. Laptev, C. Schmid (2009), "Evaluation of local
    spatio-temporal features for action recognition", BMVC: dense cuboids.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.video import MotionFisherVector
    >>> films = list(np.random.default_rng(0).integers(0, 256, (2, 9, 48, 64), np.uint8))
    >>> extractor = MotionFisherVector(n_components=4, n_dims=16, every_s=None)
    >>> features = extractor.fit_transform([*films, None])
    >>> features.shape
    (3, 528)
    >>> np.linalg.norm(features, axis=1).round(3)
    array([ 1.,  1., nan], dtype=float32)
    """

    _parameter_constraints = {
        **TimedTransformer._parameter_constraints,
        **CodebookTransformer.CODEBOOK_CONSTRAINTS,
        "gradients_of": [StrOptions({"frame", "difference"})],
        "orientations": [Interval(Integral, 1, None, closed="left")],
        "cell_px": [Interval(Integral, 2, None, closed="left")],
        "cell_steps": [Interval(Integral, 1, None, closed="left")],
        "every_s": [Interval(Real, 0, None, closed="neither"), None],
        "width_px": [Interval(Integral, 1, None, closed="left")],
        "min_speed": [Interval(Real, 0, None, closed="left")],
    }
    _position_names = ("t", "x", "y")
    _pyramid_axes = 1  # parts of the time only

    def __init__(
        self,
        n_components=32,
        n_dims=64,
        *,
        encoding="fisher",
        positions=False,
        pyramid=(1, 3),
        gradients_of="frame",
        orientations=8,
        cell_px=12,
        cell_steps=2,
        every_s=0.1,
        width_px=160,
        min_speed=0.02,
        max_descriptors=100_000,
        random_state=0,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.n_components = n_components
        self.n_dims = n_dims
        self.encoding = encoding
        self.positions = positions
        self.pyramid = pyramid
        self.gradients_of = gradients_of
        self.orientations = orientations
        self.cell_px = cell_px
        self.cell_steps = cell_steps
        self.every_s = every_s
        self.width_px = width_px
        self.min_speed = min_speed
        self.max_descriptors = max_descriptors
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _watcher(self, source):
        return _Watcher(self)

    def _describe(self, sample):
        return self._watched(sample).descriptors()


class _Watcher:
    """Histograms of the cells of a film, as its frames come.

    Each is of shape (rows, columns, 4 kinds, orientations + 1), the mean over its pixels and
    added up over the steps of a cell: gradients, motion, and boundaries of both its parts.
    """

    def __init__(self, extractor):
        self._extractor = extractor
        self._flows = FlowSteps(extractor.width_px)
        self._sums, self._n_steps = [], []

    def add(self, frame):
        flow = self._flows.step(frame)
        if flow is None:
            return
        if not self._n_steps or self._n_steps[-1] == self._extractor.cell_steps:
            self._sums.append(np.float32(0))
            self._n_steps.append(0)
        self._sums[-1] = self._sums[-1] + self._of_step(flow)
        self._n_steps[-1] += 1

    def _of_step(self, flow):
        small = self._seen()
        extractor = self._extractor
        n_rows, n_columns = (max(1, side // extractor.cell_px) for side in small.shape)
        how = extractor.orientations, n_rows, n_columns
        motion = direction_sums(*flow, *how, extractor.min_speed)
        motion[..., :-1] /= extractor.min_speed or 1.0  # a slow pixel weighs as one at rest
        found = [_gradient_sums(small, how), motion]
        per_side = np.float32(max(small.shape))
        found += [_gradient_sums(part * per_side, how) for part in flow]
        n_pixels = np.maximum(pixels_per_cell(*small.shape, n_rows, n_columns), 1)
        return (np.stack(found, axis=2) / n_pixels[:, :, None, None]).astype(np.float32)

    def _seen(self):
        """The frame whose gradients count, or its difference from the one before."""
        last, before = self._flows.last, self._flows.before
        if self._extractor.gradients_of == "frame":
            return last
        return np.zeros_like(last) if before is None else last - before

    def descriptors(self):
        """Descriptors of all cuboids that move, (n_cuboids, n_values), and positions."""
        if not self._sums:  # a single frame
            still = np.zeros_like(self._flows.last)
            return _cuboids(self._of_step((still, still))[None])
        steps = np.array(self._n_steps, np.float32)[:, None, None, None, None]
        return _cuboids(np.stack(self._sums) / steps)

    def features(self):
        return self._extractor._vector(*self.descriptors())


def _gradient_sums(image, how):
    by_rows, by_columns = gray_gradients(image)
    half = np.float32(0.5)
    sums = direction_sums(half * by_columns, half * by_rows, *how, 0.0)
    sums[..., -1] = 0  # only motion tells what is at rest
    return sums


def _cuboids(cells):
    """Descriptors and positions (time, from the left, from the top, 0..1) of cuboids."""
    sides = (_LENGTH_CELLS, _SIDE_CELLS, _SIDE_CELLS)
    lacking = [(0, max(0, want - have)) for want, have in zip(sides, cells.shape, strict=False)]
    cells = np.pad(cells, [*lacking, (0, 0), (0, 0)], mode="edge")
    views = np.lib.stride_tricks.sliding_window_view(cells, sides, axis=(0, 1, 2))
    places = [
        (np.arange(n) + side / 2) / (n + side - 1)
        for n, side in zip(views.shape, sides, strict=False)
    ]
    times, rows, columns = np.meshgrid(*places, indexing="ij")
    positions = np.stack([times, columns, rows], axis=-1).reshape(-1, 3).astype(np.float32)
    sums = views.reshape(len(positions), *cells.shape[3:], -1)
    n_cells = sums.shape[-1]
    totals = sums.sum(axis=(2, 3), keepdims=True)
    softener = np.array(_LEAST, np.float32)[:, None, None] * n_cells
    shares = np.sqrt(sums / (totals + softener))
    moving = sums[:, 1, -1].sum(axis=-1) < (1 - _LEAST_MOVING) * n_cells
    if not moving.any():
        moving[:] = True
    return shares[moving].reshape(int(moving.sum()), -1), positions[moving]
