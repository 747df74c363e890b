"""What a cell may hold, and how it is named in messages."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from mmsk.exceptions import DecodeError, NoSoundError
from mmsk.io._sources import Segment, as_sources, decoding, describe_source, openable, segment

ENDLESS = float("inf")


@pytest.mark.parametrize(
    ("cell", "sources"),
    [
        ("a.png", ["a.png"]),
        (["a.png", None, "b.png", " "], ["a.png", "b.png"]),
        (np.array(["a.png", "b.png"], dtype=object), ["a.png", "b.png"]),
        (np.array(["a.png", "b.png"]), ["a.png", "b.png"]),
        ([], []),
        ([None, np.nan], []),
        (None, []),
        (pd.NA, []),
        ("", []),
        (b"", [b""]),  # a damaged file, not a missing one
        (("samples", 8000), [("samples", 8000)]),
    ],
)
def test_a_cell_holds_one_source_or_several_or_none(cell, sources):
    assert as_sources(cell) == sources


def test_a_blank_string_is_a_source_where_strings_are_texts():
    assert as_sources(["", None, " "], blank_is_missing=False) == ["", " "]


def test_an_array_of_numbers_is_one_source():
    array = np.zeros((2, 2))
    assert as_sources(array)[0] is array


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ((1, 2.5), (1.0, 2.5)),
        ((None, np.nan), (0.0, ENDLESS)),
        ((np.float32(1), ENDLESS), (1.0, ENDLESS)),
        ((pd.NA, np.int64(3)), (0.0, 3.0)),
    ],
)
def test_a_missing_time_is_the_start_or_the_end_of_the_medium(times, expected):
    checked = segment("a.wav", *times)
    assert checked == Segment("a.wav", *expected)
    assert segment(*checked) == checked


@pytest.mark.parametrize(
    "times", [(2, 1), (1, 1), (-1, 2), ("1", 2), (0, "2"), (ENDLESS, None), (np.zeros(2), 3)]
)
def test_times_that_bound_no_stretch_are_refused(times):
    with pytest.raises(DecodeError, match="a segment needs 0 <= start_s < end_s, got start_s="):
        segment("a.wav", *times)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("a/17.png", "'a/17.png'"),
        (Path("17.png"), "'17.png'"),
        (b"abc", "3 bytes"),
        (memoryview(b"abc"), "3 bytes"),
        (np.zeros((5, 6)), "ndarray(5, 6)"),
        ((np.zeros(5), 8000), "(ndarray(5,), 8000)"),
        (["a.png", "b.png"], "list of 2, the first 'a.png'"),
        (Image.new("L", (3, 2)), "L picture of 3 x 2 pixels"),
        (Segment("a.wav", 1, 2.5), "'a.wav' from 1 s to 2.5 s"),
        (Segment("a.wav"), "'a.wav' from 0.0 s to its end"),
        (None, "None"),
    ],
)
def test_a_source_is_named_in_a_few_words(source, words):
    assert describe_source(source) == words


@pytest.mark.parametrize("source", ["a" * 10_000, set(range(10_000))])
def test_a_name_is_never_long(source):
    assert len(describe_source(source)) <= 200


@pytest.mark.parametrize(
    "source",
    ["http://a.org/b.png", "HTTPS://a.org/b.png", "s3://bucket/b.png", "file:///b.png"],
)
def test_a_url_is_refused_with_the_remedy(source):
    with pytest.raises(DecodeError, match=r"it is a URL\. Download it first"):
        openable(source)


def test_whatever_a_decoder_raises_names_the_source_and_keeps_the_cause():
    with (
        pytest.raises(
            DecodeError, match=r"^cannot read a film from 'a.mp4': EOFError$"
        ) as info,
        decoding("a film", "a.mp4"),
    ):
        raise EOFError
    assert isinstance(info.value.__cause__, EOFError)


def test_a_kind_of_decode_error_stays_what_it_is():
    with pytest.raises(NoSoundError, match="cannot read a film"), decoding("a film", "a.mp4"):
        raise NoSoundError("it has no sound")


@pytest.mark.parametrize("error", [MemoryError, ModuleNotFoundError, KeyboardInterrupt])
def test_what_is_not_the_fault_of_a_file_passes(error):
    with pytest.raises(error), decoding("a film", "a.mp4"):
        raise error
