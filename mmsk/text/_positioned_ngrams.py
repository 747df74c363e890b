"""Words of a short text by where they stand: opening, end, topic, pairs with the opening."""

import re
from numbers import Integral

from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from mmsk._utils.sklearn_private import Interval, StrOptions, validate_params


class PositionedNgrams(BaseEstimator):
    r"""Terms of a short text, for a vectorizer: n-grams, and words by where they stand.

    In questions, commands, titles and messages the first words say what it is about, and
    the words soon after what it is about them: *what … nationality*, whatever is between.

    Parameters
    ----------
    ngram_range : tuple of (int, int), default=(1, 2)
        Least and greatest length of an n-gram of words.
    n_first : int, default=4
        Openings of 1 to so many words are terms: ``^what``, ``^what is``.
    n_last : int, default=0
        Ends of 1 to so many words are terms: ``ball$``.
    n_paired : int, default=2
        Openings of 1 to so many words are paired with each later word, once each:
        ``^what … ball``.
    n_reached : int or None, default=6
        Pairs take only words among the first so many, because what the opening asks for
        comes soon; None takes all.
    stop_words : {"english"}, list of str or None, default=None
        Words that are no topic. With them, the first run of other words after the first
        one is the topic of a text, and these are terms: what stands before it and behind
        it, its number of words, and its first and its last word (the head of a noun phrase
        in English), also without a final *s*, alone and with the opening.
    forms : bool, default=False
        Whether forms of words are terms: the shape of each word after the first (``~Xxx``,
        ``~XX``, ``~99``: upper case, lower case, digits, runs cut to two), which tells
        names and short forms from common words. With ``stop_words``, also the shapes of
        the topic, with what stands around it, and the last two to four letters of its last
        word (*-ist*, *-ology*), which say something of words never seen.
    lowercase : bool, default=True
        Whether texts are made lower case first.
    token_pattern : str, default=r"\\w+|[^\\w\\s]"
        What a word is; by default marks are words of their own, and single letters, too.

    Raises
    ------
    ValueError
        When called: if a parameter is out of range, or ``ngram_range`` falls.

    Notes
    -----
    It is called with a string and gives a list of strings, as the ``analyzer`` of
    `CountVectorizer`, `TfidfVectorizer` or `HashingVectorizer`. An empty text has no
    terms. The terms are n-grams in order of length and place, openings, ends, pairs, topic,
    forms; as words hold no blanks by default, terms of different kinds are never equal.

    References
    ----------
    X. Li, D. Roth (2006), "Learning question classifiers: the role of semantic
    information", Natural Language Engineering 12(3), 229-249: questions are told apart by
    their first words and the noun that goes with them; pairs find it without a parser.

    Z. Huang, M. Thint, Z. Qin (2008), "Question classification using head words and their
    hypernyms", EMNLP 2008, 927-936: the head word, here found by position, and word shapes.

    Examples
    --------
    >>> from mmsk.text import CountVectorizer, PositionedNgrams
    >>> PositionedNgrams((1, 1), n_first=1, n_last=1, n_paired=1)("What is a ball ?")
    ['what', 'is', 'a', 'ball', '?', '^what', '?$', '^what … is', '^what … a',
     '^what … ball', '^what … ?']
    >>> CountVectorizer(analyzer=PositionedNgrams()).fit_transform(["Who won ?"]).shape
    (1, 11)
    """

    _parameter_constraints = {
        "ngram_range": [tuple],
        "n_first": [Interval(Integral, 0, None, closed="left")],
        "n_last": [Interval(Integral, 0, None, closed="left")],
        "n_paired": [Interval(Integral, 0, None, closed="left")],
        "n_reached": [Interval(Integral, 1, None, closed="left"), None],
        "stop_words": [StrOptions({"english"}), list, None],
        "forms": ["boolean"],
        "lowercase": ["boolean"],
        "token_pattern": [str],
    }

    def __init__(
        self,
        ngram_range=(1, 2),
        *,
        n_first=4,
        n_last=0,
        n_paired=2,
        n_reached=6,
        stop_words=None,
        forms=False,
        lowercase=True,
        token_pattern=r"\w+|[^\w\s]",
    ):
        self.ngram_range = ngram_range
        self.n_first = n_first
        self.n_last = n_last
        self.n_paired = n_paired
        self.n_reached = n_reached
        self.stop_words = stop_words
        self.forms = forms
        self.lowercase = lowercase
        self.token_pattern = token_pattern

    def __call__(self, text):
        """The terms of a text.

        Parameters
        ----------
        text : str

        Returns
        -------
        terms : list of str
        """
        validate_params(self)
        least, most = self.ngram_range
        if not 1 <= least <= most:
            raise ValueError(f"ngram_range must rise from 1 or more, got {self.ngram_range}.")
        words = re.findall(self.token_pattern, text.lower() if self.lowercase else text)
        n_words = len(words)
        ngrams = [
            " ".join(words[start : start + length])
            for length in range(least, most + 1)
            for start in range(n_words - length + 1)
        ]
        openings = [_opening(words, n) for n in range(1, min(self.n_first, n_words) + 1)]
        ends = [" ".join(words[-n:]) + "$" for n in range(1, min(self.n_last, n_words) + 1)]
        pairs = [
            f"{_opening(words, n)} … {word}"
            for n in range(1, min(self.n_paired, n_words) + 1)
            for word in dict.fromkeys(words[n : self.n_reached])
        ]
        return ngrams + openings + ends + pairs + self._topic_and_forms(words, text)

    def _topic_and_forms(self, words, text):
        shapes = _shapes(re.findall(self.token_pattern, text)) if self.forms else []
        terms = [f"~{shape}" for shape in shapes[1:]]
        if self.stop_words is None or not words:
            return terms
        start, stop = _topic_span(words, self._not_topics())
        terms = _topic(words, start, stop) + terms
        # lower case may make words of one where it has other letters, as of "İ"
        if self.forms and start < stop <= len(shapes):
            terms += _topic_forms(words, shapes, start, stop)
        return terms

    def _not_topics(self):
        return (
            ENGLISH_STOP_WORDS if self.stop_words == "english" else frozenset(self.stop_words)
        )


def _opening(words, n):
    return "^" + " ".join(words[:n])


def _behind(words, stop):
    return words[stop] if stop < len(words) else "$"


def _topic_span(words, not_topics):
    """Where the topic starts and stops: the first run of such words after the first word."""
    may_be = [word not in not_topics and word[0].isalnum() for word in words]
    start = next((at for at in range(1, len(words)) if may_be[at]), len(words))
    stop = next((at for at in range(start, len(words)) if not may_be[at]), len(words))
    return start, stop


def _topic(words, start, stop):
    """Terms of a topic: what stands around it, and its words."""
    before, behind = _opening(words, start), _behind(words, stop)
    terms = [f"{before} <topic>", f"<topic> {behind}", f"{before} <topic> {behind}"]
    if start == stop:
        return terms
    n_words = f"<{stop - start}>"
    for place, word in (("first", words[start]), ("last", words[stop - 1])):
        terms += [
            f"{opening}<{place}> {form}"
            for form in dict.fromkeys([word, word.removesuffix("s")])
            for opening in ("", _opening(words, 1) + " ")
        ]
        terms.append(f"{before} <{place}> {word}")
    return [*terms, n_words, f"{before} {n_words}"]


def _shapes(words):
    """Words with X for upper case, x for lower case, 9 for digits, and runs cut to two."""
    return [re.sub(r"(.)\1+", r"\1\1", "".join(map(_shape, word))) for word in words]


def _shape(letter):
    if letter.isdigit():
        return "9"
    return "X" if letter.isupper() else "x" if letter.islower() else letter


def _topic_forms(words, shapes, start, stop):
    """Shapes of a topic and endings of its last word, alone and with what is around."""
    before, whole = _opening(words, start), " ".join(shapes[start:stop])
    terms = [f"{before} <shape> {whole}"]
    terms.append(f"{_opening(words, 1)} <shape> {whole} {_behind(words, stop)}")
    for place, shape in (("first", shapes[start]), ("last", shapes[stop - 1])):
        terms += [f"<{place} shape> {shape}", f"{before} <{place} shape> {shape}"]
    head = words[stop - 1].removesuffix("s")
    for n_letters in (2, 3, 4):
        ending = f"<ending> {head[-n_letters:]}"
        terms += [ending, f"{_opening(words, 1)} {ending}"]
    return terms
