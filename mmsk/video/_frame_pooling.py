"""Features of pictures, taken from a film's frames and pooled over time."""

from contextlib import closing
from itertools import islice
from numbers import Real

import numpy as np
from sklearn.base import clone

from mmsk._utils.errors import noting
from mmsk._utils.sklearn_private import Interval
from mmsk.base import TimedTransformer
from mmsk.io._video import iterate_frames
from mmsk.video._film import FilmTransformer
from mmsk.video._nested import EXTRACTOR_CONSTRAINT, describe
from mmsk.video._over_time import RunningStatistics

#: Frames of the first film that the extractor is fitted on.
N_FIT_FRAMES = 8

_POOLS = ("mean", "std", "min", "max")


class FramePooling(FilmTransformer):
    """Features that an extractor of pictures finds in a film's frames, pooled over time.

    Parameters
    ----------
    extractor : transformer
        Of one column of pictures, with ``fit``, ``transform`` and
        ``get_feature_names_out``; it gets arrays of shape (height, width, 3), uint8, sRGB,
        one at a time.
    every_s : float or None, default=0.5
        Seconds that must lie between a frame that is described and the next. None
        describes each frame.
    pooling : tuple of {"mean", "std", "min", "max"}, default=("mean", "std", "max")
        What is taken of each feature over the frames, each frame counting once.
    n_jobs : int or None, default=None
        Films read and described at once. None means 1, or what
        ``joblib.parallel_config`` says.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a film is described once only, in all processes
        (guide, "Store"). None keeps nothing.
    on_error : {"raise", "missing"}, default="raise"
        Whether a film that cannot be read, or has a frame that cannot be described, stops
        ``transform`` or is a row of NaN. In ``fit``, ``"missing"`` passes over such films.

    Attributes
    ----------
    extractor_ : transformer
        The fitted copy of ``extractor``.
    n_features_in_ : int

    Raises
    ------
    ValueError
        In ``fit``: if ``pooling`` is empty or has a name twice or an unknown one.

    See Also
    --------
    FrameStatistics : Brightness and motion of every frame.
    AudioTrack : Features of a film's sound.

    Notes
    -----
    A row is float32 of ``n_features * len(pooling)`` features: all of the first pool, all
    of the second… ``std`` divides by the number of frames; a film of one frame has 0. A
    missing film is a row of NaN. A feature that is NaN in any frame is NaN.

    ``fit`` fits a copy of the extractor on the first sampled frames (at most
    ``mmsk.video._frame_pooling.N_FIT_FRAMES``) of the first film, so that
    ``HOG(size_px=None)`` takes its size. An extractor that has more to learn is better
    fitted beforehand, on many pictures, and given as
    ``sklearn.frozen.FrozenEstimator(extractor)``.

    One frame at a time is in memory, whatever the length; those between are not converted.

    Examples
    --------
    A picture's mean level, in half a second of black and half a second of white.

    >>> import numpy as np
    >>> from sklearn.preprocessing import FunctionTransformer
    >>> from mmsk.video import FramePooling
    >>> level = FunctionTransformer(
    ...     lambda images: [[image.mean()] for image in images],
    ...     feature_names_out=lambda *_: ["level"],
    ... )
    >>> film = np.repeat(np.array([0, 255], np.uint8), 13)[:, None, None] * np.ones(
    ...     (1, 6, 6), np.uint8
    ... )
    >>> extractor = FramePooling(level, every_s=None)
    >>> extractor.fit_transform([film, None])
    array([[127.5, 127.5, 255. ],
           [  nan,   nan,   nan]], dtype=float32)
    >>> extractor.get_feature_names_out()
    array(['level_mean', 'level_std', 'level_max'], dtype=object)
    """

    _parameter_constraints = {
        "extractor": EXTRACTOR_CONSTRAINT,
        "every_s": [Interval(Real, 0, None, closed="neither"), None],
        "pooling": [tuple, list],
        **TimedTransformer._parameter_constraints,
    }
    _gray = False

    def __init__(
        self,
        extractor,
        every_s=0.5,
        pooling=("mean", "std", "max"),
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.extractor = extractor
        self.every_s = every_s
        self.pooling = pooling
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _fit_cells(self, cells):
        pools = list(self.pooling)
        if not pools or len(set(pools)) < len(pools) or not set(pools) <= set(_POOLS):
            raise ValueError(f"pooling must be some of {_POOLS}, each once, got {pools}")
        images = self._first_read(cells, self._first_images)
        self.extractor_ = clone(self.extractor).fit(images or [None], None)

    def _first_images(self, source):
        with closing(iterate_frames(source, every_s=self.every_s)) as film:
            return [frame.image for frame in islice(film, N_FIT_FRAMES)]

    def _feature_names(self):
        names = self.extractor_.get_feature_names_out()
        return [f"{name}_{pool}" for pool in self.pooling for name in names]

    def _watcher(self, source):
        return _Watcher(self)

    def _sequence(self, sample):
        with closing(iterate_frames(sample, every_s=self.every_s)) as film:
            return np.stack([self._of_frame(frame) for frame in film])

    def _of_frame(self, frame):
        with noting(f"{type(self).__name__}: frame at {frame.time_s:.3f} s"):
            return describe(self.extractor_, frame.image)


class _Watcher:
    """Pools of the features of the frames, as they come."""

    def __init__(self, pooling):
        self._pooling, self._pooled = pooling, None

    def add(self, frame):
        features = self._pooling._of_frame(frame)
        if self._pooled is None:
            self._pooled = RunningStatistics(len(features))
        self._pooled.add(features)

    def features(self):
        return np.concatenate([getattr(self._pooled, pool) for pool in self._pooling.pooling])
