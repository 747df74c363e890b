"""What both boosters share: views as reduced blocks, trees that may cross them, rounds."""

from functools import partial
from itertools import combinations, product
from numbers import Integral, Real
from tempfile import TemporaryDirectory

import numpy as np
from sklearn.base import is_classifier
from sklearn.utils.validation import check_consistent_length

from mmsk._utils.optional import require
from mmsk._utils.sklearn_private import Interval, StrOptions
from mmsk._utils.workers import n_workers
from mmsk.fusion._base import ViewsEstimator
from mmsk.fusion._boosting_batches import MAX_BIN, binned, held_out_batches
from mmsk.fusion._out_of_fold import inner_splits
from mmsk.fusion._reduced_blocks import ReducedBlocks


class BoostingFusion(ViewsEstimator):
    """Base class: blocks of the views, the number of trees by inner folds, the trees.

    A subclass says in ``_learn_target`` what the target is to XGBoost, and how rows weigh; and
    defines ``_objective``.
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
        memory=None,
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
        self.memory = memory

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit the blocks, find how many rounds are enough, and fit the trees.

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
        y, targets, weight = self._learn_target(X, y, sample_weight)
        self._fit(X, y, targets, weight, groups)
        return self

    def fit_batches(self, batches, sample, *, folder=None):
        """Fit to rows that do not fit into memory, given in batches that are read again.

        Parameters
        ----------
        batches : sequence of (X, y)
            Of at least one row each. Each is read 3 times, and twice more for each fold,
            one at a time. An int ``cv`` holds out whole batches.
        sample : (X, y)
            Rows that the blocks, and the bins of features, are fitted on, whatever they weigh.
        folder : str, path or None, default=None
            Where the binned features of all batches, some 3 bytes each, stand in the meantime.
            None: the folder of temporary files.

        Returns
        -------
        self : object

        Notes
        -----
        What stays in memory for each row is its target, its weight, its gradients and where
        it is in the tree, for XGBoost: `mmsk.scale.fit_parts` and the guide, "Scale".
        """
        X = self._check_table(sample[0], reset=True)
        parts = [np.asarray(y) for _, y in batches]
        y = np.concatenate(parts)
        _, *told = self._learn_target(y, y, None)
        ends = np.cumsum([len(part) for part in parts])[:-1]
        targets, weights = (np.split(of_rows, ends) for of_rows in told)
        self._fit_batches(batches, targets, weights, (X, np.asarray(sample[1])), folder)
        return self

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
        features, present = self._fit_features(X, y, weight)

        def data(rows):
            return xgboost.DMatrix(features[rows], label=targets[rows], weight=weight[rows])

        used = (weight > 0) & present
        splits = []
        if self.cv is not None:
            splits = inner_splits(self.cv, y, groups, classifier=is_classifier(self))
        pairs = ((data(train & used), data(test & used)) for train, test in splits)
        self._grow(xgboost, pairs, partial(data, used))

    def _fit_batches(self, batches, targets, weights, sample, folder):
        """As `_fit`, but blocks and bins of features of a sample, the trees of batches.

        Parameters
        ----------
        batches : sequence of (X, y)
        targets : list of ndarray of shape (n_rows,), float
            Of each batch, as XGBoost is to see them.
        weights : list of ndarray of shape (n_rows,), float
            Of each batch.
        sample : (X, y)
            X checked.
        folder : str, path or None
        """
        xgboost = require("xgboost", extra="xgboost", needed_by=type(self).__name__)
        folds = held_out_batches(self.cv, len(batches))
        features, present = self._fit_features(*sample, None)
        params = self._all_params()
        if params["tree_method"] != "hist":
            raise ValueError("trees of batches are grown by tree_method='hist' only.")
        bins = {"max_bin": params.get("max_bin", MAX_BIN), "nthread": params["nthread"]}
        like = xgboost.QuantileDMatrix(features[present], **bins)
        del features

        def rows(numbers):
            for number in numbers:
                fused, lacking = self._fused_rows(batches[number][0], predicting=False)
                used = ~lacking & (weights[number] > 0)
                yield fused[used], targets[number][used], weights[number][used]

        with TemporaryDirectory(prefix=".bins-", dir=folder) as cache:

            def data(numbers, ref=like):
                return binned(xgboost, partial(rows, numbers), cache, ref=ref, **bins)

            def pair(held):
                train = data([n for n in range(len(batches)) if n not in held])
                return train, data(held, ref=train)  # or it may not be evaluated

            self._grow(xgboost, map(pair, folds), partial(data, range(len(batches))))

    def _fit_features(self, X, y, weight):
        """Fit the blocks; the fused matrix, and which rows have a view."""
        features = ReducedBlocks(
            self.views, n_components=self.n_components, missing="nan", n_jobs=1
        )
        results = self._fit_blocks(features, X, y, weight)
        present = np.any([rows.present for rows in results], axis=0)
        return self.features_._fused(results), present

    def _grow(self, xgboost, pairs, everything):
        """Rounds by pairs of training and held-out rows, if any, and the trees of all."""
        params = self._all_params()
        rounds = [self._n_rounds(xgboost, params, *pair) for pair in pairs]
        self.n_estimators_ = round(np.mean(rounds)) if rounds else self.n_estimators
        self.booster_ = xgboost.train(params, everything(), self.n_estimators_)
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
            if "interaction_constraints" in (self.params or {}):
                raise ValueError(
                    "params gives interaction_constraints, which also follow from "
                    f"cross_modal={self.cross_modal!r}: leave one of them out."
                )
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
        fused, lacking = self._fused_rows(X)
        return self.booster_.inplace_predict(fused), lacking

    def _fused_rows(self, X, *, predicting=True):
        """The fused matrix, and which rows have no view."""
        results, lacking = self._ask_blocks(X, predicting=predicting)
        return self.features_._fused(results), lacking
