"""One pass over a film for several viewers, each of a stretch of its own."""

from contextlib import closing
from typing import Any, NamedTuple

from mmsk.exceptions import DecodeError
from mmsk.io._sources import Segment, decoding
from mmsk.io._video import Frame, Wanted, converted, opened, timed_frames

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


def watch(viewers):
    """Show each viewer its frames of one film, decoding no frame twice where they overlap.

    Parameters
    ----------
    viewers : list of Viewer
        All of the same path or bytes.

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
            yield from _watch_run(viewers, run)
            run, end_s = [], 0.0
        run.append(place)
        end_s = max(end_s, stretch.end_s)
    yield from _watch_run(viewers, run)


def _watch_run(viewers, run):
    """One pass from the first frame that is wanted to the last, if it can be found."""
    source, start_s, _ = viewers[run[0]].stretch
    waiting = {p: Wanted(*viewers[p].stretch[1:], *viewers[p][1:3]) for p in run}
    try:
        with decoding("a film", source), closing(_shots(source, start_s)) as shots:
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


def _shots(source, start_s):
    """Times, and functions that convert a frame once for each way it is wanted."""
    with opened(source) as (container, stream):
        size = (stream.width, stream.height)
        timed = timed_frames(container, stream, start_s)
        if timed is not None:
            for time_s, frame in timed:
                yield time_s, _Shot(frame, size)
            return
    yield from _shots(source, 0.0)  # its start cannot be found: read all


class _Shot:
    """A decoded frame that is converted when it is wanted."""

    def __init__(self, frame, size):
        self._frame, self._size = frame, size
        self._made = {}

    def __call__(self, gray):
        if gray not in self._made:
            self._made[gray] = converted(self._frame, self._size, gray)
        return self._made[gray]
