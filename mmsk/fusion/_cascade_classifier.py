"""Model-level fusion that looks at cheap views first, and at dear ones where it must."""

from numbers import Real

import numpy as np
from sklearn.base import ClassifierMixin, clone, is_classifier
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.columns import take_rows
from mmsk._utils.sklearn_private import Interval, StrOptions
from mmsk.fusion._late import LateFusion
from mmsk.fusion._out_of_fold import held_out_predictions, inner_splits
from mmsk.fusion._pooling import log_pool, with_unseen_classes
from mmsk.fusion._targets import learn_classes
from mmsk.fusion._views import run_one, warn_of_failures, warn_of_rows_without_views
from mmsk.fusion._weights import checked_weights


class CascadeFusionClassifier(ClassifierMixin, LateFusion):
    r"""A classifier per view of a table, asked from the cheapest on until they are sure.

    Parameters
    ----------
    views : list of (name, estimator, columns)
        As in `VotingFusionClassifier`; every classifier must have ``predict_proba``.
    estimator : classifier or None, default=None
        What classifies behind views that are transformers. None is logistic regression
        (C=10) on the block-scaled features.
    costs : array-like of shape (n_views,) or None, default=None
        Of looking at a view of one row, in any unit, not negative and not all 0; of the
        views as listed, dropped ones left out. Cheap ones are asked first, and equal ones as
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
    n_jobs : int or None, default=None
        Views worked on at once in ``fit``.

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

    _kind = "classifier"

    _parameter_constraints = {
        **LateFusion._parameter_constraints,
        "costs": ["array-like", None],
        "threshold": [Interval(Real, 0, 1, closed="right"), StrOptions({"cv"})],
        "target_accuracy": [Interval(Real, 0, 1, closed="right"), None],
        "cv": ["cv_object", None],
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
        n_jobs=None,
    ):
        self.views = views
        self.estimator = estimator
        self.costs = costs
        self.threshold = threshold
        self.target_accuracy = target_accuracy
        self.cv = cv
        self.n_jobs = n_jobs

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
        y, codes, weight = learn_classes(self, X, y, sample_weight)
        if self.threshold == "cv" and self.cv is None:
            raise ValueError("threshold='cv' needs inner folds: give cv, such as cv=5.")
        costs = checked_weights(self.costs, len(self._check_views()))
        given = None if sample_weight is None else weight
        kept, fitted_on = self._fit_views(X, y, given, groups)
        priors = [self._shares_among(codes[rows], weight[rows]) for rows in fitted_on]
        order = np.argsort(costs[kept], kind="stable")
        self.views_ = [self.views_[k] for k in order]
        self.costs_ = costs[kept][order]
        self.view_priors_ = np.array(priors)[order]
        self._check_probabilities()
        self.frontier_ = None
        if self.cv is not None:
            splits = inner_splits(self.cv, y, groups, classifier=True)
            said = held_out_predictions(self, splits, X, y, given, groups)
            self.frontier_ = self._frontier(said, codes, weight)
        self.threshold_ = self._chosen_threshold()
        return self
