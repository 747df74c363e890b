"""Canonical correlation of views: one latent row per sample, from whatever views it has."""

from numbers import Integral, Real

import numpy as np
from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.sklearn_private import (
    Interval,
    StrOptions,
    check_feature_names_in,
    check_sample_weight,
)
from mmsk._utils.targets import class_labels, target_numbers
from mmsk.fusion._base import ViewsEstimator
from mmsk.fusion._gram_blocks import GramBlocks
from mmsk.fusion._grams import KERNELS
from mmsk.fusion._maxvar import fit_maxvar, impute, variate_covariances
from mmsk.fusion._reduced_blocks import ReducedBlocks


class CCAFusion(TransformerMixin, ViewsEstimator):
    r"""What several views say alike: generalised canonical correlation (MAXVAR).

    Parameters
    ----------
    views : list of (name, transformer, columns)
        As in `FeatureFusion`, whose scaled blocks are correlated.
    n_components : int, default=50
        Most columns of the result; fewer where views agree on fewer.
    shrinkage : float, default=0.1
        How far the covariance of each view is drawn to that of no correlations: 0 is plain
        canonical correlation, which needs many more rows than columns, 1 is partial least
        squares.
    supervised : {"classes", "numbers"} or None, default=None
        Whether ``y`` is a view too, in ``fit`` only: as one column a class, or as numbers.
    power : float, default=1.0
        Columns are multiplied by their agreement to this power, so that those the views
        hardly share count less; 0 leaves them as they are.
    n_features : int, default=256
        Columns that a wider block is reduced to beforehand: a sparse one by truncated SVD, a
        dense one by principal components.
    kernel : str or None, default=None
        ``"linear"``, ``"rbf"``, ``"cosine"``, ``"chi2"`` or ``"histogram_intersection"``, as in
        `MKLClassifier`: kernel canonical correlation, of at most ``n_features`` features of
        each view's gram. None takes blocks as they are.
    width : float, default=1.0
        Of rbf and chi2, in median (squared) distances between the rows of a view.
    max_landmarks : int, default=1000
        Rows that a kernel compares all rows with; beyond, Nyström's approximation.
    random_state : int, RandomState instance or None, default=0
        Draws the landmarks.
    n_jobs : int or None, default=None
        Views worked on at once.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps the rows of views whose extractors have no ``memory`` of their own,
        so that each source is described once only (guide, "Store"). May be reset for
        prediction.

    Attributes
    ----------
    views_ : list of (name, fitted transformer, columns)
    agreement_ : ndarray of shape (n_components,)
        Of two views the canonical correlations, of more their mean; falling.
    means_ : list of ndarray of shape (n_features,)
    projections_ : list of ndarray of shape (n_features, n_components)
        From each view's block, less its mean, to its variates.
    covariances_ : ndarray of shape (n_components, n_views, n_views)
        Of the variates of ``fit``, by which absent ones are filled in.
    features_ : FeatureFusion
        Makes the blocks.
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    Finds latent columns closest to a projection of every view, from covariances over the rows
    that have a view, or both of two. A row of the result is the mean of its views' variates,
    those of absent views filled in by regression on the present ones, column by column. A row
    without any view is 0, the mean.

    References
    ----------
    J. R. Kettenring (1971), "Canonical analysis of several sets of variables", Biometrika
    58(3), 433-451. Y. Gong, Q. Ke, M. Isard, S. Lazebnik (2014), "A multi-view embedding
    space for modeling internet images, tags, and their semantics", IJCV 106, 210-233: labels
    as a view, powers of agreement.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import CCAFusion
    >>> rng = np.random.default_rng(0)
    >>> shared = rng.normal(size=200)
    >>> X = rng.normal(size=(200, 6))
    >>> X[:, 0], X[:, 3] = shared, -shared
    >>> views = [("a", "passthrough", slice(0, 3)), ("b", "passthrough", slice(3, 6))]
    >>> fusion = CCAFusion(views, n_components=1).fit(X)
    >>> bool(abs(np.corrcoef(fusion.transform(X)[:, 0], shared)[0, 1]) > 0.99)
    True
    """

    _parameter_constraints = {
        **ViewsEstimator._parameter_constraints,
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "shrinkage": [Interval(Real, 0, 1, closed="both")],
        "supervised": [StrOptions({"classes", "numbers"}), None],
        "power": [Interval(Real, 0, None, closed="left")],
        "n_features": [Interval(Integral, 1, None, closed="left")],
        "kernel": [StrOptions(set(KERNELS)), None],
        "width": [Interval(Real, 0, None, closed="neither")],
        "max_landmarks": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        views,
        *,
        n_components=50,
        shrinkage=0.1,
        supervised=None,
        power=1.0,
        n_features=256,
        kernel=None,
        width=1.0,
        max_landmarks=1000,
        random_state=0,
        n_jobs=None,
        memory=None,
    ):
        self.views = views
        self.n_components = n_components
        self.shrinkage = shrinkage
        self.supervised = supervised
        self.power = power
        self.n_features = n_features
        self.kernel = kernel
        self.width = width
        self.max_landmarks = max_landmarks
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.memory = memory

    def fit(self, X, y=None, sample_weight=None):
        """Fit the blocks, and the projections onto what they share.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : array-like of shape (n_samples,) or None
            A view too where ``supervised`` says so; else for transformers that are supervised.
        sample_weight : array-like of shape (n_samples,) or None, default=None

        Returns
        -------
        self : object
        """
        self.fit_transform(X, y, sample_weight)
        return self

    def fit_transform(self, X, y=None, sample_weight=None):
        """Fit, and return the latent rows; each source is read once.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : array-like of shape (n_samples,) or None
        sample_weight : array-like of shape (n_samples,) or None, default=None

        Returns
        -------
        latent : ndarray of shape (n_samples, n_components), float32
        """
        X = self._check_table(X, reset=True)
        target = self._target(X, y)
        results = self._fit_blocks(self._unfitted_features(), X, y, sample_weight)
        blocks, present = self.features_._filled(results)
        weight = check_sample_weight(sample_weight, blocks[0])
        known = present
        if target is not None:
            blocks = [*blocks, target]
            known = np.vstack([present, np.ones(len(target), bool)])
        means, projections, self.agreement_ = fit_maxvar(
            blocks, known, weight, self.shrinkage, self.n_components
        )
        self.means_, self.projections_ = means[: len(present)], projections[: len(present)]
        variates = self._variates(blocks[: len(present)], present)
        self.covariances_ = variate_covariances(variates, present, weight)
        return self._latent(impute(variates, present, self.covariances_))

    def transform(self, X):
        """What the views of each row say alike.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        latent : ndarray of shape (n_samples, n_components), float32
        """
        return self._latent(self.variates(X))

    def variates(self, X):
        """The latent row by each view alone, filled in where a row lacks the view.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
            Columns of views may be missing as a whole.

        Returns
        -------
        variates : ndarray of shape (n_views, n_samples, n_components), float64
            In the order of ``views_``; not multiplied by the agreement.
        """
        results, _ = self._ask_blocks(X, predicting=False)
        return self._imputed(results)

    def _told_views(self, X, owner, *, predicting=True):
        """What `FeatureFusion` says of the views of a table; for `_fused`."""
        return self._ask_blocks(X, owner, predicting=predicting)

    def _fused(self, results):
        return self._latent(self._imputed(results))

    def _imputed(self, results):
        blocks, present = self.features_._filled(results)
        return impute(self._variates(blocks, present), present, self.covariances_)

    def get_feature_names_out(self, input_features=None):
        """Names ``cca0``, ``cca1``….

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Checked against the names seen in ``fit``.

        Returns
        -------
        names : ndarray of str objects
        """
        check_is_fitted(self)
        check_feature_names_in(self, input_features, generate_names=False)
        return np.array([f"cca{k}" for k in range(len(self.agreement_))], dtype=object)

    def _target(self, X, y):
        """Columns of ``y`` as a view; None where it is none."""
        if self.supervised is None:
            return None
        if y is None:
            raise ValueError(
                f"supervised={self.supervised!r} requires y to be passed, but y is None."
            )
        if self.supervised == "numbers":
            return target_numbers(X, y)[:, None]
        classes, codes = np.unique(class_labels(X, y), return_inverse=True)
        return np.eye(len(classes))[codes]

    def _unfitted_features(self):
        if self.kernel is None:
            return ReducedBlocks(self.views, n_components=self.n_features, n_jobs=self.n_jobs)
        return GramBlocks(
            self.views,
            kernel=self.kernel,
            width=self.width,
            n_components=self.n_features,
            max_landmarks=self.max_landmarks,
            random_state=self.random_state,
            n_jobs=self.n_jobs,
        )

    def _variates(self, blocks, present):
        parts = zip(blocks, present, self.means_, self.projections_, strict=True)
        return np.array([(b - mean) * has[:, None] @ way for b, has, mean, way in parts])

    def _latent(self, variates):
        return (variates.mean(axis=0) * self.agreement_**self.power).astype(np.float32)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = False  # rows may lack a view, but not part of one
        tags.target_tags.required = self.supervised is not None
        tags.transformer_tags.preserves_dtype = []
        return tags
