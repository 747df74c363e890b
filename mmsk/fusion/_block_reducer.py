"""Blocks of features made narrower, by what varies most or by what tells the target."""

from numbers import Integral

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.cross_decomposition import PLSRegression
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from mmsk._utils.sklearn_private import (
    Interval,
    StrOptions,
    check_feature_names_in,
    validate_params,
)


class BlockReducer(TransformerMixin, BaseEstimator):
    """A wide block of features as few columns: of one view, or of all views side by side.

    Parameters
    ----------
    n_components : int, default=50
        Columns left; fewer where rows or columns of ``fit`` are fewer.
    method : {"pca", "svd", "pls"}, default="pca"
        ``"pca"`` are principal components, ``"svd"`` the same without centring, for sparse
        blocks too; ``"pls"`` the directions of partial least squares, which vary most
        together with the target of ``fit``: numbers of one or more columns, or classes.
    random_state : int, RandomState instance or None, default=0
        Of the randomized decomposition of large blocks.

    Attributes
    ----------
    reducer_ : PCA, TruncatedSVD or PLSRegression
    n_components_ : int
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    Components keep their proportions in the fusions of this room: they are not standardised
    again, which would make the last as large as the first. ``"pls"`` standardises columns
    before; the others do not, so put a scaler before where units differ.

    References
    ----------
    S. Wold, M. Sjostrom, L. Eriksson (2001), "PLS-regression: a basic tool of chemometrics",
    Chemometrics and Intelligent Laboratory Systems 58(2), 109-130.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import BlockReducer
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(90, 30))
    >>> y = np.where(X[:, 0] > 0, "up", "down")
    >>> narrow = BlockReducer(1, method="pls").fit_transform(X, y)
    >>> narrow.shape, bool(narrow[y == "up"].mean() > narrow[y == "down"].mean())
    ((90, 1), True)
    """

    _parameter_constraints = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "method": [StrOptions({"pca", "svd", "pls"})],
        "random_state": ["random_state"],
    }

    def __init__(self, n_components=50, *, method="pca", random_state=0):
        self.n_components = n_components
        self.method = method
        self.random_state = random_state

    def fit(self, X, y=None):
        """Learn the directions.

        Parameters
        ----------
        X : {ndarray, sparse matrix} of shape (n_samples, n_features)
            Sparse for ``method="svd"`` only.
        y : array-like of shape (n_samples,) or (n_samples, n_targets) or None
            For ``method="pls"``.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If ``method="pls"`` has no target.
        """
        self._fit(X, y)
        return self

    def fit_transform(self, X, y=None):
        """Learn the directions; the block along them.

        Parameters
        ----------
        X : {ndarray, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_targets) or None

        Returns
        -------
        reduced : ndarray of shape (n_samples, n_components_), float64
        """
        X = self._fit(X, y)
        return self.reducer_.transform(X)

    def transform(self, X):
        """The block along the directions.

        Parameters
        ----------
        X : {ndarray, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        reduced : ndarray of shape (n_samples, n_components_), float64
        """
        check_is_fitted(self)
        return self.reducer_.transform(self._validate(X, reset=False))

    def get_feature_names_out(self, input_features=None):
        """``pca0``, ``pca1`` and so on, by the method.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Checked against the names seen in ``fit``.

        Returns
        -------
        names : ndarray of str objects
        """
        check_is_fitted(self)
        check_feature_names_in(self, input_features, generate_names=False)
        names = [f"{self.method}{k}" for k in range(self.n_components_)]
        return np.array(names, dtype=object)

    def _fit(self, X, y):
        validate_params(self)
        X = self._validate(X, reset=True)
        n_centred = X.shape[0] if self.method == "svd" else X.shape[0] - 1
        most = min(n_centred, X.shape[1])
        self.n_components_ = max(min(self.n_components, most), 1)
        if self.method == "pls":
            target = _target_columns(X, y)
            self.reducer_ = PLSRegression(self.n_components_).set_output(transform="default")
            self.reducer_.fit(X, target)
            return X
        kind = PCA if self.method == "pca" else TruncatedSVD
        made = kind(self.n_components_, random_state=self.random_state)
        self.reducer_ = made.set_output(transform="default").fit(X)
        return X

    def _validate(self, X, *, reset):
        if sparse.issparse(X) and self.method != "svd":
            raise TypeError(
                f"method={self.method!r} takes no sparse block: reduce it by method='svd', or "
                "make it dense."
            )
        return validate_data(
            self,
            X,
            reset=reset,
            accept_sparse=("csr", "csc"),
            dtype=np.float64,
            ensure_min_samples=2 if reset else 1,
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = self.method == "svd"
        tags.target_tags.required = self.method == "pls"
        tags.transformer_tags.preserves_dtype = []
        return tags


def _target_columns(X, y):
    """Numbers as they are; of classes a column for each, 1 where a row is of it."""
    if y is None:
        raise ValueError(
            "method='pls' requires y to be passed, but the target y is None. Without one, "
            "choose 'pca' or 'svd'."
        )
    y = np.asarray(y)
    if y.ndim == 1 and type_of_target(y) in ("binary", "multiclass") and y.dtype.kind != "f":
        return (y[:, None] == np.unique(y)).astype(float)
    return y
