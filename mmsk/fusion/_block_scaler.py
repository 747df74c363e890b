"""Blocks of features brought to one size, so that a wide block does not drown a narrow one."""

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data

from mmsk._utils.sklearn_private import validate_params


class BlockScaler(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """One block of features, scaled so that its rows have a mean squared length of 1.

    A dense block is standardised and divided by the square root of its width; a sparse
    one is divided by the root mean square length of its rows, which keeps its zeros and
    the proportions among its columns. Blocks of any width then weigh alike side by side.

    Parameters
    ----------
    standardize : bool, default=True
        Whether columns of a dense block are standardised first. False treats it as a sparse
        one: for blocks whose columns have been weighed already.

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
    Computational Statistics & Data Analysis 18(1), 121-140: blocks weighed before they
    are analysed together.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import BlockScaler
    >>> block = np.random.default_rng(0).normal(5, 9, size=(100, 16))
    >>> scaled = BlockScaler().fit_transform(block)
    >>> round(float((scaled**2).sum(axis=1).mean()), 6)
    1.0
    """

    _parameter_constraints = {"standardize": ["boolean"]}

    def __init__(self, *, standardize=True):
        self.standardize = standardize

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
        validate_params(self)
        X = self._validate(X, reset=True)
        if sparse.issparse(X) or not self.standardize:
            self.scaler_ = None
            self.scale_ = _root_mean_square_length(X, sample_weight)
        else:
            # whatever the configuration of the caller: a frame here would lose the index
            scaler = StandardScaler().set_output(transform="default")
            self.scaler_ = scaler.fit(X, sample_weight=sample_weight)
            varying = np.count_nonzero(self.scaler_.var_ > 0)
            self.scale_ = float(np.sqrt(max(varying, 1)))
        return self

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
        True for a `BlockScaler`, a pipeline that ends in one, or a union of such members.
    """
    estimator = getattr(estimator, "stands_for", estimator)
    if hasattr(estimator, "transformer_list"):
        members = [member for _, member in estimator.transformer_list if member != "drop"]
        return bool(members) and all(is_block_scaled(member) for member in members)
    if hasattr(estimator, "steps"):
        return is_block_scaled(estimator.steps[-1][1])
    return isinstance(estimator, BlockScaler)


def _root_mean_square_length(X, sample_weight):
    """Of the rows, 1 if all are 0; NaN counts as 0."""
    if sparse.issparse(X):
        squared_lengths = np.asarray(X.multiply(X).sum(axis=1)).ravel()
    else:
        squared_lengths = np.nansum(X * X, axis=1)
    return float(np.sqrt(np.average(squared_lengths, weights=sample_weight))) or 1.0
