"""Cooperative learning of numbers: linear views fitted at once, held to agree."""

import numpy as np
from sklearn.base import RegressorMixin

from mmsk.fusion._cooperative import CooperativeFusion
from mmsk.fusion._targets import learn_mean


class CooperativeRegressor(RegressorMixin, CooperativeFusion):
    r"""Linear functions of the views, fitted at once with a penalty where they disagree.

    Parameters
    ----------
    views : list of (name, transformer, columns)
        As in `FeatureFusion`, whose blocks the functions work on: sparse ones reduced to
        256 columns, all scaled.
    rho : float or array-like of float, default=(0, 0.1, 0.25, 0.5, 1)
        How far views must agree: 0 is early fusion, where each adds its own part; 1 is
        late fusion, where each says the whole and the mean counts. Of several values the
        best on inner folds is taken.
    C : float, default=10.0
        Inverse of the strength of the regularisation.
    l1_ratio : float, default=0.0
        Share of the 1-norm in the penalty, from 0 (ridge) to 1 (lasso): above 0, features
        that tell nothing more get a coefficient of 0.
    estimator : regressor or None, default=None
        What each view learns with, in place of a linear function (``C`` and ``l1_ratio``
        are then its own matter): views are fitted in turn to what the others leave, to
        which they must agree as far as ``rho`` says.
    cv : int, splitter or iterable, default=5
        Inner folds, each row tested once. An int with groups keeps every group whole
        (GroupKFold).
    n_jobs : int or None, default=None
        Views worked on at once.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps the rows of views whose extractors have no ``memory`` of their own,
        so that each source is described once only (guide, "Store"). May be reset for
        prediction.

    Attributes
    ----------
    views_ : list of (name, fitted transformer, columns)
    rho_ : float
        The one taken.
    coef_ : ndarray of shape (n_features of all blocks, 1) or None
        None where ``estimator`` is given.
    intercept_ : ndarray of shape (1,)
    means_ : list of ndarray of shape (n_features,) or None
        Of each block over the rows that have it.
    estimators_ : list of regressor or None
        Of each view, where ``estimator`` is given.
    features_ : FeatureFusion
        Makes the blocks.
    mean_ : float
        Weighted mean of ``y``: the prediction for a row without any view.
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    Minimises :math:`\frac12 \|y - \sum_m f_m\|^2 + \frac\rho2 \sum_{m<l} \|f_m - f_l\|^2 +
    \frac1{2C} \sum_m \|\beta_m\|^2` in closed form; with a share :math:`\lambda` of the
    1-norm the penalty is :math:`\frac1C \sum_m (\lambda \|\beta_m\|_1 + \frac{1 - \lambda}2
    \|\beta_m\|^2)`, by coordinate descent.
    Pairs of views count in the rows that have both. Where views are missing, the sum over
    those present is scaled up by :math:`(n\_views / n\_present)^\rho`. A row without any
    view gets the mean, with a warning. Blocks are made once for all inner folds: put
    transformers that learn from ``y`` under `StackingFusionRegressor` instead.

    References
    ----------
    D. Y. Ding, S. Li, B. Narasimhan, R. Tibshirani (2022), "Cooperative learning for
    multiview analysis", PNAS 119(38), e2202113119.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import CooperativeRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(80, 4))
    >>> y = X[:, 0] + X[:, 2]
    >>> views = [("a", "passthrough", [0, 1]), ("b", "passthrough", [2, 3])]
    >>> CooperativeRegressor(views).fit(X, y).rho_
    0.0
    """

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit the blocks, choose how far views must agree, and fit all at once.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None, default=None
        groups : array-like of shape (n_samples,) or None, default=None
            No group is in two inner folds.

        Returns
        -------
        self : object
        """
        X = self._check_table(X, reset=True)
        y, weight = learn_mean(self, X, y, sample_weight)
        self._fit(X, y, y[:, None], None if sample_weight is None else weight, groups)
        return self

    def predict(self, X):
        """The number for each row.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        predictions : ndarray of shape (n_samples,), float64
        """
        values, lacking = self._values(X)
        return np.where(lacking, self.mean_, values[:, 0])
