"""What only WordVectors does; the rest is in tests/test_common.py."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmsk.exceptions import NothingToLearnError
from mmsk.text import CountVectorizer, WordVectors
from mmsk.text._ppmi import cooccurrences, positive_pmi, ppmi_vectors

FILE = "3 2\nred 1 0\nblue 0 2\nthe 1 1\n"

documents = st.lists(st.lists(st.integers(0, 4), max_size=8), min_size=1, max_size=4)


def plain(path, **parameters):
    """Means of the vectors of a file, nothing weighed and nothing taken out."""
    return WordVectors(vectors=path, sif=None, n_common=0, **parameters)


@pytest.fixture
def path(tmp_path):
    found = tmp_path / "vectors.txt"
    found.write_text(FILE)
    return found


# Learning


@given(documents, st.integers(1, 9))
def test_neighbours_are_counted_within_a_document_and_a_window(rows, window):
    expected = np.zeros((5, 5))
    for row in rows:
        for i, word in enumerate(row):
            for j, other in enumerate(row):
                expected[word, other] += 0 < abs(i - j) <= window
    found = cooccurrences([np.array(row, dtype=np.intp) for row in rows], 5, window)
    np.testing.assert_array_equal(found.toarray(), expected)


@pytest.mark.parametrize(("smoothing", "shift"), [(1.0, 1.0), (0.75, 1.0), (0.75, 2.0)])
def test_association_by_hand(smoothing, shift):
    counts = cooccurrences([np.array([0, 1, 0, 2])], 3, 1)  # 0-1 twice, 0-2 once
    dense = np.array([[0, 2, 1], [2, 0, 0], [1, 0, 0]])
    np.testing.assert_array_equal(counts.toarray(), dense)
    context = np.array([3, 2, 1]) ** smoothing
    expected = dense * context.sum() / (np.outer([3, 2, 1], context) * shift)
    expected = np.log(np.maximum(expected, 1))
    found = positive_pmi(counts, smoothing, shift)
    np.testing.assert_allclose(found.toarray(), expected, atol=1e-12)
    assert (found.data > 0).all()


@given(documents)
def test_products_of_all_components_have_the_association_as_their_root(rows):
    ids = [np.array(row, dtype=np.intp) for row in rows]
    found = ppmi_vectors(ids, 5, 5, window=2, smoothing=1.0, shift=1.0, random_state=0)
    association = positive_pmi(cooccurrences(ids, 5, 2), 1.0, 1.0).toarray()
    # symmetric with smoothing 1: M = U S V', and (U sqrt(S))(U sqrt(S))' is |M|
    squared = (found.astype(float) @ found.T) @ (found.astype(float) @ found.T)
    np.testing.assert_allclose(squared, association @ association, atol=1e-4)


def test_words_among_the_same_words_are_similar():
    things = ["kite", "tin", "car", "drum", "ball"]
    column = [f"the {c} {thing} stands here" for thing in things for c in ("red", "blue")]
    fitted = WordVectors(n_components=5).fit(column)
    assert fitted.most_similar("red", 1)[0][0] == "blue"
    assert {word for word, _ in fitted.most_similar("kite", 4)} == set(things) - {"kite"}


def test_words_are_those_of_a_count_vectorizer():
    column = ["A red-ish kite!", "Red kites", "kite 42"]
    found = WordVectors(min_count=1).fit(column).vocabulary_
    assert found == CountVectorizer().fit(column).vocabulary_
    pattern = r"\S+"
    found = WordVectors(min_count=1, token_pattern=pattern, lowercase=False).fit(column)
    again = CountVectorizer(token_pattern=pattern, lowercase=False).fit(column)
    assert found.vocabulary_ == again.vocabulary_


def test_a_rare_word_has_no_vector():
    fitted = WordVectors().fit(["red kite", "red kite once"])
    assert set(fitted.vocabulary_) == {"red", "kite"}
    with pytest.raises(NothingToLearnError, match="no word occurs min_count=3 times"):
        WordVectors(min_count=3).fit(["red kite", "red kite once"])


def test_there_are_not_more_components_than_words():
    assert WordVectors(n_components=3).fit_transform(["aa bb cc dd"] * 2).shape == (2, 3)
    assert WordVectors(n_components=9).fit_transform(["aa bb cc dd"] * 2).shape == (2, 4)


# Rows


def test_a_row_is_the_mean_of_the_vectors_of_known_words(path):
    rows = plain(path).fit_transform(["red blue", "the the red unknown", "unknown", "", None])
    np.testing.assert_allclose(rows[:4], [[0.5, 1], [1, 2 / 3], [0, 0], [0, 0]], rtol=1e-6)
    assert np.isnan(rows[4]).all()


def test_a_word_counts_by_how_rare_it_was_in_fit(path):
    fitted = WordVectors(vectors=path, sif=0.1, n_common=0).fit(["red the the the"])
    weights = dict(zip(fitted.vocabulary_, fitted.word_weights_, strict=True))
    assert weights == pytest.approx({"red": 0.1 / 0.35, "blue": 1, "the": 0.1 / 0.85})
    expected = (weights["red"] * np.array([1, 0]) + weights["blue"] * np.array([0, 2])) / 2
    np.testing.assert_allclose(fitted.transform(["red blue"]), [expected], rtol=1e-6)


def test_what_is_common_to_all_documents_is_taken_out(path):
    column = ["red", "blue", "the red", "the the"]
    rows = plain(path).fit_transform(column).astype(float)
    _, _, directions = np.linalg.svd(rows)
    fitted = plain(path).set_params(n_common=1).fit(column)
    expected = rows - np.outer(rows @ directions[0], directions[0])
    np.testing.assert_allclose(fitted.transform(column), expected, atol=1e-6)
    np.testing.assert_allclose(abs(fitted.common_), abs(directions[:1]), atol=1e-6)


def test_taking_out_as_many_directions_as_there_are_leaves_nothing(path):
    rows = plain(path).set_params(n_common=5).fit_transform(["red", "blue", "the"])
    np.testing.assert_allclose(rows, 0, atol=1e-6)


def test_an_unreadable_document_is_not_learned_from():
    column = ["red kite", b"\xff\xfe\xfa", "red kite"]
    with pytest.raises(ValueError, match="cannot read a text") as info:
        WordVectors().fit(column)
    assert info.value.__notes__ == ["WordVectors: row 1, source 3 bytes"]
    fitted = WordVectors(on_error="missing").fit(column)
    assert set(fitted.vocabulary_) == {"red", "kite"}


# Files


def test_a_header_may_be_lacking_and_lines_may_end_in_a_blank(path):
    column = ["red blue", "the red"]
    expected = plain(path).fit_transform(column)
    path.write_text("red 1 0 \r\nblue 0 2 \r\nthe 1 1 \r\n")
    np.testing.assert_array_equal(plain(str(path)).fit_transform(column), expected)


def test_of_equal_words_the_first_counts_and_a_word_may_hold_blanks(path):
    path.write_text("red 1 0\n. . . 3 4\nred 9 9\n")
    fitted = plain(path).fit(["red"])
    assert fitted.vocabulary_ == {"red": 0, ". . .": 1}
    np.testing.assert_array_equal(fitted.word_vectors_, [[1, 0], [3, 4]])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "3 2\nred 1 0\nblue 0\nthe 1 1\n",
            r"line 3: expected a word and 2 numbers, got b'blue",
        ),
        ("red 1 0\nblue 0 2 5\n", "line 2: expected a word and 2 numbers"),
        ("red 1 0\nblue 0 x\n", "line 2: could not convert string to float"),
        ("red 1 0\nblue 0 nan\n", "line 2: the numbers of 'blue' are not all finite"),
        ("red 1 0\n\n", "line 2: expected a word and 2 numbers"),
        (b"2 2\nred\x00\x00\x80\xff 1\n", "line 2: 'utf-8' codec can't decode"),
        ("5 2\nred 1 0\n", "promises 5 words and holds 1"),
        ("red\n", r"line 1: expected a word and its numbers, got \[b'red'\]"),
        ("", "line 1: expected a word and its numbers"),
    ],
)
def test_a_malformed_file_is_refused_by_its_line(path, content, message):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match=message) as info:
        plain(path).fit(["red"])
    assert str(path) in str(info.value)


def test_an_absent_file_is_named():
    with pytest.raises(FileNotFoundError, match=r"nope\.txt"):
        plain(Path("nope.txt")).fit(["red"])


# Similar words


def test_similar_words_have_a_small_angle(path):
    fitted = plain(path).fit(["red"])
    (first, cosine), (second, none) = fitted.most_similar("red")
    assert (first, second) == ("the", "blue")
    assert (cosine, none) == pytest.approx((0.5**0.5, 0))
    assert len(fitted.most_similar("the", 1)) == 1
    with pytest.raises(KeyError, match="green"):
        fitted.most_similar("green")
