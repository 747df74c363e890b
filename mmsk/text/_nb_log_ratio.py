"""Terms weighted by how much more often one class uses them than the others: NB-SVM."""

from numbers import Real

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, check_non_negative, validate_data

from mmsk._utils.sklearn_private import (
    Interval,
    check_feature_names_in,
    check_sample_weight,
    validate_params,
)


class NBLogRatio(TransformerMixin, BaseEstimator):
    r"""Counts of terms, times the log ratio of their shares in one class and in the rest.

    A linear classifier on the result is an NB-SVM: what naive Bayes would say a term is
    worth decides how much the classifier is penalised for relying on it. On short texts
    that is often better than either.

    Parameters
    ----------
    alpha : float, default=1.0
        Added to the count of each term in each class; above 0.
    binarize : bool, default=True
        Whether any value above 0 counts as 1, as in the paper; False keeps counts or TF-IDF.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    log_ratio_ : ndarray of shape (1, n_features) or (n_classes, n_features), float64
        Of the second class of two; of each class where there are more.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Raises
    ------
    ValueError
        In ``fit``: if ``y`` has one class only. Always: if X holds a negative value or NaN.

    Notes
    -----
    With :math:`p_j = \alpha + \sum_{i \in c} w_i x_{ij}` and
    :math:`q_j = \alpha + \sum_{i \notin c} w_i x_{ij}` over the rows and their weights
    :math:`w_i`, the log ratio of class :math:`c` is
    :math:`r_{cj} = \log(p_j / \|p\|_1) - \log(q_j / \|q\|_1)`, and a row becomes
    :math:`x \circ r_c`.

    Of two classes there is one block, as wide as X; the ratio of the other has but the
    other sign. Of more there is a block for each class against the rest, side by side in
    the order of ``classes_``. A sparse X stays sparse (CSR); float32 stays float32.

    A linear model with a squared penalty sees in all the blocks of a term no more than
    their common length, :math:`\sqrt{\sum_c r_{cj}^2}`: terms that tell *some* class apart.
    Where each class shall have the ratio of its own, as in the paper's one-vs-rest, write
    ``OneVsRestClassifier(make_pipeline(NBLogRatio(), LinearSVC()))``, which is also faster,
    as no classifier sees the blocks of other classes.

    References
    ----------
    S. Wang, C. D. Manning (2012), "Baselines and bigrams: simple, good sentiment and topic
    classification", ACL (short papers), 90-94.

    Examples
    --------
    >>> from mmsk.text import CountVectorizer, NBLogRatio
    >>> counts = CountVectorizer().fit_transform(["good film", "bad film", "good fun"])
    >>> ratio = NBLogRatio().fit(counts, [1, 0, 1])
    >>> ratio.log_ratio_.round(2)  # of bad, film, fun, good
    array([[-0.98, -0.29,  0.41,  0.81]])
    >>> ratio.transform(counts).toarray().round(2)
    array([[ 0.  , -0.29,  0.  ,  0.81],
           [-0.98, -0.29,  0.  ,  0.  ],
           [ 0.  ,  0.  ,  0.41,  0.81]])
    """

    _parameter_constraints = {
        "alpha": [Interval(Real, 0, None, closed="neither")],
        "binarize": ["boolean"],
    }

    def __init__(self, alpha=1.0, *, binarize=True):
        self.alpha = alpha
        self.binarize = binarize

    def fit(self, X, y, sample_weight=None):
        """Learn the log ratios.

        Parameters
        ----------
        X : {ndarray, sparse matrix} of shape (n_samples, n_features)
            Non-negative: counts or TF-IDF.
        y : array-like of shape (n_samples,)
            Classes.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Not negative; rows of weight 0 are as if absent.

        Returns
        -------
        self : object
        """
        validate_params(self)
        X, y = self._validate(X, y, reset=True)
        check_classification_targets(y)
        weight = check_sample_weight(sample_weight, X)
        self.classes_, codes = np.unique(y[weight > 0], return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"NBLogRatio compares classes, and y has one class: {self.classes_.tolist()}."
            )
        members = np.zeros((len(self.classes_), len(weight)))
        members[codes, np.flatnonzero(weight > 0)] = weight[weight > 0]
        # from the side of X, which may be sparse
        sums = np.asarray((X.T @ members.T).T, dtype=np.float64)
        log_ratio = self._log_share(sums) - self._log_share(sums.sum(axis=0) - sums)
        self.log_ratio_ = log_ratio[1:] if len(log_ratio) == 2 else log_ratio
        return self

    def transform(self, X):
        """Each row times the log ratios.

        Parameters
        ----------
        X : {ndarray, sparse matrix} of shape (n_samples, n_features)
            Non-negative.

        Returns
        -------
        scaled : {ndarray, CSR matrix} of shape (n_samples, n_blocks * n_features)
            One block of two classes, a block per class of more.
        """
        check_is_fitted(self)
        X = self._validate(X, reset=False)
        ratios = self.log_ratio_.astype(X.dtype)
        if sparse.issparse(X):
            return sparse.hstack([X @ sparse.diags(r) for r in ratios], format="csr")
        return np.hstack([X * r for r in ratios])

    def get_feature_names_out(self, input_features=None):
        """Names of the columns: those of X, after the name of the class where more than two.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Names of the columns of X, if it had none.

        Returns
        -------
        names : ndarray of str objects
        """
        check_is_fitted(self)
        names = check_feature_names_in(self, input_features)
        if len(self.log_ratio_) == 1:
            return names
        named = [f"{label}__{name}" for label in self.classes_ for name in names]
        return np.asarray(named, dtype=object)

    def _validate(self, X, *y, reset):
        checked = validate_data(
            self,
            X,
            *y,
            reset=reset,
            accept_sparse="csr",
            dtype=[np.float64, np.float32],
        )
        X, y = checked if y else (checked, None)
        check_non_negative(X, "NBLogRatio (counts or TF-IDF are wanted)")
        if self.binarize:
            X = (X > 0).astype(X.dtype)
        return X if y is None else (X, y)

    def _log_share(self, sums):
        smooth = sums + self.alpha
        return np.log(smooth) - np.log(smooth.sum(axis=1, keepdims=True))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.input_tags.positive_only = True
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
