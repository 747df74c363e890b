"""A tiny extractor whose samples are words, and blocks of a matrix, for the tests of fusion."""

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline, make_union

from mmsk.base import SampleTransformer
from mmsk.exceptions import DecodeError
from mmsk.fusion import BlockScaler


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


def wide_and_narrow(width):
    """A union of a wide and a narrow block of a matrix, scaled one by one."""
    wide = ColumnTransformer([("wide", "passthrough", slice(0, width - 1))])
    narrow = ColumnTransformer([("narrow", "passthrough", [width - 1])])
    return make_union(make_pipeline(wide, BlockScaler()), make_pipeline(narrow, BlockScaler()))


def weigh_alike(block):
    """Whether the last column of a block weighs as much as all others together."""
    lengths = [(block[:, part] ** 2).sum() for part in (slice(0, -1), slice(-1, None))]
    return np.isclose(*lengths)
