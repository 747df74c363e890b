"""Motion-energy and motion-history images: where, how often and when something moved."""

from numbers import Integral, Real

import numpy as np

from mmsk._kernels.flow import direction_sums
from mmsk._kernels.image import gray_gradients
from mmsk._utils.sklearn_private import Interval
from mmsk.base import TimedTransformer
from mmsk.video._film import FilmTransformer, shrunk
from mmsk.video._flow import pixels_per_cell

_SMOOTH_PX = 3  # differences are averaged over so many pixels a side, against noise
_KINDS = ("energy", "history")
_N_MOMENTS = 7


class MotionHistory(FilmTransformer):
    """Shape of a film's motion-energy and motion-history images.

    One picture says how often each pixel moved, another when it did so last; both are told by
    their means on a grid and their moments, the second by its gradients too. Takes a still
    camera, and a film or segment of one action.

    Parameters
    ----------
    threshold : float, default=20
        Levels, of 255, by which a pixel that moves differs from the frame before.
    grid : int, default=4
        Cells per side.
    orientations : int, default=8
        Directions told apart; the first is to the right, then clockwise.
    every_s : float or None, default=0.1
        Seconds that must lie between a frame that is compared and the next. None compares
        each frame with the next one.
    width_px : int, default=160
        Of the longer side of the frames that are compared; larger ones are shrunk.
    n_jobs : int or None, default=None
        Films read and described at once. None means 1, or what
        ``joblib.parallel_config`` says.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a film is described once only, in all processes
        (guide, "Store"). None keeps nothing.
    on_error : {"raise", "missing"}, default="raise"
        What a film that cannot be read becomes: a `DecodeError`, or a row of NaN.

    See Also
    --------
    BlobStatistics : The largest thing that moves, and its way.
    MotionHistogram : Motion of every pixel, also of moving cameras.

    Notes
    -----
    A pixel moves where the mean difference of the 3 x 3 pixels around it from the frame
    before is above the threshold; the median difference of the frame is taken away, so that
    a change of all levels alike is no motion. Features are float32:

    - ``energy_r0_c0``… : mean in the cell of the share of steps in which a pixel moved, 0..1;
    - ``history_r0_c0``… : mean of when it last did, from the first step (towards 0) to the
      last (1), 0 where it never did;
    - ``energy_hu_0``… and ``history_hu_0``… : the seven moments of Hu of either picture, as
      signed roots, which do not change where it is moved, turned or made larger;
    - ``direction_0``… : shares of the directions in which the history grows, by the length
      of its gradient, where all 3 x 3 pixels have moved: 0..1, all 0 if none has.

    A film at rest and one of a single frame have 0 everywhere. A missing film is a row of
    NaN. Two small pictures are in memory, and a frame, whatever the length.

    References
    ----------
    A. F. Bobick, J. W. Davis (2001), "The recognition of human movement using temporal
    templates", IEEE Transactions on Pattern Analysis and Machine Intelligence 23(3), 257-267.

    G. R. Bradski, J. W. Davis (2002), "Motion segmentation and pose recognition with motion
    history gradients", Machine Vision and Applications 13, 174-184: the directions.

    M.-K. Hu (1962), "Visual pattern recognition by moment invariants", IRE Transactions on
    Information Theory 8(2), 179-187.

    Examples
    --------
    A bright box that goes down: the history grows downwards, the third of eight directions.

    >>> import numpy as np
    >>> from mmsk.video import MotionHistory
    >>> film = np.zeros((20, 64, 48), np.uint8)
    >>> for step in range(20):
    ...     film[step, 2 * step : 2 * step + 10, 15:30] = 255
    >>> extractor = MotionHistory(every_s=None).set_output(transform="pandas")
    >>> row = extractor.fit_transform([film]).iloc[0]
    >>> row.filter(like="direction").idxmax(), bool(row["history_r0_c1"] < row["history_r2_c1"])
    ('direction_2', True)
    """

    _parameter_constraints = {
        **TimedTransformer._parameter_constraints,
        "threshold": [Interval(Real, 0, 255, closed="neither")],
        "grid": [Interval(Integral, 1, None, closed="left")],
        "orientations": [Interval(Integral, 1, None, closed="left")],
        "every_s": [Interval(Real, 0, None, closed="neither"), None],
        "width_px": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        threshold=20,
        grid=4,
        orientations=8,
        every_s=0.1,
        width_px=160,
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.threshold = threshold
        self.grid = grid
        self.orientations = orientations
        self.every_s = every_s
        self.width_px = width_px
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _feature_names(self):
        cells = [f"r{row}_c{col}" for row in range(self.grid) for col in range(self.grid)]
        moments = [f"hu_{number}" for number in range(_N_MOMENTS)]
        named = [f"{kind}_{name}" for kind in _KINDS for name in cells]
        named += [f"{kind}_{name}" for kind in _KINDS for name in moments]
        return named + [f"direction_{which}" for which in range(self.orientations)]

    def _watcher(self, source):
        return _Watcher(self)


class _Watcher:
    """How often each pixel moved, and when last, as the frames come."""

    def __init__(self, extractor):
        self._extractor = extractor
        self._last = self._n_moved = self._moved_at_s = None
        self._n_steps, self._first_s, self._last_s = 0, 0.0, 0.0

    def add(self, frame):
        small = shrunk(frame.image, self._extractor.width_px)
        if self._last is None:
            self._n_moved, self._moved_at_s = np.zeros((2, *small.shape))
            self._first_s = frame.time_s
        else:
            moved = moving(small - self._last, self._extractor.threshold)
            self._n_moved += moved
            self._moved_at_s[moved] = frame.time_s
            self._n_steps += 1
        self._last, self._last_s = small, frame.time_s

    def features(self):
        duration_s = max(self._last_s - self._first_s, 1e-3)
        energy = self._n_moved / max(self._n_steps, 1)
        age = (self._moved_at_s - self._first_s) / duration_s
        pictures = energy, np.where(self._n_moved > 0, age, 0.0)
        n_cells = self._extractor.grid
        grids = [_cell_means(picture, n_cells) for picture in pictures]
        moments = [np.sign(m) * np.sqrt(np.abs(m)) for m in map(hu_moments, pictures)]
        directions = history_directions(pictures[1], self._extractor.orientations)
        return np.concatenate([*grids, *moments, directions])


def moving(difference, threshold):
    """Which pixels moved from one frame to the next.

    Parameters
    ----------
    difference : ndarray of shape (height, width), float32
        In levels.
    threshold : float

    Returns
    -------
    moved : ndarray of shape (height, width), bool
    """
    from scipy.ndimage import uniform_filter

    return uniform_filter(np.abs(difference - np.median(difference)), _SMOOTH_PX) > threshold


def _cell_means(picture, n_cells):
    """Means in the cells of a grid, row by row; 0 in one without pixels."""
    height, width = picture.shape
    rows, columns = (np.arange(n_cells + 1) * side // n_cells for side in (height, width))
    summed = np.pad(picture.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    sums = np.diff(np.diff(summed[np.ix_(rows, columns)], axis=0), axis=1)
    return (sums / np.maximum(pixels_per_cell(height, width, n_cells, n_cells), 1)).ravel()


def hu_moments(picture):
    """The seven moments of Hu.

    Parameters
    ----------
    picture : ndarray of shape (height, width), floating
        Not negative.

    Returns
    -------
    moments : ndarray of shape (7,), float64
        0 of a picture that is 0 everywhere.
    """
    from skimage.measure import moments_central, moments_hu, moments_normalized

    if picture.sum() <= 0:
        return np.zeros(_N_MOMENTS)
    # columns before rows, or the last would have the other sign than elsewhere
    return moments_hu(moments_normalized(moments_central(picture.T)))


def history_directions(history, orientations):
    """Shares of the directions in which a motion history grows.

    Parameters
    ----------
    history : ndarray of shape (height, width), floating
        0 where nothing moved.
    orientations : int

    Returns
    -------
    shares : ndarray of shape (orientations,), float64
        Their sum is 1, or 0 where nothing grows.
    """
    from scipy.ndimage import minimum_filter

    inside = minimum_filter(history, _SMOOTH_PX, mode="constant") > 0
    down, right = (part * inside for part in gray_gradients(history.astype(np.float32)))
    sums = direction_sums(right, down, orientations, 1, 1, 0.0)[0, 0, :orientations]
    return sums / (sums.sum() or 1.0)
