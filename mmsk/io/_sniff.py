"""What a column holds, told from a sample of its cells, with the reason in words."""

import codecs
import datetime
import itertools
import os
import re
from collections import Counter
from decimal import Decimal
from numbers import Real
from typing import NamedTuple

import numpy as np

from mmsk._utils.columns import as_cells
from mmsk.io._sources import Segment, as_sources

N_LOOKED_AT = 200  # cells; enough to tell, and quick for any table

IMAGE_ENDINGS = frozenset(
    "jpg jpeg jpe jfif png gif bmp dib tif tiff webp ppm pgm pbm pnm tga ico jp2 avif".split()
)
AUDIO_ENDINGS = frozenset(
    "wav wave flac ogg oga opus mp3 m4a aac aif aiff aifc au snd caf wma amr".split()
)
VIDEO_ENDINGS = frozenset(
    "mp4 m4v mov mkv avi webm mpg mpeg wmv flv ogv 3gp mts m2ts ts".split()
)
TEXT_ENDINGS = frozenset("txt text md rst html htm xml json tex log".split())
_ENDINGS = {
    **dict.fromkeys(IMAGE_ENDINGS, "image"),
    **dict.fromkeys(AUDIO_ENDINGS, "audio"),
    **dict.fromkeys(VIDEO_ENDINGS, "video"),
}
_MAGIC = (  # (offset, bytes, modality)
    (0, b"\xff\xd8\xff", "image"),
    (0, b"\x89PNG", "image"),
    (0, b"GIF8", "image"),
    (0, b"BM", "image"),
    (8, b"avif", "image"),
    (0, b"II*\x00", "image"),
    (0, b"MM\x00*", "image"),
    (8, b"WEBP", "image"),
    (8, b"WAVE", "audio"),
    (0, b"fLaC", "audio"),
    (0, b"OggS", "audio"),
    (0, b"ID3", "audio"),
    *((0, bytes([0xFF, second]), "audio") for second in b"\xfa\xfb\xf2\xf3\xf1\xf9"),
    (8, b"AIF", "audio"),
    (0, b".snd", "audio"),
    (8, b"M4A", "audio"),
    (4, b"ftyp", "video"),
    (8, b"AVI ", "video"),
    (0, b"\x1aE\xdf\xa3", "video"),
    (0, b"FLV", "video"),
    (0, b"\x30\x26\xb2\x75", "video"),
    (0, b"\x00\x00\x01\xba", "video"),
)
_LONGEST_VECTOR = 4096  # numbers: of embeddings; as a recording a quarter of a second
_LONGEST_LIST = 64  # numbers: of vectors that differ in length; as a recording a click
_MOST = 0.9  # share of cells that must agree
_MAX_CATEGORY_WORDS = 3
_MAX_CATEGORY_CHARACTERS = 30  # not all scripts put spaces between words
_FILE_ENDING = re.compile(r"[a-z][a-z0-9]{0,4}$")
_URL_QUERY = re.compile(r"^([a-z][a-z0-9+.-]+://[^?#]*)[?#].*", re.IGNORECASE | re.DOTALL)


class Guess(NamedTuple):
    """What a column holds.

    Attributes
    ----------
    modality : {"text", "image", "audio", "video", "tabular", "drop"}
        ``"drop"`` where nothing can be learned from the column.
    reason : str
        Why, in words.
    """

    modality: str
    reason: str


def guess_modality(column):
    """What a column of a table holds, and why it is thought so.

    Parameters
    ----------
    column : list, Series, one-column frame or 1-D array
        At most 200 cells, spread over the column, are looked at; no file is opened.

    Returns
    -------
    guess : Guess
        A named tuple ``(modality, reason)``.

    Examples
    --------
    >>> from mmsk.io import guess_modality
    >>> guess_modality(["a/1.png", None, "a/2.jpg"])
    Guess(modality='image', reason='2 of 2 cells name image files (.jpg, .png)')
    >>> guess_modality([3, 4, 5.5]).modality
    'tabular'
    """
    cells = as_cells(column)
    step = -(-len(cells) // N_LOOKED_AT)  # rounded up
    looked_at = cells[::step]
    sources = _sources(looked_at)
    if not sources:
        # the few cells of a sparse column may all lie between those looked at
        looked_at, sources = cells, _sources(cells)[:N_LOOKED_AT]
    guess = _guess(sources, len(cells))
    if guess.modality != "tabular":
        return guess
    if any(map(_is_list, looked_at)):
        return _of_lists(sources)
    if any(isinstance(source, (bytes, bytearray, memoryview)) for source in sources):
        return Guess("text", "the cells are words in bytes")
    return guess


def _guess(sources, n_cells):
    if not sources:
        return Guess("drop", f"all {n_cells} cells are missing")
    kinds = Counter(map(_kind, sources))
    kind, count = kinds.most_common(1)[0]
    if count < _MOST * len(sources):
        if kinds.keys() <= {"number", "date", "text"}:
            return Guess("tabular", f"the cells are of several kinds: {_listed(kinds)}")
        return Guess("drop", f"the cells are of several kinds: {_listed(kinds)}")
    if kind == "text":
        return _guess_strings([_text(source) for source in sources if _kind(source) == "text"])
    if kind == "audio" and _are_vectors(sources):
        return Guess(
            "drop",
            f"the cells are vectors of {len(sources[0])} numbers, which may be anything. "
            "Spread them over columns, or call them audio",
        )
    return _KINDS[kind]


def _is_list(cell):
    return isinstance(cell, list) or (isinstance(cell, np.ndarray) and cell.dtype.kind in "OUT")


def _of_lists(sources):
    """Lists of what would be tabular if it stood alone: of words they are tags."""
    if all(_kind(source) == "text" for source in sources):
        return Guess("text", "the cells are lists of words")
    return Guess("drop", "the cells are lists of numbers or dates. Spread them over columns")


def _are_vectors(sources):
    """Whether arrays look like boxes or embeddings, being too short for recordings."""
    if not all(isinstance(source, np.ndarray) and source.ndim == 1 for source in sources):
        return False
    lengths = {len(source) for source in sources}
    longest = _LONGEST_VECTOR if len(lengths) == 1 else _LONGEST_LIST
    return len(sources) > 1 and max(lengths) <= longest


def _sources(cells):
    sources = itertools.chain.from_iterable(map(as_sources, cells))
    return [part.source if isinstance(part, Segment) else part for part in sources]


def _listed(kinds):
    return ", ".join(f"{kind} ({count})" for kind, count in kinds.most_common())


def _text(source):
    if isinstance(source, (bytes, bytearray, memoryview)):
        return bytes(source).decode("utf-8", "replace")
    return os.fspath(source)


_HEAD = 256  # bytes looked at to tell what a file is
_DATES = (datetime.date, datetime.time, datetime.timedelta, np.datetime64)
_KINDS = {
    "number": Guess("tabular", "the cells are numbers"),
    "date": Guess("tabular", "the cells are dates or times"),
    "document": Guess("text", "the cells are paths of text files"),
    "image": Guess("image", "the cells are pictures"),
    "audio": Guess("audio", "the cells are recordings"),
    "video": Guess("video", "the cells are films"),
    "other": Guess("drop", "the cells are of a type that no modality reads"),
}


def _kind(source):
    if isinstance(source, str):
        return "text"
    if isinstance(source, (Real, Decimal, np.bool_)):
        return "number"
    if isinstance(source, _DATES):
        return "date"
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _kind_of_bytes(bytes(source[:_HEAD]))
    if isinstance(source, os.PathLike):
        ending = _ending(os.fspath(source))
        if ending in _ENDINGS:
            return "text"  # a path like those written as strings, told by its ending below
        return "document" if ending in TEXT_ENDINGS else "other"
    if isinstance(source, tuple) and len(source) == 2 and isinstance(source[1], Real):
        return "audio" if np.ndim(source[0]) <= 2 else "video"
    if isinstance(source, np.ndarray):
        return _kind_of_array(source)
    return "image" if hasattr(source, "getbands") else "other"


def _kind_of_bytes(head):
    if _is_text(head):
        return "text"
    for offset, magic, modality in _MAGIC:
        if head[offset:].startswith(magic):
            return modality
    return "other"


def _is_text(head):
    # a character may be cut at the end of the head, and only there
    try:
        return "\0" not in codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False


def _kind_of_array(array):
    if array.ndim == 1 or (array.ndim == 2 and array.shape[1] <= 2):  # mono, stereo
        return "audio"
    if array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (1, 3, 4)):
        return "image"
    return "video" if array.ndim in (3, 4) else "other"


def _ending(path):
    path = _URL_QUERY.sub(r"\1", path)
    return os.path.splitext(path)[1].lower().lstrip(".")


def _guess_strings(strings):
    endings = [_ending(string) for string in strings]
    named = Counter(_ENDINGS[ending] for ending in endings if ending in _ENDINGS)
    if named:
        modality, count = named.most_common(1)[0]
        if count >= _MOST * len(strings):
            shown = sorted({f".{e}" for e in endings if _ENDINGS.get(e) == modality})
            return Guess(
                modality,
                f"{count} of {len(strings)} cells name {modality} files ({', '.join(shown)})",
            )
        if named.total() >= _MOST * len(strings):
            told = f"the cells name files of several media: {_listed(named)}"
            return Guess("drop", f"{told}. Give each a column of its own")
    if _share(_is_number, strings) >= _MOST:
        return Guess("tabular", "the cells are numbers written as text")
    if _share(_is_date, strings) >= _MOST:
        return Guess("tabular", "the cells are dates written as text")
    return _guess_words(strings)


def _guess_words(strings):
    distinct = len(set(strings))
    n_words = np.mean([len(string.split()) for string in strings])
    short = n_words <= _MAX_CATEGORY_WORDS
    short = short and np.mean(list(map(len, strings))) <= _MAX_CATEGORY_CHARACTERS
    if short and len(strings) >= 10 and distinct <= 0.5 * len(strings):
        return Guess("tabular", f"{distinct} short values repeat in {len(strings)} cells")
    if len(strings) >= 10 and distinct == len(strings):
        if _share(_is_id, strings) >= _MOST:
            return Guess("drop", "every cell is another identifier, without words in it")
        ending, count = Counter(map(_ending, strings)).most_common(1)[0]
        if _FILE_ENDING.match(ending) and count >= _MOST * len(strings):
            return Guess("drop", f"every cell names another file, of no medium (.{ending})")
    return Guess("text", f"the cells are words, {n_words:.1f} a cell, {distinct} distinct")


def _share(predicate, strings):
    return sum(map(predicate, strings)) / len(strings)


def _is_number(string):
    try:
        float(string)
    except ValueError:
        return False
    return True


def _is_date(string):
    try:
        datetime.datetime.fromisoformat(string.strip())
    except ValueError:
        return False
    return True


def _is_id(string):
    # one token of ASCII with a digit in it: "user_0017", "a3f9-22", never a word
    return (
        string.isascii()
        and len(string.split()) == 1
        and any(character.isdigit() for character in string)
    )
