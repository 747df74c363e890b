"""Films in: frames one at a time, never all in memory."""

from fractions import Fraction
from numbers import Real
from typing import NamedTuple

import numpy as np

from mmsk.exceptions import DecodeError
from mmsk.io._sources import Segment, decoding, is_stored, openable

_ARRAY_RATE_HZ = 25.0  # frames a second of a film given as a bare array
_FULL_RANGE = 2  # AVCOL_RANGE_JPEG: luma in 0..255; otherwise 16..235
_PLANAR_8_BIT = ("gray", "yuv420p", "yuv422p", "yuv444p", "yuv440p", "yuv411p", "yuv410p")
_PLANAR_8_BIT_FULL = ("yuvj420p", "yuvj422p", "yuvj444p", "yuvj440p")

# limited-range luma stretched to 0..255, by table
_STRETCH = np.clip(np.round((np.arange(256) - 16) * (255 / 219)), 0, 255).astype(np.uint8)


class Frame(NamedTuple):
    """One picture of a film and its time in seconds from the start of the film."""

    time_s: float
    image: np.ndarray


def read_video(source, *, start_s=0.0, end_s=None, gray=False):
    """The frames of a film, one after the other.

    Parameters
    ----------
    source : str, pathlib.Path, bytes, ndarray, (ndarray, rate_hz) or Segment
        A file in any format FFmpeg reads, its bytes, or frames of shape
        (n_frames, height, width) or (n_frames, height, width, 3), uint8, with their rate
        (25 a second without).
    start_s, end_s : float, default=0.0, None
        The stretch wanted, in seconds; None is the end. A frame belongs to it if
        ``start_s <= time < end_s``.
    gray : bool, default=False
        Whether frames are luma only. Luma is taken from the decoder without a copy.

    Yields
    ------
    image : ndarray of shape (height, width, 3) or (height, width), uint8
        Upright, full range (0..255).

    Raises
    ------
    DecodeError
        While iterating: if the source is no film, is damaged, or has no frame in the
        stretch.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.io import read_video
    >>> film = np.zeros((50, 8, 8), np.uint8)
    >>> sum(1 for frame in read_video(film, end_s=1.0, gray=True))
    25
    """
    for frame in iterate_frames(source, start_s=start_s, end_s=end_s, gray=gray):
        yield frame.image


def iterate_frames(source, *, start_s=0.0, end_s=None, gray=False):
    """As `read_video`, each frame with its time; yields `Frame`."""
    part = Segment.of(source)
    start = max(part.start_s, start_s)
    end = part.end_s if end_s is None else min(part.end_s, end_s)
    found = False
    with decoding("a film", part.source):
        if is_stored(part.source):
            frames = _from_file(part.source, start, gray)
        else:
            frames = _from_array(part.source, gray)
        for frame in frames:
            if frame.time_s >= end:
                break
            if frame.time_s >= start:
                found = True
                yield frame
        if not found:
            raise DecodeError(f"it has no frame between {start} s and {end} s")


def _from_array(source, gray):
    rate_hz = _ARRAY_RATE_HZ
    if isinstance(source, tuple) and len(source) == 2 and isinstance(source[1], Real):
        source, rate_hz = source
    if not isinstance(source, np.ndarray):
        raise DecodeError(
            "expected a path, bytes, an array of frames or a pair (array, rate_hz), "
            f"got {type(source).__name__}"
        )
    if (
        source.dtype != np.uint8
        or source.ndim not in (3, 4)
        or source.shape[3:]
        not in (
            (),
            (3,),
        )
    ):
        raise DecodeError(
            "expected uint8 frames of shape (n_frames, height, width) or "
            f"(n_frames, height, width, 3), got {source.dtype} of shape {source.shape}"
        )
    from mmsk.io._image import to_gray

    for number, image in enumerate(source):
        if gray:
            image = to_gray(image)
        elif image.ndim == 2:
            image = np.repeat(image[:, :, None], 3, axis=2)
        yield Frame(number / rate_hz, image)


def _from_file(source, start_s, gray):
    import av

    with av.open(openable(source), metadata_errors="ignore") as container:
        if not container.streams.video:
            raise DecodeError("it has no pictures")
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1  # files run in parallel, not frames
        base = stream.time_base or Fraction(1, 25)
        origin_s = float((stream.start_time or 0) * base)
        if start_s > 0:
            container.seek(int((start_s + origin_s) / base), stream=stream)
        time_s = 0.0
        for frame in container.decode(stream):
            if frame.time is not None:
                time_s = frame.time - origin_s
            image = _luma(frame) if gray else frame.to_ndarray(format="rgb24")
            yield Frame(time_s, _upright(image, getattr(frame, "rotation", 0)))


def _luma(frame):
    name = frame.format.name
    if name in _PLANAR_8_BIT or name in _PLANAR_8_BIT_FULL:
        plane = frame.planes[0]
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        image = rows[: frame.height, : frame.width]  # a line may be padded
        full = name in _PLANAR_8_BIT_FULL or name == "gray"
        if full or frame.color_range == _FULL_RANGE:
            return image
        return _STRETCH[image]
    return frame.to_ndarray(format="gray")


def _upright(image, rotation):
    if rotation % 90:
        return image
    return np.rot90(image, rotation // 90)
