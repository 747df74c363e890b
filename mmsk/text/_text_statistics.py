"""Statistics of documents: length, richness of words, readability, kinds of characters."""

import re
import unicodedata
from collections import Counter

import numpy as np

from mmsk.base import SampleTransformer
from mmsk.io import read_text
from mmsk.io._sources import as_sources

_NAMES = (
    "n_characters",
    "n_words",
    "n_sentences",
    "mean_word_length",
    "mean_sentence_length",
    "syllables_per_word",
    "type_token_ratio",
    "hapax_share",
    "flesch_reading_ease",
    "flesch_kincaid_grade",
    "automated_readability_index",
    "capital_share",
    "digit_share",
    "punctuation_share",
    "blank_share",
    "exclamation_share",
    "question_share",
    "emoji_share",
    "non_ascii_share",
    "all_caps_share",
)

# A document is searched as a string of the kinds of its characters, one letter each
_CAPITAL, _SMALL, _OTHER_LETTER, _DIGIT, _MARK = "Ulodm"
_NEW_LINE, _BLANK = "nb"
_JOINER, _FULL_STOP, _END, _EXCLAMATION, _QUESTION, _PUNCTUATION = "jftxqp"
_EMOJI, _OTHER = "es"
_KINDS_OF = {
    "\n": _NEW_LINE,
    **dict.fromkeys("'’-‐‑", _JOINER),
    **dict.fromkeys(".…", _FULL_STOP),
    **dict.fromkeys("。｡．।॥։።", _END),
    **dict.fromkeys("!！", _EXCLAMATION),
    **dict.fromkeys("?？؟", _QUESTION),
    # not seen, and part of the word they stand in: soft hyphen, (non-)joiner
    **dict.fromkeys("\u00ad\u200c\u200d", _MARK),
}
_EMOJI_BLOCKS = (
    (0x2600, 0x27BF),
    (0x1F1E6, 0x1F1FF),
    (0x1F300, 0x1F64F),
    (0x1F680, 0x1F6FF),
    (0x1F900, 0x1F9FF),
    (0x1FA70, 0x1FAFF),
)
# possessive, and full stops from the first of a row only: else time would be quadratic
_WORD = re.compile(r"[Ulod][Ulodm]*+(?:j[Ulod][Ulodm]*+)*+")
_SENTENCE_END = re.compile(r"(?<!f)f++(?=[pj]*+(?:[bn]|\Z))|[txq]|nb*+n")
_WORD_START = re.compile(r"[Ulod]")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(
    r"(?<=[^aeiouy])(?<![^aeiouy]l)e$"  # make, but not table
    r"|(?<=[^aeioudty])ed$"  # called, but not wanted
    r"|(?<=[^aceghiosuxyz])(?<![^aeiouy]l)es$"  # names, but neither boxes nor tables
)


class TextStatistics(SampleTransformer):
    """Lengths, richness of words, readability and kinds of characters of a document.

    Parameters
    ----------
    lexicons : dict of str to list of str, or None, default=None
        Lists of words by name; each adds one feature, ``lexicon_<name>``: its words in
        the document by all words. Upper and lower case are one.
    n_jobs : int or None, default=None
        Documents read and described at once. None means 1, or what
        ``joblib.parallel_config`` says.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a document is described once only, in all processes
        (guide, "Store"). None keeps nothing.
    on_error : {"raise", "missing"}, default="raise"
        Whether a document that cannot be read (an absent file, bytes that are not UTF-8)
        stops ``transform`` or is a row of NaN.

    Attributes
    ----------
    lexicons_ : dict of str to set of str
        Words as they are compared.
    n_features_in_ : int

    Raises
    ------
    ValueError
        In ``fit``: if an entry of a lexicon is not a single word.

    Notes
    -----
    A document is a string, bytes (UTF-8) or a ``pathlib.Path``; it is taken in Unicode's
    normal form C. A row is float32 of 20 features, all finite:

    - ``n_characters``, ``n_words``, ``n_sentences``;
    - ``mean_word_length`` in letters and digits, ``mean_sentence_length`` in words,
      ``syllables_per_word``;
    - ``type_token_ratio``: different words by all words; ``hapax_share``: words that
      occur once by all words;
    - ``flesch_reading_ease`` = 206.835 - 1.015 *words per sentence* - 84.6 *syllables per
      word*; ``flesch_kincaid_grade`` = 0.39 *words per sentence* + 11.8 *syllables per
      word* - 15.59; ``automated_readability_index`` = 4.71 *letters and digits per word* +
      0.5 *words per sentence* - 21.43;
    - by all characters, 0..1: ``capital_share``, ``digit_share`` (Unicode's letters Lu and
      Lt, numbers N), ``punctuation_share`` (P), ``blank_share``, ``exclamation_share``,
      ``question_share``, ``emoji_share`` (pictures of U+2600..27BF and of the blocks of
      emoji from U+1F1E6 on, each code point), ``non_ascii_share``;
    - ``all_caps_share``: words of two capitals or more and no small letter, by all words.

    What there is too little of is 0: all features of an empty document, and those by word
    of one without words. A missing document (None, NaN, NA) is a row of NaN; an empty or
    blank string is not missing.

    A word is a run of letters and digits; apostrophes and hyphens within it belong to it.
    In scripts without blanks between words (Chinese, Japanese, Thai) such a run is longer
    than a word. A sentence holds a word and ends with ``!``, ``?``, their like in other
    scripts, full stops before a blank (after an abbreviation, too), a blank line or the
    document. Syllables are an estimate for English: groups of the vowels a, e, i, o, u,
    y without accents, less a silent e at the end (*make*, *called*, *names*), at least 1.
    The readability of other languages can be compared within one language only.

    References
    ----------
    R. Flesch (1948), "A new readability yardstick", Journal of Applied Psychology 32(3),
    221-233.

    J. P. Kincaid, R. P. Fishburne, R. L. Rogers, B. S. Chissom (1975), "Derivation of new
    readability formulas for Navy enlisted personnel", Research Branch Report 8-75, Naval
    Technical Training Command.

    R. J. Senter, E. A. Smith (1967), "Automated readability index", AMRL-TR-66-220,
    Aerospace Medical Research Laboratories.

    Examples
    --------
    >>> from mmsk.text import TextStatistics
    >>> statistics = TextStatistics(lexicons={"colour": ["red", "blue"]})
    >>> documents = ["The red kite flies. Look!", "", None]
    >>> table = statistics.set_output(transform="pandas").fit_transform(documents)
    >>> table[["n_words", "n_sentences", "exclamation_share", "lexicon_colour"]]
       n_words  n_sentences  exclamation_share  lexicon_colour
    0      5.0          2.0               0.04             0.2
    1      0.0          0.0               0.00             0.0
    2      NaN          NaN                NaN             NaN
    """

    _parameter_constraints = {
        "lexicons": [dict, None],
        **SampleTransformer._parameter_constraints,
    }
    _takes_text = True

    def __init__(self, lexicons=None, *, n_jobs=None, memory=None, on_error="raise"):
        self.lexicons = lexicons
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _members(self, cell):
        return as_sources(cell, blank_is_missing=False)  # "" is an empty document

    def _fit_cells(self, cells):
        lexicons = self.lexicons or {}
        self.lexicons_ = {name: _lexicon(name, words) for name, words in lexicons.items()}

    def _feature_names(self):
        return [*_NAMES, *(f"lexicon_{name}" for name in self.lexicons_)]

    def _reading(self):
        return read_text, {}

    def _extract(self, text):
        text = unicodedata.normalize("NFC", text)
        kinds = text.translate(_KINDS)
        words = Counter(_words(text, kinds))
        n_words = words.total()
        by_word = max(n_words, 1)
        shape = _shape(words, n_words, _n_sentences(kinds), _alphanumerics(kinds))
        lexicons = [_hits(words, lexicon) / by_word for lexicon in self.lexicons_.values()]
        all_caps = _n_all_caps(kinds) / by_word
        return np.array([len(text), *shape, *_shares(text, kinds), all_caps, *lexicons])


class _Kinds(dict):
    """Kind of each code point, found when it is first met."""

    def __missing__(self, code):
        self[code] = kind = _kind(chr(code))
        return kind


def _kind(character):
    if character in _KINDS_OF:
        return _KINDS_OF[character]
    if any(first <= ord(character) <= last for first, last in _EMOJI_BLOCKS):
        return _EMOJI
    if character.isspace():
        return _BLANK
    category = unicodedata.category(character)
    if category[0] == "L":
        return {"Lu": _CAPITAL, "Lt": _CAPITAL, "Ll": _SMALL}.get(category, _OTHER_LETTER)
    return {"M": _MARK, "N": _DIGIT, "P": _PUNCTUATION}.get(category[0], _OTHER)


_KINDS = _Kinds()


def _words(text, kinds):
    return [_folded(text[found.start() : found.end()]) for found in _WORD.finditer(kinds)]


def _folded(word):
    return word.casefold().replace("’", "'").replace("‑", "-").replace("‐", "-")


def _alphanumerics(kinds):
    return sum(map(kinds.count, (_CAPITAL, _SMALL, _OTHER_LETTER, _DIGIT)))


def _n_sentences(kinds):
    return sum(1 for part in _SENTENCE_END.split(kinds) if _WORD_START.search(part))


def _n_all_caps(kinds):
    words = (found[0] for found in _WORD.finditer(kinds))
    return sum(_SMALL not in word and word.count(_CAPITAL) > 1 for word in words)


def _shape(words, n_words, n_sentences, n_alphanumerics):
    """Features from ``n_words`` to ``automated_readability_index``."""
    if not n_words:
        return np.zeros(10)
    length = n_alphanumerics / n_words
    per_sentence = n_words / n_sentences
    syllables = sum(_syllables(word) * count for word, count in words.items()) / n_words
    return [
        n_words,
        n_sentences,
        length,
        per_sentence,
        syllables,
        len(words) / n_words,
        sum(count == 1 for count in words.values()) / n_words,
        206.835 - 1.015 * per_sentence - 84.6 * syllables,
        0.39 * per_sentence + 11.8 * syllables - 15.59,
        4.71 * length + 0.5 * per_sentence - 21.43,
    ]


def _syllables(word):
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFD", word) if _KINDS[ord(c)] != _MARK)
    return max(len(_VOWELS.findall(_SILENT.sub("", word))), 1)


def _shares(text, kinds):
    """Features from ``capital_share`` to ``non_ascii_share``."""
    punctuation = (_JOINER, _FULL_STOP, _END, _EXCLAMATION, _QUESTION, _PUNCTUATION)
    counts = [
        kinds.count(_CAPITAL),
        kinds.count(_DIGIT),
        sum(map(kinds.count, punctuation)),
        kinds.count(_BLANK) + kinds.count(_NEW_LINE),
        kinds.count(_EXCLAMATION),
        kinds.count(_QUESTION),
        kinds.count(_EMOJI),
        len(text) - len(text.encode("ascii", "ignore")),
    ]
    return np.array(counts) / max(len(text), 1)


def _lexicon(name, words):
    if isinstance(words, str):
        raise ValueError(f"lexicon {name!r} must be a list of words, got the string {words!r}")
    lexicon = set()
    for entry in words:
        text = unicodedata.normalize("NFC", entry) if isinstance(entry, str) else ""
        found = _WORD.fullmatch(text.translate(_KINDS))
        if not found:
            raise ValueError(f"lexicon {name!r} must hold single words, got {entry!r}")
        lexicon.add(_folded(text))
    return lexicon


def _hits(words, lexicon):
    return sum(words[word] for word in words.keys() & lexicon)
