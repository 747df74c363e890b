"""Model-level fusion of regressors: predictions of the views, pooled."""

import numpy as np
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.sklearn_private import StrOptions, check_sample_weight
from mmsk._utils.targets import target_numbers
from mmsk.fusion._held_out import fit_pool, opened_gates
from mmsk.fusion._late_predictors import LateRegressor
from mmsk.fusion._part_of_views import begin_parts, learn_part_of_views, learns_in_parts
from mmsk.fusion._pooling import linear_pool, median_pool, weights_by_row
from mmsk.fusion._targets import learn_mean
from mmsk.fusion._weights import checked_weights, weights_of_regression


class VotingFusionRegressor(LateRegressor):
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
    weights : array-like of shape (n_views,), "learned" or None, default=None
        Of the views as listed, dropped ones left out. None weighs them alike;
        ``"learned"`` are those of the mean of least squared error on held-out rows.
    gate : {"competence"} or None, default=None
        What each view's weight is multiplied by in each row: ``"competence"`` is the
        inverse of its squared error on the 15 held-out rows of which the views said the
        most similar, relative to the best.
    quality : list of (view, transformer, columns) or None, default=None
        What measures the rows of a view, for as many views as wanted: the view's weight
        is multiplied by the inverse of the squared error it is likely to make at such a
        quality, relative to the best rows of ``fit``. Learned on held-out rows.
    cv : int, splitter or iterable, default=5
        Inner folds, each row tested once, where something is learned on held-out rows. An
        int with groups keeps every group whole (GroupKFold).
    n_jobs : int or None, default=None
        Views worked on at once.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps the rows of views whose extractors have no ``memory`` of their own,
        so that each source is described once only (guide, "Store"). May be reset for
        prediction.

    Attributes
    ----------
    views_ : list of (name, fitted regressor, columns)
    mean_ : float
        Weighted mean of ``y``: the prediction for a row that has none of the views.
    weights_ : ndarray of shape (n_views,)
    gates_ : list
        What was learned for ``gate`` and ``quality``.
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    Weights are rescaled to sum to 1 over the views that a row has. A view of weight 0 has a
    say where a row has no other; such views weigh alike there. Where half of the weight lies
    on each side, the median is the mean of the two middle predictions.

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

    calibration = None  # is of probabilities

    _parameter_constraints = {
        **LateRegressor._parameter_constraints,
        "voting": [StrOptions({"mean", "median"})],
        "weights": ["array-like", StrOptions({"learned"}), None],
        "gate": [StrOptions({"competence"}), None],
        "quality": [list, None],
        "cv": ["cv_object"],
    }

    def __init__(
        self,
        views,
        *,
        estimator=None,
        voting="mean",
        weights=None,
        gate=None,
        quality=None,
        cv=5,
        n_jobs=None,
        memory=None,
    ):
        self.views = views
        self.estimator = estimator
        self.voting = voting
        self.weights = weights
        self.gate = gate
        self.quality = quality
        self.cv = cv
        self.n_jobs = n_jobs
        self.memory = memory

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit a regressor per view, on the rows that have the view.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Goes to every view's regressor, and to all that is learned of held-out rows.
        groups : array-like of shape (n_samples,) or None, default=None
            Go to every step of a view that takes them, such as a grid search. No group is
            in two inner folds.

        Returns
        -------
        self : object
        """
        X = self._check_table(X, reset=True)
        vars(self).pop("_learning", None)  # of parts met before
        y, weight = learn_mean(self, X, y, sample_weight)
        weights = checked_weights(self.weights, len(self._check_views()))
        weighted = None if sample_weight is None else weight
        kept, _ = self._fit_views(X, y, weighted, groups)
        self.weights_ = weights[kept]
        self._sums = np.array([weight @ y, weight.sum()])
        fit_pool(self, X, y, y, weighted, groups)
        return self

    @available_if(learns_in_parts)
    def partial_fit(self, X, y, *, sample_weight=None):
        """Learn from a further part of a table; where every view's steps can.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
            Extractors are fitted on the first part that has their view.
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None, default=None

        Returns
        -------
        self : object

        Raises
        ------
        AttributeError
            If a step of a view has no ``partial_fit``, or something needs held-out rows.
        """
        begun = hasattr(self, "_sums")
        X = self._check_table(X, reset=not begun)
        y = target_numbers(X, y)
        weight = check_sample_weight(sample_weight, y)
        if not hasattr(self, "_learning"):
            begin_parts(self, X)
        if not begun:
            self._sums = np.zeros(2)
        learn_part_of_views(self, X, y, None if sample_weight is None else weight)
        self._sums += weight @ y, weight.sum()
        self.mean_ = float(self._sums[0] / self._sums[1])
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
        check_is_fitted(self)
        X = self._check_table(X, reset=False)
        said = self._said(X)
        with self._remembering():
            opened = opened_gates(self.gates_, X, said)
        weights = weights_by_row(self.weights_, opened, said, rescaled=True)
        if self.voting == "median":
            return median_pool(said[:, :, 0], weights, self.mean_)
        return linear_pool(said, weights, np.array([self.mean_]))[:, 0]

    def _learned_weights(self, said, gates, truth, weight):
        return weights_of_regression(said, gates, truth, weight)

    def _outcome(self, said, truth):
        """The squared error of each view in each row, NaN where the row lacks it."""
        return (said[:, :, 0] - truth) ** 2
