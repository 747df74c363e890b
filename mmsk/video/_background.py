"""What a film looks like when nothing is in the way: the median of frames spread over it."""

import os
from contextlib import closing
from functools import lru_cache

import numpy as np

from mmsk.io._sources import Segment
from mmsk.io._video import iterate_frames
from mmsk.video._film import shrunk

EVERY_S = 0.2  # frames that are candidates; more would only look alike
_CACHED = 64  # backgrounds of files: small pictures, wanted by all segments of a file


def background(source, n_frames, width_px):
    """The median over time of a whole film, even if the source is a stretch of it.

    Parameters
    ----------
    source : film or Segment
        What `mmsk.io.read_video` takes.
    n_frames : int
        The median is of so many to twice as many frames, evenly spread; of fewer where
        the film has fewer.
    width_px : int
        As of `mmsk.video._film.shrunk`.

    Returns
    -------
    levels : ndarray of shape (height, width), float32
    """
    film = Segment.of(source).source
    if isinstance(film, (str, os.PathLike)) and os.path.isfile(film):
        path, status = os.path.abspath(film), os.stat(film)
        return _of_file(path, status.st_mtime_ns, status.st_size, n_frames, width_px)
    return _median(film, n_frames, width_px)


@lru_cache(maxsize=_CACHED)
def _of_file(path, mtime_ns, size, n_frames, width_px):
    return _median(path, n_frames, width_px)


def _median(film, n_frames, width_px):
    kept, step = [], 1
    with closing(iterate_frames(film, every_s=EVERY_S, gray=True)) as frames:
        for number, frame in enumerate(frames):
            if number % step:
                continue
            if len(kept) == 2 * n_frames:  # spread twice as far apart
                kept, step = kept[::2], 2 * step
                if number % step:
                    continue
            kept.append(shrunk(frame.image, width_px).astype(np.uint8))
    return np.median(np.stack(kept), axis=0).astype(np.float32)
