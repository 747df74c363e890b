"""Co-training: classifiers of the views label rows for each other."""

import warnings
from functools import partial
from numbers import Integral, Real

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from mmsk._utils.sklearn_private import Interval, StrOptions
from mmsk._utils.workers import map_samples
from mmsk.exceptions import DroppedViewWarning, NothingToLearnError
from mmsk.fusion._co_training import fit_block, fit_classifier, labels_of_views
from mmsk.fusion._late import LateFusion
from mmsk.fusion._late_predictors import LateClassifier
from mmsk.fusion._pooling import log_pool, shares_of
from mmsk.fusion._targets import counts_of_classes
from mmsk.fusion._unlabeled import UNKNOWN, learn_known_classes, weighed
from mmsk.fusion._views import warn_of_failures


class CoTrainingClassifier(LateClassifier):
    """A classifier per view; what one is sure of is a label for all (semi-supervised).

    Parameters
    ----------
    views : list of (name, estimator, columns)
        As in `VotingFusionClassifier`: a classifier, a pipeline that ends in one, or a
        transformer, which ``estimator`` is put behind. Everything before the classifier
        learns once from all rows, and never from ``y``.
    estimator : classifier or None, default=None
        Behind views that are transformers. None is logistic regression on the scaled block.
    threshold : float, default=0.9
        Least probability at which a view may label a row.
    share : float, default=0.1
        Most rows that a view labels as a class in each round, as a share of the unlabelled
        rows and of the class among labelled ones; one row at least.
    n_rounds : int, default=20
        At most so many; 0 learns from labelled rows alone.
    unlabeled : int, str or None, default=-1
        The label that stands for none, as -1 does in scikit-learn. Where -1 is a class,
        give another, or None if all rows have a label.
    class_weight : dict, "balanced" or None, default=None
        What rows of each class weigh, as in scikit-learn, times their ``sample_weight``, those
        labelled here too; the class prior becomes that of the weighed rows.
    n_jobs : int or None, default=None
        Views worked on at once.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps the rows of views whose extractors have no ``memory`` of their own,
        so that each source is described once only (guide, "Store"). May be reset for
        prediction.

    Attributes
    ----------
    views_ : list of (name, fitted Pipeline, columns)
    view_priors_ : ndarray of shape (n_views, n_classes)
        Class shares among the rows that each view learned from.
    labeled_round_ : ndarray of shape (n_samples,), int
        The round in which a row was labelled: 0 by ``y``, -1 never.
    n_rounds_ : int
        Rounds in which rows were labelled.
    classes_ : ndarray of shape (n_classes,)
        Without ``unlabeled``.
    class_prior_ : ndarray of shape (n_classes,)
        Of the labelled rows.
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    See Also
    --------
    CoRegularizedClassifier : Linear views in closed form, which gauges on labels left out
        whether unlabelled rows help.

    Notes
    -----
    In each round every view labels, class by class, the rows it is most sure of; where two
    views name different classes, the surer one has it. All views learn from these rows in
    the next round. At the end the views' probabilities are pooled as evidence beyond their
    priors, as by ``VotingFusionClassifier(voting="log")``, which is what it is where no row
    is unlabelled. This helps where each view would do alone, given labels enough, and views
    err on different rows; else views may lead each other astray, so compare on labelled
    rows. A row without any view gets the prior, with a warning.

    References
    ----------
    A. Blum, T. Mitchell (1998), "Combining labeled and unlabeled data with co-training",
    COLT, 92-100.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import CoTrainingClassifier
    >>> rng = np.random.default_rng(0)
    >>> said = rng.normal(size=(80, 1))
    >>> X = said + rng.normal(size=(80, 4))
    >>> y = np.where(np.arange(80) < 10, said[:, 0] > 0, -1)  # 10 labels, 70 rows without
    >>> views = [("a", "passthrough", [0, 1]), ("b", "passthrough", [2, 3])]
    >>> CoTrainingClassifier(views).fit(X, y).n_rounds_ > 0
    True
    """

    _parameter_constraints = {
        **LateFusion._parameter_constraints,
        "threshold": [Interval(Real, 0, 1, closed="both")],
        "share": [Interval(Real, 0, 1, closed="right")],
        "n_rounds": [Interval(Integral, 0, None, closed="left")],
        "unlabeled": [Integral, str, None],
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        views,
        *,
        estimator=None,
        threshold=0.9,
        share=0.1,
        n_rounds=20,
        unlabeled=-1,
        class_weight=None,
        n_jobs=None,
        memory=None,
    ):
        self.views = views
        self.estimator = estimator
        self.threshold = threshold
        self.share = share
        self.n_rounds = n_rounds
        self.unlabeled = unlabeled
        self.class_weight = class_weight
        self.n_jobs = n_jobs
        self.memory = memory

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit the views, let them label rows, and fit them again, round by round.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : array-like of shape (n_samples,)
            ``unlabeled`` where a row has no label.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Of labelled rows, and of others once they are labelled. A row of weight 0 is as
            good as absent.
        groups : array-like of shape (n_samples,) or None, default=None
            Go to every classifier that takes them.

        Returns
        -------
        self : object
        """
        X = self._check_table(X, reset=True)
        codes, weight, by_class = learn_known_classes(self, X, y, sample_weight, self.unlabeled)
        groups = None if groups is None else np.asarray(groups)
        check_consistent_length(X, groups)
        weighs = sample_weight is not None or self.class_weight is not None
        fit = partial(self._fit_classifiers, weight if weighs else None, by_class, groups)
        blocks = self._learn_blocks(X, weighed(weight, codes, by_class) if weighs else None)
        free = (codes == UNKNOWN) & (weight > 0)
        self.labeled_round_ = np.where(codes == UNKNOWN, -1, 0)
        codes = np.where(weighed(weight, codes, by_class) > 0, codes, UNKNOWN)
        most = np.ceil(self.share * free.sum() * self.class_prior_).astype(int)
        self.n_rounds_ = 0
        fitted = fit(codes, blocks)
        while free.any() and self.n_rounds_ < self.n_rounds:
            labels = labels_of_views(
                np.where(free, UNKNOWN, 0), self.classes_, self.class_prior_, blocks, fitted,
                self.threshold, most,
            )  # fmt: skip
            new = labels != UNKNOWN
            if not new.any():
                break
            self.n_rounds_ += 1
            self.labeled_round_[new] = self.n_rounds_
            codes, free = np.where(new, labels, codes), free & ~new
            fitted = fit(codes, blocks)
        self._keep(blocks, fitted, codes, weighed(weight, codes, by_class))
        return self

    def predict_proba(self, X):
        """Pooled probabilities of the classes.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes), float64
            In the order of ``classes_``; rows sum to 1.
        """
        check_is_fitted(self)
        said = self._said(X)
        return log_pool(said, np.ones(len(said)), self.class_prior_, self.view_priors_)

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

    def _learn_blocks(self, X, sample_weight):
        """Each view's features, without labels; those that no row has are left out."""
        views = [
            (name, self._as_predictor(estimator), columns)
            for name, estimator, columns in self._resolved_views(X)
        ]
        found = self._of_each(views, partial(fit_block, X, sample_weight))
        blocks = [block for block in found if block is not None]
        self._tell_dropped([view[0] for view in views], [block.name for block in blocks])
        self.errors_ = [failure for block in blocks for failure in block.failures]
        warn_of_failures(type(self).__name__, self.errors_, X.shape[0])
        return blocks

    def _fit_classifiers(self, weight, by_class, groups, codes, blocks):
        weight = None if weight is None else weighed(weight, codes, by_class)
        metadata = {"sample_weight": weight, "groups": groups}
        fit = partial(fit_classifier, codes, self.classes_, metadata)
        return map_samples(fit, blocks, self.n_jobs, reported=False)

    def _keep(self, blocks, fitted, codes, weight):
        """The views that have a classifier, and class shares of what each learned from."""
        pairs = zip(blocks, fitted, strict=True)
        kept = [(block, final) for block, final in pairs if final is not None]
        self._tell_dropped([block.name for block in blocks], [block.name for block, _ in kept])
        self.views_, fitted_on = [], []
        for block, final in kept:
            whole = Pipeline([*block.head.steps, ("classifier", final)])
            self.views_.append((block.name, whole, block.columns))
            fitted_on.append(block.present & (codes != UNKNOWN))
        counts = counts_of_classes(codes, weight, fitted_on, len(self.classes_))
        self.view_priors_ = np.array([shares_of(row, self.class_prior_) for row in counts])

    def _tell_dropped(self, names, kept):
        dropped = [name for name in names if name not in kept]
        if not kept:
            raise NothingToLearnError(
                "no view can be learned from: each has rows of one class only, or no rows."
            )
        if dropped:
            warnings.warn(
                f"the views {dropped} have one class only, or no row, to learn from: they are "
                "left out.",
                DroppedViewWarning,
            )
