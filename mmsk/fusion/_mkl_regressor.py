"""Joint learning of numbers: grams of the views, weighed and added up."""

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.linear_model import Ridge
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.sklearn_private import StrOptions
from mmsk.fusion._mkl import KernelFusion
from mmsk.fusion._targets import learn_mean


class MKLRegressor(RegressorMixin, KernelFusion):
    """Multiple kernel learning: one regressor on a weighted sum of the views' grams.

    Parameters
    ----------
    views : list of (name, transformer, columns)
        As in `FeatureFusion`.
    kernel : str, list of str or dict, default="auto"
        ``"linear"``, ``"rbf"`` and ``"cosine"`` compare rows scaled by `BlockScaler`;
        ``"chi2"`` and ``"histogram_intersection"`` compare histograms as they are, and
        refuse negative features. ``"auto"`` is linear for sparse features and rbf for
        dense ones. A list gives each view several, a dict says it view by view.
    width : float, default=1.0
        Of rbf and chi2, in median (squared) distances between the rows of a view.
    combination : {"average", "cka", "lp"}, default="average"
        How grams are weighed: alike; by centred alignment with the numbers, which gives
        views of noise nothing; by the lengths of a 2-norm regularised fit.
    C : float, default=10.0
        Inverse of the strength of the regularisation.
    estimator : regressor or None, default=None
        What learns from the features of the summed gram. None is ridge regression of
        penalty 1 / ``C``.
    max_landmarks : int, default=1000
        Rows that all rows are compared with. Up to as many rows, the gram is exact;
        beyond, it is Nyström's approximation from landmarks drawn at random, and memory
        grows with ``n_samples * max_landmarks``.
    random_state : int, RandomState instance or None, default=0
        Draws the landmarks.
    n_jobs : int or None, default=None
        Views worked on at once.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps the rows of views whose extractors have no ``memory`` of their own,
        so that each source is described once only (guide, "Store"). May be reset for
        prediction.

    Attributes
    ----------
    views_ : list of (name, fitted transformer, columns)
        Without dropped views and those that no row of ``fit`` has.
    weights_ : dict of str to dict of str to float
        Weight of each view's grams by kernel; all sum to 1.
    grams_ : dict of str to dict of str to ViewGram
        What each kernel learned of the landmarks.
    landmarks_present_ : ndarray of shape (n_views, n_landmarks), bool
    projection_ : ndarray of shape (n_landmarks, n_components)
        From summed similarities to features.
    estimator_ : regressor
        Fitted on those.
    reserve_ : MKLRegressor or None
        The average of the views that weigh nothing, for rows that have no others.
    mean_ : float
        Weighted mean of ``y``: the prediction for a row without any view.
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    Grams are scaled, summed and turned into features as in `MKLClassifier`.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import MKLRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(80, 4))
    >>> y = X[:, 0] ** 2 + X[:, 1] ** 2
    >>> views = [("signal", "passthrough", [0, 1]), ("noise", "passthrough", [2, 3])]
    >>> model = MKLRegressor(views, combination="cka").fit(X, y)
    >>> model.weights_["signal"]["rbf"] > 0.9
    True
    """

    _parameter_constraints = {
        **KernelFusion._parameter_constraints,
        "combination": [StrOptions({"average", "cka", "lp"})],
    }

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit the views, weigh their grams and fit the estimator on the sum.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Of rows in every scale, weight and fit. A row of weight 0 is as good as absent.
        groups : array-like of shape (n_samples,) or None, default=None
            Go to every step of a view that takes them, and to ``estimator``.

        Returns
        -------
        self : object
        """
        X = self._check_table(X, reset=True)
        y, weight = learn_mean(self, X, y, sample_weight)
        targets = (y - self.mean_)[:, None]
        weight = None if sample_weight is None else weight
        return self._fit(X, y, targets, weight, groups)

    def predict(self, X):
        """The number for each row.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        predictions : ndarray of shape (n_samples,), float64
        """
        check_is_fitted(self)
        return self._answers(X, "predict", np.array([self.mean_]))

    def _default_estimator(self):
        return Ridge(alpha=1 / self.C)
