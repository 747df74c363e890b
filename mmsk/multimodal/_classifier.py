"""Classes from a table of any modalities."""

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.metaestimators import available_if

from mmsk._utils.sklearn_private import StrOptions
from mmsk._utils.targets import check_rows_per_class, class_labels
from mmsk.multimodal._fusions import CLASSIFIERS
from mmsk.multimodal._predictor import MultimodalPredictor


def _gives_probabilities(model):
    if hasattr(model, "model_"):
        return hasattr(model.model_, "predict_proba")
    return model.estimator is None or hasattr(model.estimator, "predict_proba")


class MultimodalClassifier(ClassifierMixin, MultimodalPredictor):
    """Classifier of rows that hold text, pictures, sound, film and numbers.

    Parameters
    ----------
    fusion : str, default="voting"
        ``"early"`` puts the features of all views side by side, scaled block by block,
        under one classifier; ``"voting"`` pools the probabilities of a classifier per
        view (log-opinion pool); ``"stacking"`` learns on inner folds how far to trust
        each, and reads every source once for each of them; ``"mkl"`` fits one classifier
        on the average of the views' kernels; ``"cooperative"`` a linear one per view, held
        to agree as far as inner folds find good; ``"bilinear"`` puts the features of all
        views and their products across views under one linear model;
        ``"boosting"`` grows trees (XGBoost) across them; ``"cca"`` puts what views and
        target say alike under one linear model.
    modalities : "auto" or dict, default="auto"
        What the columns hold: ``{column: role}`` with a role of ``"text"``, ``"image"``,
        ``"audio"``, ``"video"``, ``"tabular"``, ``"segment"`` (start and end in seconds,
        for recordings and films), ``"drop"`` or ``"auto"``; columns not named are
        dropped. ``"auto"`` looks at the cells, see `mmsk.io.guess_modality`; numeric
        columns ``start_s`` and ``end_s`` beside a recording or film are then its segments.
    estimator : classifier or None, default=None
        What classifies: the fused features, or each view. None is logistic regression
        (C=10).
    groups : str, int or None, default=None
        The column of X that names the group of each row (speaker, recording). It is no
        feature, and goes as ``groups`` to an ``estimator`` whose ``fit`` takes them.
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
    classes_ : ndarray of shape (n_classes,)
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
    >>> from mmsk import MultimodalClassifier
    >>> table = pd.DataFrame(
    ...     {
    ...         "note": ["a red kite", "red wine", "tin drum", None],
    ...         "size": [1.0, 2.0, 7.0, 8.0],
    ...     }
    ... )
    >>> model = MultimodalClassifier().fit(table, ["red", "red", "tin", "tin"])
    >>> model.predict(table)
    array(['red', 'red', 'tin', 'tin'], dtype='<U3')
    """

    _fusions = CLASSIFIERS

    _parameter_constraints = {
        "fusion": [StrOptions(set(CLASSIFIERS))],
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

        Raises
        ------
        ValueError
            If y has gaps, one class only, or nearly a class for each row: of more than 20
            classes fewer than 2 rows each in the mean, of more than 1000 fewer than 10.
        """
        X = self._check_table(X, reset=True)
        y = class_labels(X, y)
        check_rows_per_class(y)
        self.classes_ = np.unique(y)
        self._fit_model(X, y, sample_weight, groups)
        return self

    def predict(self, X):
        """The class of each row.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        classes : ndarray of shape (n_samples,)
        """
        return self._ask("predict", X)

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
        return self._ask("predict_proba", X)
