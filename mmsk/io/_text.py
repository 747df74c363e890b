"""Text in: a string is the text itself, a path object names a file that holds it."""

import os
from pathlib import Path

from mmsk.exceptions import DecodeError
from mmsk.io._sources import decoding, openable


def read_text(source):
    """One document.

    Parameters
    ----------
    source : str, bytes or pathlib.Path
        A str is the document itself, never a path; bytes are UTF-8; a ``Path`` names a
        UTF-8 file.

    Returns
    -------
    text : str
        Without a byte order mark.

    Raises
    ------
    DecodeError
        If the file cannot be read, is not UTF-8, or the source is of another type.
    """
    if isinstance(source, str):
        return source
    with decoding("a text", source):
        if isinstance(source, (bytes, bytearray, memoryview)):
            return bytes(source).decode("utf-8-sig")
        if isinstance(source, os.PathLike):
            path = Path(source)
            # an empty document is a legal text, an empty picture is not
            if path.is_file() and not path.stat().st_size:
                return ""
            # as bytes: read_text would turn line ends of Windows into others
            return Path(openable(source)).read_bytes().decode("utf-8-sig")
        raise DecodeError(f"expected a str, bytes or a Path, got {type(source).__name__}")
