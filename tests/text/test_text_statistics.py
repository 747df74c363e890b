"""What only TextStatistics does; the rest is in tests/test_common.py."""

import time
import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmsk.text import TextStatistics
from mmsk.text._text_statistics import _syllables


def described(document, **parameters):
    """Features of one document, by name."""
    extractor = TextStatistics(**parameters)
    row = extractor.fit_transform([document])[0]
    return pd.Series(row.astype(float), index=extractor.get_feature_names_out()).round(6)


# Any document


@given(st.text())
def test_a_present_document_has_finite_features_and_shares_of_0_to_1(document):
    features = described(document)
    assert np.isfinite(features).all()
    assert features.filter(regex="share|ratio").between(0, 1).all()
    assert features["n_characters"] == len(unicodedata.normalize("NFC", document))


@given(st.text())
def test_composed_and_decomposed_letters_are_one(document):
    forms = [unicodedata.normalize(form, document) for form in ("NFC", "NFD")]
    composed, decomposed = TextStatistics().fit_transform(forms)
    np.testing.assert_array_equal(composed, decomposed)


@given(st.text("aB1 .!?\n'-é語", min_size=1), st.integers(2, 4))
def test_means_and_shares_stay_when_a_text_is_repeated(document, times):
    once = described(document.strip() + "!\n\n")
    more = described((document.strip() + "!\n\n") * times)
    kept = ["mean_word_length", "mean_sentence_length", "flesch_reading_ease", "digit_share"]
    np.testing.assert_allclose(more[kept], once[kept], rtol=1e-5)
    assert more["n_words"] == times * once["n_words"]
    assert more["n_sentences"] == times * once["n_sentences"]


@pytest.mark.parametrize("document", ["", b"", "!?", "...", "🙂", "\n\n", "\ud800"])
def test_without_words_what_is_by_word_is_0(document):
    features = described(document, lexicons={"any": ["word"]})
    by_character = features.index.str.fullmatch("n_characters|(?!hapax|all_caps).*_share")
    assert (features[~by_character] == 0).all()


def test_a_blank_document_is_present_and_a_missing_one_is_not():
    features = TextStatistics().fit_transform([" ", "", None])
    assert np.isfinite(features[:2]).all()
    assert np.isnan(features[2]).all()


def test_several_documents_in_a_cell_are_pooled_empty_ones_too():
    fitted = TextStatistics().fit([["one two", ""], "three"])
    table = fitted.set_output(transform="pandas").transform([["one two", "", None], "three"])
    assert table["mean_n_words"].tolist() == [1, 1]
    assert table["max_n_words"].tolist() == [2, 1]


# Words and sentences


@pytest.mark.parametrize(
    ("document", "n_words"),
    [
        ("one two  three", 3),
        ("don't, isn’t well-being", 3),
        ("'quoted' -- dash-", 2),
        ("snake_case 3.14", 4),
        ("हिन्दी में", 2),  # vowel signs belong to words
        ("می‌خواهم", 1),  # an invisible non-joiner stands within
        ("犬が好き", 1),  # no blanks, no words
        ("🙂 ©", 0),
    ],
)
def test_a_word_is_a_run_of_letters_and_digits(document, n_words):
    assert described(document)["n_words"] == n_words


@pytest.mark.parametrize(
    ("document", "n_sentences"),
    [
        ("One", 1),
        ("One. Two! Three? Four", 4),
        ('She said "no." He left (at last).', 2),
        ("Pi is 3.14, see example.org.", 1),
        ("Really?!... Yes", 2),
        ("Wait... what", 2),
        ("A title\n\nand a line\nthat goes on", 2),
        ("A title\r\n \r\nand a text", 2),
        ("犬が好き。猫も好き！", 2),
        ("... ! ?", 0),
    ],
)
def test_a_sentence_ends_with_a_mark_or_a_blank_line(document, n_sentences):
    assert described(document)["n_sentences"] == n_sentences


def test_richness_counts_words_whatever_their_case():
    features = described("Red red RED kite")
    assert features["type_token_ratio"] == 0.5
    assert features["hapax_share"] == 0.25


# Readability


@pytest.mark.parametrize(
    ("word", "n"),
    [("make", 1), ("table", 2), ("called", 1), ("wanted", 2), ("names", 1), ("boxes", 2),
     ("tables", 2), ("the", 1), ("tree", 1), ("readability", 5), ("rhythm", 1), ("élite", 2),
     ("1984", 1), ("мама", 1)],
)  # fmt: skip
def test_syllables_are_groups_of_vowels_without_a_silent_e(word, n):
    assert _syllables(word) == n


def test_readability_by_hand():
    features = described("The cat sat on the mat. It was happy.")  # 9 words, 10 syllables
    assert features["mean_word_length"] == pytest.approx(27 / 9)
    assert features["mean_sentence_length"] == 4.5
    assert features["syllables_per_word"] == pytest.approx(10 / 9)
    ease = 206.835 - 1.015 * 4.5 - 84.6 * 10 / 9
    grade = 0.39 * 4.5 + 11.8 * 10 / 9 - 15.59
    index = 4.71 * 27 / 9 + 0.5 * 4.5 - 21.43
    assert features["flesch_reading_ease"] == pytest.approx(ease, abs=1e-4)
    assert features["flesch_kincaid_grade"] == pytest.approx(grade, abs=1e-4)
    assert features["automated_readability_index"] == pytest.approx(index, abs=1e-4)


# Characters


@pytest.mark.parametrize(
    ("name", "document", "share"),
    [
        ("capital_share", "ÉaǅЖ", 0.75),
        ("digit_share", "a1٣", 2 / 3),
        ("punctuation_share", "a-b.«c»$", 0.5),
        ("blank_share", "a \n\u00a0", 0.75),
        ("exclamation_share", "a!！b", 0.5),
        ("question_share", "a?؟¿", 0.5),
        ("emoji_share", "🙂☀a©", 0.5),
        ("non_ascii_share", "aé", 0.5),
        ("all_caps_share", "NASA I ok Ok", 0.25),
    ],
)
def test_shares_by_hand(name, document, share):
    assert described(document)[name] == pytest.approx(share, abs=1e-6)


# Lexicons


def test_a_lexicon_counts_its_words_whatever_their_case_and_apostrophe():
    features = described("Don’t be sad, SAD friend", lexicons={"low": ["sad", "don't", "grey"]})
    assert features["lexicon_low"] == pytest.approx(0.6)


def test_each_lexicon_is_a_feature():
    lexicons = {"b": ["x"], "a": ()}
    names = TextStatistics(lexicons=lexicons).fit([""]).get_feature_names_out()
    assert list(names[-2:]) == ["lexicon_b", "lexicon_a"]
    assert len(names) == 22


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("happy", "must be a list of words, got the string 'happy'"),
        (["new york"], "must hold single words, got 'new york'"),
        (["happ*"], r"must hold single words, got 'happ\*'"),
        ([3], "must hold single words, got 3"),
    ],
)
def test_a_lexicon_that_could_never_hit_is_refused(words, message):
    with pytest.raises(ValueError, match=f"lexicon 'mood' {message}"):
        TextStatistics(lexicons={"mood": words}).fit(["a"])


@pytest.mark.parametrize("piece", [".", ".)", " ", "\n ", "a'", "a-b. ", "é"])
def test_time_grows_with_length_only(piece):
    fitted = TextStatistics().fit([""])
    start_s = time.process_time()
    fitted.transform(["\n" + piece * 200_000 + "a"])
    assert time.process_time() - start_s < 5  # if it grew with the square, minutes
