"""Semi-supervised learning of numbers: a ridge per view, held to agree on all rows."""

import numpy as np
from sklearn.base import RegressorMixin

from mmsk.fusion._co_regularized import AGREEMENTS, CoRegularizedFusion
from mmsk.fusion._unlabeled import learn_known_numbers


class CoRegularizedRegressor(RegressorMixin, CoRegularizedFusion):
    r"""Ridge regression per view, held to agree on rows without a number (semi-supervised).

    Parameters
    ----------
    views : list of (name, transformer, columns)
        As in `FeatureFusion`, whose blocks the regressions work on: sparse ones reduced to
        256 columns, all scaled. Views learn from all rows, and never from ``y``.
    agreement : float or array-like of float, default=(0, 0.1, 1, 10)
        How much the views' differences on the mean row without a number count against the
        views' errors on the mean row with one. 0 is a ridge per view, and their mean. Of
        several values the best on numbers left out is taken.
    C : float, default=10.0
        Inverse of the strength of the regularisation.
    n_jobs : int or None, default=None
        Views worked on at once.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps the rows of views whose extractors have no ``memory`` of their own,
        so that each source is described once only (guide, "Store"). May be reset for
        prediction.

    Attributes
    ----------
    views_ : list of (name, fitted transformer, columns)
    agreement_ : float
        The one taken.
    coef_ : ndarray of shape (n_features of all blocks + n_views, 1)
        View by view, its intercept last.
    offset_ : ndarray of shape (1,)
    features_ : FeatureFusion
        Makes the blocks.
    mean_ : float
        Weighted mean of the numbers: the prediction for a row without any view.
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    Minimises :math:`\sum_m \sum_{i \in L} (y_i - f_m(x_i))^2 + \frac1C \sum_m \|\beta_m\|^2 +
    \mu \frac{|L|}{|U|} \sum_{m<l} \sum_{i \in U} (f_m(x_i) - f_l(x_i))^2` over rows L with and
    U without a number, in closed form; the prediction is the mean of the views that a row
    has. A view counts in the rows that have it, a pair in those that have both. Where y holds
    no NaN there is nothing to agree on. What is said of a row left out (with groups: of a
    group) is in closed form too, so that several values of ``agreement`` cost no folds. A row
    without any view gets the mean, with a warning.

    References
    ----------
    U. Brefeld, T. Gaertner, T. Scheffer, S. Wrobel (2006), "Efficient co-regularised least
    squares regression", ICML, 137-144. V. Sindhwani, P. Niyogi, M. Belkin (2005), "A
    co-regularization approach to semi-supervised learning with multiple views", ICML workshop
    on learning with multiple views.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import CoRegularizedRegressor
    >>> rng = np.random.default_rng(0)
    >>> said = rng.normal(size=(80, 1))
    >>> X = said + rng.normal(size=(80, 4))
    >>> y = np.where(np.arange(80) < 10, said[:, 0], np.nan)  # 10 numbers, 70 rows without
    >>> views = [("a", "passthrough", [0, 1]), ("b", "passthrough", [2, 3])]
    >>> CoRegularizedRegressor(views).fit(X, y).predict(X).shape
    (80,)
    """

    def __init__(self, views, *, agreement=AGREEMENTS, C=10.0, n_jobs=None, memory=None):
        self.views = views
        self.agreement = agreement
        self.C = C
        self.n_jobs = n_jobs
        self.memory = memory

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit the blocks, choose how far views must agree, and fit all at once.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : array-like of shape (n_samples,)
            NaN where a row has no number.
        sample_weight : array-like of shape (n_samples,) or None, default=None
        groups : array-like of shape (n_samples,) or None, default=None
            Left out whole where ``agreement`` is chosen.

        Returns
        -------
        self : object
        """
        X = self._check_table(X, reset=True)
        y, weight = learn_known_numbers(self, X, y, sample_weight)
        self._fit(X, y[:, None], ~np.isnan(y), weight, groups)
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

    def _loss(self, said, targets, weight):
        return float(weight @ ((said - targets) ** 2).sum(axis=1))
