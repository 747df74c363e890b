"""PositionedNgrams: which terms, and that vectorizers, searches and model files take it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.feature_extraction.text import CountVectorizer as SklearnCountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

import mmsk
from mmsk.text import CountVectorizer, HashingVectorizer, PositionedNgrams, TfidfVectorizer

ONLY_WORDS = PositionedNgrams((1, 1), n_first=0, n_last=0, n_paired=0)


def terms(text, **parameters):
    return clone(ONLY_WORDS).set_params(**parameters)(text)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, ["who", "won", "?"]),
        ({"ngram_range": (2, 3)}, ["who won", "won ?", "who won ?"]),
        ({"n_first": 2}, ["who", "won", "?", "^who", "^who won"]),
        ({"n_last": 2}, ["who", "won", "?", "?$", "won ?$"]),
        ({"n_paired": 2}, ["who", "won", "?", "^who … won", "^who … ?", "^who won … ?"]),
        ({"n_paired": 1, "n_reached": 2}, ["who", "won", "?", "^who … won"]),
        ({"token_pattern": r"\w\w+", "lowercase": False}, ["Who", "won"]),
    ],
)
def test_terms_by_hand(parameters, expected):
    assert terms("Who won?", **parameters) == expected


def test_a_pair_is_there_once_however_often_the_word_comes():
    assert terms("a b b", n_paired=1) == ["a", "b", "b", "^a … b"]


def test_a_topic_is_the_first_run_of_words_that_say_something_after_the_first_word():
    found = terms("What is the tallest buildings of Rome ?", stop_words="english")[8:]
    assert found == [
        "^what is the <topic>",
        "<topic> of",
        "^what is the <topic> of",
        "<first> tallest",
        "^what <first> tallest",
        "^what is the <first> tallest",
        "<last> buildings",
        "^what <last> buildings",
        "<last> building",
        "^what <last> building",
        "^what is the <last> buildings",
        "<2>",
        "^what is the <2>",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("who", ["^who <topic>", "<topic> $", "^who <topic> $"]),
        ("who ?", ["^who ? <topic>", "<topic> $", "^who ? <topic> $"]),
    ],
)
def test_a_text_without_a_topic_says_so(text, expected):
    n_words = len(text.split())
    assert terms(text, stop_words=["the"])[n_words:] == expected


def test_a_topic_may_end_a_text():
    assert "<topic> $" in terms("who invented radio", stop_words=["the"])


def test_forms_are_the_shapes_of_later_words_and_of_the_topic_and_the_end_of_its_last_word():
    found = terms("What is HTML4 biology of", forms=True, stop_words="english")
    assert found[found.index("~xx") :] == [
        "~xx",
        "~XX9",
        "~xx",
        "~xx",
        "^what is <shape> XX9 xx",
        "^what <shape> XX9 xx of",
        "<first shape> XX9",
        "^what is <first shape> XX9",
        "<last shape> xx",
        "^what is <last shape> xx",
        "<ending> gy",
        "^what <ending> gy",
        "<ending> ogy",
        "^what <ending> ogy",
        "<ending> logy",
        "^what <ending> logy",
    ]


def test_forms_without_a_topic_are_the_shapes_of_later_words():
    assert terms("Who is Ann?", forms=True)[4:] == ["~xx", "~Xxx", "~?"]
    assert terms("Who is?", forms=True, stop_words="english")[-2:] == ["~xx", "~?"]


@given(st.text())
def test_forms_only_add_terms_whatever_is_written(text):
    plain = terms(text, stop_words="english")
    found = terms(text, stop_words="english", forms=True)
    assert found[: len(plain)] == plain


@given(st.text(st.characters(codec="ascii")))
def test_without_forms_case_says_nothing(text):
    assert terms(text, stop_words="english") == terms(text.upper(), stop_words="english")


@given(st.text(), st.tuples(st.integers(1, 2), st.integers(2, 4)))
def test_without_places_terms_are_those_of_a_word_vectorizer(text, ngram_range):
    peer = SklearnCountVectorizer(token_pattern=r"\w+|[^\w\s]", ngram_range=ngram_range)
    assert sorted(terms(text, ngram_range=ngram_range)) == sorted(peer.build_analyzer()(text))


@given(st.lists(st.sampled_from("abc"), max_size=6), st.integers(0, 4), st.integers(0, 4))
def test_openings_and_ends_are_as_many_as_there_are_words(words, n_first, n_last):
    found = terms(" ".join(words), n_first=n_first, n_last=n_last)
    expected = len(words) + min(n_first, len(words)) + min(n_last, len(words))
    assert len(found) == expected


def test_pairs_reach_all_words_where_asked():
    words = [f"w{k}" for k in range(20)]
    assert len(terms(" ".join(words), n_paired=1)) == 20 + 5
    assert len(terms(" ".join(words), n_paired=1, n_reached=None)) == 20 + 19


def test_an_empty_text_has_no_terms():
    assert PositionedNgrams(n_last=2)("") == PositionedNgrams(n_last=2)(" ") == []


@pytest.mark.parametrize("vectorizer", [CountVectorizer, TfidfVectorizer, HashingVectorizer])
def test_the_vectorizers_take_it(vectorizer):
    column = ["Who won?", None, "What is it?"]
    fitted = vectorizer(analyzer=PositionedNgrams(), missing="empty").fit(column)
    matrix = fitted.transform(column)
    assert matrix[0].nnz == 11
    assert matrix[1].nnz == 0
    assert (clone(fitted).fit(column).transform(column) != matrix).nnz == 0


def test_a_search_sets_its_parameters():
    pipeline = make_pipeline(CountVectorizer(analyzer=PositionedNgrams()), LogisticRegression())
    search = GridSearchCV(pipeline, {"countvectorizer__analyzer__n_paired": [0, 1]}, cv=2)
    search.fit(["who a", "who b", "what a", "what b"], [0, 0, 1, 1])
    assert search.best_score_ == 1


def test_a_model_file_keeps_it(tmp_path):
    fitted = CountVectorizer(analyzer=PositionedNgrams(n_last=1)).fit(["Who won?"])
    mmsk.model_io.save_model(fitted, tmp_path / "model.skops")
    again = mmsk.model_io.load_model(tmp_path / "model.skops")
    column = ["Who won?", "won?"]
    np.testing.assert_array_equal(
        again.transform(column).toarray(), fitted.transform(column).toarray()
    )


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_first": -1}, "The 'n_first' parameter of PositionedNgrams must be"),
        ({"ngram_range": (2, 1)}, r"ngram_range must rise from 1 or more, got \(2, 1\)"),
        ({"ngram_range": (0, 1)}, "ngram_range must rise from 1 or more"),
    ],
)
def test_wrong_parameters_are_refused_when_it_is_used(parameters, message):
    with pytest.raises(ValueError, match=message):
        CountVectorizer(analyzer=PositionedNgrams(**parameters)).fit(["who"])
