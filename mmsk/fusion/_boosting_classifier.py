"""Boosted trees over the features of all views: classes."""

import numpy as np
from sklearn.base import ClassifierMixin

from mmsk._utils.sklearn_private import StrOptions
from mmsk.fusion._boosting import BoostingFusion
from mmsk.fusion._pooling import with_unseen_classes
from mmsk.fusion._targets import learn_classes


class BoostingFusionClassifier(ClassifierMixin, BoostingFusion):
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
        Most rounds of boosting; in each grows a tree, of several classes one for each.
    learning_rate : float, default=0.1
    max_depth : int, default=6
        Of a tree.
    early_stopping_rounds : int, default=20
        Rounds without gain on held-out rows after which an inner fold stops.
    cv : int, splitter, iterable or None, default=3
        Inner folds that say how many rounds are enough, each row tested once. An int with
        groups keeps every group whole (StratifiedGroupKFold). None takes ``n_estimators``.
    params : dict or None, default=None
        Further parameters of XGBoost, by its own names.
    random_state : int, default=0
        Has a say only where ``params`` ask for chance.
    class_weight : dict, "balanced" or None, default=None
        What rows of each class weigh, as in scikit-learn, times their ``sample_weight``, in
        all that is fitted or learned; the class prior becomes that of the weighed rows.
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
    classes_ : ndarray of shape (n_classes,)
    class_prior_ : ndarray of shape (n_classes,)
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
    for NaN within a view. A row without any view gets the prior, with a warning. A model file
    is loaded with ``load_model(path, allow=("xgboost",))``.

    References
    ----------
    T. Chen, C. Guestrin (2016), "XGBoost: a scalable tree boosting system", KDD, 785-794.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import BoostingFusionClassifier
    >>> X = np.random.default_rng(0).normal(size=(300, 2))
    >>> y = (X[:, 0] > 0) != (X[:, 1] > 0)  # told by both views together only
    >>> views = [("a", "passthrough", [0]), ("b", "passthrough", [1])]
    >>> BoostingFusionClassifier(views).fit(X, y).score(X, y) > 0.95
    True
    """

    _parameter_constraints = {
        **BoostingFusion._parameter_constraints,
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        views,
        *,
        cross_modal=True,
        n_components=100,
        n_estimators=500,
        learning_rate=0.1,
        max_depth=6,
        early_stopping_rounds=20,
        cv=3,
        params=None,
        random_state=0,
        class_weight=None,
        n_jobs=None,
        memory=None,
    ):
        super().__init__(
            views,
            cross_modal=cross_modal,
            n_components=n_components,
            n_estimators=n_estimators,
            learning_rate=learning_rate,
            max_depth=max_depth,
            early_stopping_rounds=early_stopping_rounds,
            cv=cv,
            params=params,
            random_state=random_state,
            n_jobs=n_jobs,
            memory=memory,
        )
        self.class_weight = class_weight

    def _learn_target(self, X, y, sample_weight):
        y, codes, weight, _ = learn_classes(self, X, y, sample_weight)
        seen = np.cumsum(self.class_prior_ > 0) - 1  # XGBoost counts classes without gaps
        return y, seen[codes].astype(float), weight

    def _objective(self):
        n_seen = np.count_nonzero(self.class_prior_)
        if n_seen <= 2:
            return {"objective": "binary:logistic", "base_score": 0.5}
        return {"objective": "multi:softprob", "num_class": int(n_seen)}

    def predict_proba(self, X):
        """Probabilities of the classes.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes), float64
            In the order of ``classes_``; rows sum to 1.
        """
        said, lacking = self._raw(X)
        said = said.astype(np.float64)
        if said.ndim == 1:
            said = np.column_stack([1 - said, said])
        seen = np.flatnonzero(self.class_prior_)
        said = said[:, : len(seen)]  # of one class only, trees of two were grown
        said /= said.sum(axis=1, keepdims=True)
        found = with_unseen_classes(said, seen, self.class_prior_)
        found[lacking] = self.class_prior_
        return found

    def predict(self, X):
        """The most probable class of each row.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        classes : ndarray of shape (n_samples,)
        """
        found = self.predict_proba(X)
        return self.classes_[found.argmax(axis=1)]
