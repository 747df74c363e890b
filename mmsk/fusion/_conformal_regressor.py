"""Intervals that hold the true number as often as asked."""

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils import gen_batches
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.columns import take_rows
from mmsk._utils.metadata import own_config
from mmsk.fusion._conformal import Conformal
from mmsk.fusion._targets import learn_mean

_BATCH = 256  # rows at once, so that memory does not grow with rows times rows


class ConformalFusionRegressor(RegressorMixin, Conformal):
    r"""A regressor that answers with intervals too, of a stated coverage.

    Parameters
    ----------
    estimator : regressor
        Of a table: a fusion, a `MultimodalRegressor`, or a pipeline. It is fitted anew.
    method : {"cross", "split"}, default="cross"
        Which rows judge it. ``"split"`` holds ``calibration_share`` of the rows out of the
        fit; ``"cross"`` (CV+) uses every row, held out once in ``cv`` fits and one more on
        all.
    alpha : float, default=0.1
        How often an interval may miss, in (0, 1), where a method is not told.
    cv : int, splitter or iterable, default=5
        Folds of ``"cross"``, each row tested once. An int keeps groups whole.
    calibration_share : float, default=0.25
        Of the rows, or of the groups, for ``"split"``.
    random_state : int, RandomState instance or None, default=None
        Draws the rows of ``"split"``.

    Attributes
    ----------
    estimator_ : regressor
        What predicts: of ``"cross"`` fitted on all rows.
    estimators_ : list of regressor
        One for each fold, or for ``"split"`` one.
    residuals_ : list of ndarray of shape (n_held_out,)
        For each, by how much it misses the rows that it has not seen.
    weights_ : list of ndarray of shape (n_held_out,)
    mean_ : float
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    The upper end is the :math:`\lceil (1-\alpha)(n+1) \rceil`-th smallest of
    :math:`\mu_{-i}(x) + r_i` over the n rows held out, with the prediction of the fit that
    has not seen row i and its residual :math:`r_i`; the lower end is that of the negatives.
    Infinite where n is too small for ``alpha``. For rows drawn alike, ``"split"`` covers with
    a probability of at least :math:`1-\alpha`; ``"cross"`` is proven for :math:`1-2\alpha`
    and comes close to :math:`1-\alpha`.

    References
    ----------
    R. F. Barber, E. Candes, A. Ramdas, R. Tibshirani (2021), "Predictive inference with the
    jackknife+", Annals of Statistics 49(1), 486-507.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.fusion import ConformalFusionRegressor, VotingFusionRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 2))
    >>> y = X.sum(axis=1) + 0.1 * rng.normal(size=200)
    >>> views = [("both", "passthrough", [0, 1])]
    >>> model = ConformalFusionRegressor(VotingFusionRegressor(views)).fit(X, y)
    >>> lower, upper = model.predict_interval([[1.0, 1.0]], alpha=0.1)[0]
    >>> bool(1.5 < lower < 2 < upper < 2.5)
    True
    """

    _parameter_constraints = Conformal._parameter_constraints

    def __init__(
        self,
        estimator,
        *,
        method="cross",
        alpha=0.1,
        cv=5,
        calibration_share=0.25,
        random_state=None,
    ):
        self.estimator = estimator
        self.method = method
        self.alpha = alpha
        self.cv = cv
        self.calibration_share = calibration_share
        self.random_state = random_state

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit the regressor, and learn by how much it misses rows that it has not seen.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Goes to the regressor; a row of weight 2 also judges it like two.
        groups : array-like of shape (n_samples,) or None, default=None
            No group is both fitted on and judged by; and they go to the regressor.

        Returns
        -------
        self : object
        """
        X = self._check_table(X, reset=True)
        y, weight = learn_mean(self, X, y, sample_weight)
        given = None if sample_weight is None else weight
        held_out = self._fit_parts(X, y, given, groups, classifier=False)
        self.weights_ = [weight[rows] for rows in held_out]
        self.residuals_ = [
            np.abs(y[rows] - _predicted(model, take_rows(X, rows)))
            for model, rows in zip(self.estimators_, held_out, strict=True)
        ]
        return self

    def predict(self, X):
        """The number for each row, as ``estimator_`` gives it.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        predictions : ndarray of shape (n_samples,)
        """
        check_is_fitted(self)
        return _predicted(self.estimator_, self._check_table(X, reset=False))

    def predict_interval(self, X, alpha=None):
        """The interval in which the number of each row is to be looked for.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        alpha : float or None, default=None
            How often it may miss, in (0, 1); None is that of the constructor.

        Returns
        -------
        interval : ndarray of shape (n_samples, 2), float64
            Lower and upper end, infinite where no finite one is safe.
        """
        check_is_fitted(self)
        alpha = self.alpha if alpha is None else alpha
        if not 0 < alpha < 1:
            raise ValueError(f"alpha must be between 0 and 1, got {alpha!r}.")
        X = self._check_table(X, reset=False)
        centres = np.column_stack([_predicted(model, X) for model in self.estimators_])
        fold = np.repeat(np.arange(len(self.weights_)), [len(w) for w in self.weights_])
        residuals, weights = np.concatenate(self.residuals_), np.concatenate(self.weights_)
        needed = (1 - alpha) * (weights.sum() + 1)
        interval = np.empty((len(centres), 2))
        for part in gen_batches(len(centres), _BATCH):
            centre = centres[part][:, fold]
            interval[part, 0] = -_reaching(residuals - centre, weights, needed)
            interval[part, 1] = _reaching(residuals + centre, weights, needed)
        return interval


def _predicted(model, X):
    with own_config():
        return np.asarray(model.predict(X), dtype=float)


def _reaching(values, weights, needed):
    """In each row the smallest value that so much weight lies at or below; else infinity."""
    order = np.argsort(values, axis=1)
    below = np.cumsum(weights[order], axis=1)
    reached = below >= needed * (1 - 1e-12)  # a sum of ones is to reach a whole number
    found = np.take_along_axis(values, order, axis=1)
    first = found[np.arange(len(found)), reached.argmax(axis=1)]
    return np.where(reached.any(axis=1), first, np.inf)
