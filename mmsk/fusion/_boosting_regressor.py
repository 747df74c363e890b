"""Boosted trees over the features of all views: numbers."""

import numpy as np
from sklearn.base import RegressorMixin

from mmsk.fusion._boosting import BoostingFusion
from mmsk.fusion._targets import learn_mean


class BoostingFusionRegressor(RegressorMixin, BoostingFusion):
    """Gradient-boosted trees (XGBoost) on the blocks of all views, which they may cross.

    Parameters
    ----------
    views : list of (name, transformer, columns)
        As in `FeatureFusion`.
    cross_modal : bool or {"only"}, default=True
        Whether one way down a tree may use several views. False forbids it, so that views
        add up; ``"only"`` lets it use at most one feature of each of two views.
    n_components : int, default=100
        Columns that a wider block is reduced to: a sparse one by truncated SVD, a dense
        one by principal components. Narrower blocks are taken as they are.
    n_estimators : int, default=500
        Most rounds of boosting, each of one tree.
    learning_rate : float, default=0.1
    max_depth : int, default=6
        Of a tree.
    early_stopping_rounds : int, default=20
        Rounds without gain on held-out rows after which an inner fold stops.
    cv : int, splitter, iterable or None, default=3
        Inner folds that say how many rounds are enough, each row tested once. An int with
        groups keeps every group whole (GroupKFold). None takes ``n_estimators``.
    params : dict or None, default=None
        Further parameters of XGBoost, by its own names.
    random_state : int, default=0
        Has a say only where ``params`` ask for chance.
    n_jobs : int or None, default=None
        Threads that grow trees.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps the rows of views whose extractors have no ``memory`` of their own,
        so that each source is described once only (guide, "Store"). May be reset for
        prediction.

    Attributes
    ----------
    views_ : list of (name, fitted transformer, columns)
    n_estimators_ : int
        Rounds taken: the mean of what was best in the inner folds.
    booster_ : xgboost.Booster
    features_ : ReducedBlocks
        Makes the blocks.
    mean_ : float
        Weighted mean of ``y``: the prediction for a row without any view.
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Raises
    ------
    ModuleNotFoundError
        By ``fit``, where XGBoost is not installed; says that it comes with ``mmsk[xgboost]``.

    Notes
    -----
    Where a row lacks a view its columns are NaN, for which each split has learned a side, as
    for NaN within a view. A row without any view gets the mean, with a warning. A model file
    is loaded with ``load_model(path, allow=("xgboost",))``.

    References
    ----------
    T. Chen, C. Guestrin (2016), "XGBoost: a scalable tree boosting system", KDD, 785-794.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import BoostingFusionRegressor
    >>> X = np.random.default_rng(0).normal(size=(300, 2))
    >>> y = np.sign(X[:, 0]) * X[:, 1]  # told by both views together only
    >>> views = [("a", "passthrough", [0]), ("b", "passthrough", [1])]
    >>> BoostingFusionRegressor(views).fit(X, y).score(X, y) > 0.95
    True
    """

    def _learn_target(self, X, y, sample_weight):
        y, weight = learn_mean(self, X, y, sample_weight)
        return y, y - self.mean_, weight

    def predict(self, X):
        """The number for each row.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        predictions : ndarray of shape (n_samples,), float64
        """
        said, lacking = self._raw(X)
        return np.where(lacking, 0, said.astype(np.float64)) + self.mean_

    def _objective(self):
        return {"objective": "reg:squarederror", "base_score": 0.0}
