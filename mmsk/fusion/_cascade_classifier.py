"""Model-level fusion that looks at cheap views first, and at dear ones where it must."""

from numbers import Real

import numpy as np
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.sklearn_private import Interval, StrOptions
from mmsk.fusion._late_predictors import LateClassifier
from mmsk.fusion._out_of_fold import inner_splits, out_of_fold
from mmsk.fusion._pooling import log_pool, shares_of
from mmsk.fusion._targets import counts_of_classes, learn_classes

_N_POINTS = 51  # of the frontier


class CascadeFusionClassifier(LateClassifier):
    r"""A classifier per view of a table, asked from the cheapest on until they are sure.

    Parameters
    ----------
    views : list of (name, estimator, columns)
        As in `VotingFusionClassifier`; every classifier must have ``predict_proba``.
    estimator : classifier or None, default=None
        What classifies behind views that are transformers. None is logistic regression
        (C=10) on the block-scaled features.
    costs : array-like of shape (n_views,) or None, default=None
        Of looking at a view of one row, in any unit, at least 0; of the views as
        listed, dropped ones left out. Cheap ones are asked first, and equal ones as
        listed. None is 1 for each.
    threshold : float or "cv", default=0.9
        Probability of the first class from which on a row is decided, in (0, 1]. ``"cv"`` is
        the cheapest one whose accuracy on held-out rows reaches ``target_accuracy``.
    target_accuracy : float or None, default=None
        For ``threshold="cv"``, in (0, 1]. None is the accuracy of all views together. Where
        none reaches it, the most accurate threshold is taken.
    cv : int, splitter, iterable or None, default=5
        Inner folds for ``frontier_`` and ``threshold="cv"``, each row tested once. An int
        with groups keeps every group whole. None leaves ``frontier_`` out, and the fits.
    class_weight : dict, "balanced" or None, default=None
        What rows of each class weigh, as in scikit-learn, times their ``sample_weight``, in
        all that is fitted or learned; the class prior becomes that of the weighed rows.
    n_jobs : int or None, default=None
        Views worked on at once in ``fit``.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps the rows of views whose extractors have no ``memory`` of their own,
        so that each source is described once only (guide, "Store"). May be reset for
        prediction.

    Attributes
    ----------
    views_ : list of (name, fitted classifier, columns)
        In the order in which they are asked.
    costs_ : ndarray of shape (n_views,)
        In that order.
    threshold_ : float
    frontier_ : ndarray of shape (n_points, 3) or None
        Threshold, accuracy on held-out rows and mean cost of a row, cheapest first: what
        each further cost buys.
    classes_ : ndarray of shape (n_classes,)
    class_prior_ : ndarray of shape (n_classes,)
    view_priors_ : ndarray of shape (n_views, n_classes)
        Shares of the classes among the rows that have each view.
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    What the views asked so far say is pooled as `VotingFusionClassifier` does by default
    (log-opinion pool), so that ``threshold=1`` gives its probabilities but for rows that are
    certain to the last digit. A view is read, decoded and described for those rows only that
    are undecided when its turn comes; a view that a row lacks costs nothing. A row that has
    none gets the prior, with a warning.

    References
    ----------
    P. Viola, M. Jones (2001), "Rapid object detection using a boosted cascade of simple
    features", CVPR.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import CascadeFusionClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = np.arange(200) % 2
    >>> X = y[:, None] + rng.normal(scale=[0.5, 0.1], size=(200, 2))
    >>> views = [("cheap", "passthrough", [0]), ("dear", "passthrough", [1])]
    >>> model = CascadeFusionClassifier(views, costs=[1, 10]).fit(X, y)
    >>> _, cost = model.predict_proba_with_cost(X)
    >>> bool(cost.mean() < 8), model.score(X, y) > 0.95
    (True, True)
    """

    _parameter_constraints = {
        **LateClassifier._parameter_constraints,
        "costs": ["array-like", None],
        "threshold": [Interval(Real, 0, 1, closed="right"), StrOptions({"cv"})],
        "target_accuracy": [Interval(Real, 0, 1, closed="right"), None],
        "cv": ["cv_object", None],
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        views,
        *,
        estimator=None,
        costs=None,
        threshold=0.9,
        target_accuracy=None,
        cv=5,
        class_weight=None,
        n_jobs=None,
        memory=None,
    ):
        self.views = views
        self.estimator = estimator
        self.costs = costs
        self.threshold = threshold
        self.target_accuracy = target_accuracy
        self.cv = cv
        self.class_weight = class_weight
        self.n_jobs = n_jobs
        self.memory = memory

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit a classifier per view, and compare thresholds on held-out rows.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Goes to every view's classifier, and weighs rows of ``frontier_``.
        groups : array-like of shape (n_samples,) or None, default=None
            No group is in two inner folds.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If ``threshold="cv"`` and ``cv=None``, or costs are not one for each view.
        """
        X = self._check_table(X, reset=True)
        y, codes, weight, given = learn_classes(self, X, y, sample_weight)
        if self.threshold == "cv" and self.cv is None:
            raise ValueError("threshold='cv' needs inner folds: give cv, such as cv=5.")
        costs = self._checked_costs()
        kept, fitted_on = self._fit_views(X, y, given, groups)
        counts = counts_of_classes(codes, weight, fitted_on, len(self.classes_))
        priors = [shares_of(of_view, self.class_prior_) for of_view in counts]
        order = np.argsort(costs[kept], kind="stable")
        self.views_ = [self.views_[k] for k in order]
        self.costs_ = costs[kept][order]
        self.view_priors_ = np.array(priors)[order]
        self._check_probabilities()
        self.frontier_ = None
        if self.cv is not None:
            splits = inner_splits(self.cv, y, groups, classifier=True)
            said = out_of_fold(self, splits, X, y, given, groups)
            self.frontier_ = self._frontier(said, codes, weight)
        self.threshold_ = self._chosen_threshold()
        return self

    def predict_proba(self, X):
        """Probabilities of the classes, by as many views as each row needs.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes), float64
            In the order of ``classes_``; rows sum to 1.
        """
        return self.predict_proba_with_cost(X)[0]

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

    def predict_proba_with_cost(self, X):
        """Probabilities of the classes, and what each row has cost.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes), float64
        cost : ndarray of shape (n_samples,), float64
            Sum of ``costs_`` of the views that were looked at.
        """
        check_is_fitted(self)
        X = self._check_table(X, reset=False)
        said = np.full((len(self.views_), X.shape[0], len(self.classes_)), np.nan)
        undecided, failures = np.ones(X.shape[0], dtype=bool), []
        for k in range(len(said)):
            failures += self._ask(X, "predict_proba", undecided, [k], said)
            pooled = self._pooled(said[: k + 1])
            undecided = ~self._is_sure(pooled, said[: k + 1], self.threshold_)
            if not undecided.any():
                break
        self._warn_of(failures, said)
        return pooled, self.costs_ @ ~np.isnan(said[:, :, 0])

    def _checked_costs(self):
        n_views = len(self._check_views())
        if self.costs is None:
            return np.ones(n_views)
        costs = np.asarray(self.costs, dtype=float)
        if costs.shape != (n_views,) or not (np.isfinite(costs) & (costs >= 0)).all():
            raise ValueError(
                f"costs must be {n_views} numbers of at least 0, one for each view that is not "
                f"'drop', got {self.costs!r}."
            )
        return costs

    def _pooled(self, said):
        """Of the first views, asked of whatever rows."""
        weights = np.ones(len(said))
        return log_pool(said, weights, self.class_prior_, self.view_priors_[: len(said)])

    def _is_sure(self, pooled, said, threshold):
        """Rows decided by what the first views say; those that have none wait for the next."""
        heard = ~np.isnan(said[:, :, 0]).all(axis=0)
        return heard & (pooled.max(axis=1) >= threshold)

    def _frontier(self, said, codes, weight):
        """Threshold, accuracy and mean cost, from what the views say of held-out rows."""
        stages = [said[: k + 1] for k in range(len(said))]
        pooled = np.array([self._pooled(stage) for stage in stages])
        right = pooled.argmax(axis=2) == codes
        spent = np.cumsum(self.costs_[:, None] * ~np.isnan(said[:, :, 0]), axis=0)
        sure = pooled.max(axis=2)
        tried = np.unique(np.append(np.quantile(sure, np.linspace(0, 1, _N_POINTS)), 1.0))
        points = []
        for threshold in tried:
            stops = [
                self._is_sure(*of_stage, threshold)
                for of_stage in zip(pooled, stages, strict=True)
            ]
            stops[-1][:] = True  # no view is left to ask
            stop = np.argmax(stops, axis=0)[None]
            found = [np.take_along_axis(of, stop, axis=0)[0] for of in (right, spent)]
            points.append([threshold, *(np.average(of, weights=weight) for of in found)])
        return np.array(points)

    def _chosen_threshold(self):
        if self.threshold != "cv":
            return float(self.threshold)
        thresholds, accuracies, _ = self.frontier_.T
        target = self.target_accuracy
        target = accuracies[-1] if target is None else target
        reached = accuracies >= min(target, accuracies.max())
        return float(thresholds[reached.argmax()])
