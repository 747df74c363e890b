"""Cooperative learning of classes: linear views fitted at once, held to agree."""

import numpy as np
from scipy.special import log_softmax, softmax
from sklearn.base import ClassifierMixin

from mmsk._utils.sklearn_private import StrOptions
from mmsk.fusion._calibrated_ridge import sharpness
from mmsk.fusion._cooperative import RHOS, CooperativeFusion, fit_linear
from mmsk.fusion._cooperative_likelihood import fit_likelihood
from mmsk.fusion._pooling import with_unseen_classes
from mmsk.fusion._targets import learn_classes


class CooperativeClassifier(ClassifierMixin, CooperativeFusion):
    r"""Linear functions of the views, fitted at once with a penalty where they disagree.

    Parameters
    ----------
    views : list of (name, transformer, columns)
        As in `FeatureFusion`, whose blocks the functions work on: sparse ones reduced to
        256 columns, all scaled.
    rho : float or array-like of float, default=(0, 0.1, 0.25, 0.5, 1)
        How far views must agree: 0 is early fusion, where each adds its own part; 1 is
        late fusion, where each says the whole and the mean counts. Of several values the
        best on inner folds is taken.
    C : float, default=10.0
        Inverse of the strength of the regularisation.
    l1_ratio : float, default=0.0
        Share of the 1-norm in the penalty, from 0 (ridge) to 1 (lasso): above 0, features
        that tell nothing more get a coefficient of 0.
    estimator : regressor or None, default=None
        What each view learns with, in place of a linear function (``C`` and ``l1_ratio``
        are then its own matter): views are fitted in turn to what the others leave, to
        which they must agree as far as ``rho`` says.
    loss : {"squared_error", "log_loss"}, default="squared_error"
        What is fitted: squares of a column per class, in closed form, or the multinomial
        likelihood, which takes some ten times as long and needs no softmax to be tuned.
    cv : int, splitter or iterable, default=5
        Inner folds, each row tested once. An int with groups keeps every group whole
        (StratifiedGroupKFold).
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
    views_ : list of (name, fitted transformer, columns)
    rho_ : float
        The one taken.
    coef_ : ndarray of shape (n_features of all blocks, n_classes) or None
        None where ``estimator`` is given.
    intercept_ : ndarray of shape (n_classes,)
    means_ : list of ndarray of shape (n_features,) or None
        Of each block over the rows that have it.
    estimators_ : list of regressor or None
        Of each view, where ``estimator`` is given.
    sharpness_ : float
        What the softmax multiplies values with; found on the rows held out, and 1 of the
        likelihood.
    features_ : FeatureFusion
        Makes the blocks.
    classes_ : ndarray of shape (n_classes,)
    class_prior_ : ndarray of shape (n_classes,)
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    Minimises :math:`\frac12 \|y - \sum_m f_m\|^2 + \frac\rho2 \sum_{m<l} \|f_m - f_l\|^2 +
    \frac1{2C} \sum_m \|\beta_m\|^2` with a column of 0 and 1 for each class, in closed form;
    with a share :math:`\lambda` of the 1-norm the penalty is :math:`\frac1C \sum_m (\lambda
    \|\beta_m\|_1 + \frac{1 - \lambda}2 \|\beta_m\|^2)`, by coordinate descent. With
    ``loss="log_loss"`` the squares of the residuals are replaced by the negative
    log-likelihood of a softmax of :math:`\sum_m f_m`, or of two classes by that of their
    log-odds; what views must agree on are the values before it.
    Pairs of views count in the rows that have both. Where views are missing, the sum over
    those present is scaled up by :math:`(n\_views / n\_present)^\rho`. A row without any
    view gets the prior, with a warning. Blocks are made once for all inner folds: put
    transformers that learn from the classes under `StackingFusionClassifier` instead.

    References
    ----------
    D. Y. Ding, S. Li, B. Narasimhan, R. Tibshirani (2022), "Cooperative learning for
    multiview analysis", PNAS 119(38), e2202113119.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import CooperativeClassifier
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(80, 4))
    >>> y = (X[:, 0] + X[:, 2] > 0).astype(int)
    >>> views = [("a", "passthrough", [0, 1]), ("b", "passthrough", [2, 3])]
    >>> CooperativeClassifier(views).fit(X, y).rho_
    0.0
    """

    _parameter_constraints = {
        **CooperativeFusion._parameter_constraints,
        "loss": [StrOptions({"squared_error", "log_loss"})],
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        views,
        *,
        rho=RHOS,
        C=10.0,
        l1_ratio=0.0,
        estimator=None,
        loss="squared_error",
        cv=5,
        class_weight=None,
        n_jobs=None,
        memory=None,
    ):
        super().__init__(
            views,
            rho=rho,
            C=C,
            l1_ratio=l1_ratio,
            estimator=estimator,
            cv=cv,
            n_jobs=n_jobs,
            memory=memory,
        )
        self.loss = loss
        self.class_weight = class_weight

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit the blocks, choose how far views must agree, and fit all at once.

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
        if self.loss == "log_loss" and self.estimator is not None:
            raise ValueError(
                "loss='log_loss' is of linear functions; an estimator is a regressor, which "
                "fits squares. Leave out one of both."
            )
        X = self._check_table(X, reset=True)
        y, codes, weight, given = learn_classes(self, X, y, sample_weight)
        targets = np.eye(len(self.classes_))[codes][:, self.class_prior_ > 0]
        said = self._fit(X, y, targets, given, groups)
        self.sharpness_ = sharpness(said, targets, weight) if self._tunes_said() else 1.0
        return self

    def _tunes_said(self):
        return self.loss == "squared_error"

    def _fit_linear(self, *rows_and_strengths):
        fit = fit_linear if self.loss == "squared_error" else fit_likelihood
        return fit(*rows_and_strengths)

    def _losses(self, said, targets):
        if self.loss == "squared_error":
            return super()._losses(said, targets)
        return -(targets * log_softmax(said, axis=1)).sum(axis=1)

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
        seen = np.flatnonzero(self.class_prior_)
        found = softmax(self.sharpness_ * values, axis=1)
        found = with_unseen_classes(found, seen, self.class_prior_)
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
