"""What a cell may hold: a path, bytes, a decoded sample, a segment, a list of those."""

import io
import os
import re
from contextlib import contextmanager
from contextvars import ContextVar
from numbers import Real
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mmsk._utils.columns import is_missing
from mmsk.exceptions import DecodeError

_URL = re.compile(r"^[a-z][a-z0-9+.-]+://", re.IGNORECASE)


class Segment(NamedTuple):
    """A stretch of a recording or a film.

    Attributes
    ----------
    source : path, bytes or decoded sample
    start_s, end_s : float
        In seconds from the start of the medium; the end is outside. Missing: from its
        start, to its end.
    """

    source: Any
    start_s: float = 0.0
    end_s: float = float("inf")

    @classmethod
    def of(cls, source):
        """The segment itself, or all of any other source."""
        return source if isinstance(source, cls) else cls(source)


def segment(source, start_s, end_s):
    """A checked `Segment`; a missing time stands for the start or end of the medium.

    Raises
    ------
    DecodeError
        If the end does not lie behind the start, or a time is no number.
    """
    start = 0.0 if is_missing(start_s) else start_s
    end = float("inf") if is_missing(end_s) else end_s
    if not (isinstance(start, Real) and isinstance(end, Real) and 0 <= start < end):
        raise DecodeError(
            f"a segment needs 0 <= start_s < end_s, got start_s={start_s!r}, end_s={end_s!r}"
        )
    return Segment(source, float(start), float(end))


def describe_source(source):
    """A source in a few words, for messages: ``'a/17.png'``, ``ndarray(5, 6)``."""
    if isinstance(source, Segment):
        end = "its end" if source.end_s == float("inf") else f"{source.end_s} s"
        return f"{describe_source(source.source)} from {source.start_s} s to {end}"
    if isinstance(source, (bytes, bytearray, memoryview)):
        return f"{len(source)} bytes"
    if isinstance(source, (str, os.PathLike)):
        return _shortened(repr(os.fspath(source)))
    if hasattr(source, "getbands"):  # a PIL image, whose repr holds its address in memory
        return f"{source.mode} picture of {source.width} x {source.height} pixels"
    if hasattr(source, "shape"):
        return f"{type(source).__name__}{tuple(source.shape)}"
    if isinstance(source, tuple):
        return f"({', '.join(describe_source(part) for part in source)})"
    if isinstance(source, list):
        return f"list of {len(source)}, the first {describe_source(source[0])}"
    return _shortened(repr(source))


def _shortened(text):
    return text if len(text) <= 200 else f"{text[:120]}…{text[-60:]}"


def as_sources(cell, *, blank_is_missing=True):
    """The sources in one cell: several for a list, none for a missing one.

    Parameters
    ----------
    cell : source, list of sources or missing value
        An array of strings or objects counts as a list; a tuple is one sample.
    blank_is_missing : bool, default=True
        Whether a string of blanks is no source, as where strings are paths.

    Returns
    -------
    sources : list
    """
    if isinstance(cell, np.ndarray) and cell.dtype.kind in "OUT":
        cell = cell.tolist()
    sources = cell if isinstance(cell, list) else [cell]
    sources = [source for source in sources if not is_missing(source)]
    if blank_is_missing:
        return [source for source in sources if not _is_blank(source)]
    return sources


def _is_blank(source):
    # a table read with empty cells kept as text: no file has the empty name
    return isinstance(source, str) and not source.strip()


def is_stored(source):
    """Whether a source still has to be decoded: a path or bytes."""
    return isinstance(source, (str, os.PathLike, bytes, bytearray, memoryview))


def openable(source):
    """A path as str, or a binary stream over bytes, for a decoder to open.

    Raises
    ------
    DecodeError
        For a URL, an absent or empty file, a folder or empty bytes.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        if not len(source):
            raise DecodeError("it is empty (0 bytes)")
        return io.BytesIO(source)
    path = os.fspath(source)
    if _URL.match(path):
        raise DecodeError("it is a URL. Download it first, and give the path of the file")
    size = os.stat(path).st_size  # says what is wrong in the system's own words
    if Path(path).is_dir():
        raise DecodeError("it is a folder")
    if size == 0:
        raise DecodeError("it is empty (0 bytes)")
    return path


_MOST_KEPT_BYTES = 2**26
_contents: ContextVar = ContextVar("mmsk_contents", default=None)


@contextmanager
def reading_once():
    """A context in which `once` takes each file from the disk once."""
    token = _contents.set({})
    try:
        yield
    finally:
        _contents.reset(token)


def once(opened):
    """What `openable` gave; in `reading_once`, a path as a stream over its bytes, kept.

    For files that several readers want as a whole; a cell may list more than are kept.
    """
    contents = _contents.get()
    if contents is None or not isinstance(opened, str):
        return opened
    if opened not in contents:
        n_bytes = sum(map(len, contents.values())) + os.stat(opened).st_size
        if n_bytes > _MOST_KEPT_BYTES:
            return opened
        contents[opened] = Path(opened).read_bytes()
    return io.BytesIO(contents[opened])


@contextmanager
def decoding(kind, source):
    """Turn whatever a decoder raises into a `DecodeError` that names the source.

    Decoders raise nearly every built-in exception on damaged files, so all are caught;
    the cause stays attached, and a kind of `DecodeError` stays what it is.
    """
    try:
        yield
    except (MemoryError, ModuleNotFoundError):
        raise  # not the file's fault
    except Exception as cause:
        named = describe_source(source)
        reason = _shortened(str(cause)) or type(cause).__name__
        error = type(cause) if isinstance(cause, DecodeError) else DecodeError
        raise error(f"cannot read {kind} from {named}: {reason}") from cause
