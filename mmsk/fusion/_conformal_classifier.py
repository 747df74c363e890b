"""Sets of classes that hold the true one as often as asked."""

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.columns import take_rows
from mmsk._utils.metadata import own_config
from mmsk._utils.sklearn_private import HasMethods
from mmsk.fusion._conformal import Conformal
from mmsk.fusion._targets import learn_classes


class ConformalFusionClassifier(ClassifierMixin, Conformal):
    r"""A classifier that answers with sets of classes, of a stated coverage.

    Parameters
    ----------
    estimator : classifier with ``predict_proba``
        Of a table: a fusion, a `MultimodalClassifier`, or a pipeline. It is fitted anew.
    method : {"cross", "split"}, default="cross"
        Which rows judge it. ``"split"`` holds ``calibration_share`` of the rows out of the
        fit; ``"cross"`` uses every row, held out once in ``cv`` fits and one more on all.
    alpha : float, default=0.1
        How often a set may lack the true class, in (0, 1), where a method is not told.
    class_conditional : bool, default=False
        Whether that is to hold within each class (Mondrian), for which rare ones need rows
        of their own: below ``1 / alpha - 1`` held-out rows a class is in every set.
    abstain : object, default=None
        What ``predict`` gives where the set at ``alpha`` is not of one class, in an array of
        objects. None is never to abstain.
    cv : int, splitter or iterable, default=5
        Folds of ``"cross"``, each row tested once. An int keeps groups whole.
    calibration_share : float, default=0.25
        Of the rows, or of the groups, for ``"split"``.
    random_state : int, RandomState instance or None, default=None
        Draws the rows of ``"split"``.

    Attributes
    ----------
    estimator_ : classifier
        What gives probabilities: of ``"cross"`` fitted on all rows.
    estimators_ : list of classifier
        One for each fold, or for ``"split"`` one.
    scores_ : list of ndarray of shape (n_held_out,)
        For each, how strange the rows are to it that it has not seen: 1 less the
        probability of their class.
    codes_, weights_ : list of ndarray of shape (n_held_out,)
        Positions of the classes of these rows, and their weights.
    classes_ : ndarray of shape (n_classes,)
    class_prior_ : ndarray of shape (n_classes,)
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    A class is in the set where its p-value is above ``alpha``: the share, counting the new
    row itself, of the n rows held out that are at least as strange as it would be. For rows
    drawn alike (exchangeable), ``"split"`` covers the true class with a probability of at
    least :math:`1-\alpha` and, without ties, at most :math:`1-\alpha+1/(n+1)`; ``"cross"``
    is proven for :math:`1-2\alpha` and comes close to :math:`1-\alpha` (Barber et al. 2021).
    With groups, rows of a new group are what is covered, the better the more groups there
    are. Sets may be empty: no class is likely.

    References
    ----------
    V. Vovk, A. Gammerman, G. Shafer (2005), "Algorithmic learning in a random world",
    Springer. Y. Romano, M. Sesia, E. Candes (2020), "Classification with valid and adaptive
    coverage", NeurIPS. R. F. Barber, E. Candes, A. Ramdas, R. Tibshirani (2021), "Predictive
    inference with the jackknife+", Annals of Statistics 49(1), 486-507.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import ConformalFusionClassifier, VotingFusionClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = np.arange(200) % 2
    >>> X = y[:, None] + rng.normal(scale=0.4, size=(200, 2))
    >>> views = [("a", "passthrough", [0]), ("b", "passthrough", [1])]
    >>> model = ConformalFusionClassifier(VotingFusionClassifier(views)).fit(X, y)
    >>> model.predict_set([[0.0, 0.0], [0.5, 0.5]], alpha=0.02)
    array([[ True, False],
           [ True,  True]])
    """

    _parameter_constraints = {
        **Conformal._parameter_constraints,
        "estimator": [HasMethods(["fit", "predict_proba"])],
        "class_conditional": ["boolean"],
        "abstain": "no_validation",
    }

    def __init__(
        self,
        estimator,
        *,
        method="cross",
        alpha=0.1,
        class_conditional=False,
        abstain=None,
        cv=5,
        calibration_share=0.25,
        random_state=None,
    ):
        self.estimator = estimator
        self.method = method
        self.alpha = alpha
        self.class_conditional = class_conditional
        self.abstain = abstain
        self.cv = cv
        self.calibration_share = calibration_share
        self.random_state = random_state

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit the classifier, and learn how strange rows are that it has not seen.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Goes to the classifier; a row of weight 2 also judges it like two.
        groups : array-like of shape (n_samples,) or None, default=None
            No group is both fitted on and judged by; and they go to the classifier.

        Returns
        -------
        self : object
        """
        X = self._check_table(X, reset=True)
        y, codes, weight, given = learn_classes(self, X, y, sample_weight)
        held_out = self._fit_parts(X, y, given, groups, classifier=True)
        self.codes_ = [codes[rows] for rows in held_out]
        self.weights_ = [weight[rows] for rows in held_out]
        self.scores_ = [
            self._strangeness(model, take_rows(X, rows))[np.arange(rows.sum()), codes[rows]]
            for model, rows in zip(self.estimators_, held_out, strict=True)
        ]
        return self

    def p_values(self, X):
        """How little strange each row would be as a member of each class.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        p_values : ndarray of shape (n_samples, n_classes), float64
            In (0, 1]; that of the true class is below any alpha in at most that share of
            rows (see Notes).
        """
        check_is_fitted(self)
        X = self._check_table(X, reset=False)
        stranger = np.ones((X.shape[0], len(self.classes_)))  # the row itself
        total = np.ones(len(self.classes_))
        known = zip(self.estimators_, self.scores_, self.codes_, self.weights_, strict=True)
        for model, scores, codes, weights in known:
            strangeness = self._strangeness(model, X)
            for k in range(len(self.classes_)):
                judges = codes == k if self.class_conditional else slice(None)
                stranger[:, k] += _weight_from(
                    scores[judges], weights[judges], strangeness[:, k]
                )
                total[k] += weights[judges].sum()
        return stranger / total

    def predict_set(self, X, alpha=None):
        """The classes that each row may be of.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        alpha : float or None, default=None
            How often the true class may be lacking, in (0, 1); None is that of the
            constructor. Any may be asked for after one fit.

        Returns
        -------
        sets : ndarray of shape (n_samples, n_classes), bool
            In the order of ``classes_``.
        """
        alpha = self.alpha if alpha is None else alpha
        if not 0 < alpha < 1:
            raise ValueError(f"alpha must be between 0 and 1, got {alpha!r}.")
        return self.p_values(X) > alpha

    def predict(self, X):
        """The most probable class of each row, or ``abstain``.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        classes : ndarray of shape (n_samples,)
            Of objects, where ``abstain`` is set: the only class in the set, or ``abstain``.
        """
        check_is_fitted(self)
        if self.abstain is None:
            return self.classes_[self.predict_proba(X).argmax(axis=1)]
        sets = self.predict_set(X)
        answers = self.classes_.astype(object)[sets.argmax(axis=1)]
        answers[sets.sum(axis=1) != 1] = self.abstain
        return answers

    def predict_proba(self, X):
        """Probabilities of the classes, as ``estimator_`` gives them.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes), float64
            In the order of ``classes_``.
        """
        check_is_fitted(self)
        return 1 - self._strangeness(self.estimator_, self._check_table(X, reset=False))

    def _strangeness(self, model, X):
        """1 less the probabilities; 1 of classes that a fold never saw."""
        with own_config():
            found = model.predict_proba(X)
        strangeness = np.ones((len(found), len(self.classes_)))
        strangeness[:, np.searchsorted(self.classes_, model.classes_)] -= found
        return strangeness


def _weight_from(scores, weights, thresholds):
    """Weight of the scores that are at least as large as each threshold."""
    order = np.argsort(scores)
    above = np.append(np.cumsum(weights[order][::-1])[::-1], 0.0)
    return above[np.searchsorted(scores[order], thresholds, side="left")]
