"""Several descriptions of one column of samples, each sample read once."""

import os
from contextlib import nullcontext
from functools import partial
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.sklearn_private import (
    BaseComposition,
    StrOptions,
    check_feature_names_in,
    validate_params,
)
from mmsk.base import describe_column, using_memory, warn_of_failures
from mmsk.exceptions import NothingToLearnError
from mmsk.store import FeatureStore
from mmsk.union._members import checked, fit_rest, joined, members_of, naming, run_rest


def _has_extractors(union):
    return any(member.extractor is not None for member in members_of(union.transformer_list))


class MediaUnion(TransformerMixin, BaseComposition, BaseEstimator):
    """Features of several extractors side by side, each sample read once for all of them.

    As scikit-learn's FeatureUnion, but extractors that read a sample alike share it, and a
    sample that one of them cannot read is missing for all.

    Parameters
    ----------
    transformer_list : list of (name, transformer)
        Extractors, Pipelines that start with one, and any other transformers of the
        column, such as vectorizers. ``"drop"`` leaves a member out. ``name__parameter``
        reaches into a member, and ``name`` replaces it.
    n_jobs : int or None, default=None
        Samples read and described at once. None means 1, or what
        ``joblib.parallel_config`` says.
    transformer_weights : dict of str to float or None, default=None
        What features of a member are multiplied by; 1 where it has no weight.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a file is described once only by each member, in all
        processes (guide, "Store"). Of members that have none of their own; each keeps its
        rows singly. None leaves it to them.
    on_error : {"raise", "missing"}, default="raise"
        What to do with a sample that cannot be read or described: raise, or give a row
        of NaN. Holds for all extractors, whatever they say themselves.

    Attributes
    ----------
    transformers_ : list of (name, fitted transformer)
        Copies, without those dropped.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Raises
    ------
    ValueError
        In ``fit``: if a member is ``"passthrough"``, names are not unique or hold ``__``,
        or a weight is of no member.
    NothingToLearnError
        In ``fit``: if a member has to learn from rows, and no sample could be read.

    See Also
    --------
    mmsk.fusion.FeatureFusion : Features of several columns.

    Notes
    -----
    The result is a CSR matrix if a member gives a sparse one, otherwise an array; float32
    if all members give that. Columns are named ``name__feature``. Every row of an
    extractor is what it gives alone, to the last bit: a sample is decoded once for
    each way of reading it, and ``HOG(size_px=64)``, which has JPEG files decoded at a
    fraction of their size, reads in another way than `LBP`, from the same bytes. Films are not
    held in memory: what looks at their pictures shares one pass over the frames, in which
    `AudioTrack` hears the sound of whole films. A union in a union reads for itself. Members
    that have ``memory`` keep rows there under the sample, as they do alone.

    A missing sample is a row of NaN, and so is one that cannot be read, for all members.
    What comes behind an extractor in a Pipeline, or is none, is fitted and run on the
    rows that are there only; where it gives a sparse matrix, the other rows are 0.
    Without any extractor, members get the column as it is, as in FeatureUnion.

    ``transform_present``, ``transform_with_errors`` and ``missing_samples`` are there if a
    member has an extractor; fusions use them to tell which rows lack a view.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import FunctionTransformer
    >>> from mmsk.image import ColorHistogram, LBP
    >>> from mmsk.union import MediaUnion
    >>> root = FunctionTransformer(np.sqrt, feature_names_out="one-to-one")
    >>> union = MediaUnion(
    ...     [("color", ColorHistogram()), ("texture", make_pipeline(LBP(), root))]
    ... )
    >>> pictures = [np.full((8, 8, 3), level, np.uint8) for level in (0, 255)]
    >>> union.fit_transform([*pictures, None]).shape
    (3, 332)
    >>> union.get_feature_names_out()[[0, -1]]
    array(['color__color_r0_c0_h0', 'texture__lbp_r1_c1_58'], dtype=object)
    """

    _parameter_constraints: dict = {
        "transformer_list": [list],
        "n_jobs": [Integral, None],
        "transformer_weights": [dict, None],
        "memory": [str, os.PathLike, FeatureStore, None],
        "on_error": [StrOptions({"raise", "missing"})],
    }

    def __init__(
        self,
        transformer_list,
        *,
        n_jobs=None,
        transformer_weights=None,
        memory=None,
        on_error="raise",
    ):
        self.transformer_list = transformer_list
        self.n_jobs = n_jobs
        self.transformer_weights = transformer_weights
        self.memory = memory
        self.on_error = on_error

    def get_params(self, deep=True):
        """Parameters of the union and, as ``name__parameter``, of its members."""
        return self._get_params("transformer_list", deep=deep)

    def set_params(self, **params):
        """Set parameters of the union, of its members, or replace a member by name."""
        self._set_params("transformer_list", **params)
        return self

    def fit(self, X, y=None):
        """Fit copies of all members; the column is read only if a member learns from rows.

        Parameters
        ----------
        X : column of n_samples sources
        y : ndarray of shape (n_samples,) or None
            For members that are supervised.

        Returns
        -------
        self : object
        """
        self._fit_extractors(X, y)
        if any(member.rest is not None for member in members_of(self.transformers_)):
            self._fit_rest(X, y)
        self._note_input()
        return self

    def fit_transform(self, X, y=None):
        """Fit copies of all members, and give their features; each sample is read once.

        Parameters
        ----------
        X : column of n_samples sources
        y : ndarray of shape (n_samples,) or None

        Returns
        -------
        features : {ndarray, CSR matrix} of shape (n_samples, n_features)
        """
        features, _, failures = self._fit_transform_present(X, y)
        warn_of_failures(self, failures, features.shape[0])
        return features

    def transform(self, X):
        """Features of each sample by all members.

        Parameters
        ----------
        X : column of n_samples sources

        Returns
        -------
        features : {ndarray, CSR matrix} of shape (n_samples, n_features)
            NaN in the rows of missing samples and, with ``on_error="missing"``, of those
            that cannot be read.

        Raises
        ------
        DecodeError
            If a sample cannot be read, with ``on_error="raise"``.
        """
        features, _, failures = self._transform(X, raising=self.on_error == "raise")
        warn_of_failures(self, failures, features.shape[0])
        return features

    @available_if(_has_extractors)
    def transform_with_errors(self, X):
        """Features of each sample, and which could not be read, whatever ``on_error``.

        Parameters
        ----------
        X : column of n_samples sources

        Returns
        -------
        features : {ndarray, CSR matrix} of shape (n_samples, n_features)
        errors : list of Failure
            Named tuples ``(row, source, reason)``, one for a row.
        """
        features, _, failures = self._transform(X, raising=False)
        return features, failures

    @available_if(_has_extractors)
    def transform_present(self, X):
        """Features, and which rows are of a sample that is there; what fusions ask for.

        Parameters
        ----------
        X : column of n_samples sources

        Returns
        -------
        features : {ndarray, CSR matrix} of shape (n_samples, n_features)
        present : ndarray of shape (n_samples,), bool
            True where all extractors found what they describe.
        errors : list of Failure
            With ``on_error="missing"``; otherwise an unreadable sample raises.
        """
        return self._transform(X, raising=self.on_error == "raise")

    @available_if(_has_extractors)
    def fit_transform_present(self, X, y=None, rows=None):
        """Fit, and give what `transform_present` gives; each sample is read once.

        Parameters
        ----------
        X : column of n_samples sources
        y : ndarray of shape (n_samples,) or None
        rows : ndarray of shape (n_samples,), bool, or None
            Rows that count; the others are as good as missing. None: all.

        Returns
        -------
        features, present, errors
            As of `transform_present`.
        """
        return self._fit_transform_present(X, y, rows)

    @available_if(_has_extractors)
    def missing_samples(self, X):
        """Which samples of a column an extractor has nothing to read of.

        Parameters
        ----------
        X : column of n_samples sources

        Returns
        -------
        missing : ndarray of shape (n_samples,), bool
        """
        members = members_of(self.transformer_list)
        extractors = [m.extractor for m in members if m.extractor is not None]
        return np.logical_or.reduce([extractor.missing_samples(X) for extractor in extractors])

    def get_feature_names_out(self, input_features=None):
        """Names ``name__feature``, in the order of the columns.

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
        names = [
            f"{name}__{feature}"
            for name, transformer in self.transformers_
            for feature in transformer.get_feature_names_out()
        ]
        return np.asarray(names, dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _fit_extractors(self, X, y):
        """Copy all members, and fit the extractors."""
        validate_params(self)
        kept = checked(self.transformer_list, self.transformer_weights or {})
        self._validate_names([name for name, _ in self.transformer_list])
        self.transformers_ = [(name, clone(transformer)) for name, transformer in kept]
        self._empty = {}
        for member in members_of(self.transformers_):
            if member.extractor is not None:
                with naming(member):
                    member.extractor.set_params(on_error=self.on_error).fit(X, y)

    def _fit_rest(self, X, y, rows=None):
        """Fit what is no extractor, and give what `transform_present` gives."""
        fit = partial(fit_rest, y, self._empty)
        return self._run(X, fit, rows, raising=self.on_error == "raise")

    def _note_input(self):
        """Say of X what the first member says."""
        first = self.transformers_[0][1]
        for attribute in ("n_features_in_", "feature_names_in_"):
            if hasattr(first, attribute):
                setattr(self, attribute, getattr(first, attribute))
            elif hasattr(self, attribute):  # of an earlier fit, on a table
                delattr(self, attribute)

    def _fit_transform_present(self, X, y, rows=None):
        self._fit_extractors(X, y)
        found = self._fit_rest(X, y, rows)
        self._note_input()
        return found

    def _transform(self, X, *, raising):
        check_is_fitted(self)
        return self._run(X, partial(run_rest, self._empty), raising=raising)

    def _run(self, X, rest, rows=None, *, raising):
        """Features, present rows and failures, ``rest`` making the most of described rows."""
        members = members_of(self.transformers_)
        extractors = [m.extractor for m in members if m.extractor is not None]
        weights = self.transformer_weights or {}
        described, present, failures = [], None, []
        memory = nullcontext() if self.memory is None else using_memory(self.memory)
        if extractors:
            with memory:
                found = describe_column(self, extractors, X, raising=raising)
            described, present, failures = found
        if rows is not None:
            present = present & rows
        described = iter(described)
        blocks = []
        for member in members:
            block = X if member.extractor is None else next(described)
            try:
                with naming(member):
                    block = block if member.rest is None else rest(member, block, present)
            except NothingToLearnError as error:
                error.failures = failures  # they may be why
                raise
            weight = weights.get(member.name)
            blocks.append(block if weight is None else block * weight)
        return joined(blocks), present, failures
