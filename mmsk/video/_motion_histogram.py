"""Histograms of motion: optical flow and its boundaries, in parts of a film and its frames."""

from itertools import product
from numbers import Integral, Real

import numpy as np

from mmsk._kernels.flow import direction_sums
from mmsk._kernels.image import gray_gradients
from mmsk._utils.sklearn_private import Interval, StrOptions
from mmsk.base import TimedTransformer
from mmsk.video._film import FilmTransformer
from mmsk.video._flow import FlowSteps, pixels_per_cell
from mmsk.video._over_time import Timeline

_KINDS = ("hof", "mbh_x", "mbh_y")


class MotionHistogram(FilmTransformer):
    """Directions of a film's motion, and of its boundaries, on a grid over space and time.

    Optical flow says where each pixel moves from one frame to the next (HOF); the gradients
    of its two parts say where neighbours move differently (MBH), which a moving camera does
    not show in.

    Parameters
    ----------
    orientations : int, default=8
        Directions told apart; the first is to the right, then clockwise.
    grid : tuple of three int, default=(3, 2, 2)
        Parts of the time, rows and columns.
    every_s : float or None, default=0.1
        Seconds that must lie between a frame that is compared and the next. None compares
        each frame with the next one.
    width_px : int, default=160
        Of the longer side of the frames that are compared; larger ones are shrunk. Motion
        of up to a tenth of it from frame to frame is found.
    min_speed : float, default=0.02
        Slower pixels are at rest, in lengths of the longer side a second.
    norm : {"l2", None}, default="l2"
        "l2" brings each of the three histograms to length 1, so that the amount of motion
        does not show but in the share at rest. None leaves the amounts.
    n_jobs : int or None, default=None
        Films read and described at once. None means 1, or what
        ``joblib.parallel_config`` says.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a film is described once only, in all processes
        (guide, "Store"). None keeps nothing.
    on_error : {"raise", "missing"}, default="raise"
        What a film that cannot be read becomes: a `DecodeError`, or a row of NaN.

    Raises
    ------
    ValueError
        In ``fit``: if ``grid`` does not hold three positive whole numbers.

    See Also
    --------
    MotionFisherVector : The same and gradients, of parts of a film, against a codebook.
    FrameStatistics : Brightness, and how it changes.

    Notes
    -----
    Features are float32, not negative, by kind (``hof``, ``mbh_x``, ``mbh_y``), part of the
    time, row, column and direction; ``hof`` ends with ``rest`` in each cell. All are signed
    roots. Before that, ``hof`` is the mean over pixels and steps of the speed in a direction,
    in lengths of the longer side a second, and for ``rest`` the share of pixels slower than
    ``min_speed``; ``mbh`` is that of the gradient of the speed to the right (``mbh_x``) and
    down (``mbh_y``), per second. A speed between two directions is shared among them.

    Flow is that of Lucas and Kanade by a pyramid of scales; frames are compared after
    their mean level is taken away. A film at rest, and one of a single frame, has 1 or 0
    for ``rest`` (before ``norm``) and 0 otherwise. A missing film is a row of NaN. Two
    frames at a time are in memory, whatever the length.

    References
    ----------
    I. Laptev, M. Marszalek, C. Schmid, B. Rozenfeld (2008), "Learning realistic human
    actions from movies", CVPR: HOF on a grid over space and time.

    N. Dalal, B. Triggs, C. Schmid (2006), "Human detection using oriented histograms of
    flow and appearance", ECCV, 428-441: MBH.

    B. Lucas, T. Kanade (1981), "An iterative image registration technique with an
    application to stereo vision", IJCAI, 674-679.

    Examples
    --------
    Noise that moves down by a pixel a frame.

    >>> import numpy as np
    >>> from mmsk.video import MotionHistogram
    >>> noise = np.random.default_rng(0).integers(0, 256, (64, 48), dtype=np.uint8)
    >>> film = np.stack([np.roll(noise, step, axis=0) for step in range(9)])
    >>> extractor = MotionHistogram(orientations=4, grid=(1, 1, 1), every_s=None)
    >>> features = extractor.fit_transform([film])
    >>> extractor.get_feature_names_out()[features.argmax()]
    'hof_t0_r0_c0_1'
    """

    _parameter_constraints = {
        **TimedTransformer._parameter_constraints,
        "orientations": [Interval(Integral, 1, None, closed="left")],
        "grid": [tuple, list],
        "every_s": [Interval(Real, 0, None, closed="neither"), None],
        "width_px": [Interval(Integral, 1, None, closed="left")],
        "min_speed": [Interval(Real, 0, None, closed="left")],
        "norm": [StrOptions({"l2"}), None],
    }

    def __init__(
        self,
        orientations=8,
        grid=(3, 2, 2),
        every_s=0.1,
        width_px=160,
        min_speed=0.02,
        norm="l2",
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.orientations = orientations
        self.grid = grid
        self.every_s = every_s
        self.width_px = width_px
        self.min_speed = min_speed
        self.norm = norm
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _fit_cells(self, cells):
        sides = list(self.grid)
        if len(sides) != 3 or not all(isinstance(n, Integral) and n > 0 for n in sides):
            raise ValueError(
                "grid must hold parts of the time, rows and columns, such as (3, 2, 2), got "
                f"{self.grid!r}"
            )

    def _feature_names(self):
        names = []
        for kind in _KINDS:
            directions = [*range(self.orientations), *(["rest"] if kind == "hof" else [])]
            cells = product(*map(range, self.grid), directions)
            names += [f"{kind}_t{t}_r{row}_c{col}_{which}" for t, row, col, which in cells]
        return names

    def _watcher(self, source):
        return _Watcher(self)


class _Watcher:
    """The histograms of a film, as its frames come."""

    def __init__(self, extractor):
        self._extractor = extractor
        self._steps = FlowSteps(extractor.width_px)
        self._timeline = Timeline()

    def add(self, frame):
        flow = self._steps.step(frame)
        if flow is not None:
            self._timeline.add(self._of_step(flow))

    def _of_step(self, flow):
        """Means over the pixels of each cell, of shape (rows, columns, 3, directions + 1)."""
        extractor = self._extractor
        _, n_rows, n_columns = extractor.grid
        how = extractor.orientations, n_rows, n_columns
        found = [direction_sums(flow.right, flow.down, *how, extractor.min_speed)]
        per_width = np.float32(max(flow.right.shape) / 2)
        for part in flow:
            by_rows, by_columns = gray_gradients(part)
            found.append(direction_sums(by_columns * per_width, by_rows * per_width, *how, 0.0))
        n_pixels = np.maximum(pixels_per_cell(*flow.right.shape, n_rows, n_columns), 1)
        return np.stack(found, axis=2) / n_pixels[:, :, None, None]

    def features(self):
        n_parts, n_rows, n_columns = self._extractor.grid
        means = self._timeline.part_means(n_parts)
        n_directions = self._extractor.orientations
        if means is None:
            means = np.zeros((n_parts, n_rows, n_columns, len(_KINDS), n_directions + 1))
        hof = np.sqrt(means[..., 0, :]).ravel()
        mbh = [np.sqrt(means[..., kind, :n_directions]).ravel() for kind in (1, 2)]
        parts = [hof, *mbh]
        if self._extractor.norm == "l2":
            parts = [part / (np.linalg.norm(part) or 1.0) for part in parts]
        return np.concatenate(parts)
