"""Terms found by compiled loops are scikit-learn's, whatever the text and the settings."""

import copy
import json
import pickle
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction import text as sklearn_text

from mmsk import text
from mmsk.text import _compiled
from tests.marks import BAD_INPUTS, DATA
from tests.text.test_documents import VECTORIZERS, assert_same_matrix

# whole words come again and again; then anything, half of a surrogate pair too
WORDS = ["a", "word", "Words", "longerword", "Été", "e\u0301te\u0301", "ΣΑΣ", "İ", "世界", "_1"]
TEXTS = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
    st.text(st.characters(), max_size=40),
    st.text("aB \n\t\u00a0\u3000\x1c\ud83d\U0001f600", max_size=40),
)


def assert_equal_to_scikit_learns(name, documents, others=(), n_jobs=None, **parameters):
    mine = getattr(text, name)(**parameters, n_jobs=n_jobs)
    known = getattr(sklearn_text, name)(**parameters)
    try:
        expected = known.fit_transform(documents)
    except ValueError as error:  # UnicodeEncodeError is one
        with pytest.raises(type(error), match=re.escape(str(error)[:20])):
            mine.fit_transform(documents)
        return
    found = mine.fit_transform(documents)
    assert found.has_canonical_format
    assert_same_matrix(found, expected)
    assert_same_matrix(mine.transform(others), known.transform(others))
    assert getattr(mine, "vocabulary_", None) == getattr(known, "vocabulary_", None)
    if name == "TfidfVectorizer":
        np.testing.assert_allclose(mine.idf_, known.idf_, rtol=1e-12)


@pytest.mark.parametrize("analyzer", ["word", "char", "char_wb"])
@pytest.mark.parametrize("name", VECTORIZERS)
@given(
    documents=st.lists(TEXTS, min_size=1, max_size=5),
    shortest=st.integers(1, 5),
    more=st.integers(0, 3),
)
@settings(deadline=None)
def test_any_text_is_cut_alike(name, analyzer, documents, shortest, more):
    assert_equal_to_scikit_learns(
        name,
        documents,
        documents[::-1] + ["other words"],
        analyzer=analyzer,
        ngram_range=(shortest, shortest + more),
    )


SETTINGS = {
    "unigrams to trigrams": {"ngram_range": (1, 3)},
    "words of one letter": {"token_pattern": r"(?u)\b\w+\b", "ngram_range": (1, 2)},
    "words of three letters": {"token_pattern": r"\w\w\w+"},
    "another pattern": {"token_pattern": r"[^\s,]+", "ngram_range": (1, 2)},
    "a pattern with a group": {"token_pattern": r"(\w)\w*", "ngram_range": (2, 2)},
    "words that hold blanks": {"token_pattern": r"\w+ ?\w*", "ngram_range": (1, 3)},
    "empty words": {"token_pattern": r"\w*", "ngram_range": (1, 2)},
    "english stop words": {"stop_words": "english", "ngram_range": (1, 2)},
    "own stop words": {"stop_words": ["the", "red"], "ngram_range": (2, 3)},
    "case kept": {"lowercase": False},
    "accents off": {"strip_accents": "unicode", "analyzer": "char_wb", "ngram_range": (2, 4)},
    "ascii": {"strip_accents": "ascii"},
    "a preprocessor": {"preprocessor": lambda text: text.upper() + " x1"},
    "rare and common left out": {"min_df": 2, "max_df": 0.8, "ngram_range": (1, 2)},
    "the most frequent": {"max_features": 5, "ngram_range": (1, 2)},
    "the most frequent of characters": {"max_features": 9, "analyzer": "char"},
    "binary": {"binary": True, "max_features": 7},
    "a fixed vocabulary": {"vocabulary": ["car", "red car", "absent"], "ngram_range": (1, 2)},
    "bytes of floats": {"dtype": np.float32},
    "long runs": {"analyzer": "char", "ngram_range": (6, 9)},
    "long runs within words": {"analyzer": "char_wb", "ngram_range": (6, 9)},
}
DOCUMENTS = [
    "The red, red car; the blue car",
    "",
    "L'été à la mer \n\n  red car",
    "the sea the sea the sea",
    "x",
]


def test_words_are_ordered_beyond_the_letters_that_fit_a_number():
    words = ["a" * length + tail for length in (1, 9, 40, 41) for tail in ("", "b", "é", "世b")]
    assert_equal_to_scikit_learns(
        "CountVectorizer", [" ".join(words)], ngram_range=(1, 2), token_pattern=r"\w+"
    )


@pytest.mark.parametrize("n_jobs", [None, 2])
@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("name", VECTORIZERS)
def test_settings_mean_what_they_mean_to_scikit_learn(name, setting, n_jobs, monkeypatch):
    monkeypatch.setattr(_compiled, "_BATCH", 20)  # several batches, for several threads
    parameters = SETTINGS[setting]
    if name == "HashingVectorizer":
        refused = {"min_df", "max_df", "max_features", "vocabulary"}
        parameters = {key: parameters[key] for key in parameters if key not in refused}
    assert_equal_to_scikit_learns(name, DOCUMENTS, DOCUMENTS[::-2], n_jobs, **parameters)


def test_callables_and_subclasses_are_left_to_scikit_learn():
    class Stemming(text.CountVectorizer):
        def build_analyzer(self):
            analyze = super().build_analyzer()
            return lambda document: [word[:3] for word in analyze(document)]

    assert sorted(Stemming().fit(["walking walked"]).vocabulary_) == ["wal"]
    assert not _compiled.is_compiled(Stemming())
    assert not _compiled.is_compiled(text.CountVectorizer(tokenizer=str.split))
    assert not _compiled.is_compiled(text.CountVectorizer(analyzer=str.split))
    assert _compiled.is_compiled(text.CountVectorizer(preprocessor=str.upper))


def test_documents_are_read_once_as_they_come():
    read = []

    def documents():
        for number in range(5):
            read.append(number)
            yield f"document number {number}"

    assert text.TfidfVectorizer().fit_transform(documents()).shape == (5, 2)
    assert read == [0, 1, 2, 3, 4]


def test_a_failing_document_stops_all_threads(monkeypatch):
    monkeypatch.setattr(_compiled, "_BATCH", 1)
    with pytest.raises(ValueError, match="rows 1"):
        text.CountVectorizer(n_jobs=2).fit(["a word", None, "another"] * 3)


def test_blanks_split_words_as_str_split_does():
    is_blank = _compiled._is_code(r"\s")
    assert [chr(code).isspace() for code in range(0x3100)] == is_blank[:0x3100].tolist()


def test_the_table_of_lower_case_is_that_of_strings():
    by_table = _compiled._lower_codes()
    differ = [code for code, lower in enumerate(by_table) if chr(code).lower() != chr(lower)]
    assert differ == sorted(map(ord, _compiled._NOT_BY_TABLE))


@pytest.mark.slow
@pytest.mark.parametrize("analyzer", ["word", "char", "char_wb"])
def test_a_document_of_ten_megabytes_is_one_document_like_any_other(analyzer):
    rng = np.random.default_rng(0)
    letters = rng.choice(list("etaoinshrdlué \n世"), 10_000_000)
    document = "".join(letters.tolist())
    shortest = 1 if analyzer == "word" else 3
    assert_equal_to_scikit_learns(
        "CountVectorizer", [document, "short"], analyzer=analyzer, ngram_range=(shortest, 3)
    )


@BAD_INPUTS
@pytest.mark.real_data
@pytest.mark.parametrize("analyzer", ["word", "char", "char_wb"])
def test_naughty_strings_are_cut_alike(analyzer):
    documents = json.loads((DATA / "bad_inputs/text/blns.json").read_text("utf-8"))
    assert_equal_to_scikit_learns(
        "CountVectorizer", documents, documents[::3], analyzer=analyzer, ngram_range=(1, 3)
    )


@BAD_INPUTS
@pytest.mark.real_data
@pytest.mark.parametrize("analyzer", ["word", "char", "char_wb"])
def test_files_of_bad_text_are_cut_alike(analyzer):
    paths = sorted((DATA / "bad_inputs/text").glob("*.txt"))
    assert paths
    documents = [path.read_bytes() for path in paths]
    assert_equal_to_scikit_learns(
        "CountVectorizer",
        documents,
        documents[::2],
        analyzer=analyzer,
        ngram_range=(1, 3),
        decode_error="replace",
    )


@pytest.mark.parametrize("name", ["CountVectorizer", "TfidfVectorizer"])
def test_the_vocabulary_is_made_when_asked_for_and_once(name):
    vectorizer = getattr(text, name)().fit(["the red car", "a blue car"])
    assert callable(vars(vectorizer)["vocabulary_"])
    known = getattr(sklearn_text, name)().fit(["the red car", "a blue car"])
    assert vectorizer.vocabulary_ == known.vocabulary_
    assert vectorizer.vocabulary_ is vectorizer.vocabulary_


@pytest.mark.parametrize("name", ["CountVectorizer", "TfidfVectorizer"])
def test_a_copied_or_pickled_vocabulary_is_a_dict(name):
    vectorizer = getattr(text, name)().fit(["the red car", "a blue car"])
    for copied in (copy.deepcopy(vectorizer), pickle.loads(pickle.dumps(vectorizer))):
        assert vars(copied)["vocabulary_"] == vectorizer.vocabulary_


def test_the_vocabulary_can_be_set_and_taken_away():
    vectorizer = text.CountVectorizer().fit(["the red car"])
    vectorizer.vocabulary_ = {"car": 0}
    assert vectorizer.transform(["a car, the car"]).toarray().tolist() == [[2]]
    del vectorizer.vocabulary_
    with pytest.raises(AttributeError, match="'CountVectorizer' object has no attribute"):
        vectorizer.vocabulary_
