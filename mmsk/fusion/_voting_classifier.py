"""Model-level fusion of classifiers: probabilities of the views, pooled."""

import numpy as np
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.sklearn_private import StrOptions
from mmsk.fusion._belief import conflict, dempster_shafer
from mmsk.fusion._calibration import calibrated
from mmsk.fusion._held_out import fit_pool, opened_gates
from mmsk.fusion._late_predictors import LateClassifier
from mmsk.fusion._part_of_views import begin_parts, learn_part_of_views, learns_in_parts
from mmsk.fusion._pooling import (
    is_present,
    linear_pool,
    log_pool,
    max_pool,
    medians_pool,
    product_pool,
    rank_pool,
    shares_of,
    vote_shares,
    weights_by_row,
)
from mmsk.fusion._targets import counts_of_classes, learn_classes, learn_part_of_classes
from mmsk.fusion._weights import checked_weights, exponents, weights_of_mean

POOLS = {
    "log": log_pool,
    "soft": linear_pool,
    "hard": vote_shares,
    "median": medians_pool,
    "max": max_pool,
    "product": product_pool,
    "rank": rank_pool,
    "dempster_shafer": dempster_shafer,
}
_NOT_RESCALED = ("log", "product", "dempster_shafer")  # where a shut gate leaves the prior


def _gives_probabilities(fusion):
    if fusion.voting == "hard":
        raise AttributeError("predict_proba is not available when voting='hard'.")
    return True


def _weighs_evidence(fusion):
    if fusion.voting != "dempster_shafer":
        raise AttributeError("conflict is what voting='dempster_shafer' finds.")
    return True


class VotingFusionClassifier(LateClassifier):
    r"""A classifier per view of a table, their probabilities pooled for each row.

    Parameters
    ----------
    views : list of (name, estimator, columns)
        An estimator is a classifier, often a pipeline of an extractor and a classifier;
        or a transformer, which ``estimator`` is then put behind; or ``"passthrough"``
        or ``"drop"``. Columns as in `FeatureFusion`.
    estimator : classifier or None, default=None
        What classifies behind views that are transformers. None is logistic regression
        (C=10) on the block-scaled features.
    voting : str, default="log"
        ``"log"`` is the log-opinion pool, ``"soft"`` the weighted mean of the
        probabilities, ``"hard"`` the weighted majority of the predicted classes, ties to
        the lower class. ``"product"``, ``"median"`` and ``"max"`` are those of the
        probabilities, ``"rank"`` the mean rank of each class (Borda), all scaled to sum
        to 1; ``"dempster_shafer"`` combines beliefs, each discounted by how often the
        view is right on held-out rows.
    weights : array-like of shape (n_views,), "learned" or None, default=None
        Of the views as listed, dropped ones left out. None is 1 for each. In the
        log-opinion pool and the product they are exponents and not rescaled: halve them
        all for views that say much the same. ``"learned"`` are those of least log-loss on
        held-out rows: exponents of the log-opinion pool or the product, else weights of
        the mean, which sum to 1.
    calibration : {"temperature", "sigmoid", "isotonic"} or None, default=None
        How each view's probabilities are brought to mean what they say, learned on
        held-out rows. Temperature needs the fewest. For products and the log-opinion
        pool: a mean of calibrated probabilities is too modest itself.
    gate : {"confidence", "competence"} or None, default=None
        What each view's weight is multiplied by in each row: one minus the normalised
        entropy of what it says; or how far above chance it was right on the 15 held-out
        rows of which the views said the most similar.
    quality : list of (view, transformer, columns) or None, default=None
        What measures the rows of a view, for as many views as wanted: the view's weight
        is multiplied by how far above chance it can be right at such a quality, relative
        to the best rows of ``fit``. Learned on held-out rows.
    cv : int, splitter or iterable, default=5
        Inner folds, each row tested once, where something is learned on held-out rows. An
        int with groups keeps every group whole (StratifiedGroupKFold).
    class_weight : dict, "balanced" or None, default=None
        What rows of each class weigh, as in scikit-learn, times their ``sample_weight``, in
        all that is fitted or learned; the class prior becomes that of the weighed rows.
    n_jobs : int or None, default=None
        Views worked on at once.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps the rows of views whose extractors have no ``memory`` of their own,
        so that each source is described once only (guide, "Store"). May be reset for
        prediction.

    Attributes
    ----------
    views_ : list of (name, fitted classifier, columns)
    classes_ : ndarray of shape (n_classes,)
    class_prior_ : ndarray of shape (n_classes,)
        Weighted shares of the classes in ``fit``.
    view_priors_ : ndarray of shape (n_views, n_classes)
        The same among the rows that have each view.
    weights_ : ndarray of shape (n_views,)
        With ``voting="dempster_shafer"`` reliabilities: the share of held-out rows that
        the view has right, times its weight as a share of the largest.
    calibrators_, gates_ : list
        What was learned for ``calibration``, and for ``gate`` and ``quality``.
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    With the class prior :math:`\pi`, and :math:`\pi_m` among the rows that have view
    :math:`m`, the log-opinion pool is
    :math:`\log p(c) = \log\pi(c) + \sum_m w_m \log(p_m(c)/\pi_m(c)) + const`
    over the views that a row has: with weights of 1 the Bayes posterior of views that are
    independent given the class. A row that has none gets the prior, with a warning. A
    class that a view never saw keeps its prior in that view. Other pools rescale weights
    over the views that a row has. A view of weight 0 has a say where a row has no other; such
    views weigh 1 each there. For several labels per row, put the fusion into scikit-learn's
    MultiOutputClassifier.

    References
    ----------
    C. Genest, J. V. Zidek (1986), "Combining probability distributions: a critique and
    an annotated bibliography", Statistical Science 1(1), 114-135. J. Kittler, M. Hatef,
    R. Duin, J. Matas (1998), "On combining classifiers", IEEE TPAMI 20(3), 226-239.
    G. Shafer (1976), "A mathematical theory of evidence". P. Cavalin, R. Sabourin, C. Suen
    (2013), "Dynamic selection approaches for multiple classifier systems", Neural
    Computing and Applications 22, 673-688 (neighbours by what is said).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from mmsk.fusion import VotingFusionClassifier
    >>> X = np.array([[0.0, 9], [1, 8], [4, 2], [5, np.nan]])
    >>> y = ["low", "low", "high", "high"]
    >>> views = [("a", LogisticRegression(), [0]), ("b", LogisticRegression(), [1])]
    >>> VotingFusionClassifier(views).fit(X, y).predict([[0.5, 8.5], [5.0, np.nan]])
    array(['low', 'high'], dtype='<U4')
    """

    _parameter_constraints = {
        **LateClassifier._parameter_constraints,
        "voting": [StrOptions(set(POOLS))],
        "weights": ["array-like", StrOptions({"learned"}), None],
        "calibration": [StrOptions({"temperature", "sigmoid", "isotonic"}), None],
        "gate": [StrOptions({"confidence", "competence"}), None],
        "quality": [list, None],
        "cv": ["cv_object"],
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        views,
        *,
        estimator=None,
        voting="log",
        weights=None,
        calibration=None,
        gate=None,
        quality=None,
        cv=5,
        class_weight=None,
        n_jobs=None,
        memory=None,
    ):
        self.views = views
        self.estimator = estimator
        self.voting = voting
        self.weights = weights
        self.calibration = calibration
        self.gate = gate
        self.quality = quality
        self.cv = cv
        self.class_weight = class_weight
        self.n_jobs = n_jobs
        self.memory = memory

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit a classifier per view, on the rows that have the view.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Goes to every view's classifier, and to all that is learned of held-out rows.
        groups : array-like of shape (n_samples,) or None, default=None
            Go to every step of a view that takes them, such as a grid search. No group is
            in two inner folds.

        Returns
        -------
        self : object
        """
        X = self._check_table(X, reset=True)
        self._check_hard()
        vars(self).pop("_learning", None)  # of parts met before
        y, codes, weight, weighted = learn_classes(self, X, y, sample_weight)
        weights = checked_weights(self.weights, len(self._check_views()))
        kept, fitted_on = self._fit_views(X, y, weighted, groups)
        self.weights_ = weights[kept]
        counts = counts_of_classes(codes, weight, fitted_on, len(self.classes_))
        self.view_priors_ = np.array([shares_of(row, self.class_prior_) for row in counts])
        self._counts = np.vstack([weight.sum() * self.class_prior_, counts])
        if self.voting != "hard":
            self._check_probabilities()
        held = fit_pool(self, X, y, codes, weighted, groups)
        if self.voting == "dempster_shafer":
            self.weights_ = _reliabilities(held) * self.weights_ / self.weights_.max()
        return self

    @available_if(learns_in_parts)
    def partial_fit(self, X, y, classes=None, *, sample_weight=None):
        """Learn from a further part of a table; where every view's steps can.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
            Extractors are fitted on the first part that has their view.
        y : array-like of shape (n_samples,)
        classes : array-like of shape (n_classes,) or None, default=None
            All labels that may come; needed with the first part. Behind a ``fit`` they are
            those of it, and its views go on.
        sample_weight : array-like of shape (n_samples,) or None, default=None

        Returns
        -------
        self : object

        Raises
        ------
        AttributeError
            If a step of a view has no ``partial_fit``, or something needs held-out rows.
        ValueError
            If ``class_weight="balanced"``, which no part can tell; or classes lack labels.
        """
        begun = hasattr(self, "_counts")
        X = self._check_table(X, reset=not begun)
        y, codes, weight, given = learn_part_of_classes(self, X, y, classes, sample_weight)
        if not hasattr(self, "_learning"):
            self._check_hard()
            begin_parts(self, X)
        if not begun:
            self._counts = np.zeros((1 + len(self._learning), len(self.classes_)))
        present = learn_part_of_views(self, X, y, given, self.classes_)
        every = np.ones(len(y), dtype=bool)
        rows = [every, *present]
        self._counts += counts_of_classes(codes, weight, rows, len(self.classes_))
        self.class_prior_ = self._counts[0] / self._counts[0].sum()
        self.view_priors_ = np.array(
            [shares_of(row, self.class_prior_) for row in self._counts[1:][self._seen]]
        )
        if self.voting != "hard":
            self._check_probabilities()
        return self

    @available_if(_gives_probabilities)
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
        return self._pooled(X)

    def predict(self, X):
        """The most probable class of each row.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        classes : ndarray of shape (n_samples,)
        """
        pooled = self._pooled(X)
        return self.classes_[pooled.argmax(axis=1)]

    @available_if(_weighs_evidence)
    def conflict(self, X):
        """How far the views of each row contradict each other (Dempster-Shafer).

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        conflict : ndarray of shape (n_samples,), float64
            The mass of belief on no class at all, from 0 to 1.
        """
        return conflict(*self._weighed(X))

    def _pooled(self, X):
        said, weights = self._weighed(X)
        return POOLS[self.voting](said, weights, self.class_prior_, self.view_priors_)

    def _weighed(self, X):
        """What the views say, calibrated, and the weight of each view in each row."""
        check_is_fitted(self)
        X = self._check_table(X, reset=False)
        said = self._said(X)
        if self.calibrators_:
            said = calibrated(self.calibrators_, said)
        rescaled = self.voting not in _NOT_RESCALED
        with self._remembering():
            opened = opened_gates(self.gates_, X, said)
        return said, weights_by_row(self.weights_, opened, said, rescaled=rescaled)

    def _check_hard(self):
        if self.voting == "hard" and (self.calibration or self.gate == "confidence"):
            raise ValueError(
                "voting='hard' uses no probabilities, which calibration and gate='confidence' "
                "are about. Leave those out, or choose another voting."
            )

    def _learned_weights(self, said, gates, truth, weight):
        if self.voting == "log":
            priors = self.class_prior_, self.view_priors_
        elif self.voting == "product":
            even = np.full(self.view_priors_.shape, 1 / len(self.classes_))
            priors = even[0], even
        else:
            return weights_of_mean(said, gates, truth, weight)
        return exponents(said, gates, truth, weight, *priors)

    def _outcome(self, said, truth):
        """1 where a view is right, 0 where not, NaN where a row lacks it."""
        right = np.nan_to_num(said).argmax(axis=2) == truth
        return np.where(is_present(said), right, np.nan)

    def _said(self, X):
        if self.voting == "hard":
            return self._predictions(X, "predict", len(self.classes_))
        return super()._said(X)

    def _aligned(self, view, values):
        """A view's predictions as probabilities over all classes."""
        if self.voting == "hard":
            return np.eye(len(self.classes_))[np.searchsorted(self.classes_, values)]
        return super()._aligned(view, values)


def _reliabilities(held):
    """Weighted share of held-out rows that each view has right; 0 where it never had one."""
    share = np.where(np.isnan(held.outcome), 0.0, held.weight)
    right = (share * np.nan_to_num(held.outcome)).sum(axis=1)
    return right / np.maximum(share.sum(axis=1), 1e-12)
