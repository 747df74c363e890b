"""The base of all extractors: one column of samples in, one float32 row per sample out."""

import os
from contextlib import contextmanager
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from mmsk._utils.columns import as_cells, is_frame, missing_rows
from mmsk._utils.sklearn_private import (
    StrOptions,
    check_feature_names_in,
    validate_params,
)
from mmsk.base._describing import describe_column, place_of, warn_of_failures
from mmsk.io._sources import as_sources
from mmsk.store import FeatureStore


class SampleTransformer(TransformerMixin, BaseEstimator):
    """Base class: validate, read, extract, stack.

    A subclass defines ``_reading`` (which reader, with which parameters) or ``_read``
    (source to decoded sample), ``_extract`` (sample to 1-D features) and
    ``_feature_names``; ``_fit_cells`` where it learns from the column.
    A missing sample is a row of NaN. A cell that holds a list of sources becomes the mean
    and maximum of their rows, if ``fit`` met a list; otherwise their mean. With ``memory``
    the row of each source is looked up first, and kept where it is new.
    """

    #: Raised when the code gives other features of the same sample: rows stored under the
    #: old number are then computed anew.
    _version = 1

    #: Whether a str in a cell is the sample itself rather than the path of one.
    _takes_text = False

    _parameter_constraints = {
        "n_jobs": [Integral, None],
        "memory": [str, os.PathLike, FeatureStore, None],
        "on_error": [StrOptions({"raise", "missing"})],
    }

    def fit(self, X, y=None):
        """Check parameters and learn what the column needs.

        Parameters
        ----------
        X : column of n_samples sources
            List, tuple, Series, one-column frame or object array.
        y : ignored

        Returns
        -------
        self : object
        """
        validate_params(self)
        cells = self._cells(X, reset=True)
        self.pools_lists_ = any(len(self._members(cell)) > 1 for cell in cells)
        self._fit_cells(cells)
        return self

    def transform(self, X):
        """Features of each sample.

        Parameters
        ----------
        X : column of n_samples sources

        Returns
        -------
        features : ndarray of shape (n_samples, n_features), float32
            NaN in the rows of missing samples and, with ``on_error="missing"``, of those
            that cannot be read.

        Raises
        ------
        DecodeError
            If a sample cannot be read, with ``on_error="raise"``.
        """
        features, _, failures = self.transform_present(X)
        warn_of_failures(self, failures, len(features))
        return features

    def transform_with_errors(self, X):
        """Features of each sample, and which could not be read, whatever ``on_error``.

        Parameters
        ----------
        X : column of n_samples sources

        Returns
        -------
        features : ndarray of shape (n_samples, n_features), float32
        errors : list of Failure
            Named tuples ``(row, source, reason)``.
        """
        features, _, failures = self._transform(X, raising=False)
        return features, failures

    def transform_present(self, X):
        """Features, and which rows are of a sample that is there; what fusions ask for.

        Parameters
        ----------
        X : column of n_samples sources

        Returns
        -------
        features : ndarray of shape (n_samples, n_features), float32
        present : ndarray of shape (n_samples,), bool
            False where the sample is missing, could not be read, or is whole but holds
            nothing of what is described (the sound of a mute film).
        errors : list of Failure
            With ``on_error="missing"``; otherwise an unreadable sample raises.
        """
        return self._transform(X, raising=self.on_error == "raise")

    def fit_transform_present(self, X, y=None, rows=None):
        """Fit, and give what `transform_present` gives.

        Parameters
        ----------
        X : column of n_samples sources
        y : ignored
        rows : ndarray of shape (n_samples,), bool, or None
            Rows that count; the others are as good as missing. None: all.

        Returns
        -------
        features, present, errors
            As of `transform_present`.
        """
        features, present, failures = self.fit(X, y).transform_present(X)
        return features, present if rows is None else present & rows, failures

    def missing_samples(self, X):
        """Which samples of a column there is nothing to read of, before anything is read.

        Parameters
        ----------
        X : column of n_samples sources

        Returns
        -------
        missing : ndarray of shape (n_samples,), bool
            True for None, NaN, NA, blank text where it would be a path, and lists of those.
        """
        return np.array([not self._members(cell) for cell in self._samples(X)], dtype=bool)

    def get_feature_names_out(self, input_features=None):
        """Names of the features, in the order of the columns.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Not needed; checked against the names seen in ``fit``.

        Returns
        -------
        names : ndarray of str objects
        """
        check_is_fitted(self)
        check_feature_names_in(self, input_features, generate_names=False)
        return np.asarray(self._names_out(), dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    # What a subclass says

    def _read(self, source):
        """The decoded sample; a decoded sample passes straight through.

        None where the source is whole, but holds nothing of what is described.
        """
        reader, parameters = self._reading()
        return reader(source, **parameters)

    def _reading(self):
        """What `_read` calls, and how: ``(read_image, {"gray": True})``.

        Extractors that say the same share one decoded sample in a `MediaUnion`, which
        none of them may write to. One that has a `_read` of its own shares with none.
        """
        raise NotImplementedError

    def _extract(self, sample):
        """The features of a decoded sample, of shape (n_features,)."""
        raise NotImplementedError

    def _feature_names(self):
        """The names of what `_extract` returns; asked for when needed, never stored."""
        raise NotImplementedError

    def _shared_source(self, source):
        """What is opened for a source, if several are better described in one go, or None.

        Equal for sources that `_described_together` takes at once: segments of one film.
        """
        return None

    def _described_together(self, wanted):
        """Features of several sources that share one, each by one of several extractors.

        Parameters
        ----------
        wanted : list of (extractor, source)
            Of any group of a union, if `_shared_source` is equal; this is the first.

        Returns
        -------
        found : list of (ndarray or None)
            None for what has to be described by itself, be it only to say what is wrong.
        """
        return [None] * len(wanted)

    def _members(self, cell):
        """The sources in a cell as they stand; none where it is missing."""
        return as_sources(cell)

    def _sources(self, cell):
        """The sources in a cell; a ValueError here is a sample that cannot be read."""
        return self._members(cell)

    def _fit_cells(self, cells):
        """Learn from the column; most features have nothing to learn."""

    # What all share

    def _samples(self, X):
        """The cells of a column, not compared with those of ``fit``."""
        if _is_numeric(X):
            return [
                None if gone else cell
                for cell, gone in zip(as_cells(X), missing_rows(X), strict=True)
            ]
        return as_cells(X)

    def _cells(self, X, *, reset):
        cells = self._samples(X)
        if is_frame(X):
            validate_data(self, X, reset=reset, skip_check_array=True)
            return cells
        is_numeric = _is_numeric(X)
        width = X.shape[1] if is_numeric and X.ndim == 2 else 1
        if reset:
            self.n_features_in_ = width
            if hasattr(self, "feature_names_in_"):  # of an earlier fit, on a table
                del self.feature_names_in_
        elif is_numeric and self.n_features_in_ not in (1, width):
            # a column fits a matrix, and a matrix a column: rows are samples in both
            raise ValueError(
                f"X has {width} features, but {type(self).__name__} is expecting "
                f"{self.n_features_in_} features as input."
            )
        return cells

    @contextmanager
    def _passing_over(self, row, cell):
        """Read a cell in ``fit``: one that cannot be read is passed over, or named."""
        try:
            yield
        except ValueError as error:
            if self.on_error == "raise":
                error.add_note(place_of(type(self).__name__, row, cell))
                raise

    def _first_read(self, cells, read):
        """What ``read`` gives of the first source of a column for which it is not None.

        None if there is no such source.
        """
        for row, cell in enumerate(cells):
            with self._passing_over(row, cell):
                for source in self._sources(cell):
                    found = read(source)
                    if found is not None:
                        return found
        return None

    def _names_out(self):
        names = list(self._feature_names())
        if not self.pools_lists_:
            return names
        return [f"{pool}_{name}" for pool in ("mean", "max") for name in names]

    def _transform(self, X, *, raising):
        blocks, present, failures = describe_column(self, [self], X, raising=raising)
        return blocks[0], present, failures

    def _pooled(self, rows):
        """One row of those of a cell's samples; None if there are none."""
        if not rows:
            return None
        rows = np.stack(rows)
        if self.pools_lists_:
            return np.concatenate([rows.mean(axis=0, dtype=np.float64), rows.max(axis=0)])
        return rows.mean(axis=0, dtype=np.float64) if len(rows) > 1 else rows[0]

    def _reads_like(self, other):
        """Whether a sample that one of two extractors decoded serves the other as well."""
        shared = type(self)._read is SampleTransformer._read
        alike = all(getattr(type(self), m) is getattr(type(other), m) for m in _OF_READING)
        return shared and alike and self._reading() == other._reading()


#: Methods that say what stands in a column and how it is read.
_OF_READING = ("_cells", "_samples", "_members", "_sources", "_read")


def _is_numeric(X):
    return isinstance(X, np.ndarray) and X.ndim > 1 and X.dtype.kind not in "OUT"
