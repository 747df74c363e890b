"""Joint learning of classes: grams of the views, weighed and added up."""

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.sklearn_private import StrOptions
from mmsk.fusion._calibrated_ridge import CalibratedRidge
from mmsk.fusion._mkl import KernelFusion
from mmsk.fusion._pooling import with_unseen_classes
from mmsk.fusion._targets import learn_classes


def _gives_probabilities(fusion):
    final = getattr(fusion, "estimator_", fusion.estimator)
    return final is None or hasattr(final, "predict_proba")


class MKLClassifier(ClassifierMixin, KernelFusion):
    r"""Multiple kernel learning: one classifier on a weighted sum of the views' grams.

    Parameters
    ----------
    views : list of (name, transformer, columns)
        As in `FeatureFusion`.
    kernel : str, list of str or dict, default="auto"
        ``"linear"``, ``"rbf"`` and ``"cosine"`` compare rows scaled by `BlockScaler`;
        ``"chi2"`` and ``"histogram_intersection"`` compare histograms as they are, and
        refuse negative features. ``"auto"`` is linear for sparse features and rbf for
        dense ones. A list gives each view several, a dict says it view by view.
    width : float, default=1.0
        Of rbf and chi2, in median (squared) distances between the rows of a view.
    combination : {"average", "cka", "easymkl", "lp", "simplemkl"}, default="average"
        How grams are weighed: alike; by centred alignment with the classes, which gives
        views of noise nothing; by the margin of each between a class and the rest
        (EasyMKL); by the lengths of a 2-norm regularised fit; by those of support vector
        machines, which gives most grams 0 where few do (SimpleMKL).
    C : float, default=10.0
        Inverse of the strength of the regularisation.
    estimator : classifier or None, default=None
        What learns from the features of the summed gram, ``C`` or not. None is ridge
        regression of the classes, its probabilities a softmax tuned on rows left out.
    max_landmarks : int, default=1000
        Rows that all rows are compared with. Up to as many rows, the gram is exact;
        beyond, it is Nyström's approximation from landmarks drawn at random, and memory
        grows with ``n_samples * max_landmarks``.
    random_state : int, RandomState instance or None, default=0
        Draws the landmarks.
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
        Without dropped views and those that no row of ``fit`` has.
    weights_ : dict of str to dict of str to float
        Weight of each view's grams by kernel; all sum to 1.
    grams_ : dict of str to dict of str to ViewGram
        What each kernel learned of the landmarks.
    landmarks_present_ : ndarray of shape (n_views, n_landmarks), bool
    projection_ : ndarray of shape (n_landmarks, n_components)
        From summed similarities to features.
    estimator_ : classifier
        Fitted on those.
    reserve_ : MKLClassifier or None
        The average of the views that weigh nothing, for rows that have no others.
    classes_ : ndarray of shape (n_classes,)
    class_prior_ : ndarray of shape (n_classes,)
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    A gram is centred and divided by its mean diagonal, both over the landmarks that have the
    view. With weights :math:`d_m` and :math:`D(x)` their sum over the views of row
    :math:`x`, the summed gram is
    :math:`\sum_m d_m K_m(x, x') / \sqrt{D(x) D(x')}` over the views that both rows have.
    The columns of a root of it (a Cholesky factor) are features, so the estimator is a
    linear one on at most ``max_landmarks`` columns. A row that has only views of weight 0
    is answered by ``reserve_``, one without any view gets the prior, with a warning.

    References
    ----------
    M. Gonen, E. Alpaydin (2011), "Multiple kernel learning algorithms", JMLR 12,
    2211-2268. C. Cortes, M. Mohri, A. Rostamizadeh (2012), "Algorithms for learning
    kernels based on centered alignment", JMLR 13, 795-828.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import MKLClassifier
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(80, 4))
    >>> y = (X[:, 0] ** 2 + X[:, 1] ** 2 > 1.4).astype(int)
    >>> views = [("signal", "passthrough", [0, 1]), ("noise", "passthrough", [2, 3])]
    >>> model = MKLClassifier(views, combination="cka").fit(X, y)
    >>> model.weights_["signal"]["rbf"] > 0.9
    True
    """

    _parameter_constraints = {
        **KernelFusion._parameter_constraints,
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        views,
        *,
        kernel="auto",
        width=1.0,
        combination="average",
        C=10.0,
        estimator=None,
        max_landmarks=1000,
        random_state=0,
        class_weight=None,
        n_jobs=None,
        memory=None,
    ):
        super().__init__(
            views,
            kernel=kernel,
            width=width,
            combination=combination,
            C=C,
            estimator=estimator,
            max_landmarks=max_landmarks,
            random_state=random_state,
            n_jobs=n_jobs,
            memory=memory,
        )
        self.class_weight = class_weight

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit the views, weigh their grams and fit the estimator on the sum.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Of rows in every scale, weight and fit. A row of weight 0 is as good as absent.
        groups : array-like of shape (n_samples,) or None, default=None
            Go to every step of a view that takes them, and to ``estimator``.

        Returns
        -------
        self : object
        """
        X = self._check_table(X, reset=True)
        y, codes, _, weight = learn_classes(self, X, y, sample_weight)
        targets = np.eye(len(self.classes_))[codes]
        return self._fit(X, y, targets, weight, groups)

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
        return self._answers(X, "predict", self.classes_[[self.class_prior_.argmax()]])

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
        return self._answers(X, "predict_proba", self.class_prior_[None])

    def _aligned(self, said):
        if said.ndim == 1:
            return said
        seen = np.searchsorted(self.classes_, self.estimator_.classes_)
        return with_unseen_classes(said, seen, self.class_prior_)

    def _default_estimator(self):
        return CalibratedRidge(self.C)
