"""Counts of hashed words or character n-grams: nothing to learn, and no dictionary."""

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin
from sklearn.feature_extraction import text as sklearn_text

from mmsk.text._compiled import CompiledHashing
from mmsk.text._documents import DOCUMENT_CONSTRAINTS, DocumentsMixin


class HashingVectorizer(DocumentsMixin, ClassNamePrefixFeaturesOutMixin, CompiledHashing):
    r"""Matrix of hashed terms of documents, as scikit-learn's of the same name.

    Parameters, dtype and matrix are those of
    `sklearn.feature_extraction.text.HashingVectorizer`; `missing` and `sparse_output` come
    on top, any column of documents is taken, and columns have names: ``hashingvectorizer0``…

    Parameters
    ----------
    input : {"content", "filename", "file"}, default="content"
        Whether documents are strings or bytes (or ``pathlib.Path``, then the UTF-8 file is
        read), names of files, or open files.
    encoding : str, default="utf-8"
        Of bytes and files.
    decode_error : {"strict", "ignore", "replace"}, default="strict"
        What to do with bytes that are not of the ``encoding``.
    strip_accents : {"ascii", "unicode"} or callable or None, default=None
        How accents are removed; None keeps them.
    lowercase : bool, default=True
        Whether documents are made lower case first.
    preprocessor : callable or None, default=None
        Used instead of ``strip_accents`` and ``lowercase``.
    tokenizer : callable or None, default=None
        Used instead of ``token_pattern``, with ``analyzer="word"``.
    stop_words : {"english"}, list or None, default=None
        Words left out, with ``analyzer="word"``.
    token_pattern : str or None, default=r"(?u)\\b\\w\\w+\\b"
        What a word is: two or more letters or digits.
    ngram_range : tuple of (int, int), default=(1, 1)
        Least and greatest length of an n-gram.
    analyzer : {"word", "char", "char_wb"} or callable, default="word"
        Whether a feature is an n-gram of words, of characters, or of characters within
        words; a callable gives the features of a document.
    n_features : int, default=2**20
        Columns of the matrix; in fewer of them more terms fall together.
    binary : bool, default=False
        Whether a term counts once a document.
    norm : {"l1", "l2"} or None, default="l2"
        What makes rows of unit length.
    alternate_sign : bool, default=True
        Whether the hash of a term decides on its sign, so that terms that fall together
        cancel out on average.
    dtype : dtype, default=np.float64
        Of the matrix.
    missing : {"raise", "empty"}, default="raise"
        Whether a missing document (None, NaN, NA) is an error in ``transform``, or counts
        as an empty one: a row of zeros.
    sparse_output : bool, default=True
        Whether the matrix is sparse. ``set_output(transform="pandas")`` needs False.
    n_jobs : int or None, default=None
        Threads that count documents. None means 1, or what ``joblib.parallel_config`` says.

    Attributes
    ----------
    n_features_in_ : int
        1: the column of documents.
    feature_names_in_ : ndarray of shape (1,)
        Name of the column, if ``fit`` met a table.

    Raises
    ------
    ValueError
        If documents are missing (``missing="raise"``; the message names their rows), or a
        single string or a table of several columns is given.

    Notes
    -----
    As scikit-learn's it need not be fitted; ``fit`` checks parameters, remembers the name
    of the column and reads no document.

    Examples
    --------
    >>> from mmsk.text import HashingVectorizer
    >>> captions = ["a red car", None, "a blue car"]
    >>> vectorizer = HashingVectorizer(n_features=8, missing="empty", sparse_output=False)
    >>> vectorizer.transform(captions).shape
    (3, 8)
    """

    _parameter_constraints = {
        **sklearn_text.HashingVectorizer._parameter_constraints,
        **DOCUMENT_CONSTRAINTS,
    }

    def __init__(
        self,
        *,
        input="content",
        encoding="utf-8",
        decode_error="strict",
        strip_accents=None,
        lowercase=True,
        preprocessor=None,
        tokenizer=None,
        stop_words=None,
        token_pattern=r"(?u)\b\w\w+\b",
        ngram_range=(1, 1),
        analyzer="word",
        n_features=2**20,
        binary=False,
        norm="l2",
        alternate_sign=True,
        dtype=np.float64,
        missing="raise",
        sparse_output=True,
        n_jobs=None,
    ):
        self.input = input
        self.encoding = encoding
        self.decode_error = decode_error
        self.strip_accents = strip_accents
        self.lowercase = lowercase
        self.preprocessor = preprocessor
        self.tokenizer = tokenizer
        self.stop_words = stop_words
        self.token_pattern = token_pattern
        self.ngram_range = ngram_range
        self.analyzer = analyzer
        self.n_features = n_features
        self.binary = binary
        self.norm = norm
        self.alternate_sign = alternate_sign
        self.dtype = dtype
        self.missing = missing
        self.sparse_output = sparse_output
        self.n_jobs = n_jobs

    # scikit-learn calls the documents X here, raw_documents in the other vectorizers

    def fit(self, X, y=None):
        """Check parameters and the column.

        Parameters
        ----------
        X : column of n_samples documents
            List, tuple, Series, one-column frame, object array or any other iterable.
        y : ignored

        Returns
        -------
        self : object
        """
        return self._check(X, reset=True)

    def partial_fit(self, X, y=None):
        """Check parameters and the column, whose name is that of the first batch.

        Parameters
        ----------
        X : column of n_samples documents
            List, tuple, Series, one-column frame, object array or any other iterable.
        y : ignored

        Returns
        -------
        self : object
        """
        return self._check(X, reset=not hasattr(self, "n_features_in_"))

    def transform(self, X):
        """Matrix of documents.

        Parameters
        ----------
        X : column of n_samples documents
            List, tuple, Series, one-column frame, object array or any other iterable.

        Returns
        -------
        matrix : sparse matrix or ndarray of shape (n_samples, n_features)
            Sparse unless ``sparse_output=False``.
        """
        return super().transform(X)

    def fit_transform(self, X, y=None):
        """Check parameters and the column, and return the matrix of its documents.

        Parameters
        ----------
        X : column of n_samples documents
            List, tuple, Series, one-column frame, object array or any other iterable.
        y : ignored

        Returns
        -------
        matrix : sparse matrix or ndarray of shape (n_samples, n_features)
        """
        return self.fit(X, y).transform(X)

    def _check(self, X, *, reset):
        sklearn_text.HashingVectorizer.fit(self, ())
        self.build_analyzer()  # scikit-learn marks stop words as checked; not in transform
        self._documents(X, reset=reset)
        return self

    @property
    def _n_features_out(self):
        return self.n_features
