"""What the laws of fusions put into views: an extractor, and a step that counts."""

import contextlib

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from mmsk.base import SampleTransformer
from mmsk.exceptions import DecodeError


class WordShape(SampleTransformer):
    """Length of a word and its number of vowels; the word "damaged" cannot be read.

    Parameters
    ----------
    n_jobs : int or None, default=None
        Words read at once.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a text is described once only, in all processes
        (guide, "Store"). None keeps nothing.
    on_error : {"raise", "missing"}, default="raise"
        Whether a damaged word raises or is a row of NaN.
    """

    _takes_text = True

    def __init__(self, *, n_jobs=None, memory=None, on_error="raise"):
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _read(self, source):
        if source == "damaged":
            raise DecodeError("cannot read a word from 'damaged'")
        return source

    def _extract(self, word):
        return np.array([len(word), sum(letter in "aeiou" for letter in word)], dtype=float)

    def _feature_names(self):
        return ["length", "vowels"]


class NoNaN(TransformerMixin, BaseEstimator):
    """Passes rows on, and fails if one holds NaN: a step that no missing sample may reach."""

    def fit(self, X, y=None):
        """Look at the rows."""
        self.n_features_in_ = X.shape[1]
        self.transform(X)
        return self

    def transform(self, X):
        """The rows."""
        if np.isnan(X).any():
            raise AssertionError("a step behind an extractor met a row of NaN")
        return X

    def get_feature_names_out(self, input_features=None):
        """The names that came in."""
        return input_features


@contextlib.contextmanager
def counting(extractor):
    """A context that gives a list, to which each sample that a class describes is added."""
    extract, described = extractor._extract, []

    def noted(self, sample):
        described.append(sample)
        return extract(self, sample)

    extractor._extract = noted
    try:
        yield described
    finally:
        extractor._extract = extract
