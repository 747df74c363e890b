"""Numbers from a table of any modalities."""

from sklearn.base import RegressorMixin

from mmsk._utils.sklearn_private import StrOptions
from mmsk._utils.targets import target_numbers
from mmsk.multimodal._fusions import REGRESSORS
from mmsk.multimodal._predictor import MultimodalPredictor


class MultimodalRegressor(RegressorMixin, MultimodalPredictor):
    """Regressor on rows that hold text, pictures, sound, film and numbers.

    Parameters
    ----------
    fusion : str, default="voting"
        ``"early"`` puts the features of all views side by side, scaled block by block,
        under one regressor; ``"voting"`` averages the predictions of a regressor per
        view; ``"stacking"`` learns on inner folds how far to trust each, and reads every
        source once for each of them; ``"mkl"`` fits one regressor on the average of the
        views' kernels; ``"cooperative"`` a linear one per view, held to agree as far as
        inner folds find good; ``"bilinear"`` puts the features of all views and their
        products across views under one linear model;
        ``"boosting"`` grows trees (XGBoost) across them; ``"cca"`` puts what views and
        target say alike under one linear model.
    modalities : "auto" or dict, default="auto"
        What the columns hold, as in `MultimodalClassifier`.
    estimator : regressor or None, default=None
        What predicts: from the fused features, or from each view. None is ridge
        regression.
    groups : str, int or None, default=None
        The column of X that names the group of each row. It is no feature, and goes as
        ``groups`` to an ``estimator`` whose ``fit`` takes them.
    root : str, path or None, default=None
        The folder of relative paths; None is the working folder. May be reset for
        prediction with ``set_params``.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps the rows of pictures, recordings and films, so that each is
        described once only, in all folds and processes (guide, "Store"). None keeps
        nothing. May be reset for prediction.
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
    errors_ : list of Failure
        Sources that could not be read in ``fit``: ``(row, source, reason)``.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Where X had names.

    Notes
    -----
    Rows may lack any modality, in ``fit`` and in ``predict``.

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

    _parameter_constraints = {
        "fusion": [StrOptions(set(REGRESSORS))],
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
        self._fit_model(X, target_numbers(X, y), sample_weight, groups)
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
