"""Numbers from a table of any modalities."""

import numpy as np
from sklearn.base import RegressorMixin

from mmsk._utils.sklearn_private import StrOptions
from mmsk.fusion._targets import learn_mean
from mmsk.multimodal._fusions import REGRESSOR_VARIANTS, REGRESSORS
from mmsk.multimodal._predictor import MultimodalPredictor


class MultimodalRegressor(RegressorMixin, MultimodalPredictor):
    """Regressor on rows that hold text, pictures, sound, film and numbers.

    Parameters
    ----------
    fusion : str, default="voting"
        ``"early"`` puts the features of all views side by side, scaled block by block,
        under one regressor; ``"voting"`` averages the predictions of a regressor per
        view; ``"stacking"`` learns on inner folds how far
        to trust each; ``"selection"`` picks on them a mean of regressors; ``"mkl"`` fits one
        regressor on the average of the views' kernels; ``"cooperative"`` a linear one per
        view, held to agree as far as inner folds find good; ``"bilinear"`` puts the
        features of all views and their products across views under one linear model;
        ``"boosting"`` grows trees (XGBoost) across them; ``"cca"`` puts what views and
        target say alike under one linear model; ``"auto"`` compares these and each view
        alone on held-out rows, see Notes.
    modalities : "auto" or dict, default="auto"
        What the columns hold, as in `MultimodalClassifier`.
    estimator : regressor or None, default=None
        What predicts: from the fused features, or from each view. None is ridge
        regression.
    groups : str, int or None, default=None
        The column of X that names the group of each row. It is no feature, and goes as
        ``groups`` to an ``estimator`` whose ``fit`` takes them.
    cv : int, splitter or iterable, default=5
        Inner folds on which ``"auto"`` compares, each row tested once. An int keeps groups
        whole, and is lowered to the number of rows of the table.
    time_budget_s : float or None, default=None
        Seconds after which ``"auto"`` starts on no further candidate; the simplest one is
        always compared, and the fit of the chosen one comes on top. None compares all.
    root : str, path or None, default=None
        The folder of relative paths; None is the working folder. May be reset for
        prediction with ``set_params``.
    memory : "auto", str, path, FeatureStore or None, default="auto"
        Folder that keeps the rows of pictures, recordings and films, so that each is
        described once only, in all folds and processes (guide, "Store"). ``"auto"`` is a
        temporary one for this process and those it starts; None keeps nothing. May be
        reset for prediction.
    on_error : {"missing", "raise"}, default="missing"
        Whether a source that cannot be read counts as missing, with a warning, or raises.
    n_jobs : int or None, default=None
        Samples read and described at once. May be reset for prediction.
    verbose : int, default=0
        Above 0, ``fit`` prints what it takes the columns for.

    Attributes
    ----------
    views_ : dict of str to dict
        For each view its ``modality``, ``columns``, the ``reason``, and what its
        ``features`` describe, in words.
    dropped_ : dict
        Columns not used, and why.
    media_columns_ : list
        Columns that hold paths.
    model_ : estimator
        The fitted fusion.
    mean_ : float
        Weighted mean of y.
    selection_ : DataFrame
        With ``fusion="auto"`` what was compared, from the simplest: ``candidate``, ``score``
        (mean R² on held-out rows) and its ``standard_error``, ``seconds``,
        ``eligible``, ``chosen`` and ``why_not``.
    candidates_ : list of dict or None
        The rows of ``selection_``.
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    Rows may lack any modality, in ``fit`` and in ``predict``. A row that has none gets
    ``mean_``, with a warning. In ``predict`` the columns of a medium, or all tabular ones,
    may be absent from the table: a warning names them, and all rows lack them.

    ``"auto"`` predicts every row from a fit on the other inner folds, by each view alone and
    by each fusion (also the median of the views, and boosted trees on all features).
    Features are computed once per fold, by transformers that saw its training rows only.
    Eligible is what is not worse than the best view alone; of these the simplest is fitted
    that is within one standard error of the best, the error being that of the difference row
    by row, or group by group. Simple is first a view alone, then the fusions in the order of
    ``selection_``. Without ``memory`` files are still read once: rows are kept in a temporary
    folder while ``fit`` lasts.

    Examples
    --------
    >>> import pandas as pd
    >>> from mmsk import MultimodalRegressor
    >>> table = pd.DataFrame({"note": ["one", "two", "one", None], "size": [1.0, 2, 1, 2]})
    >>> model = MultimodalRegressor(fusion="early").fit(table, [10.0, 20.0, 10.0, 20.0])
    >>> model.predict(table).round()
    array([11., 20., 11., 19.])
    """

    _fusions = REGRESSORS
    _variants = REGRESSOR_VARIANTS

    _parameter_constraints = {
        "fusion": [StrOptions({"auto", *REGRESSORS})],
        **MultimodalPredictor._parameter_constraints,
    }

    def fit(self, X, y, *, sample_weight=None, groups=None):
        """Tell what the columns hold, build the fusion and fit it.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows
        y : array-like of shape (n_samples,)
        sample_weight : array-like of shape (n_samples,) or None, default=None
        groups : array-like of shape (n_samples,) or None, default=None
            Groups that inner folds must not split. None takes them from the column named
            by the parameter ``groups``.

        Returns
        -------
        self : object
        """
        X = self._check_table(X, reset=True)
        y, _ = learn_mean(self, X, y, sample_weight)
        self._fit_model(X, y, sample_weight, groups)
        return self

    def predict(self, X):
        """The number for each row.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        predictions : ndarray of shape (n_samples,)
        """
        return self._ask("predict", X)

    @staticmethod
    def _skill(y, predicted, weight):
        """Of each row what it adds to R², whose mean over the rows is R²."""
        variance = np.average((y - np.average(y, weights=weight)) ** 2, weights=weight)
        return 1 - (y - predicted) ** 2 / (variance or 1.0)

    def _prior(self, method):
        return self.mean_
