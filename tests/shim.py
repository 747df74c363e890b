"""Extractors of media as estimators of numbers, for scikit-learn's own battery of checks.

``check_estimator`` runs one check of forty-six on an estimator whose input is no matrix of
numbers. A shim is the same class with one step before it: numbers in, samples of the
modality out. So ``fit`` and ``transform`` themselves go through the battery.
"""

import functools
import inspect
import sys

import numpy as np
from sklearn.utils import TransformerTags
from sklearn.utils.validation import check_is_fitted, validate_data


def _scaled(row):
    return (127 * (1 + np.tanh(row))).astype(np.uint8)


ENCODERS = {
    "text": lambda row: " ".join(f"w{j} {int(4 * value)}" for j, value in enumerate(row)),
    "image": lambda row: np.resize(_scaled(row), (24, 24)),
    "audio": lambda row: np.resize(np.tanh(row), 600).astype(np.float32),
    "video": lambda row: np.resize(_scaled(row), (3, 24, 24)),
}


@functools.cache  # one class for one extractor, or it could not be pickled
def numeric_shim(cls, modality):
    """A subclass of an extractor that takes a matrix of numbers, a sample for each row."""

    class Shim(cls):
        __doc__ = cls.__doc__

        def _encoded(self, X, *, reset):
            X = validate_data(self, X, reset=reset, dtype=np.float64)
            return [ENCODERS[modality](row) for row in X]

        def fit(self, X, y=None):
            samples = self._encoded(X, reset=True)
            seen = {name: vars(self)[name] for name in _SEEN if name in vars(self)}
            super().fit(samples, y)
            vars(self).update(seen)
            return self

        def transform(self, X):
            check_is_fitted(self)
            samples = self._encoded(X, reset=False)
            width, self.n_features_in_ = self.n_features_in_, 1
            try:
                # without the wrapping of set_output, which sees the list of samples only
                return inspect.unwrap(cls.transform)(self, samples)
            finally:
                self.n_features_in_ = width

        def fit_transform(self, X, y=None):
            return self.fit(X, y).transform(X)

        def __sklearn_tags__(self):
            tags = super().__sklearn_tags__()
            tags.input_tags.two_d_array = True
            tags.input_tags.string = False
            tags.input_tags.allow_nan = False
            tags.transformer_tags = TransformerTags(preserves_dtype=[])
            return tags

    Shim.__name__ = Shim.__qualname__ = f"{modality.title()}{cls.__name__}OfNumbers"
    Shim.__module__ = __name__
    setattr(sys.modules[__name__], Shim.__name__, Shim)  # so that it can be pickled
    return Shim


_SEEN = ("n_features_in_", "feature_names_in_")
