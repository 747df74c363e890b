"""Whether two voices are one speaker's: probabilistic linear discriminant analysis."""

from numbers import Integral, Real

import numpy as np
from scipy.linalg import eigh
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from mmsk._utils.sklearn_private import Interval, validate_params
from mmsk._utils.targets import class_labels


class PLDA(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Speakers as normal, and takes of a speaker as normal around the speaker.

    The two-covariance model: what rows of a class have in common is drawn once per class,
    with the covariance between classes, and what is left once per row, with the covariance
    within. So `score_pairs` tells how much likelier two rows are of one class than of two,
    also for classes that ``fit`` did not meet.

    Parameters
    ----------
    n_dims : int or None, default=None
        Directions kept, those in which classes differ most against rows of a class. None
        keeps all in which they differ.
    length_normalize : bool, default=True
        Whether rows less the mean are brought to one length first, which makes i-vectors
        more nearly normal.
    shrinkage : float, default=0.01
        Share of the covariance within classes that is replaced by the mean variance in all
        directions, so that few rows suffice.

    Attributes
    ----------
    mean_ : ndarray of shape (n_features,), float64
    directions_ : ndarray of shape (n_features, n_dims_kept), float64
        In which the covariance within classes is 1 and that between them diagonal.
    between_ : ndarray of shape (n_dims_kept,), float64
        Variances between classes along the directions, falling, against 1 within.
    classes_ : ndarray of shape (n_classes,)
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Raises
    ------
    ValueError
        In ``fit``: if there is one class only, or one row in each.

    Notes
    -----
    Covariances are those of the analysis of variance: within, sums of squares over rows less
    classes; between, what is left of the variance of means. Where that is negative it
    counts as 0. If classes do not differ in any direction, one is kept, which scores 0.

    References
    ----------
    S. Ioffe (2006), "Probabilistic linear discriminant analysis", ECCV, 531-542.

    N. Brummer, E. de Villiers (2010), "The speaker partitioning problem", Odyssey, 194-201:
    the two-covariance model.

    D. Garcia-Romero, C. Y. Espy-Wilson (2011), "Analysis of i-vector length normalization in
    speaker recognition systems", Interspeech, 249-252.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.audio import PLDA
    >>> rng = np.random.default_rng(0)
    >>> speakers = np.repeat(np.arange(20), 10)
    >>> takes = rng.normal(size=(20, 5))[speakers] + 0.3 * rng.normal(size=(200, 5))
    >>> model = PLDA().fit(takes[:150], speakers[:150])
    >>> model.score_pairs(takes[[150, 150]], takes[[151, 199]]) > 0
    array([ True, False])
    """

    _parameter_constraints = {
        "n_dims": [Interval(Integral, 1, None, closed="left"), None],
        "length_normalize": ["boolean"],
        "shrinkage": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(self, n_dims=None, *, length_normalize=True, shrinkage=0.01):
        self.n_dims = n_dims
        self.length_normalize = length_normalize
        self.shrinkage = shrinkage

    def fit(self, X, y):
        """Learn how rows of a class differ, and how classes do.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Classes: who speaks.

        Returns
        -------
        self : object
        """
        validate_params(self)
        X = validate_data(self, X, dtype=np.float64)
        y = class_labels(X, y)
        self.mean_ = X.mean(axis=0)
        within, between, self.classes_ = _covariances(self._centered(X), y)
        level = np.trace(within) / len(within)
        within = (1 - self.shrinkage) * within + self.shrinkage * level * np.eye(len(within))
        # rows that repeat within all classes leave nothing: any size then serves
        within += np.finfo(float).eps * (level or 1.0) * np.eye(len(within))
        variances, directions = eigh(between, within)
        most = self.n_dims or len(variances)
        n_kept = max(1, min(most, np.count_nonzero(variances > 0)))
        self.between_ = np.maximum(variances[::-1][:n_kept], 0)
        self.directions_ = directions[:, ::-1][:, :n_kept]
        self._n_features_out = n_kept
        return self

    def transform(self, X):
        """Rows along the directions.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        places : ndarray of shape (n_samples, n_dims_kept), float64
            Of variance 1 within a class in each direction, and ``between_`` between classes.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return self._centered(X) @ self.directions_

    def score_pairs(self, X, Z, *, n_enrolled=1):
        """How much likelier it is that two rows are of one class than of two.

        Parameters
        ----------
        X, Z : array-like of shape (n_pairs, n_features)
            Row k of one is compared with row k of the other.
        n_enrolled : int or array-like of shape (n_pairs,), default=1
            Rows of one class of which each row of X is the mean.

        Returns
        -------
        scores : ndarray of shape (n_pairs,), float64
            Logarithms of the ratio of likelihoods: above 0 speaks for one class.
        """
        enrolled, asked = self.transform(X), self.transform(Z)
        if len(enrolled) != len(asked):
            raise ValueError(f"X has {len(enrolled)} rows, but Z has {len(asked)}.")
        n_rows = check_array(np.atleast_1d(n_enrolled), ensure_2d=False, dtype=np.float64)
        if (n_rows < 1).any():
            raise ValueError(f"n_enrolled must be at least 1, got {n_rows.min():g}.")
        precision = n_rows[:, None] * self.between_ + 1
        expected = (1 - 1 / precision) * enrolled
        variance = 1 + self.between_ / precision
        return _log_normal(asked - expected, variance) - _log_normal(asked, 1 + self.between_)

    def _centered(self, X):
        away = X - self.mean_
        if not self.length_normalize:
            return away
        lengths = np.linalg.norm(away, axis=1, keepdims=True)
        return away / np.where(lengths > 0, lengths, 1)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def _covariances(X, y):
    """Covariance within classes, and between them, about 0; and the classes."""
    classes, members, sizes = np.unique(y, return_inverse=True, return_counts=True)
    n_rows, n_classes = len(X), len(classes)
    if n_rows == n_classes:
        raise ValueError(
            f"PLDA needs a class with two rows or more, got {n_rows} rows of as many classes."
        )
    means = np.zeros((n_classes, X.shape[1]))
    np.add.at(means, members, X)
    means /= sizes[:, None]
    rest = X - means[members]
    within = rest.T @ rest / (n_rows - n_classes)
    away = (means - X.mean(axis=0)) * np.sqrt(sizes)[:, None]
    rows_per_class = (n_rows - (sizes**2).sum() / n_rows) / (n_classes - 1)
    between = (away.T @ away / (n_classes - 1) - within) / rows_per_class
    return within, between, classes


def _log_normal(away, variance):
    """Log density of rows at a distance from the mean, without the constant they share."""
    return -0.5 * (away**2 / variance + np.log(variance)).sum(axis=1)
