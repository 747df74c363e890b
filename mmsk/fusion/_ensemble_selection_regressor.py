"""Model-level fusion of regressors: an ensemble picked from a library of views."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.sklearn_private import Interval
from mmsk.fusion._late_predictors import LateRegressor
from mmsk.fusion._selection import fit_selection, pooled_selection
from mmsk.fusion._targets import learn_mean


class EnsembleSelectionRegressor(LateRegressor):
    """A mean of regressors picked one by one from a library, some more than once.

    Parameters
    ----------
    views : list of (name, estimator, columns)
        The library, as in `VotingFusionRegressor`: several regressors of the same columns
        may stand in it.
    estimator : regressor or None, default=None
        What predicts behind views that are transformers. None is ridge regression on
        the block-scaled features.
    n_rounds : int, default=50
        Picks at most, in each bag.
    n_bags : int, default=20
        Random parts of the library that are picked from, each for itself; 0 picks from
        the whole library only.
    bag_share : float, default=0.5
        How much of the library is in a bag.
    cv : int, splitter or iterable, default=5
        Inner folds, each row tested once. An int with groups keeps every group whole
        (GroupKFold).
    random_state : int, RandomState or None, default=0
        Draws the bags.
    n_jobs : int or None, default=None
        Views worked on at once.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps the rows of views whose extractors have no ``memory`` of their own,
        so that each source is described once only (guide, "Store"). May be reset for
        prediction.

    Attributes
    ----------
    views_ : list of (name, fitted regressor, columns)
        Fitted on all rows that have the view.
    weights_ : ndarray of shape (n_views,)
        Share of the picks of each view; they sum to 1. One of weight 0 is not run, but for
        rows that have none of those picked.
    losses_ : dict of str to float
        Mean squared error on held-out rows of each view of the library alone, with the
        mean where a row lacks it.
    loss_ : float
        The same of those picked together.
    mean_ : float
        Weighted mean of ``y``.
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    Each pick is the view that, added to those picked before, lowers the mean squared
    error of held-out rows most. Weights are rescaled over the views that a row has. A row
    that has none of those picked is answered by the one of least loss among the others that
    it has; a row that has none at all gets the mean, with a warning. On held-out rows the
    ensemble is never worse than the best view: where bags are, the view itself or what is
    picked from the whole library takes their place.

    References
    ----------
    R. Caruana, A. Niculescu-Mizil, G. Crew, A. Ksikes (2004), "Ensemble selection from
    libraries of models", ICML.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LinearRegression
    >>> from mmsk.fusion import EnsembleSelectionRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(60, 3))
    >>> views = [(name, LinearRegression(), [k]) for k, name in enumerate("abc")]
    >>> fusion = EnsembleSelectionRegressor(views).fit(X, X[:, 0] + X[:, 1])
    >>> fusion.loss_ <= min(fusion.losses_.values())
    True
    """

    _parameter_constraints = {
        **LateRegressor._parameter_constraints,
        "n_rounds": [Interval(Integral, 1, None, closed="left")],
        "n_bags": [Interval(Integral, 0, None, closed="left")],
        "bag_share": [Interval(Real, 0, 1, closed="right")],
        "cv": ["cv_object"],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        views,
        *,
        estimator=None,
        n_rounds=50,
        n_bags=20,
        bag_share=0.5,
        cv=5,
        random_state=0,
        n_jobs=None,
        memory=None,
    ):
        self.views = views
        self.estimator = estimator
        self.n_rounds = n_rounds
        self.n_bags = n_bags
        self.bag_share = bag_share
        self.cv = cv
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.memory = memory

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit the library, and pick from it by what is said of held-out rows.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Goes to every view in every fold, and into the loss.
        groups : array-like of shape (n_samples,) or None, default=None
            No group is in two inner folds.

        Returns
        -------
        self : object
        """
        X = self._check_table(X, reset=True)
        y, weight = learn_mean(self, X, y, sample_weight)
        weight = None if sample_weight is None else weight
        return fit_selection(self, X, y, y, weight, groups)

    def predict(self, X):
        """The weighted mean of the predictions of the views picked.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        predictions : ndarray of shape (n_samples,), float64
        """
        check_is_fitted(self)
        return pooled_selection(self, X, "predict", np.array([self.mean_]))[:, 0]

    def _told(self, said, truth, weight):
        """What views predict, the mean, and the loss of predictions."""

        def squared_error(predictions):
            return float(np.average((predictions - truth) ** 2, weights=weight))

        return said[:, :, 0], self.mean_, squared_error
