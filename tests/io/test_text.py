"""read_text: a string is the document, bytes are UTF-8, a path object is read."""

import io
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmsk.exceptions import DecodeError
from mmsk.io import read_text

characters = st.text(st.characters(exclude_categories=["Cs"]))


@given(characters)
def test_a_string_is_the_document_itself(document):
    assert read_text(document) is document


@given(characters)
def test_reading_bytes_undoes_encoding(document):
    for content in (document.encode(), bytearray(document, "utf-8")):
        # a byte order mark is no part of the document, and utf-8-sig takes one away
        assert read_text(content) == document.removeprefix("\ufeff")
    assert read_text(document.encode("utf-8-sig")) == document


@given(characters)
def test_a_path_is_read_as_its_bytes_are(tmp_path_factory, document):
    path = tmp_path_factory.mktemp("text") / "document"
    path.write_bytes(document.encode())
    assert read_text(path) == read_text(path.read_bytes())


def test_the_name_of_a_file_as_string_is_a_document(tmp_path):
    file = tmp_path / "document.txt"
    file.write_text("content")
    assert read_text(str(file)) == str(file)


def test_line_ends_are_kept(tmp_path):
    file = tmp_path / "document.txt"
    file.write_bytes(b"one\r\ntwo\rthree\n")
    assert read_text(file) == "one\r\ntwo\rthree\n"


def test_an_empty_file_is_an_empty_document(tmp_path):
    file = tmp_path / "document.txt"
    file.touch()
    assert read_text(file) == ""
    assert read_text(b"") == ""


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (Path("absent.txt"), r"from 'absent\.txt': \[Errno 2\] No such file"),
        (PurePosixPath("https://example.org"), r"from .*: \[Errno 2\] No such file"),
        ("straße".encode("latin-1"), "from 6 bytes: 'utf-8' codec can't decode byte 0xdf"),
        (None, "from None: expected a str, bytes or a Path, got NoneType"),
        (float("nan"), "from nan: expected a str, bytes or a Path, got float"),
        (np.zeros(3), r"from ndarray\(3,\): .* got ndarray"),
        (io.StringIO("a"), "from .*: .* got StringIO"),
    ],
)
def test_what_is_no_text_says_why(source, message):
    with pytest.raises(DecodeError, match=f"cannot read a text {message}"):
        read_text(source)


def test_a_folder_and_a_file_in_another_encoding_say_so(tmp_path):
    with pytest.raises(DecodeError, match="it is a folder"):
        read_text(tmp_path)
    file = tmp_path / "latin.txt"
    file.write_bytes(b"\xff\xfeh\0i\0")
    with pytest.raises(DecodeError, match=r"latin\.txt': 'utf-8' codec can't decode"):
        read_text(file)
