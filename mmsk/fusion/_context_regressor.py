"""Model-level fusion over the rows of a recording: numbers."""

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.linear_model import RidgeCV
from sklearn.utils.validation import check_is_fitted

from mmsk.fusion._context import ContextFusion
from mmsk.fusion._targets import learn_mean


class ContextFusionRegressor(RegressorMixin, ContextFusion):
    """A regressor of rows that are parts of a whole, which hears what is said around each.

    Parameters
    ----------
    estimator : regressor
        What predicts a row by itself: a fusion, a whole-table model, any regressor.
    groups : str or int
        The column of X that names the whole of each row; it is no feature. A row without one
        is alone.
    order : str, int or None, default=None
        The column of numbers that says where in the whole a row stands; no feature either.
        None: in the order of the table.
    half_life : float, default=1.0
        The distance, in units of ``order``, at which a neighbour counts half.
    final_estimator : regressor or None, default=None
        What learns how far to trust the row, its neighbours and the whole. None is ridge
        regression, its penalty by leave-one-out.
    cv : int, splitter or iterable, default=5
        Inner folds, each row tested once; an int keeps groups whole (GroupKFold).

    Attributes
    ----------
    estimator_ : regressor
        Fitted on all rows.
    final_estimator_ : regressor
        Fitted on what was said of rows in groups held out.
    mean_ : float
        Weighted mean of ``y``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    As in `ContextFusionClassifier`, where evidence is what a prediction is above ``mean_``.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from sklearn.linear_model import LinearRegression
    >>> from mmsk.fusion import ContextFusionRegressor
    >>> rng = np.random.default_rng(0)
    >>> day = np.repeat(np.arange(60), 5)
    >>> level = rng.normal(size=60)[day]
    >>> table = pd.DataFrame({"x": level + rng.normal(size=300), "day": day})
    >>> alone = LinearRegression().fit(table[["x"]], level).score(table[["x"]], level)
    >>> model = ContextFusionRegressor(LinearRegression(), "day").fit(table, level)
    >>> bool(model.score(table, level) > alone + 0.2)
    True
    """

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Fit the regressor, and what it is worth in context on groups held out.

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
        y, weight = learn_mean(self, X, y, sample_weight)
        given = None if sample_weight is None else weight
        return self._fit(X, y, given, groups, classifier=False)

    def predict(self, X):
        """The number for each row.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        predictions : ndarray of shape (n_samples,), float64
        """
        check_is_fitted(self)
        return np.ravel(self._answers(X, "predict", self.mean_))

    def _evidence(self, model, X):
        return np.reshape(model.predict(X), (-1, 1)) - self.mean_

    def _default(self):
        return RidgeCV()
