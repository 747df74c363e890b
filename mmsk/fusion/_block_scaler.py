"""Blocks of features brought to one size, so that a wide block does not drown a narrow one."""

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.preprocessing import StandardScaler
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from mmsk._utils.sklearn_private import StrOptions, check_sample_weight, validate_params
from mmsk.fusion._block_reducer import BlockReducer

_FEW = 100  # rows or columns, of which all singular values cost little


def _is_exact_in_parts(scaler):
    if scaler.norm == "singular":
        raise AttributeError("partial_fit is not available when norm='singular'.")
    return True


class BlockScaler(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """One block of features brought to one size, by default rows of mean squared length 1.

    Blocks of any width then weigh alike side by side, by what ``norm`` calls alike. A
    sparse block is only divided, which keeps its zeros and the proportions among its columns.

    Parameters
    ----------
    standardize : bool, default=True
        Whether columns of a dense block are centred and scaled first. False treats it as a
        sparse one: for blocks whose columns have been weighed already.
    norm : {"width", "variance", "singular"}, default="width"
        What is 1 afterwards. ``"width"``: columns of a dense block are standardised, and
        the block divided by the square root of its width. ``"variance"``: columns are
        centred only, and the block divided by the root of its total variance, so that a
        column that varies more weighs more. Both give rows a mean squared length of 1, the
        only thing that either does to a sparse block. ``"singular"``: columns are
        standardised, and the block divided by its first singular value (of rows of weight
        1/n), so that no direction of any block varies more than 1, as in multiple factor
        analysis: a block of many different features weighs more than one that tells one
        thing many times.

    Attributes
    ----------
    scale_ : float
        What the block is divided by after standardising.
    scaler_ : StandardScaler or None
        None for a block that is not standardised.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    NaN stays NaN and does not take part in the statistics. A constant column becomes 0
    and counts as one of the width's columns no longer: the width is that of the columns
    that vary, so the squared length stays 1 on average.

    References
    ----------
    B. Escofier, J. Pages (1994), "Multiple factor analysis (AFMULT package)",
    Computational Statistics & Data Analysis 18(1), 121-140.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import BlockScaler
    >>> block = np.random.default_rng(0).normal(5, 9, size=(100, 16))
    >>> scaled = BlockScaler().fit_transform(block)
    >>> round(float((scaled**2).sum(axis=1).mean()), 6)
    1.0
    """

    _parameter_constraints = {
        "standardize": ["boolean"],
        "norm": [StrOptions({"width", "variance", "singular"})],
    }

    def __init__(self, *, standardize=True, norm="width"):
        self.standardize = standardize
        self.norm = norm

    def fit(self, X, y=None, sample_weight=None):
        """Learn the scale of the block.

        Parameters
        ----------
        X : {ndarray, sparse matrix} of shape (n_samples, n_features)
        y : ignored
        sample_weight : array-like of shape (n_samples,) or None, default=None

        Returns
        -------
        self : object
        """
        for learned in ("scaler_", "_lengths"):
            vars(self).pop(learned, None)
        return self._learn(X, sample_weight, reset=True)

    @available_if(_is_exact_in_parts)
    def partial_fit(self, X, y=None, sample_weight=None):
        """Learn from further rows, as if all had come in one ``fit``.

        Parameters
        ----------
        X : {ndarray, sparse matrix} of shape (n_samples, n_features)
        y : ignored
        sample_weight : array-like of shape (n_samples,) or None, default=None

        Returns
        -------
        self : object
        """
        return self._learn(X, sample_weight, reset=not hasattr(self, "scale_"))

    def _learn(self, X, sample_weight, *, reset):
        validate_params(self)
        X = self._validate(X, reset=reset)
        if sparse.issparse(X) or not self.standardize:
            self.scaler_ = None
        else:
            if getattr(self, "scaler_", None) is None:
                # whatever the configuration of the caller: a frame here would lose the index
                self.scaler_ = StandardScaler().set_output(transform="default")
            self.scaler_.partial_fit(X, sample_weight=sample_weight)
        self.scale_ = self._size_of(X, sample_weight) or 1.0
        return self

    def _size_of(self, X, sample_weight):
        """Of all rows so far, 0 where nothing varies."""
        if self.norm == "singular":
            rows = X if self.scaler_ is None else self.scaler_.transform(X)
            return _first_singular_value(rows, sample_weight)
        if self.scaler_ is None:
            weight = check_sample_weight(sample_weight, X)
            more = np.array([weight @ _squared_lengths(X), weight.sum()])
            self._lengths = more + getattr(self, "_lengths", 0.0)
            return float(np.sqrt(self._lengths[0] / self._lengths[1]))
        varied = self.scaler_.var_
        return float(np.sqrt(varied.sum() if self.norm == "variance" else (varied > 0).sum()))

    def transform(self, X):
        """The block, scaled.

        Parameters
        ----------
        X : {ndarray, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        scaled : {ndarray, sparse matrix} of shape (n_samples, n_features), float64
        """
        check_is_fitted(self)
        X = self._validate(X, reset=False)
        if self.scaler_ is None:
            return X * (1 / self.scale_)
        if sparse.issparse(X):
            raise TypeError("BlockScaler was fitted on a dense block, X is sparse.")
        if self.norm == "variance":
            return (X - self.scaler_.mean_) / self.scale_
        return self.scaler_.transform(X) / self.scale_

    def _validate(self, X, *, reset):
        return validate_data(
            self,
            X,
            reset=reset,
            accept_sparse=("csr", "csc"),
            dtype=np.float64,  # solvers that come behind work in the type they are given
            ensure_all_finite="allow-nan",
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def scaler_for(estimator):
    """What scales the block that an estimator gives, unfitted.

    Parameters
    ----------
    estimator : transformer, "passthrough" or "drop"

    Returns
    -------
    scaler : BlockScaler
        One that does not standardise again what was weighed already.
    """
    return BlockScaler(standardize=not is_block_scaled(estimator))


def is_block_scaled(estimator):
    """Whether what an estimator gives is made of blocks that were scaled one by one.

    Parameters
    ----------
    estimator : transformer, "passthrough" or "drop"

    Returns
    -------
    is_block_scaled : bool
        True for a `BlockScaler` or `BlockReducer`, a pipeline that ends in one, or a union of
        such members.
    """
    estimator = getattr(estimator, "stands_for", estimator)
    if hasattr(estimator, "transformer_list"):
        members = [member for _, member in estimator.transformer_list if member != "drop"]
        return bool(members) and all(is_block_scaled(member) for member in members)
    if hasattr(estimator, "steps"):
        return is_block_scaled(estimator.steps[-1][1])
    return isinstance(estimator, (BlockScaler, BlockReducer))


def _squared_lengths(X):
    """Of the rows; NaN counts as 0."""
    if sparse.issparse(X):
        return np.ravel(X.multiply(X).sum(axis=1))
    return np.nansum(X * X, axis=1)


def _first_singular_value(X, sample_weight):
    """Of rows of weight 1/n; NaN counts as 0."""
    weight = check_sample_weight(sample_weight, X)
    share = np.sqrt(weight / weight.sum())[:, None]
    if sparse.issparse(X):
        rows = X.multiply(share).tocsr()
    else:
        rows = np.nan_to_num(X) * share
    if min(rows.shape) > _FEW:
        start = np.ones(min(rows.shape))  # fixed, so that a fit can be repeated
        return float(svds(rows, k=1, v0=start, return_singular_vectors=False)[0])
    rows = rows.toarray() if sparse.issparse(rows) else rows
    return float(np.linalg.norm(rows, 2))
