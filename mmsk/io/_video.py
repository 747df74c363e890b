"""Films in: frames one at a time, never all in memory."""

import functools
import itertools
from contextlib import closing, contextmanager
from numbers import Real
from typing import NamedTuple

import numpy as np

from mmsk._kernels.video import full_range
from mmsk.exceptions import DecodeError
from mmsk.io._container import open_container
from mmsk.io._image import to_gray
from mmsk.io._sources import Segment, decoding, is_stored

#: Most pixels a frame may have: 8K film has half as many.
MAX_FRAME_PIXELS = 2**26

_ARRAY_RATE_HZ = 25.0  # frames a second of a film given as a bare array
_LIMITED_RANGE, _FULL_RANGE = 1, 2  # AVCOL_RANGE_MPEG: luma in 16..235; _JPEG: 0..255
_SLACK_S = 0.001  # Matroska rounds times to milliseconds
_BACK_S = (0.0, 2.0, 10.0)  # how long before the stretch to look for a frame to start at


class Frame(NamedTuple):
    """One picture of a film and its time in seconds from the start of the film."""

    time_s: float
    image: np.ndarray


def read_video(source, *, start_s=0.0, end_s=None, every_s=None, max_frames=None, gray=False):
    """The frames of a film, one after the other.

    Parameters
    ----------
    source : str, pathlib.Path, bytes, ndarray, (ndarray, rate_hz) or Segment
        A file in any format FFmpeg reads, its bytes, or frames of shape
        (n_frames, height, width) or (n_frames, height, width, 3), uint8, with their rate
        (25 a second without).
    start_s, end_s : float, default=0.0, None
        The stretch wanted, in seconds; None is the end. A frame belongs to it if
        ``start_s <= time < end_s``, all rounded to microseconds.
    every_s : float or None, default=None
        Seconds that must lie between a frame and the next, but for a millisecond; None
        gives every frame. Frames between are decoded, but not converted.
    max_frames : int or None, default=None
        Frames that are given at most; nothing is decoded behind the one after them.
    gray : bool, default=False
        Whether frames are luma only. Luma is taken from the decoder without a copy
        where it has the full range.

    Yields
    ------
    image : ndarray of shape (height, width, 3) or (height, width), uint8
        Upright, full range (0..255), all of the size that the file states. Not to be
        written to: it may be what the decoder predicts the next frame from.

    Raises
    ------
    DecodeError
        While iterating: if the source is no film, is damaged, has frames of more than
        ``mmsk.io._video.MAX_FRAME_PIXELS`` pixels, or has no frame in the stretch.
    ValueError
        While iterating: if ``every_s`` or ``max_frames`` is not positive.

    Notes
    -----
    The time of a frame is when it is shown, from the start of the pictures. A file
    without such times (raw H.264) has its frames spaced evenly, at the rate it states.
    Rotation by quarter turns is applied, mirroring is not. Of a film cut short in
    its last bytes, formats without an index (mkv, avi, ts) give the frames there are.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.io import read_video
    >>> film = np.zeros((50, 8, 8), np.uint8)
    >>> sum(1 for frame in read_video(film, end_s=1.0, gray=True))
    25
    """
    stretch = {"start_s": start_s, "end_s": end_s}
    which = {"every_s": every_s, "max_frames": max_frames, "gray": gray}
    with closing(iterate_frames(source, **stretch, **which)) as frames:
        for frame in frames:
            yield frame.image


def iterate_frames(
    source, *, start_s=0.0, end_s=None, every_s=None, max_frames=None, gray=False
):
    """As `read_video`, each frame with its time; yields `Frame`."""
    if every_s is not None and not every_s > 0:
        raise ValueError(f"every_s must be a positive number of seconds or None, got {every_s}")
    if max_frames is not None and not max_frames > 0:
        raise ValueError(f"max_frames must be positive or None, got {max_frames}")
    part = Segment.of(source)
    start = max(part.start_s, start_s)
    end = part.end_s if end_s is None else min(part.end_s, end_s)
    wanted = Wanted(start, end, every_s, max_frames)
    with decoding("a film", part.source), closing(_frames(part.source, wanted, gray)) as frames:
        yield from frames
        if not wanted.found:
            if start <= 0 and end == float("inf"):
                raise DecodeError("it has no frame")
            raise DecodeError(f"it has no frame between {start} s and {end} s")


class Wanted:
    """Which frames are, told from their times in order, before they are converted."""

    def __init__(self, start_s, end_s, every_s, max_frames=None):
        self.start_s = start_s
        # a stretch computed as 47 * 0.04 must meet the frame at 1.88
        self._first, self._end = _microseconds(start_s), _microseconds(end_s)
        self._apart_s = -np.inf if every_s is None else every_s - _SLACK_S
        self._last_s = -np.inf
        self._n_left = np.inf if max_frames is None else max_frames
        self.found = False

    def is_past(self, time_s):
        return self._n_left <= 0 or _microseconds(time_s) >= self._end

    def takes(self, time_s):
        """Whether a frame is wanted; if so, the next is counted from it."""
        before = self._first > 0 and _microseconds(time_s) < self._first
        if before or not time_s - self._last_s > self._apart_s:
            return False
        self._last_s = time_s
        self._n_left -= 1
        self.found = True
        return True


def _microseconds(time_s):
    return time_s if time_s == float("inf") else round(time_s * 1e6)


def _frames(source, wanted, gray):
    if is_stored(source):
        return _from_file(source, wanted.start_s, wanted, gray)
    return _from_array(source, wanted, gray)


def _from_array(source, wanted, gray):
    rate_hz = _ARRAY_RATE_HZ
    if isinstance(source, tuple) and len(source) == 2 and isinstance(source[1], Real):
        source, rate_hz = source
    if not isinstance(source, np.ndarray):
        raise DecodeError(
            "expected a path, bytes, an array of frames or a pair (array, rate_hz), "
            f"got {type(source).__name__}"
        )
    shaped = source.ndim == 3 or (source.ndim == 4 and source.shape[3] == 3)
    if source.dtype != np.uint8 or not shaped or 0 in source.shape[1:]:
        raise DecodeError(
            "expected uint8 frames of shape (n_frames, height, width) or "
            f"(n_frames, height, width, 3), got {source.dtype} of shape {source.shape}"
        )
    if not 0 < rate_hz < float("inf"):
        raise DecodeError(f"a film needs a rate of more than 0 frames a second, got {rate_hz}")
    for number, image in enumerate(source):
        time_s = number / rate_hz
        if wanted.is_past(time_s):
            return
        if not wanted.takes(time_s):
            continue
        if gray:
            image = to_gray(image)
        elif image.ndim == 2:
            image = np.repeat(image[:, :, None], 3, axis=2)
        yield Frame(time_s, image)


def _from_file(source, start_s, wanted, gray):
    """The frames wanted, looked for from some one at or before the start."""
    with opened(source) as (container, stream):
        size = (stream.width, stream.height)
        timed = timed_frames(container, stream, start_s)
        if timed is not None:
            for time_s, frame in timed:
                if wanted.is_past(time_s):
                    return
                image = converted(frame, size, gray) if wanted.takes(time_s) else None
                del frame  # its memory is the next one's, while it is still in the cache
                if image is not None:
                    yield Frame(time_s, image)
            return
    yield from _from_file(source, 0.0, wanted, gray)  # its start cannot be found: read all


def converted(frame, size, gray):
    """A decoded frame as an upright array: luma or sRGB, full range, of the size given.

    Parameters
    ----------
    frame : av.VideoFrame
    size : (int, int)
        Width and height that the file states; some change it on their way.
    gray : bool
    """
    _check_pixels(frame.width, frame.height)
    if size != (frame.width, frame.height):
        frame = frame.reformat(*size)
    image = _luma(frame) if gray else frame.to_ndarray(format="rgb24")
    return _upright(image, frame.rotation)


@contextmanager
def opened(source):
    """The container and its first stream of moving pictures; FFmpeg's errors in words."""
    import av

    try:
        with open_container(source) as container:
            streams = [stream for stream in container.streams.video if not _is_cover(stream)]
            # FFmpeg draws a long text as a film of a terminal
            if not streams or container.format.name == "tty":
                raise DecodeError("it has no pictures")
            stream = streams[0]
            if stream.codec_context is None:
                raise DecodeError(
                    "its pictures are damaged or of a kind that cannot be decoded"
                )
            _check_pixels(stream.width, stream.height)
            stream.codec_context.thread_count = 1  # files run in parallel, not frames
            yield container, stream
    except av.FFmpegError as error:
        raise DecodeError(f"it is damaged or no film (FFmpeg: {error.strerror})") from error


def _is_cover(stream):
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def _check_pixels(width, height):
    if width * height > MAX_FRAME_PIXELS:
        raise DecodeError(
            f"its frames have {width} x {height} pixels, more than {MAX_FRAME_PIXELS}"
        )


def timed_frames(container, stream, start_s):
    """Pairs (time_s, frame) from some frame at or before the start.

    None where such a frame cannot be found; the container is of no more use then.
    """
    if container.format.name == "avi":
        return _timed_avi_frames(container, stream, start_s)
    origin = stream.start_time or 0
    if start_s <= 0:
        return _timed(container.decode(stream), stream, origin)
    if stream.start_time is None:
        return None
    return _sought(container, stream, start_s, origin)


def _timed_avi_frames(container, stream, start_s):
    """As `timed_frames`, by decoding time: AVI knows no time of showing.

    The decoder holds frames back to bring them into order, the first one as long as all
    others, so its time is the origin.
    """
    decoded = container.decode(stream)
    first = next(decoded, None)
    if first is None:
        return iter(())
    origin = first.dts or 0
    if start_s <= 0:
        return _timed(itertools.chain([first], decoded), stream, origin, by_decoding=True)
    if origin != (stream.start_time or 0):
        return None  # after a seek frames are held back otherwise
    return _sought(container, stream, start_s, origin, by_decoding=True)


def _sought(container, stream, start_s, origin, by_decoding=False):
    """Timed frames from a key frame at or before the start, or None.

    A container leads to a place near the one wanted, often behind it: its index counts
    by decoding time, or it has none and guesses. So the frame found is checked.
    """
    import av

    for back_s in _BACK_S:
        place = max(start_s - back_s, 0.0)
        try:
            container.seek(int(place / stream.time_base) + origin, stream=stream)
            timed = _timed(container.decode(stream), stream, origin, by_decoding)
            time_s, first = next(timed, (None, None))
        except av.FFmpegError:
            return None
        if first is not None and first.key_frame and time_s <= start_s:
            return itertools.chain([(time_s, first)], timed)
    return None


def _timed(decoded, stream, origin, by_decoding=False):
    """Each frame with its time in seconds; evenly spaced where the file states none."""
    step_s = 1 / (stream.guessed_rate or stream.average_rate or _ARRAY_RATE_HZ)
    time_s = -float(step_s)
    unit, per_s = stream.time_base.numerator, stream.time_base.denominator
    for frame in decoded:
        stamp = frame.dts if by_decoding else frame.pts
        if stamp is None:
            time_s += float(step_s)
        else:
            time_s = (stamp - origin) * unit / per_s  # rounded once, as a Fraction would be
        yield time_s, frame
        del frame


def _luma(frame):
    bits = _luma_bits(frame.format.name)
    if bits == 0:
        return frame.to_ndarray(format="gray")
    plane = frame.planes[0]
    lines = np.frombuffer(plane, np.uint8 if bits == 8 else "<u2")
    lines = lines.reshape(-1, plane.line_size // lines.itemsize)
    image = lines[: frame.height, : frame.width]  # a line may be padded
    if not _is_full_range(frame):
        return full_range(image, 16 << (bits - 8), 235 << (bits - 8))
    return image if bits == 8 else full_range(image, 0, (1 << bits) - 1)


@functools.cache
def _luma_bits(pixel_format):
    """Bits of a luma sample where plane 0 holds luma and nothing else, otherwise 0."""
    import av

    form = av.VideoFormat(pixel_format)
    bits = form.components[0].bits
    if pixel_format.startswith(("yuv", "gray")):
        alone = form.is_planar or len(form.components) == 1
        usable = bits == 8 or (8 < bits <= 16 and not form.is_big_endian)
        return bits if alone and usable else 0
    return 8 if pixel_format in ("nv12", "nv21", "nv16") else 0


def _is_full_range(frame):
    # "yuvj" is FFmpeg's old way to say full range; grey alone is full unless it says not
    name = frame.format.name
    if name.startswith("gray"):
        return frame.color_range != _LIMITED_RANGE
    return name.startswith("yuvj") or frame.color_range == _FULL_RANGE


def _upright(image, rotation):
    # FFmpeg states how far to turn a frame, counterclockwise as np.rot90 does
    return np.rot90(image, rotation // 90) if rotation and not rotation % 90 else image
