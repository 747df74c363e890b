"""One pass over a film for several viewers, each of a stretch, and those who listen."""

from contextlib import closing
from typing import Any, NamedTuple

from mmsk.exceptions import DecodeError
from mmsk.io._audio import Listener
from mmsk.io._sources import Segment, decoding
from mmsk.io._video import Frame, Wanted, converted, opened, timed_frames

#: Containers whose sound `read_audio` takes by FFmpeg too, of streams that stand side by side.
_HEARD_ALIKE = {
    "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi", "mpegts", "mpeg", "flv", "asf"
}  # fmt: skip

#: Film that nobody wants is decoded, rather than jumped over, up to so many seconds.
JUMP_S = 10.0


class Viewer(NamedTuple):
    """Who wants to see a stretch of a film.

    Attributes
    ----------
    stretch : Segment
    every_s : float or None
    max_frames : int or None
    gray : bool
        As of `mmsk.io._video.iterate_frames`.
    add : callable
        Of each `Frame`, in order.
    """

    stretch: Segment
    every_s: float | None
    max_frames: int | None
    gray: bool
    add: Any


class Sounds:
    """The sound of a whole film at several rates, heard in the course of a pass.

    Parameters
    ----------
    rates_hz : set of (int or None)
        As of `read_audio`.
    """

    def __init__(self, rates_hz):
        self._rates_hz = rates_hz
        self._listeners = {}
        self._is_over = False

    def recording(self, rate_hz):
        """What `read_audio` gives, or None: read it, be it only to say what is wrong."""
        if not self._is_over or rate_hz not in self._listeners:
            return None
        try:
            return self._listeners[rate_hz].recording()
        except DecodeError:
            return None

    def beside(self, container):
        """A container whose decoding of pictures is heard, from its start to its end.

        Parameters
        ----------
        container : av.container.InputContainer

        Returns
        -------
        container : av.container.InputContainer or _Heard
            Itself, where nobody listens, or there is nothing to be heard that way.
        """
        self._listeners, self._is_over = {}, False
        streams = container.streams.audio
        alike = container.format.name in _HEARD_ALIKE
        if not self._rates_hz or not alike or not streams or not streams[0].codec_context:
            return container
        self._listeners = {rate: Listener(streams[0], rate) for rate in self._rates_hz}
        return _Heard(container, streams[0], self)

    def hear(self, packet):
        """Decode a packet of sound; where it is damaged, nobody has heard anything."""
        import av

        try:
            for frame in packet.decode() if self._listeners else ():
                for listener in self._listeners.values():
                    listener.add(frame)
        except (av.FFmpegError, ValueError):
            self._listeners = {}

    def end(self):
        """Say that all packets were heard."""
        self._is_over = True


class _Heard:
    """A container that decodes pictures, and has packets of sound heard between them."""

    def __init__(self, container, stream, sounds):
        self.format = container.format
        self._container, self._stream, self._sounds = container, stream, sounds

    def decode(self, pictures):
        for packet in self._container.demux(pictures, self._stream):
            if packet.stream is self._stream:
                self._sounds.hear(packet)
            else:
                yield from packet.decode()
        self._sounds.end()


def watch(viewers, sounds=None):
    """Show each viewer its frames of one film, decoding no frame twice where they overlap.

    Parameters
    ----------
    viewers : list of Viewer
        All of the same path or bytes.
    sounds : Sounds or None, default=None
        Hear the film, if some viewer wants to see all of it.

    Yields
    ------
    place : int
        Of a viewer that has seen all its frames, as soon as it has. One that is never
        named could not be shown them: the film is damaged, or has none in the stretch,
        or the viewer raised a ValueError. What is wrong is told by reading for it alone.
    """
    order = sorted(range(len(viewers)), key=lambda place: viewers[place].stretch.start_s)
    run, end_s = [], 0.0
    for place in order:
        stretch = viewers[place].stretch
        if run and stretch.start_s > end_s + JUMP_S:
            yield from _watch_run(viewers, run, None)
            run, end_s = [], 0.0
        run.append(place)
        end_s = max(end_s, stretch.end_s)
    yield from _watch_run(viewers, run, sounds)


def _watch_run(viewers, run, sounds):
    """One pass from the first frame that is wanted to the last, if it can be found."""
    source, start_s, _ = viewers[run[0]].stretch
    waiting = {p: Wanted(*viewers[p].stretch[1:], *viewers[p][1:3]) for p in run}
    try:
        with decoding("a film", source), closing(_shots(source, start_s, sounds)) as shots:
            for time_s, image in shots:
                yield from _past(waiting, time_s)
                _show(viewers, waiting, time_s, image)
                if not waiting:
                    return
    except DecodeError:
        return
    yield from _past(waiting, float("inf"))


def _past(waiting, time_s):
    """Take those out whose stretch is over; yield the ones that have seen something."""
    for place in [p for p, wanted in waiting.items() if wanted.is_past(time_s)]:
        if waiting.pop(place).found:
            yield place


def _show(viewers, waiting, time_s, image):
    """Show a frame to all that want it; who cannot bear it is out."""
    for place in [p for p, wanted in waiting.items() if wanted.takes(time_s)]:
        viewer = viewers[place]
        picture = image(viewer.gray)
        try:
            viewer.add(Frame(time_s, picture))
        except ValueError:
            del waiting[place]


def _shots(source, start_s, sounds):
    """Times, and functions that convert a frame once for each way it is wanted."""
    with opened(source) as (container, stream):
        size = (stream.width, stream.height)
        if start_s <= 0 and sounds is not None:
            container = sounds.beside(container)
        timed = timed_frames(container, stream, start_s)
        if timed is not None:
            for time_s, frame in timed:
                yield time_s, _Shot(frame, size)
            return
    yield from _shots(source, 0.0, sounds)  # its start cannot be found: read all


class _Shot:
    """A decoded frame that is converted when it is wanted."""

    def __init__(self, frame, size):
        self._frame, self._size = frame, size
        self._made = {}

    def __call__(self, gray):
        if gray not in self._made:
            self._made[gray] = converted(self._frame, self._size, gray)
        return self._made[gray]
