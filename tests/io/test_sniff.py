"""guess_modality: what a column holds, and the reason in words."""

import datetime as dt
import decimal
import re
import uuid
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mmsk.io import guess_modality
from mmsk.io._sniff import AUDIO_ENDINGS, IMAGE_ENDINGS, VIDEO_ENDINGS
from mmsk.io._sources import Segment

PICTURE = Image.new("RGB", (2, 2))
JAPANESE = ["今日は天気がいいですね", "明日は雨が降るでしょう", "猫が庭で寝ている"]
SENTENCES = ["A man rides a horse.", "Two dogs play in the snow.", "She reads a book."]


@pytest.mark.parametrize(
    ("cells", "modality", "reason"),
    [
        # files
        (["a/1.png", "a/2.JPG"], "image", r"2 of 2 cells name image files \(\.jpg, \.png\)"),
        (
            ["1.wav", None, "", "2.mp3"],
            "audio",
            r"2 of 2 cells name audio files \(\.mp3, \.wav\)",
        ),
        ([Path("a.mp4"), Path("b.mkv")], "video", "name video files"),
        ([Path("a.txt"), Path("b.html")], "text", "paths of text files"),
        ([Path("a"), Path("b.xyz")], "drop", "of a type that no modality reads"),
        (["https://example.org/a.jpg"], "image", r"image files \(\.jpg\)"),
        (["https://example.org/a.JPG?size=3#x"], "image", r"image files \(\.jpg\)"),
        (["what.is/this? No idea.", "a.jpg"], "text", "the cells are words"),
        ([["a.png", "b.png"], [], ["c.png"]], "image", "3 of 3 cells"),
        ([Segment("a.wav", 0, 1)] * 2, "audio", "2 of 2"),
        # bytes
        ([b"\xff\xd8\xff\xe0 jpeg"], "image", "the cells are pictures"),
        ([b"RIFF\0\0\0\0WAVEfmt "], "audio", "the cells are recordings"),
        ([b"\xff\xf3\x44\0"], "audio", "the cells are recordings"),
        ([bytearray(b"\0\0\0 ftypisom")], "video", "the cells are films"),
        ([memoryview(b"\0\0\0 ftypM4A ")], "audio", "the cells are recordings"),
        (["Füße".encode()] * 3, "text", "the cells are words"),
        ([b"BMW is a car"], "text", "the cells are words"),
        ([b"\0\1\2\xfe"], "drop", "of a type that no modality reads"),
        # decoded samples
        ([PICTURE, np.zeros((4, 5, 3), np.uint8), np.zeros((4, 5))], "image", "pictures"),
        ([np.zeros(100), np.zeros((100, 2)), (np.zeros(9), 8000)], "audio", "recordings"),
        ([np.zeros((9, 4, 5)), (np.zeros((9, 4, 4, 3)), 25.0)], "video", "films"),
        ([("a", "b")], "drop", "of a type that no modality reads"),
        ([np.zeros((1, 1, 1, 1, 1))], "drop", "of a type that no modality reads"),
        # numbers, dates, categories
        ([3, 4.5, None], "tabular", "the cells are numbers"),
        ([True, np.True_, decimal.Decimal("1.5")], "tabular", "the cells are numbers"),
        (["3", " 4.5", "1e-3"], "tabular", "numbers written as text"),
        ([dt.date(2024, 1, 1), dt.time(3), dt.timedelta(1)], "tabular", "dates or times"),
        ([np.datetime64("2024-01-01"), pd.NaT], "tabular", "dates or times"),
        (["2024-01-01", "2024-01-01T10:00"], "tabular", "dates written as text"),
        (["red", "blue"] * 6, "tabular", "2 short values repeat in 12 cells"),
        ([1, 2, "many", None], "tabular", r"several kinds: number \(2\), text \(1\)"),
        ([dt.date(2024, 1, 1), "2024-01-01"], "tabular", "several kinds"),
        # words
        (SENTENCES, "text", "the cells are words, 5.0 a cell, 3 distinct"),
        (SENTENCES * 9, "text", "the cells are words"),
        (JAPANESE, "text", "the cells are words"),
        ([f"{text}{number}" for text in JAPANESE for number in range(9)], "text", "words"),
        (["長い" * 20, "文章" * 20] * 9, "text", "the cells are words, 1.0 a cell"),
        (["red", "blue"], "text", "the cells are words"),  # too few to call it a category
        (["smith", "jones", *map(chr, range(97, 117))], "text", "the cells are words"),
        ([["red", "blue"], ["red"], None] * 4, "text", "lists of words"),
        ([SENTENCES, SENTENCES[:1]], "text", "the cells are words"),
        ([b"red", b"blue"] * 6, "text", "words in bytes"),
        # sound
        ([np.zeros(512), np.zeros(500)], "audio", "the cells are recordings"),
        ([np.zeros(5000)] * 3, "audio", "the cells are recordings"),
        # nothing to learn
        (
            [None, float("nan"), pd.NA, pd.NaT, "", [], [None]],
            "drop",
            "all 7 cells are missing",
        ),
        ([f"user_{n:04}" for n in range(12)], "drop", "every cell is another identifier"),
        (
            [str(uuid.UUID(int=n)) for n in range(12)],
            "drop",
            "every cell is another identifier",
        ),
        ([[1, 2], [3], []], "drop", "lists of numbers or dates"),
        ([np.zeros(512)] * 3, "drop", "vectors of 512 numbers"),
        ([np.zeros(4), np.zeros(9)], "drop", "vectors of 4 numbers"),
        ([f"{k}.jpg" for k in range(6)] + ["7.mp4"] * 4, "drop", r"image \(6\), video \(4\)"),
        ([1j, 2j], "drop", "of a type that no modality reads"),
        ([1, PICTURE], "drop", r"several kinds: number \(1\), image \(1\)"),
        ([object(), {}], "drop", "of a type that no modality reads"),
    ],
)
def test_a_column_is_told_with_the_reason(cells, modality, reason):
    guess = guess_modality(cells)
    assert guess.modality == modality, guess.reason
    assert re.search(reason, guess.reason), guess.reason


@pytest.mark.parametrize(
    "column",
    [
        tuple,
        pd.Series,
        pl.Series,
        np.array,
        lambda cells: pd.Series(cells, dtype="string"),
        lambda cells: pd.Series(cells, dtype="category"),
        lambda cells: pd.DataFrame({"x": cells}),
        lambda cells: pl.DataFrame({"x": cells}),
        lambda cells: pl.DataFrame({"x": cells}).to_arrow(),
    ],
)
@pytest.mark.parametrize(
    "cells", [SENTENCES, ["a.png", "b.jpg"], ["2024-01-01"], ["r", "b"] * 9]
)
def test_any_column_is_told_as_the_list_is(column, cells):
    assert guess_modality(column(cells)) == guess_modality(cells)


@pytest.mark.parametrize(
    ("column", "modality"),
    [
        (pd.Series([1, None], dtype="Int64"), "tabular"),
        (pd.Series([True, None], dtype="boolean"), "tabular"),
        (pl.Series([dt.datetime(2024, 1, 1), None]), "tabular"),
        (pl.Series([dt.timedelta(1)]), "tabular"),
        (np.zeros(3), "tabular"),
        (np.zeros((2, 8000)), "audio"),
        (np.zeros((2, 8, 8)), "image"),
        (np.zeros((2, 8, 8, 3), np.uint8), "image"),
        (pl.Series([[0.0, 0.5, 1.0]]), "audio"),
        (pl.Series([["a.png", "b.png"]]), "image"),
    ],
)
def test_columns_of_other_types_are_told(column, modality):
    assert guess_modality(column).modality == modality


@pytest.mark.parametrize(
    ("endings", "modality"),
    [(IMAGE_ENDINGS, "image"), (AUDIO_ENDINGS, "audio"), (VIDEO_ENDINGS, "video")],
)
def test_every_ending_is_known(endings, modality):
    for ending in endings:
        assert guess_modality([f"folder.d/name.{ending.upper()}"]).modality == modality


def test_a_few_wrong_cells_do_not_matter():
    assert guess_modality(["a.png"] * 19 + ["none"]).modality == "image"
    assert guess_modality([1] * 19 + ["none"]).modality == "tabular"


def test_a_few_cells_of_a_long_and_sparse_column_are_found():
    column = [None] * 2001
    column[1001] = "a.png"
    assert guess_modality(column).modality == "image"


@given(st.integers(1, 1000))
def test_at_most_200_cells_are_looked_at(n_cells):
    looked_at = []

    class Cell(str):
        def split(self, *_):
            looked_at.append(self)
            return [self]

    guess_modality([Cell(f"word {number}") for number in range(n_cells)])
    assert min(n_cells, 101) <= len(looked_at) <= 3 * 200


@given(
    st.lists(
        st.none()
        | st.booleans()
        | st.floats()
        | st.integers()
        | st.text()
        | st.binary()
        | st.dates(),
        min_size=1,
    )
)
def test_whatever_the_cells_there_is_a_guess_and_a_reason(cells):
    modality, reason = guess_modality(cells)
    assert modality in {"text", "image", "audio", "video", "tabular", "drop"}
    assert reason


def test_path_objects_and_strings_may_stand_in_one_column():
    assert guess_modality(["a/1.png", Path("a/2.png")] * 3).modality == "image"
