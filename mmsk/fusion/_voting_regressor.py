"""Model-level fusion of regressors: predictions of the views, pooled."""

import numpy as np
from sklearn.base import RegressorMixin, is_regressor
from sklearn.linear_model import Ridge

from mmsk._utils.sklearn_private import StrOptions
from mmsk.fusion._late import LateFusion
from mmsk.fusion._pooling import linear_pool, median_pool
from mmsk.fusion._targets import learn_mean
from mmsk.fusion._weights import checked_weights


class VotingFusionRegressor(RegressorMixin, LateFusion):
    """A regressor per view of a table, their predictions pooled for each row.

    Parameters
    ----------
    views : list of (name, estimator, columns)
        An estimator is a regressor, often a pipeline of an extractor and a regressor; or
        a transformer, which ``estimator`` is then put behind; or ``"passthrough"`` or
        ``"drop"``. Columns as in `FeatureFusion`.
    estimator : regressor or None, default=None
        What predicts behind views that are transformers. None is ridge regression on
        the block-scaled features.
    voting : {"mean", "median"}, default="mean"
        ``"mean"`` is the weighted mean; ``"median"`` the weighted median, which a view
        that goes wild in some rows cannot pull away while most views agree.
    weights : array-like of shape (n_views,) or None, default=None
        Of the views as listed, dropped ones left out. None weighs them alike.
    n_jobs : int or None, default=None
        Views worked on at once.

    Attributes
    ----------
    views_ : list of (name, fitted regressor, columns)
    mean_ : float
        Weighted mean of ``y``: the prediction for a row that has none of the views.
    weights_ : ndarray of shape (n_views,)
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    Weights are rescaled to sum to 1 over the views that a row has. Where half of the weight
    lies on each side, the median is the mean of the two middle predictions.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LinearRegression
    >>> from mmsk.fusion import VotingFusionRegressor
    >>> X = np.array([[0.0, 6], [1, 4], [2, 2], [3, np.nan]])
    >>> views = [("a", LinearRegression(), [0]), ("b", LinearRegression(), [1])]
    >>> VotingFusionRegressor(views).fit(X, [0, 1, 2, 3]).predict([[4.0, np.nan]]).round(6)
    array([4.])
    """

    _kind = "regressor"

    _parameter_constraints = {
        **LateFusion._parameter_constraints,
        "voting": [StrOptions({"mean", "median"})],
        "weights": ["array-like", None],
    }

    def __init__(self, views, *, estimator=None, voting="mean", weights=None, n_jobs=None):
        self.views = views
        self.estimator = estimator
        self.voting = voting
        self.weights = weights
        self.n_jobs = n_jobs

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit a regressor per view, on the rows that have the view.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Goes to every view's regressor.
        groups : array-like of shape (n_samples,) or None, default=None
            Go to every step of a view that takes them, such as a grid search.

        Returns
        -------
        self : object
        """
        X = self._check_table(X, reset=True)
        y, weight = learn_mean(self, X, y, sample_weight)
        weights = checked_weights(self.weights, len(self._check_views()))
        kept, _ = self._fit_views(X, y, None if sample_weight is None else weight, groups)
        self.weights_ = weights[kept]
        return self

    def predict(self, X):
        """The weighted mean or median of the views' predictions.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        predictions : ndarray of shape (n_samples,), float64
        """
        predictions = self._predictions(X, "predict", 1)
        if self.voting == "median":
            return median_pool(predictions[:, :, 0], self.weights_, self.mean_)
        return linear_pool(predictions, self.weights_, np.array([self.mean_]))[:, 0]

    def _aligned(self, view, values):
        return np.reshape(values, (-1, 1))

    def _is_predictor(self, estimator):
        return is_regressor(estimator)

    def _default_estimator(self):
        return Ridge(tol=1e-8)  # on sparse features it is solved step by step
