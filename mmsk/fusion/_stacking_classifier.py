"""Model-level fusion of classifiers: a classifier over what the views' classifiers say."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.sklearn_private import HasMethods, StrOptions
from mmsk.fusion._late_predictors import LateClassifier
from mmsk.fusion._out_of_fold import beside, fit_stack, meta_features
from mmsk.fusion._targets import learn_classes


def _gives_probabilities(fusion):
    final = getattr(fusion, "final_estimator_", fusion.final_estimator)
    return final is None or hasattr(final, "predict_proba")


class StackingFusionClassifier(LateClassifier):
    """A classifier per view of a table, and one that learns how far to trust each.

    Parameters
    ----------
    views : list of (name, estimator, columns)
        As in `VotingFusionClassifier`; every classifier must have ``predict_proba``.
    estimator : classifier or None, default=None
        What classifies behind views that are transformers. None is logistic regression
        (C=10) on the block-scaled features.
    final_estimator : classifier or None, default=None
        What learns from the views' probabilities. None is logistic regression.
    cv : int, splitter or iterable, default=5
        Inner folds, each row tested once. An int with groups keeps every group whole
        (StratifiedGroupKFold).
    passthrough : bool, default=False
        Whether ``final_estimator`` also gets the views' features, block-scaled.
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
        Fitted on all rows that have the view.
    final_estimator_ : classifier
        Fitted on predictions for rows that the views were not fitted on.
    features_ : FeatureFusion or None
        With ``passthrough``.
    classes_ : ndarray of shape (n_classes,)
    class_prior_ : ndarray of shape (n_classes,)
    marked_ : ndarray of shape (n_views,), bool
        Views that some row of ``fit`` lacks: their absence is a feature.
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    A view that a row lacks says the class prior, and a mark says that it is absent. A row
    that has none gets the prior, with a warning. On complete data this is scikit-learn's
    StackingClassifier, which takes no ``groups``. Some hundred rows are needed: with
    fewer, `VotingFusionClassifier` has less to learn.

    References
    ----------
    D. H. Wolpert (1992), "Stacked generalization", Neural Networks 5(2), 241-259.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import StackingFusionClassifier
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(60, 4))
    >>> y = (X[:, 0] + X[:, 2] > 0).astype(int)
    >>> views = [("a", "passthrough", [0, 1]), ("b", "passthrough", [2, 3])]
    >>> StackingFusionClassifier(views).fit(X, y).score(X, y) > 0.8
    True
    """

    _parameter_constraints = {
        **LateClassifier._parameter_constraints,
        "final_estimator": [HasMethods(["fit", "predict"]), None],
        "cv": ["cv_object"],
        "passthrough": ["boolean"],
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        views,
        *,
        estimator=None,
        final_estimator=None,
        cv=5,
        passthrough=False,
        class_weight=None,
        n_jobs=None,
        memory=None,
    ):
        self.views = views
        self.estimator = estimator
        self.final_estimator = final_estimator
        self.cv = cv
        self.passthrough = passthrough
        self.class_weight = class_weight
        self.n_jobs = n_jobs
        self.memory = memory

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit the views, and the final classifier on what they say of held-out rows.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Goes to every view in every fold, and to the final classifier.
        groups : array-like of shape (n_samples,) or None, default=None
            No group is in two inner folds.

        Returns
        -------
        self : object
        """
        X = self._check_table(X, reset=True)
        y, _, _, weight = learn_classes(self, X, y, sample_weight)
        return fit_stack(self, X, y, weight, groups, LogisticRegression(max_iter=1000))

    def predict(self, X):
        """The class of each row.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        classes : ndarray of shape (n_samples,)
        """
        check_is_fitted(self)
        return self._answers(X, "predict", self.classes_[self.class_prior_.argmax()])

    @available_if(_gives_probabilities)
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
        check_is_fitted(self)
        return self._answers(X, "predict_proba", self.class_prior_)

    def _answers(self, X, method, prior):
        """What the final classifier says; the prior for rows that have no view."""
        X = self._check_table(X, reset=False)
        said = self._said(X)
        answers = getattr(self.final_estimator_, method)(self._meta(X, said))
        answers[np.isnan(said[:, :, 0]).all(axis=0)] = prior
        return answers

    def _meta(self, X, said):
        prior = np.tile(self.class_prior_, (len(said), 1))
        meta = meta_features(said, prior, self.marked_)
        if self.features_ is None:
            return meta
        with self._remembering():  # all was told by the views
            features, _ = self.features_.transform_with_errors(X)
        return beside(meta, features)
