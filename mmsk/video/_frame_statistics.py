"""Statistics of the brightness of a film's frames, and of how it changes."""

from contextlib import closing
from numbers import Integral, Real

import numpy as np

from mmsk._kernels.video import frame_values
from mmsk._utils.sklearn_private import Interval
from mmsk.base import TimedTransformer
from mmsk.io._video import iterate_frames
from mmsk.video._film import FilmTransformer
from mmsk.video._over_time import RunningStatistics

N_CELLS = 3  # per side of the grid: left, middle, right; top, middle, bottom
N_BINS = 32  # of the histograms that are compared: 8 levels each, wider than noise

_OF_A_FRAME = ("luma", "variance", "contrast", "entropy")
_OF_A_STEP = ("difference", "distance")  # from a frame to the next
_OVER_TIME = ("mean", "std", "min", "max", "change")

_STEP = slice(len(_OF_A_FRAME) + N_CELLS**2, None)  # of `frame_values`, from the frame before
_FRAMES_AT_ONCE = 128  # taken in together: NumPy's calls would cost as much as the pixels


class FrameStatistics(FilmTransformer):
    """Brightness, contrast, entropy, motion and scene cuts of a film, over time.

    Parameters
    ----------
    every_s : float or None, default=None
        Seconds that must lie between a frame that is looked at and the next. None
        looks at each frame. Differences between frames grow with their distance in
        time, so films of mixed frame rate are better compared with a value no
        shorter than the longest step, such as 0.1.
    cut_threshold : float, default=0.5
        A frame begins a new scene if the distance of its histogram to that of the frame
        before is more than this, from 0 to 1.
    max_frames : int or None, default=None
        The first so many frames are looked at, and what follows is not decoded. None looks
        at all.
    n_jobs : int or None, default=None
        Films read and described at once. None means 1, or what
        ``joblib.parallel_config`` says.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a film is described once only, in all processes
        (guide, "Store"). None keeps nothing.
    on_error : {"raise", "missing"}, default="raise"
        What a film that cannot be read becomes: a `DecodeError`, or a row of NaN.

    Notes
    -----
    Luma is Y' of the film in full range, 0..255; every pixel counts. Of a frame:

    - ``luma``: mean level, 0..255;
    - ``variance`` of the levels, 0..16256.25;
    - ``contrast``: 95th less 5th percentile of the levels, 0..255; percentile p is the
      lowest level at or below which lie p % of the pixels;
    - ``entropy`` of the shares of the 256 levels, 0..8 bits.

    Of a frame and the one before:

    - ``difference``: mean absolute difference of the levels, 0..255;
    - ``distance``: half the sum of absolute differences between the histograms (shares of
      32 bins of 8 levels), 0..1.

    Each of the six has its ``mean``, standard deviation ``std``, ``min`` and ``max`` over
    the frames, each frame counting once, and its ``change``: the mean absolute difference
    of its values from one frame to the next. Then come ``cuts_per_s``: steps with a
    distance of more than ``cut_threshold``, by the time from the first frame to the
    last; and, for the cells of a 3 x 3 grid, rows from the top, ``luma_r0_c0``… and
    ``difference_r0_c0``…: mean level and mean difference in the cell. That makes
    49 features.

    What there is too little of is 0: differences in a film of one frame, changes of them
    in one of two, cells of a frame of fewer than 3 pixels a side. A stretch of a film is
    described without the frame before it. One frame at a time is in memory, whatever the
    length.

    References
    ----------
    H. Zhang, A. Kankanhalli, S. W. Smoliar (1993), "Automatic partitioning of full-motion
    video", Multimedia Systems 1(1), 10-28: cuts by differences of histograms.

    Examples
    --------
    Half a second of black, then half a second of white.

    >>> import numpy as np
    >>> from mmsk.video import FrameStatistics
    >>> film = np.repeat(np.array([0, 255], np.uint8), 13)[:, None, None] * np.ones(
    ...     (1, 6, 6), np.uint8
    ... )
    >>> statistics = FrameStatistics().set_output(transform="pandas").fit_transform([film])
    >>> statistics[["luma_mean", "luma_change", "difference_max", "cuts_per_s"]]
       luma_mean  luma_change  difference_max  cuts_per_s
    0      127.5         10.2           255.0         1.0
    """

    _parameter_constraints = {
        "every_s": [Interval(Real, 0, None, closed="neither"), None],
        "cut_threshold": [Interval(Real, 0, 1, closed="both")],
        "max_frames": [Interval(Integral, 1, None, closed="left"), None],
        **TimedTransformer._parameter_constraints,
    }

    def __init__(
        self,
        every_s=None,
        cut_threshold=0.5,
        max_frames=None,
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.every_s = every_s
        self.cut_threshold = cut_threshold
        self.max_frames = max_frames
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _feature_names(self):
        measures = _OF_A_FRAME + _OF_A_STEP
        names = [f"{measure}_{statistic}" for measure in measures for statistic in _OVER_TIME]
        cells = [f"r{row}_c{col}" for row in range(N_CELLS) for col in range(N_CELLS)]
        grids = [f"{measure}_{cell}" for measure in ("luma", "difference") for cell in cells]
        return [*names, "cuts_per_s", *grids]

    def _watcher(self, source):
        return _Watcher(self.cut_threshold)

    def _sequence(self, sample):
        measure = _Measure()
        how = {"every_s": self.every_s, "max_frames": self.max_frames, "gray": True}
        with closing(iterate_frames(sample, **how)) as film:
            return np.stack([measure(frame) for frame in film])


class _Measure:
    """What `frame_values` says of each frame; nothing moves before the first."""

    def __init__(self):
        self._last, self._counts = None, np.ones(256, np.int64)

    def __call__(self, frame):
        luma, last = frame.image, self._last
        is_first = last is None
        self._counts, values = frame_values(
            luma, luma if is_first else last, self._counts, N_CELLS, N_BINS
        )
        self._last = luma
        if is_first:
            values[_STEP] = 0.0
        return values


class _Watcher:
    """Statistics of the frames and of the steps between them, some frames at a time."""

    def __init__(self, cut_threshold):
        self._cut_threshold, self._n_cuts = cut_threshold, 0
        self._measure, self._waiting, self._n_added = _Measure(), [], 0
        self._frames, self._steps = _OverTime(len(_OF_A_FRAME)), _OverTime(len(_OF_A_STEP))
        self._first_s = self._last_s = None

    def add(self, frame):
        if self._first_s is None:
            self._first_s = frame.time_s
        self._last_s = frame.time_s
        self._waiting.append(self._measure(frame))
        if len(self._waiting) == _FRAMES_AT_ONCE:
            self._take_in()

    def _take_in(self):
        values = np.stack(self._waiting)
        steps = values[1 if self._n_added == 0 else 0 :, _STEP]
        self._frames.add(values[:, : _STEP.start])
        self._steps.add(steps)
        self._n_cuts += np.count_nonzero(steps[:, 1] > self._cut_threshold)
        self._n_added += len(values)
        self._waiting = []

    def features(self):
        if self._waiting:
            self._take_in()
        frames, steps = self._frames, self._steps
        duration_s = self._last_s - self._first_s
        cuts_per_s = self._n_cuts / duration_s if duration_s > 0 else 0.0
        over_time = [frames.statistics(), steps.statistics(), [cuts_per_s]]
        return np.concatenate([*over_time, frames.mean_grid(), steps.mean_grid()])


class _OverTime:
    """Running statistics of some measures and the running mean of a grid.

    Parameters
    ----------
    n_measures : int
    """

    def __init__(self, n_measures):
        self.values = RunningStatistics(n_measures)
        self.change = np.zeros(n_measures)
        self.last = np.empty((0, n_measures))
        self.grid = np.zeros(N_CELLS**2)

    def add(self, rows):
        """Take the next rows in: the measures, then the grid."""
        n_measures = len(self.change)
        measures = rows[:, :n_measures]
        self.values.add_rows(measures)
        self.change += np.abs(np.diff(np.vstack([self.last, measures]), axis=0)).sum(axis=0)
        self.last = measures[-1:] if len(measures) else self.last
        self.grid += rows[:, n_measures:].sum(axis=0)

    def statistics(self):
        """The statistics `_OVER_TIME` of each measure; 0 where nothing was added."""
        values = self.values
        if not values.count:
            return np.zeros(len(_OVER_TIME) * len(self.change))
        change = self.change / max(values.count - 1, 1)
        over_time = [values.mean, values.std, values.min, values.max, change]
        return np.stack(over_time, axis=1).ravel()

    def mean_grid(self):
        """The mean of the grids, cells row by row; 0 where nothing was added."""
        return self.grid / max(self.values.count, 1)
