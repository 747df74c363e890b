"""What both boosters share: views as reduced blocks, trees that may cross them, rounds."""

from itertools import combinations, product
from numbers import Integral, Real

import numpy as np
from sklearn.base import is_classifier
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from mmsk._utils.optional import require
from mmsk._utils.sklearn_private import Interval, StrOptions
from mmsk._utils.workers import n_workers
from mmsk.fusion._base import ViewsEstimator
from mmsk.fusion._out_of_fold import inner_splits
from mmsk.fusion._reduced_blocks import ReducedBlocks


class BoostingFusion(ViewsEstimator):
    """Base class: blocks of the views, the number of trees by inner folds, the trees.

    A subclass defines ``_objective``.
    """

    __metadata_request__fit = {"groups": True}

    _parameter_constraints = {
        **ViewsEstimator._parameter_constraints,
        "cross_modal": ["boolean", StrOptions({"only"})],
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "max_depth": [Interval(Integral, 1, None, closed="left")],
        "early_stopping_rounds": [Interval(Integral, 1, None, closed="left")],
        "cv": ["cv_object", None],
        "params": [dict, None],
        "random_state": [Interval(Integral, 0, 2**31 - 1, closed="both")],
        "n_jobs": [Integral, None],
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
        n_jobs=None,
    ):
        self.views = views
        self.cross_modal = cross_modal
        self.n_components = n_components
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.max_depth = max_depth
        self.early_stopping_rounds = early_stopping_rounds
        self.cv = cv
        self.params = params
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _fit(self, X, y, targets, weight, groups):
        """Fit blocks, find ``n_estimators_`` on inner folds, fit ``booster_`` on all rows.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : ndarray of shape (n_samples,)
        targets : ndarray of shape (n_samples,), float
            Codes of classes, or numbers.
        weight : ndarray of shape (n_samples,)
            A row of weight 0 is as good as absent.
        groups : array-like of shape (n_samples,) or None
        """
        xgboost = require("xgboost", extra="xgboost", needed_by=type(self).__name__)
        groups = None if groups is None else np.asarray(groups)
        check_consistent_length(X, groups)
        self._check_views()
        self.features_ = ReducedBlocks(
            self.views, n_components=self.n_components, missing="nan", n_jobs=1
        )
        results = self.features_._fit(X, y, weight)
        self.views_, self.errors_ = self.features_.views_, self.features_.errors_
        features = self.features_._fused(results)
        present = np.any([rows.present for rows in results], axis=0)

        def data(rows):
            return xgboost.DMatrix(features[rows], label=targets[rows], weight=weight[rows])

        used = (weight > 0) & present
        params = self._all_params()
        self.n_estimators_ = self.n_estimators
        if self.cv is not None:
            splits = inner_splits(self.cv, y, groups, classifier=is_classifier(self))
            splits = [(data(train & used), data(test & used)) for train, test in splits]
            rounds = [self._n_rounds(xgboost, params, *split) for split in splits]
            self.n_estimators_ = round(np.mean(rounds))
        self.booster_ = xgboost.train(params, data(used), self.n_estimators_)
        self.booster_.set_param({"nthread": 1})  # the model may go to another machine

    def _n_rounds(self, xgboost, params, train, test):
        """Trees after which rows held out are told best."""
        booster = xgboost.train(
            params,
            train,
            self.n_estimators,
            evals=[(test, "held_out")],
            early_stopping_rounds=self.early_stopping_rounds,
            verbose_eval=False,
        )
        return booster.best_iteration + 1

    def _all_params(self):
        """What XGBoost is told; ``params`` of the user last."""
        params = {
            "tree_method": "hist",
            "learning_rate": self.learning_rate,
            "max_depth": self.max_depth,
            "seed": self.random_state,
            "nthread": n_workers(self.n_jobs),
            **self._objective(),
        }
        if self.cross_modal is not True:
            params["interaction_constraints"] = str(self._constraints())  # by position
        return {**params, **(self.params or {})}

    def _constraints(self):
        """Sets of columns that may stand on one way down a tree."""
        blocks = [list(range(b.start, b.stop)) for b in self.features_.blocks_.values()]
        if self.cross_modal is False or len(blocks) == 1:
            return blocks
        return [list(p) for a, b in combinations(blocks, 2) for p in product(a, b)]

    def _raw(self, X):
        """What the trees say, and which rows have no view."""
        check_is_fitted(self)
        X = self._check_table(X, reset=False)
        results, lacking = self.features_._told_views(X, type(self).__name__)
        fused = self.features_._fused(results)
        return self.booster_.inplace_predict(fused), lacking
