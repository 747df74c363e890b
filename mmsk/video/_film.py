"""The base of extractors that look at a film's frames one after the other."""

from contextlib import closing

import numpy as np

from mmsk.base import TimedTransformer
from mmsk.io._video import iterate_frames
from mmsk.video._one_pass import described_in_one_pass, film_opened


class FilmTransformer(TimedTransformer):
    """Base class: a watcher sees each frame once, in order, and then tells the features.

    A subclass defines ``_watcher`` and has a parameter ``every_s``, and maybe ``max_frames``.
    A watcher has ``add(frame)``, of a `mmsk.io._video.Frame`, and ``features()``; it holds no
    more of the film than it needs, so that memory does not grow with length.
    """

    _gray = True  # whether a watcher wants luma only
    max_frames = None

    def _watcher(self, source):
        """What sees the frames of one source."""
        raise NotImplementedError

    def _reading(self):
        return _as_given, {}  # a film is read frame by frame, while it is described

    def _extract(self, sample):
        return self._watched(sample).features()

    def _watched(self, sample):
        """A watcher that has seen all frames of a sample."""
        watcher = self._watcher(sample)
        how = {"every_s": self.every_s, "max_frames": self.max_frames, "gray": self._gray}
        with closing(iterate_frames(sample, **how)) as film:
            for frame in film:
                watcher.add(frame)
        return watcher

    def _shared_source(self, source):
        return film_opened(source)

    def _described_together(self, wanted):
        return described_in_one_pass(wanted)


def _as_given(source):
    return source


def shrunk(luma, width_px):
    """A frame of at most so many pixels a side, float32 levels 0..255.

    Parameters
    ----------
    luma : ndarray of shape (height, width), uint8
    width_px : int
        Of the longer side; a smaller frame keeps its size.

    Returns
    -------
    small : ndarray of shape (new_height, new_width), float32
        Of at least one pixel per side. Pixels are means of those they cover.
    """
    scale = min(1.0, width_px / max(luma.shape))
    height, width = (max(1, round(scale * side)) for side in luma.shape)
    if (height, width) == luma.shape:
        return luma.astype(np.float32)
    from PIL import Image

    picture = Image.fromarray(np.ascontiguousarray(luma))
    return np.asarray(picture.resize((width, height), Image.Resampling.BOX), np.float32)
