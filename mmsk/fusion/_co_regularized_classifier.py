"""Semi-supervised learning of classes: a ridge per view, held to agree on all rows."""

from numbers import Integral

import numpy as np
from scipy.special import logsumexp, softmax
from sklearn.base import ClassifierMixin

from mmsk._utils.sklearn_private import StrOptions
from mmsk.fusion._calibrated_ridge import sharpness
from mmsk.fusion._co_regularized import AGREEMENTS, CoRegularizedFusion
from mmsk.fusion._pooling import with_unseen_classes
from mmsk.fusion._unlabeled import UNKNOWN, learn_known_classes, weighed


class CoRegularizedClassifier(ClassifierMixin, CoRegularizedFusion):
    """Ridge regression per view, held to agree on rows without a label (semi-supervised).

    Parameters
    ----------
    views : list of (name, transformer, columns)
        As in `FeatureFusion`, whose blocks the regressions work on: sparse ones reduced to
        256 columns, all scaled. Views learn from all rows, and never from ``y``.
    agreement : float or array-like of float, default=(0, 0.1, 1, 10)
        How much the views' differences on the mean unlabelled row count against the views'
        errors on the mean labelled one. 0 is a ridge per view, and their mean. Of several
        values the best on labels left out is taken.
    C : float, default=10.0
        Inverse of the strength of the regularisation.
    unlabeled : int, str or None, default=-1
        The label that stands for none, as -1 does in scikit-learn. Where -1 is a class,
        give another, or None if all rows have a label.
    class_weight : dict, "balanced" or None, default=None
        What rows of each class weigh, as in scikit-learn, times their ``sample_weight``;
        the class prior becomes that of the weighed rows.
    n_jobs : int or None, default=None
        Views worked on at once.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps the rows of views whose extractors have no ``memory`` of their own,
        so that each source is described once only (guide, "Store"). May be reset for
        prediction.

    Attributes
    ----------
    views_ : list of (name, fitted transformer, columns)
    agreement_ : float
        The one taken.
    coef_ : ndarray of shape (n_features of all blocks + n_views, n_classes)
        View by view, its intercept last.
    offset_ : ndarray of shape (n_classes,)
    sharpness_ : float
        What the softmax multiplies values with; found on labels left out.
    features_ : FeatureFusion
        Makes the blocks.
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
    CoRegularizedRegressor : What is minimised, with a column of 0 and 1 for each class here.
    CoTrainingClassifier : Any classifier per view, which label rows for each other.

    Notes
    -----
    Unlabelled rows help where each view would do alone, given labels enough, and views err
    on different rows. Where they do not, an ``agreement`` of 0 is among the values tried.
    A row without any view gets the prior, with a warning.

    References
    ----------
    V. Sindhwani, P. Niyogi, M. Belkin (2005), "A co-regularization approach to
    semi-supervised learning with multiple views", ICML workshop on learning with multiple
    views. U. Brefeld, T. Gaertner, T. Scheffer, S. Wrobel (2006), "Efficient co-regularised
    least squares regression", ICML, 137-144.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import CoRegularizedClassifier
    >>> rng = np.random.default_rng(0)
    >>> said = rng.normal(size=(80, 1))
    >>> X = said + rng.normal(size=(80, 4))
    >>> y = np.where(np.arange(80) < 10, said[:, 0] > 0, -1)  # 10 labels, 70 rows without
    >>> views = [("a", "passthrough", [0, 1]), ("b", "passthrough", [2, 3])]
    >>> CoRegularizedClassifier(views).fit(X, y).classes_
    array([0, 1])
    """

    _parameter_constraints = {
        **CoRegularizedFusion._parameter_constraints,
        "unlabeled": [Integral, str, None],
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        views,
        *,
        agreement=AGREEMENTS,
        C=10.0,
        unlabeled=-1,
        class_weight=None,
        n_jobs=None,
        memory=None,
    ):
        self.views = views
        self.agreement = agreement
        self.C = C
        self.unlabeled = unlabeled
        self.class_weight = class_weight
        self.n_jobs = n_jobs
        self.memory = memory

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit the blocks, choose how far views must agree, and fit all at once.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : array-like of shape (n_samples,)
            ``unlabeled`` where a row has no label.
        sample_weight : array-like of shape (n_samples,) or None, default=None
        groups : array-like of shape (n_samples,) or None, default=None
            Left out whole where ``agreement`` and ``sharpness_`` are found.

        Returns
        -------
        self : object
        """
        X = self._check_table(X, reset=True)
        codes, weight, by_class = learn_known_classes(self, X, y, sample_weight, self.unlabeled)
        weight, known = weighed(weight, codes, by_class), codes != UNKNOWN
        targets = np.eye(len(self.classes_))[codes][:, self.class_prior_ > 0]
        said = self._fit(X, targets, known, weight, groups)
        self.sharpness_ = sharpness(said, targets[known], weight[known])
        return self

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
        values, lacking = self._values(X)
        found = softmax(self.sharpness_ * values, axis=1)
        found = with_unseen_classes(found, np.flatnonzero(self.class_prior_), self.class_prior_)
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

    def _loss(self, said, targets, weight):
        """Of probabilities: views that must agree say less loudly, which is no error."""
        said = sharpness(said, targets, weight) * said
        return float(weight @ (logsumexp(said, axis=1) - (said * targets).sum(axis=1)))
