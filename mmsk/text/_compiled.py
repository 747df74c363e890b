"""scikit-learn's vectorizers with compiled loops for words, n-grams and counts."""

import re
import threading
from functools import cache, partial
from itertools import islice
from numbers import Integral

import numpy as np
from sklearn.feature_extraction import text as sklearn_text
from sklearn.preprocessing import normalize
from sklearn.utils.validation import check_is_fitted

from mmsk._kernels.terms import weigh_rows
from mmsk._kernels.text import collapsed_blanks, replaced_codes, word_spans
from mmsk._utils.sklearn_private import as_configured_sparse
from mmsk._utils.workers import in_each_worker
from mmsk.text._term_counts import TermCounts
from mmsk.text._term_order import N_CODES
from mmsk.text._vocabulary import LateVocabulary

_BATCH = 1 << 20  # characters of documents that are counted in one go
_AT_ONCE = 64  # documents that are fetched at a time
_RUN_OF_LETTERS = re.compile(r"(?:\(\?u\))?(?:\\b)?((?:\\w)+)\+(?:\\b)?")
_NOT_BY_TABLE = "\u03a3\u0130"  # lower case depends on what follows, or is two characters
_STEPS = (
    "build_analyzer",
    "build_tokenizer",
    "_word_ngrams",
    "_char_ngrams",
    "_char_wb_ngrams",
)


class CompiledCounts(sklearn_text.CountVectorizer):
    """Counts terms by compiled loops, unless callables say what a term is.

    A base to stand before `sklearn.feature_extraction.text.CountVectorizer`.
    """

    vocabulary_ = LateVocabulary()

    def fit_transform(self, raw_documents, y=None):
        return self._learned_counts(raw_documents)[0]

    def __getstate__(self):
        state = super().__getstate__()
        made = {"vocabulary_": self.vocabulary_} if "vocabulary_" in state else {}
        return {**state, **made}

    def _learned_counts(self, raw_documents):
        """The matrix, and in how many documents each of its terms is."""
        if self.vocabulary is not None or not is_compiled(self):
            return _with_frequencies(
                sklearn_text.CountVectorizer.fit_transform(self, raw_documents)
            )
        self._validate_ngram_range()
        self._warn_for_unused_params()
        self._validate_vocabulary()
        counts = count_terms(self, raw_documents)
        frequencies = counts.document_frequencies()
        terms = counts.in_order(self._frequent_terms(frequencies, counts.n_documents))
        columns = np.full(counts.n_terms, -1, np.int32)
        columns[terms] = np.arange(len(terms))
        matrix = counts.matrix(columns, len(terms), self.dtype, n_jobs=self.n_jobs)
        if self.binary:
            matrix.data.fill(1)
        matrix = as_configured_sparse(matrix)
        self.vocabulary_ = cache(partial(_vocabulary, counts, terms))
        if self.max_features is None:
            return matrix, frequencies[terms]
        # scikit-learn's own choice, which breaks ties in its own way
        limit = partial(self._limit_features, limit=self.max_features)
        return _with_frequencies(limit(matrix, self.vocabulary_))

    def _frequent_terms(self, frequencies, n_documents):
        """Numbers of the terms that ``min_df`` and ``max_df`` leave."""
        if not frequencies.any():
            raise ValueError("empty vocabulary; perhaps the documents only contain stop words")
        most, least = (
            bound if isinstance(bound, Integral) else bound * n_documents
            for bound in (self.max_df, self.min_df)
        )
        if most < least:
            raise ValueError("max_df corresponds to < documents than min_df")
        kept = (frequencies > 0) & (frequencies >= least) & (frequencies <= most)
        if not kept.any():
            raise ValueError(
                "After pruning, no terms remain. Try a lower min_df or a higher max_df."
            )
        return np.flatnonzero(kept)

    def _count_vocab(self, raw_documents, fixed_vocab):
        if not fixed_vocab or not is_compiled(self):
            return super()._count_vocab(raw_documents, fixed_vocab)
        counts = count_terms(self, raw_documents)
        terms = np.flatnonzero(counts.document_frequencies())
        columns = np.full(counts.n_terms, -1, np.int32)
        columns[terms] = [self.vocabulary_.get(name, -1) for name in counts.names(terms)]
        n_columns = max(len(self.vocabulary_), 1 + columns.max(initial=-1))
        matrix = counts.matrix(columns, n_columns, self.dtype, n_jobs=self.n_jobs)
        return self.vocabulary_, as_configured_sparse(matrix)


class CompiledTfidf(sklearn_text.TfidfVectorizer, CompiledCounts):
    """Weighs what `CompiledCounts` counts, in one loop over the entries.

    A base to stand in the place of `sklearn.feature_extraction.text.TfidfVectorizer`.
    """

    def fit_transform(self, raw_documents, y=None):
        self._check_params()  # warns of a dtype that is not a float
        rule = sklearn_text.TfidfTransformer(
            norm=self.norm,
            use_idf=self.use_idf,
            smooth_idf=self.smooth_idf,
            sublinear_tf=self.sublinear_tf,
        )
        self._tfidf = rule
        counts, frequencies = self._learned_counts(raw_documents)
        if rule.use_idf:  # as rule.fit finds it, which would count the frequencies again
            smooth = int(rule.smooth_idf)
            shares = (counts.shape[0] + smooth) / (frequencies + smooth)
            rule.idf_ = (np.log(shares) + 1).astype(_weight_dtype(counts))
        return self._weighed(counts)

    def transform(self, raw_documents):
        check_is_fitted(self, msg="The TF-IDF vectorizer is not fitted")
        return self._weighed(sklearn_text.CountVectorizer.transform(self, raw_documents))

    def _weighed(self, counts):
        """The counts as TF-IDF; as scikit-learn's, of the parameters when it was fitted."""
        counts = counts.astype(_weight_dtype(counts), copy=False)
        rule = self._tfidf
        idf = getattr(rule, "idf_", np.empty(0, counts.dtype))
        norm = {None: 0, "l1": 1, "l2": 2}[rule.norm]
        weigh_rows(counts.data, counts.indices, counts.indptr, idf, rule.sublinear_tf, norm)
        return counts


# not wrapped by set_output: what mixes it in does that itself
class CompiledHashing(  # type: ignore[call-arg]
    sklearn_text.HashingVectorizer, auto_wrap_output_keys=None
):
    """Hashes each term once, counted as in `CompiledCounts`.

    A base to stand before `sklearn.feature_extraction.text.HashingVectorizer`.
    """

    def transform(self, X):
        if not is_compiled(self):
            return super().transform(X)
        self._validate_ngram_range()
        counts = count_terms(self, X)
        terms = np.flatnonzero(counts.document_frequencies())
        columns, signs = np.full((2, counts.n_terms), -1, np.int32)
        if len(terms):  # a hasher wants at least one
            hashed = self._get_hasher().transform([name] for name in counts.names(terms))
            columns[terms], signs[terms] = hashed.indices, hashed.data
        matrix = counts.matrix(columns, self.n_features, self.dtype, signs, self.n_jobs)
        if self.binary:
            matrix.data.fill(1)
        if self.norm is not None:
            matrix = normalize(matrix, norm=self.norm, copy=False)
        return as_configured_sparse(matrix)


def _vocabulary(counts, terms):
    return {name: column for column, name in enumerate(counts.names(terms))}


def _with_frequencies(matrix):
    return matrix, np.bincount(matrix.indices, minlength=matrix.shape[1])


def _weight_dtype(counts):
    return counts.dtype if counts.dtype in (np.float64, np.float32) else np.float64


def is_compiled(vectorizer):
    """Whether the terms of a vectorizer can be found without calling back into Python.

    Parameters
    ----------
    vectorizer : CountVectorizer or HashingVectorizer

    Returns
    -------
    is_compiled : bool
        False where a callable, or a method of a subclass, says what a term is.
    """
    if vectorizer.analyzer not in ("word", "char", "char_wb") or vectorizer.ngram_range[0] < 1:
        return False
    if vectorizer.analyzer == "word" and vectorizer.tokenizer is not None:
        return False
    own = sklearn_text.CountVectorizer
    steps = ((getattr(vectorizer, name), getattr(own, name)) for name in _STEPS)
    return all(getattr(step, "__func__", None) is usual for step, usual in steps)


def count_terms(vectorizer, raw_documents):
    """Terms of documents, and how often each document holds each.

    Parameters
    ----------
    vectorizer : CountVectorizer or HashingVectorizer
        With ``n_jobs``; batches of documents are counted in so many threads.
    raw_documents : iterable
        Read once, as they come.

    Returns
    -------
    counts : TermCounts
    """
    vectorizer.build_analyzer()  # scikit-learn's checks and warnings
    take = _taken_in_turn(_batches(vectorizer, raw_documents))
    work = partial(_count_batches, vectorizer, _span_finder(vectorizer), take)
    counts, *others = in_each_worker(work, vectorizer.n_jobs)
    for other in others:
        counts.take_over(other)
    counts.close()
    return counts


def _count_batches(vectorizer, find_spans, take):
    counts = TermCounts(
        vectorizer.ngram_range,
        of_words=vectorizer.analyzer == "word",
        padded=vectorizer.analyzer == "char_wb",
    )
    stop_words = vectorizer.get_stop_words() if vectorizer.analyzer == "word" else None
    if stop_words:
        codes, stops = _encoded(sorted(word for word in stop_words if isinstance(word, str)))
        counts.leave_out(codes, np.append(0, stops[:-1]), stops)
    for number, texts in take():
        counts.add(number, *find_spans(texts))
    return counts


def _batches(vectorizer, raw_documents):
    """Lists of documents as texts, decoded and prepared, of some million characters each."""
    documents, prepare = iter(raw_documents), _preparer(vectorizer)
    batch, n_characters = [], 0
    while some := list(islice(documents, _AT_ONCE)):
        texts = prepare(some)
        batch += texts
        n_characters += sum(map(len, texts))
        if n_characters >= _BATCH:
            yield batch
            batch, n_characters = [], 0
    if batch:
        yield batch


def _preparer(vectorizer):
    """What makes texts of documents; with upper case where spans are found without it."""
    prepare = vectorizer.build_preprocessor()
    if vectorizer.preprocessor is None and vectorizer.strip_accents is None:
        late = not vectorizer.lowercase or _is_lowered_late(vectorizer)
        prepare = None if late else str.lower  # the same, without its layers
    decode = vectorizer.decode

    def texts(documents):
        if vectorizer.input != "content" or set(map(type, documents)) != {str}:
            documents = list(map(decode, documents))
        return documents if prepare is None else [prepare(document) for document in documents]

    return texts


def _is_lowered_late(vectorizer):
    """Whether characters are made lower case in a batch together."""
    usual = vectorizer.preprocessor is None and vectorizer.strip_accents is None
    cut = vectorizer.analyzer != "word" or _RUN_OF_LETTERS.fullmatch(vectorizer.token_pattern)
    return bool(usual and vectorizer.lowercase and cut)


def _taken_in_turn(items):
    """A function that makes iterators, which share numbered items between threads."""
    numbered = enumerate(items)
    lock = threading.Lock()

    def take():
        while True:
            with lock:
                item = next(numbered, None)
            if item is None:
                return
            yield item

    return take


def _span_finder(vectorizer):
    """What finds words, or runs of characters, in texts: as `TermCounts.add` wants them."""
    lower = _is_lowered_late(vectorizer)
    if vectorizer.analyzer == "char":
        return partial(_whole_texts, lower=lower)
    if vectorizer.analyzer == "char_wb":
        return partial(_runs, pattern=r"\S", shortest=1, lower=lower)
    letters = _RUN_OF_LETTERS.fullmatch(vectorizer.token_pattern)
    if letters:
        shortest = len(letters[1]) // len(r"\w")
        return partial(_runs, pattern=r"\w", shortest=shortest, lower=lower)
    return partial(_matches, find=vectorizer.build_tokenizer())


def _whole_texts(texts, *, lower):
    codes, stops = collapsed_blanks(*_encoded(texts, lower), _is_code(r"\s"))
    return codes, np.append(0, stops[:-1]), stops, np.arange(1, len(stops) + 1)


def _runs(texts, *, pattern, shortest, lower):
    codes, ends = _encoded(texts, lower)
    return codes, *word_spans(codes, ends, _is_code(pattern), shortest)


def _matches(texts, *, find):
    words = [find(text) for text in texts]
    span_ends = np.cumsum([len(found) for found in words], dtype=np.int64)
    codes, stops = _encoded([word for found in words for word in found])
    return codes, np.append(0, stops[:-1]), stops, span_ends


def _encoded(texts, lower=False):
    """Code points of texts end to end, made lower case or not, and where each text ends."""
    joined = "".join(texts)
    if lower and any(letter in joined for letter in _NOT_BY_TABLE):
        texts = list(map(str.lower, texts))
        joined = "".join(texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return replaced_codes(codes, _lower_codes()) if lower else codes, np.cumsum(lengths)


@cache
def _lower_codes():
    """Each code point in lower case, but for those of `_NOT_BY_TABLE`."""
    every = _every_code().translate(dict.fromkeys(map(ord, _NOT_BY_TABLE), "_"))
    return np.frombuffer(every.lower().encode("utf-32-le", "surrogatepass"), np.uint32)


def _every_code():
    return np.arange(N_CODES, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")


@cache
def _is_code(pattern):
    """Which code points match a regular expression of one character."""
    is_code = np.zeros(N_CODES, bool)
    for run in re.finditer(f"{pattern}+", _every_code()):
        is_code[run.start() : run.end()] = True
    return is_code
