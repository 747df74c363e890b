"""Model-level fusion of classifiers: probabilities of the views, pooled."""

import numpy as np
from sklearn.base import ClassifierMixin, is_classifier
from sklearn.linear_model import LogisticRegression
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.sklearn_private import StrOptions
from mmsk.fusion._late import LateFusion
from mmsk.fusion._pooling import linear_pool, log_pool, vote_shares, with_unseen_classes
from mmsk.fusion._targets import learn_classes
from mmsk.fusion._weights import checked_weights


def _gives_probabilities(fusion):
    if fusion.voting == "hard":
        raise AttributeError("predict_proba is not available when voting='hard'.")
    return True


class VotingFusionClassifier(ClassifierMixin, LateFusion):
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
    voting : {"log", "soft", "hard"}, default="log"
        ``"log"`` is the log-opinion pool, ``"soft"`` the weighted mean of the
        probabilities, ``"hard"`` the weighted majority of the predicted classes, ties to
        the lower class.
    weights : array-like of shape (n_views,) or None, default=None
        Of the views as listed, dropped ones left out. None is 1 for each. In the
        log-opinion pool they are exponents and not rescaled: halve them all for views
        that say much the same.
    n_jobs : int or None, default=None
        Views worked on at once.

    Attributes
    ----------
    views_ : list of (name, fitted classifier, columns)
    classes_ : ndarray of shape (n_classes,)
    class_prior_ : ndarray of shape (n_classes,)
        Weighted shares of the classes in ``fit``.
    view_priors_ : ndarray of shape (n_views, n_classes)
        The same among the rows that have each view.
    weights_ : ndarray of shape (n_views,)
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
    class that a view never saw keeps its prior in that view.

    References
    ----------
    C. Genest, J. V. Zidek (1986), "Combining probability distributions: a critique and
    an annotated bibliography", Statistical Science 1(1), 114-135.

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

    _kind = "classifier"

    _parameter_constraints = {
        **LateFusion._parameter_constraints,
        "voting": [StrOptions({"log", "soft", "hard"})],
        "weights": ["array-like", None],
    }

    def __init__(self, views, *, estimator=None, voting="log", weights=None, n_jobs=None):
        self.views = views
        self.estimator = estimator
        self.voting = voting
        self.weights = weights
        self.n_jobs = n_jobs

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit a classifier per view, on the rows that have the view.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Goes to every view's classifier.
        groups : array-like of shape (n_samples,) or None, default=None
            Go to every step of a view that takes them, such as a grid search.

        Returns
        -------
        self : object
        """
        X = self._check_table(X, reset=True)
        y, codes, weight = learn_classes(self, X, y, sample_weight)
        weights = checked_weights(self.weights, len(self._check_views()))
        weighted = None if sample_weight is None else weight
        kept, fitted_on = self._fit_views(X, y, weighted, groups)
        self.weights_ = weights[kept]
        self.view_priors_ = np.array(
            [self._shares_among(codes[rows], weight[rows]) for rows in fitted_on]
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

    def _pooled(self, X):
        check_is_fitted(self)
        method = "predict" if self.voting == "hard" else "predict_proba"
        probabilities = self._predictions(X, method, len(self.classes_))
        if self.voting == "log":
            return log_pool(probabilities, self.weights_, self.class_prior_, self.view_priors_)
        pool = linear_pool if self.voting == "soft" else vote_shares
        return pool(probabilities, self.weights_, self.class_prior_)

    def _shares_among(self, codes, weight):
        """Shares of the classes among some rows; a class not among them keeps its prior."""
        counts = np.bincount(codes, weights=weight, minlength=len(self.classes_))
        seen = np.flatnonzero(counts)
        return with_unseen_classes(
            (counts[seen] / counts.sum())[None], seen, self.class_prior_
        )[0]

    def _aligned(self, view, values):
        """A view's predictions as probabilities over all classes."""
        if self.voting == "hard":
            return np.eye(len(self.classes_))[np.searchsorted(self.classes_, values)]
        seen = np.searchsorted(self.classes_, view[1].classes_)
        return with_unseen_classes(values, seen, self.class_prior_)

    def _is_predictor(self, estimator):
        return is_classifier(estimator)

    def _default_estimator(self):
        return LogisticRegression(C=10, max_iter=1000)
