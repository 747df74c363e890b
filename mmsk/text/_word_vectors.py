r"""Documents as averages of word vectors, learned from the column or read from a file."""

import os
from collections import Counter
from functools import lru_cache
from numbers import Integral, Real

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.sklearn_private import Interval
from mmsk.base import SampleTransformer
from mmsk.exceptions import NothingToLearnError
from mmsk.io import read_text
from mmsk.io._sources import as_sources
from mmsk.text._ppmi import ppmi_vectors
from mmsk.text._vectors_file import read_vectors

_N_SIMILAR = 10


class WordVectors(SampleTransformer):
    r"""Average vector of the words of a document, where rare words count for more.

    Words that stand among the same words get similar vectors, so that documents without
    a common word can be alike. Vectors are learned from the documents of ``fit``, without
    labels, or come from a file.

    Parameters
    ----------
    n_components : int, default=100
        Length of a vector, if it is learned; fewer if there are not as many words.
    vectors : str, path or None, default=None
        A file of word vectors in the text format of word2vec or GloVe; None learns them.
    window : int, default=5
        The greatest distance of two words that counts as near, in words of the vocabulary.
    min_count : int, default=2
        Words that occur less often in the documents of ``fit`` get no vector.
    smoothing : float, default=0.75
        Exponent of the frequency of contexts; below 1 it tempers the weight of rare ones.
    shift : float, default=1.0
        Two words must stand near each other this many times as often as by chance to be
        associated; that of word2vec is its number of negative samples.
    sif : float or None, default=1e-3
        A word of probability :math:`p` counts :math:`a / (a + p)` with :math:`a` = sif.
        None: all words count alike.
    n_common : int, default=1
        How many directions that are common to all documents are taken out.
    lowercase : bool, default=True
        Whether documents are made lower case first. Not for files with capital letters.
    token_pattern : str, default=r"(?u)\\b\\w\\w+\\b"
        What a word is, as in `CountVectorizer`.
    random_state : int, RandomState instance or None, default=0
        Of the randomized singular value decomposition. By default fixed, because a row
        should not change from run to run.
    n_jobs : int or None, default=None
        Documents read and described at once. None means 1, or what
        ``joblib.parallel_config`` says.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a document is described once only, in all processes
        (guide, "Store"). None keeps nothing.
    on_error : {"raise", "missing"}, default="raise"
        Whether a document that cannot be read (an absent file, bytes that are not UTF-8)
        stops ``fit`` and ``transform``, or is passed over and a row of NaN.

    Attributes
    ----------
    vocabulary_ : dict of str to int
        Row of ``word_vectors_`` of each word.
    word_vectors_ : ndarray of shape (n_words, n_components), float32
    word_weights_ : ndarray of shape (n_words,), float64
        What a word counts, 0..1.
    common_ : ndarray of shape (n_common, n_components), float64
        The directions taken out, orthonormal.
    n_features_in_ : int

    Raises
    ------
    ValueError
        In ``fit``: if a line of the file is malformed, which is named.
    NothingToLearnError
        In ``fit``: if no word occurs ``min_count`` times.

    Notes
    -----
    Learned vectors are :math:`U_d \Sigma_d^{1/2}` of the positive pointwise mutual
    information :math:`\max(0, \log\frac{\#(w,c) \sum_{c'} \#(c')^\alpha}{\#(w)\,\#(c)^\alpha}
    - \log k)` with :math:`\alpha` = smoothing and :math:`k` = shift. A row is the mean over
    the words that have a vector, each times its weight, less its projection on the first
    right singular vectors (``common_``) of such rows of the documents of ``fit``. It is
    float32, of no fixed range. Probabilities are those in ``fit``, for a file, too.

    A document without a word that has a vector is a row of zeros; a missing document
    (None, NaN, NA) is a row of NaN. An empty or blank string is not missing.

    Some thousand documents are needed for neighbours to make sense; with fewer, use a
    file, or `TfidfVectorizer`.

    References
    ----------
    O. Levy, Y. Goldberg, I. Dagan (2015), "Improving distributional similarity with
    lessons learned from word embeddings", Transactions of the ACL 3, 211-225.

    S. Arora, Y. Liang, T. Ma (2017), "A simple but tough-to-beat baseline for sentence
    embeddings", ICLR.

    Examples
    --------
    >>> from mmsk.text import WordVectors
    >>> documents = ["the red kite flies", "the blue kite flies", "two tins of red paint",
    ...              "two tins of blue paint", None]
    >>> extractor = WordVectors(n_components=4)
    >>> extractor.fit_transform(documents).shape
    (5, 4)
    >>> extractor.most_similar("red", 1)[0][0]
    'blue'
    """

    _parameter_constraints = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "vectors": [str, os.PathLike, None],
        "window": [Interval(Integral, 1, None, closed="left")],
        "min_count": [Interval(Integral, 1, None, closed="left")],
        "smoothing": [Interval(Real, 0, None, closed="left")],
        "shift": [Interval(Real, 0, None, closed="neither")],
        "sif": [Interval(Real, 0, None, closed="neither"), None],
        "n_common": [Interval(Integral, 0, None, closed="left")],
        "lowercase": ["boolean"],
        "token_pattern": [str],
        "random_state": ["random_state"],
        **SampleTransformer._parameter_constraints,
    }
    _takes_text = True

    def __init__(
        self,
        n_components=100,
        *,
        vectors=None,
        window=5,
        min_count=2,
        smoothing=0.75,
        shift=1.0,
        sif=1e-3,
        n_common=1,
        lowercase=True,
        token_pattern=r"(?u)\b\w\w+\b",
        random_state=0,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.n_components = n_components
        self.vectors = vectors
        self.window = window
        self.min_count = min_count
        self.smoothing = smoothing
        self.shift = shift
        self.sif = sif
        self.n_common = n_common
        self.lowercase = lowercase
        self.token_pattern = token_pattern
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def most_similar(self, word, n=_N_SIMILAR):
        """The words whose vectors point most nearly where that of a word does.

        Parameters
        ----------
        word : str
        n : int, default=10

        Returns
        -------
        pairs : list of (str, float)
            Words and cosines, the most similar first, without the word itself.

        Raises
        ------
        KeyError
            If the word has no vector.
        """
        check_is_fitted(self)
        row = self.vocabulary_[word]
        lengths = np.linalg.norm(self.word_vectors_, axis=1)
        products = self.word_vectors_ @ self.word_vectors_[row]
        cosines = products / np.maximum(lengths * lengths[row], np.finfo(np.float32).tiny)
        words = list(self.vocabulary_)
        order = [k for k in np.argsort(-cosines, kind="stable") if k != row][:n]
        return [(words[k], float(cosines[k])) for k in order]

    def _members(self, cell):
        return as_sources(cell, blank_is_missing=False)  # "" is an empty document

    def _read(self, source):
        return read_text(source)

    def _fit_cells(self, cells):
        documents = [self._words(text) for text in self._texts(cells)]
        counts = Counter(word for words in documents for word in words)
        if self.vectors is None:
            known = sorted(word for word, n in counts.items() if n >= self.min_count)
            if not known:
                raise NothingToLearnError(
                    f"no word occurs min_count={self.min_count} times or more in the "
                    f"documents (n_samples={len(cells)}). Lower it, or give more documents."
                )
        else:
            known, vectors = read_vectors(self.vectors)
        self.vocabulary_ = {word: row for row, word in enumerate(known)}
        documents = [self._ids(words) for words in documents]
        self.word_vectors_ = self._learned(documents) if self.vectors is None else vectors
        shares = np.array([counts[word] for word in known]) / max(counts.total(), 1)
        self.word_weights_ = (
            np.ones(len(known)) if self.sif is None else self.sif / (self.sif + shares)
        )
        self.common_ = self._common([self._mean(ids) for ids in documents if len(ids)])

    def _texts(self, cells):
        """All documents of a column that can be read."""
        texts = []
        for index, cell in enumerate(cells):
            with self._passing_over(index, cell):
                texts += [self._read(source) for source in self._sources(cell)]
        return texts

    def _learned(self, documents):
        return ppmi_vectors(
            documents,
            len(self.vocabulary_),
            min(self.n_components, len(self.vocabulary_)),
            window=self.window,
            smoothing=self.smoothing,
            shift=self.shift,
            random_state=self.random_state,
        )

    def _common(self, rows):
        """The directions of the greatest squared length of rows; as many as there are."""
        width = self.word_vectors_.shape[1]
        rows = np.array(rows).reshape(-1, width)
        n_common = min(self.n_common, len(rows), width)
        _, directions = np.linalg.eigh(rows.T @ rows)  # in rising order
        return directions[:, width - n_common :].T[::-1].copy()

    def _words(self, text):
        return _analyzer(self.lowercase, self.token_pattern)(text)

    def _ids(self, words):
        known = [self.vocabulary_[word] for word in words if word in self.vocabulary_]
        return np.array(known, dtype=np.intp)

    def _mean(self, ids):
        """Weighted mean of the vectors of one word or more."""
        return self.word_weights_[ids] @ self.word_vectors_[ids] / len(ids)

    def _extract(self, text):
        ids = self._ids(self._words(text))
        if not len(ids):
            return np.zeros(self.word_vectors_.shape[1])
        row = self._mean(ids)
        return row - self.common_.T @ (self.common_ @ row)

    def _feature_names(self):
        return [f"word_vector_{k}" for k in range(self.word_vectors_.shape[1])]


@lru_cache(maxsize=16)
def _analyzer(lowercase, token_pattern):
    # scikit-learn's own: the words are those that a CountVectorizer counts
    vectorizer = CountVectorizer(lowercase=lowercase, token_pattern=token_pattern)
    return vectorizer.build_analyzer()
