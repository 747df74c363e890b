"""A tiny extractor whose samples are words, for the tests of fusion."""

import numpy as np

from mmsk.base import SampleTransformer
from mmsk.exceptions import DecodeError


class WordLength(SampleTransformer):
    """Length of a word and its number of vowels; the word "bad" cannot be read."""

    read: list = []  # every source ever read, to count by

    def __init__(self, *, n_jobs=None, on_error="raise"):
        self.n_jobs = n_jobs
        self.on_error = on_error

    def _read(self, source):
        WordLength.read.append(source)
        if source == "bad":
            raise DecodeError("cannot read a word from 'bad': it is damaged")
        return source

    def _extract(self, word):
        return np.array([len(word), sum(letter in "aeiou" for letter in word)], dtype=float)

    def _feature_names(self):
        return ["length", "vowels"]
