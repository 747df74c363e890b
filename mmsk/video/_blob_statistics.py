"""What moves before a still camera: size, shape, place and speed of the foreground."""

from numbers import Integral, Real

import numpy as np

from mmsk._utils.sklearn_private import Interval
from mmsk.base import TimedTransformer
from mmsk.video._background import background
from mmsk.video._film import FilmTransformer, shrunk
from mmsk.video._over_time import RunningStatistics, Timeline

_SMOOTH_PX = 3  # differences are averaged over so many pixels a side, against noise
_LEAST_PIXELS = 16  # a blob of fewer is noise

_OF_ALL = ("area", "motion", "present")
_OF_THE_BLOB = ("blob_area", "length", "aspect", "density", "border", "speed", "x", "y")
_POOLS = ("mean", "std", "min", "max")


class BlobStatistics(FilmTransformer):
    """Size, shape, place and speed over time of what a still camera sees move.

    The background is the median over the whole film; what differs from it is foreground,
    and the largest connected part of that is the blob: a person, a vehicle, an animal.

    Parameters
    ----------
    threshold : float, default=20
        Levels, of 255, by which foreground differs from the background.
    n_parts : int, default=3
        Parts of the time that have means of their own.
    n_background : int, default=30
        The background is the median of so many to twice as many frames of the film.
    every_s : float or None, default=0.1
        Seconds that must lie between a frame that is looked at and the next. None looks
        at each frame.
    width_px : int, default=160
        Of the longer side of the frames that are looked at; larger ones are shrunk.
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
    MotionHistogram : Motion of every pixel, also of moving cameras.

    Notes
    -----
    Lengths are in units of the longer side of a frame. Of every frame:

    - ``area``: share of the frame that is foreground;
    - ``motion``: share whose levels differ by the threshold from the frame before;
    - ``present``: 1 if there is a blob, of at least 16 pixels.

    Of the blob, where there is one:

    - ``blob_area``: its share of the frame;
    - ``length``: of the main axis of the ellipse with the same second moments;
    - ``aspect``: the minor axis by the main one, 0 (a line) to 1 (a disc or square);
    - ``density``: its area by that of the ellipse, 1 if that is filled;
    - ``border``: pixels on the border of the frame by the root of its pixels;
    - ``speed`` of its centroid, per second; 0 for the first;
    - ``x``, ``y``: its centroid, from the left and from the top.

    Each has its mean, standard deviation, minimum and maximum over the frames that have it,
    and its means over ``n_parts`` equal parts of the time (over all, where a part has
    none); measures of a blob that is never there are 0. The last feature is
    ``displacement``: from the mean place in the first part to that in the last.

    Of a segment, the background is that of the whole film. A change of all levels alike
    does not show: the median difference is taken away. A missing film is a row of NaN.
    Few small frames are in memory, whatever the length; the film is read twice.

    References
    ----------
    M. Piccardi (2004), "Background subtraction techniques: a review", IEEE International
    Conference on Systems, Man and Cybernetics, 3099-3104: the temporal median.

    Examples
    --------
    A white square of a tenth of the frame, with its smoothed border, goes from left to right.

    >>> import numpy as np
    >>> from mmsk.video import BlobStatistics
    >>> film = np.zeros((25, 32, 32), np.uint8)
    >>> for step in range(25):
    ...     film[step, 12:20, step : step + 8] = 255
    >>> extractor = BlobStatistics(every_s=None).set_output(transform="pandas")
    >>> extractor.fit_transform([film])[["area_mean", "aspect_mean", "speed_max"]].round(2)
       area_mean  aspect_mean  speed_max
    0        0.1         0.99       0.78
    """

    _parameter_constraints = {
        **TimedTransformer._parameter_constraints,
        "threshold": [Interval(Real, 0, 255, closed="neither")],
        "n_parts": [Interval(Integral, 1, None, closed="left")],
        "n_background": [Interval(Integral, 1, None, closed="left")],
        "every_s": [Interval(Real, 0, None, closed="neither"), None],
        "width_px": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        threshold=20,
        n_parts=3,
        n_background=30,
        every_s=0.1,
        width_px=160,
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.threshold = threshold
        self.n_parts = n_parts
        self.n_background = n_background
        self.every_s = every_s
        self.width_px = width_px
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _feature_names(self):
        pools = [*_POOLS, *(f"part_{part}" for part in range(self.n_parts))]
        measures = _OF_ALL + _OF_THE_BLOB
        return [*(f"{m}_{pool}" for m in measures for pool in pools), "displacement"]

    def _watcher(self, source):
        empty = background(source, self.n_background, self.width_px)
        return _Watcher(empty, self.threshold, self.width_px, self.n_parts)


class _Watcher:
    """Measures of the foreground over time, as the frames come."""

    def __init__(self, empty, threshold, width_px, n_parts):
        self._empty, self._threshold = empty, threshold
        self._width_px, self._n_parts = width_px, n_parts
        self._of_all, self._of_blob = _Measures(_OF_ALL), _Measures(_OF_THE_BLOB)
        self._last = self._last_place = None

    def add(self, frame):
        small = shrunk(frame.image, self._width_px)
        difference = _leveled(small - self._empty)
        foreground = _smoothed(difference) > self._threshold
        blob = _largest(foreground)
        motion = 0.0
        if self._last is not None:
            motion = (_smoothed(_leveled(small - self._last)) > self._threshold).mean()
        self._last = small
        self._of_all.add(np.array([foreground.mean(), motion, blob is not None]))
        self._of_blob.add(None if blob is None else self._shape(blob, frame.time_s))

    def _shape(self, blob, time_s):
        *measures, x, y = blob_measures(blob)
        speed = 0.0
        if self._last_place is not None:
            last_s, last_x, last_y = self._last_place
            speed = np.hypot(x - last_x, y - last_y) / max(time_s - last_s, 1e-3)
        self._last_place = time_s, x, y
        return np.array([*measures, speed, x, y])

    def features(self):
        of_blob = self._of_blob.over_time(self._n_parts)
        places = of_blob[-2:, len(_POOLS) :]
        displacement = np.hypot(*(places[:, -1] - places[:, 0]))
        of_all = self._of_all.over_time(self._n_parts)
        return np.concatenate([of_all.ravel(), of_blob.ravel(), [displacement]])


class _Measures:
    """Statistics of measures that some frames lack."""

    def __init__(self, names):
        self._statistics = RunningStatistics(len(names))
        self._timeline = Timeline()
        self._none = np.zeros(len(names) + 1)

    def add(self, values):
        if values is None:
            self._timeline.add(self._none)
            return
        self._statistics.add(values)
        self._timeline.add(np.append(values, 1.0))

    def over_time(self, n_parts):
        """Pools and part means of each measure, of shape (n_measures, 4 + n_parts)."""
        found = self._statistics
        if not found.count:
            return np.zeros((len(self._none) - 1, len(_POOLS) + n_parts))
        means = self._timeline.part_means(n_parts)
        with np.errstate(invalid="ignore"):
            parts = means[:, :-1] / means[:, -1:]
        parts = np.where(means[:, -1:] > 0, parts, found.mean)
        pools = np.stack([getattr(found, pool) for pool in _POOLS])
        return np.concatenate([pools, parts]).T


def _leveled(difference):
    return difference - np.median(difference)


def _smoothed(difference):
    from scipy.ndimage import uniform_filter

    return uniform_filter(np.abs(difference), _SMOOTH_PX)


def _largest(foreground):
    """The largest connected part of a mask, as a mask; None if there is none to speak of."""
    from scipy.ndimage import label

    labels, n_parts = label(foreground)
    if not n_parts:
        return None
    counts = np.bincount(labels.ravel())[1:]
    largest = counts.argmax()
    return labels == largest + 1 if counts[largest] >= _LEAST_PIXELS else None


def blob_measures(blob):
    """Area, length, aspect, density, border, x and y of a mask that is not empty.

    Parameters
    ----------
    blob : ndarray of shape (height, width), bool

    Returns
    -------
    measures : tuple of seven float
        As in `BlobStatistics`.
    """
    side = max(blob.shape)
    rows, columns = np.nonzero(blob)
    n_pixels = len(rows)
    x, y = columns.mean(), rows.mean()
    # a pixel is a square, so that a single one has an extent
    spread = np.cov(np.stack([columns, rows]), bias=True) + np.eye(2) / 12
    minor, major = np.sqrt(np.linalg.eigvalsh(spread))
    inner = blob[1:-1, 1:-1].sum()
    return (
        n_pixels / blob.size,
        4 * major / side,
        minor / major,
        n_pixels / (4 * np.pi * minor * major),
        (n_pixels - inner) / np.sqrt(n_pixels),
        (x + 0.5) / side,
        (y + 0.5) / side,
    )
