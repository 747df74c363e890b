"""Model-level fusion over the rows of a recording: classes."""

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from mmsk.fusion._context import ContextFusion
from mmsk.fusion._pooling import with_unseen_classes
from mmsk.fusion._targets import learn_classes

_LEAST = 1e-3  # a sure neighbour must not outvote all others


class ContextFusionClassifier(ClassifierMixin, ContextFusion):
    r"""A classifier of rows that are parts of a whole, which hears what is said around each.

    Utterances of one film, takes of one day or pages of one book are often alike, and most so
    those that follow each other.

    Parameters
    ----------
    estimator : classifier
        What classifies a row by itself: a fusion, a whole-table model, any classifier with
        ``predict_proba``.
    groups : str or int
        The column of X that names the whole of each row; it is no feature. A row without one
        is alone.
    order : str, int or None, default=None
        The column of numbers that says where in the whole a row stands; no feature either.
        None: in the order of the table.
    half_life : float, default=1.0
        The distance, in units of ``order``, at which a neighbour counts half.
    final_estimator : classifier or None, default=None
        What learns how far to trust the row, its neighbours and the whole. None is logistic
        regression.
    cv : int, splitter or iterable, default=5
        Inner folds, each row tested once; an int keeps groups whole (StratifiedGroupKFold).

    Attributes
    ----------
    estimator_ : classifier
        Fitted on all rows.
    final_estimator_ : classifier
        Fitted on what was said of rows in groups held out.
    classes_ : ndarray of shape (n_classes,)
    class_prior_ : ndarray of shape (n_classes,)
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    The evidence of a row for class :math:`c` is :math:`\log(p(c)/\pi(c))` less its mean over
    the classes, with the class prior :math:`\pi`; of two classes the difference. The final
    estimator is given that of the row, that of its neighbours, each times
    :math:`2^{-distance/half\_life}`, divided by one plus these weights, and the mean over
    all others of the group. Labels of neighbours are not used, but their features are: a row
    has another answer alone than among others of its group, so ask for a whole at once. A
    row that lacks all views is told by its neighbours; one that has none either gets the
    prior.

    References
    ----------
    S. Poria, E. Cambria, D. Hazarika, N. Majumder, A. Zadeh, L.-P. Morency (2017),
    "Context-dependent sentiment analysis in user-generated videos", ACL: the idea, with
    recurrent networks. D. H. Wolpert (1992), "Stacked generalization", Neural Networks 5(2),
    241-259.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from sklearn.linear_model import LogisticRegression
    >>> from mmsk.fusion import ContextFusionClassifier
    >>> rng = np.random.default_rng(0)
    >>> film = np.repeat(np.arange(60), 5)
    >>> mood = rng.integers(0, 2, 60)[film]
    >>> table = pd.DataFrame({"x": mood + rng.normal(size=300), "film": film})
    >>> alone = LogisticRegression().fit(table[["x"]], mood).score(table[["x"]], mood)
    >>> model = ContextFusionClassifier(LogisticRegression(), "film").fit(table, mood)
    >>> bool(model.score(table, mood) > alone + 0.05)
    True
    """

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit the classifier, and what it is worth in context on groups held out.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
            Positions of columns in the views of ``estimator`` are counted without those of
            groups and order.
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Goes to both estimators.
        groups : array-like of shape (n_samples,) or None, default=None
            Groups that inner folds must not split, if larger ones than the wholes; and they go
            to ``estimator``. None: those of the column.

        Returns
        -------
        self : object
        """
        X = self._checked(X)
        y, _, _, given = learn_classes(self, X, y, sample_weight)
        return self._fit(X, y, given, groups, classifier=True)

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
        seen = np.searchsorted(self.classes_, self.final_estimator_.classes_)
        prior = self.class_prior_[seen]
        found = self._answers(X, "predict_proba", prior / prior.sum())
        return with_unseen_classes(found, seen, self.class_prior_)

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

    def _evidence(self, model, X):
        seen = np.searchsorted(self.classes_, model.classes_)
        found = with_unseen_classes(model.predict_proba(X), seen, self.class_prior_)
        prior = np.maximum(self.class_prior_, _LEAST)
        told = np.log(np.maximum(found, _LEAST) / prior)
        told -= told.mean(axis=1, keepdims=True)
        return told[:, 1:] - told[:, :1] if told.shape[1] == 2 else told

    def _default(self):
        return LogisticRegression(max_iter=1000)
