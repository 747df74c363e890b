"""TF-IDF: words or character n-grams weighted by how few documents hold them."""

import numpy as np
from sklearn.feature_extraction import text as sklearn_text

from mmsk.text._compiled import CompiledTfidf
from mmsk.text._documents import DOCUMENT_CONSTRAINTS, DocumentsMixin


class TfidfVectorizer(DocumentsMixin, CompiledTfidf):
    r"""Matrix of TF-IDF features of documents, as scikit-learn's of the same name.

    Parameters, attributes, dtype and matrix are those of
    `sklearn.feature_extraction.text.TfidfVectorizer`; `missing` and `sparse_output` come on
    top, and any column of documents is taken.

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
    analyzer : {"word", "char", "char_wb"} or callable, default="word"
        Whether a feature is an n-gram of words, of characters, or of characters within
        words; a callable gives the features of a document.
    stop_words : {"english"}, list or None, default=None
        Words left out, with ``analyzer="word"``.
    token_pattern : str or None, default=r"(?u)\\b\\w\\w+\\b"
        What a word is: two or more letters or digits.
    ngram_range : tuple of (int, int), default=(1, 1)
        Least and greatest length of an n-gram.
    max_df : float or int, default=1.0
        Terms in more documents than this share or count are left out.
    min_df : float or int, default=1
        Terms in fewer documents than this share or count are left out.
    max_features : int or None, default=None
        Only so many of the most frequent terms are kept.
    vocabulary : mapping, iterable or None, default=None
        The terms to use; None learns them.
    binary : bool, default=False
        Whether a term counts once a document.
    dtype : dtype, default=np.float64
        Of the matrix.
    norm : {"l1", "l2"} or None, default="l2"
        What makes rows of unit length.
    use_idf : bool, default=True
        Whether terms are weighted by inverse document frequency.
    smooth_idf : bool, default=True
        Whether document frequencies are counted as if one more document held every term.
    sublinear_tf : bool, default=False
        Whether a count is replaced with 1 + log(count).
    missing : {"raise", "empty"}, default="raise"
        Whether a missing document (None, NaN, NA) is an error, or counts as an empty one:
        a row of zeros.
    sparse_output : bool, default=True
        Whether the matrix is sparse. ``set_output(transform="pandas")`` needs False.
    n_jobs : int or None, default=None
        Threads that count documents. None means 1, or what ``joblib.parallel_config`` says.

    Attributes
    ----------
    vocabulary_ : dict
        Column of each term.
    fixed_vocabulary_ : bool
        Whether the terms were given.
    idf_ : ndarray of shape (n_features,)
        Inverse document frequencies, if ``use_idf``.
    n_features_in_ : int
        1: the column of documents.
    feature_names_in_ : ndarray of shape (1,)
        Name of the column, if ``fit`` met a table.

    Raises
    ------
    ValueError
        If documents are missing (``missing="raise"``; the message names their rows), or a
        single string or a table of several columns is given.

    Examples
    --------
    >>> from mmsk.text import TfidfVectorizer
    >>> captions = ["a red car", None, "a blue car"]
    >>> vectorizer = TfidfVectorizer(missing="empty", sparse_output=False)
    >>> vectorizer.fit_transform(captions).round(2)
    array([[0.  , 0.61, 0.8 ],
           [0.  , 0.  , 0.  ],
           [0.8 , 0.61, 0.  ]])
    >>> vectorizer.get_feature_names_out()
    array(['blue', 'car', 'red'], dtype=object)
    """

    _parameter_constraints = {
        **sklearn_text.TfidfVectorizer._parameter_constraints,
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
        analyzer="word",
        stop_words=None,
        token_pattern=r"(?u)\b\w\w+\b",
        ngram_range=(1, 1),
        max_df=1.0,
        min_df=1,
        max_features=None,
        vocabulary=None,
        binary=False,
        dtype=np.float64,
        norm="l2",
        use_idf=True,
        smooth_idf=True,
        sublinear_tf=False,
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
        self.analyzer = analyzer
        self.stop_words = stop_words
        self.token_pattern = token_pattern
        self.ngram_range = ngram_range
        self.max_df = max_df
        self.min_df = min_df
        self.max_features = max_features
        self.vocabulary = vocabulary
        self.binary = binary
        self.dtype = dtype
        self.norm = norm
        self.use_idf = use_idf
        self.smooth_idf = smooth_idf
        self.sublinear_tf = sublinear_tf
        self.missing = missing
        self.sparse_output = sparse_output
        self.n_jobs = n_jobs
