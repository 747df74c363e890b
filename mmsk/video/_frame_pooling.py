"""Features of pictures, taken from a film's frames and pooled over time."""

from contextlib import closing
from itertools import islice
from numbers import Integral, Real

import numpy as np
from sklearn.base import clone

from mmsk._utils.errors import noting
from mmsk._utils.sklearn_private import Interval
from mmsk.base import TimedTransformer
from mmsk.io._video import iterate_frames
from mmsk.video._film import FilmTransformer
from mmsk.video._nested import EXTRACTOR_CONSTRAINT, describe
from mmsk.video._over_time import RunningStatistics, Timeline

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
    pyramid : tuple of int, default=(1,)
        Equal parts of the time at each level: 1, all of it, has the pools; each part of a
        level of more has its mean. ``(1, 2, 4)`` tells what came first, and what then.
    max_frames : int or None, default=None
        Frames that are described at most, the first ones; None describes all.
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
        In ``fit``: if ``pooling`` is empty or has a name twice or an unknown one, or
        ``pyramid`` is empty or holds another than a positive whole number, or one twice.

    See Also
    --------
    FrameStatistics : Brightness and motion of every frame.
    AudioTrack : Features of a film's sound.

    Notes
    -----
    A row is float32 of ``n_features * len(pooling)`` features for level 1 of the pyramid, all
    of the first pool, all of the second…, and of ``n_features`` for each part of another
    level; parts are cut to within 2 % of the time, and share a frame where there are fewer
    frames than parts. ``std`` divides by the number of frames; a film of one frame has 0. A
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
        "pyramid": [tuple, list],
        "max_frames": [Interval(Integral, 1, None, closed="left"), None],
        **TimedTransformer._parameter_constraints,
    }
    _gray = False

    def __init__(
        self,
        extractor,
        every_s=0.5,
        pooling=("mean", "std", "max"),
        pyramid=(1,),
        max_frames=None,
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.extractor = extractor
        self.every_s = every_s
        self.pooling = pooling
        self.pyramid = pyramid
        self.max_frames = max_frames
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _fit_cells(self, cells):
        pools = list(self.pooling)
        if not pools or len(set(pools)) < len(pools) or not set(pools) <= set(_POOLS):
            raise ValueError(f"pooling must be some of {_POOLS}, each once, got {pools}")
        levels = list(self.pyramid)
        whole = all(isinstance(level, Integral) and level > 0 for level in levels)
        if not levels or not whole or len(set(levels)) < len(levels):
            raise ValueError(
                f"pyramid must hold different positive whole numbers, got {self.pyramid!r}"
            )
        images = self._first_read(cells, self._first_images)
        self.extractor_ = clone(self.extractor).fit(images or [None], None)

    def _first_images(self, source):
        with closing(iterate_frames(source, every_s=self.every_s)) as film:
            return [frame.image for frame in islice(film, N_FIT_FRAMES)]

    def _feature_names(self):
        names = self.extractor_.get_feature_names_out()
        found = []
        for level in self.pyramid:
            parts = [f"part{part + 1}of{level}" for part in range(level)]
            pools = self.pooling if level == 1 else parts
            found += [f"{name}_{pool}" for pool in pools for name in names]
        return found

    def _watcher(self, source):
        return _Watcher(self)

    def _sequence(self, sample):
        how = {"every_s": self.every_s, "max_frames": self.max_frames}
        with closing(iterate_frames(sample, **how)) as film:
            return np.stack([self._of_frame(frame) for frame in film])

    def _of_frame(self, frame):
        with noting(f"{type(self).__name__}: frame at {frame.time_s:.3f} s"):
            return describe(self.extractor_, frame.image)


class _Watcher:
    """Pools of the features of the frames, as they come."""

    def __init__(self, pooling):
        self._pooling, self._pooled = pooling, None
        self._timeline = None if set(pooling.pyramid) == {1} else Timeline()

    def add(self, frame):
        features = self._pooling._of_frame(frame)
        if self._pooled is None:
            self._pooled = RunningStatistics(len(features))
        self._pooled.add(features)
        if self._timeline is not None:
            self._timeline.add(features)

    def features(self):
        found = []
        for level in self._pooling.pyramid:
            if level == 1:
                found += [getattr(self._pooled, pool) for pool in self._pooling.pooling]
            else:
                found += list(self._timeline.part_means(level))
        return np.concatenate(found)
