"""Model-level fusion of regressors: a regressor over what the views' regressors predict."""

import numpy as np
from sklearn.linear_model import RidgeCV

from mmsk._utils.sklearn_private import HasMethods
from mmsk.fusion._late_predictors import LateRegressor
from mmsk.fusion._out_of_fold import beside, fit_stack, meta_features
from mmsk.fusion._targets import learn_mean


class StackingFusionRegressor(LateRegressor):
    """A regressor per view of a table, and one that learns how far to trust each.

    Parameters
    ----------
    views : list of (name, estimator, columns)
        As in `VotingFusionRegressor`.
    estimator : regressor or None, default=None
        What predicts behind views that are transformers. None is ridge regression on
        the block-scaled features.
    final_estimator : regressor or None, default=None
        What learns from the views' predictions. None is ridge regression, its penalty
        by leave-one-out.
    cv : int, splitter or iterable, default=5
        Inner folds, each row tested once. An int with groups keeps every group whole
        (GroupKFold).
    passthrough : bool, default=False
        Whether ``final_estimator`` also gets the views' features, block-scaled.
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
    final_estimator_ : regressor
        Fitted on predictions for rows that the views were not fitted on.
    features_ : FeatureFusion or None
        With ``passthrough``.
    mean_ : float
        Weighted mean of ``y``: the prediction for a row that has none of the views, and
        what a view says that a row lacks.
    marked_ : ndarray of shape (n_views,), bool
        Views that some row of ``fit`` lacks: their absence is a feature.
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import StackingFusionRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(60, 4))
    >>> views = [("a", "passthrough", [0, 1]), ("b", "passthrough", [2, 3])]
    >>> y = X[:, 0] - X[:, 2]
    >>> StackingFusionRegressor(views).fit(X, y).score(X, y) > 0.9
    True
    """

    _parameter_constraints = {
        **LateRegressor._parameter_constraints,
        "final_estimator": [HasMethods(["fit", "predict"]), None],
        "cv": ["cv_object"],
        "passthrough": ["boolean"],
    }

    def __init__(
        self,
        views,
        *,
        estimator=None,
        final_estimator=None,
        cv=5,
        passthrough=False,
        n_jobs=None,
        memory=None,
    ):
        self.views = views
        self.estimator = estimator
        self.final_estimator = final_estimator
        self.cv = cv
        self.passthrough = passthrough
        self.n_jobs = n_jobs
        self.memory = memory

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit the views, and the final regressor on what they predict for held-out rows.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Goes to every view in every fold, and to the final regressor.
        groups : array-like of shape (n_samples,) or None, default=None
            No group is in two inner folds.

        Returns
        -------
        self : object
        """
        X = self._check_table(X, reset=True)
        y, weight = learn_mean(self, X, y, sample_weight)
        weight = None if sample_weight is None else weight
        return fit_stack(self, X, y, weight, groups, RidgeCV())

    def predict(self, X):
        """The number for each row.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        predictions : ndarray of shape (n_samples,), float64
        """
        said = self._said(X)
        answers = self.final_estimator_.predict(self._meta(X, said))
        answers[np.isnan(said[:, :, 0]).all(axis=0)] = self.mean_
        return answers

    def _meta(self, X, said):
        meta = meta_features(said, np.full((len(said), 1), self.mean_), self.marked_)
        if self.features_ is None:
            return meta
        with self._remembering():  # all was told by the views
            features, _ = self.features_.transform_with_errors(X)
        return beside(meta, features)
