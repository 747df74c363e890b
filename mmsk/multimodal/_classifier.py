"""Classes from a table of any modalities."""

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.sklearn_private import StrOptions
from mmsk._utils.targets import check_rows_per_class
from mmsk.fusion._targets import learn_classes
from mmsk.multimodal._fusions import CLASSIFIER_VARIANTS, CLASSIFIERS, IN_ONE_MATRIX
from mmsk.multimodal._predictor import MultimodalPredictor


def _probabilities(model):
    """The method of a fusion that gives probabilities; a majority gives shares of votes."""
    return "_pooled" if getattr(model, "voting", None) == "hard" else "predict_proba"


def _gives_probabilities(model):
    if hasattr(model, "model_"):
        return hasattr(model.model_, _probabilities(model.model_))
    return model.estimator is None or hasattr(model.estimator, "predict_proba")


def _decides(model):
    if hasattr(model, "model_"):
        return hasattr(model.model_, "decision_function")
    known = model.estimator is None or hasattr(model.estimator, "decision_function")
    return known and model.fusion in IN_ONE_MATRIX


class MultimodalClassifier(ClassifierMixin, MultimodalPredictor):
    """Classifier of rows that hold text, pictures, sound, film and numbers.

    Parameters
    ----------
    fusion : str, default="voting"
        ``"early"`` puts the features of all views side by side, scaled block by block,
        under one classifier; ``"voting"`` pools the probabilities of a classifier per
        view (log-opinion pool); ``"stacking"`` learns on inner folds how far
        to trust each; ``"selection"`` picks on them a mean of classifiers; ``"mkl"`` fits one
        classifier on the average of the views' kernels; ``"cooperative"`` a linear one per
        view, held to agree as far as inner folds find good; ``"bilinear"`` puts the
        features of all views and their products across views under one linear model;
        ``"boosting"`` grows trees (XGBoost) across them; ``"cca"`` puts what views and
        target say alike under one linear model; ``"auto"`` compares these and each view
        alone on held-out rows, see Notes.
    modalities : "auto" or dict, default="auto"
        What the columns hold: ``{column: role}`` with a role of ``"text"``, ``"image"``,
        ``"audio"``, ``"video"``, ``"tabular"``, ``"segment"`` (start and end in seconds,
        for recordings and films), ``"drop"`` or ``"auto"``; columns not named are
        dropped. All tabular columns are one view, those of a role ``"tabular:NAME"`` a view
        NAME. ``"auto"`` looks at the cells, see `mmsk.io.guess_modality`; numeric
        columns ``start_s`` and ``end_s`` beside a recording or film are then its segments.
    estimator : classifier or None, default=None
        What classifies: the fused features, or each view. None is logistic regression
        (C=10).
    class_weight : dict, "balanced" or None, default=None
        What rows of each class weigh, as in scikit-learn, times their ``sample_weight``, in
        all that is fitted, learned or compared; the class prior becomes that of the weighed
        rows.
    groups : str, int or None, default=None
        The column of X that names the group of each row (speaker, recording). It is no
        feature, and goes as ``groups`` to an ``estimator`` whose ``fit`` takes them.
    cv : int, splitter or iterable, default=5
        Inner folds on which ``"auto"`` compares, each row tested once. An int keeps groups
        whole, and is lowered to the number of rows of the largest class.
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
    classes_ : ndarray of shape (n_classes,)
    class_prior_ : ndarray of shape (n_classes,)
        Weighted shares of the classes in ``fit``.
    selection_ : DataFrame
        With ``fusion="auto"`` what was compared, from the simplest: ``candidate``, ``score``
        (mean accuracy on held-out rows) and its ``standard_error``, ``seconds``,
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
    Rows may lack any modality, in ``fit`` and in ``predict``. A row that has none gets the
    class prior, with a warning. In ``predict`` the columns of a medium, or all tabular ones,
    may be absent from the table: a warning names them, and all rows lack them.

    ``"auto"`` predicts every row from a fit on the other inner folds, by each view alone and
    by each fusion (also hard voting, and boosted trees on all features). Features are
    computed once per fold, by transformers that saw its training rows only. Eligible is what
    is not worse than the best view alone; of these the simplest is fitted that is within one
    standard error of the best, the error being that of the difference row by row, or group
    by group. Simple is first a view alone, then the fusions in the order of ``selection_``.
    Without ``memory`` files are still read once: rows are kept in a temporary folder while
    ``fit`` lasts.

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
    _variants = CLASSIFIER_VARIANTS

    _parameter_constraints = {
        "fusion": [StrOptions({"auto", *CLASSIFIERS})],
        **MultimodalPredictor._parameter_constraints,
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        fusion="voting",
        modalities="auto",
        *,
        estimator=None,
        class_weight=None,
        groups=None,
        cv=5,
        time_budget_s=None,
        root=None,
        memory="auto",
        on_error="missing",
        n_jobs=None,
        verbose=0,
    ):
        super().__init__(
            fusion,
            modalities,
            estimator=estimator,
            groups=groups,
            cv=cv,
            time_budget_s=time_budget_s,
            root=root,
            memory=memory,
            on_error=on_error,
            n_jobs=n_jobs,
            verbose=verbose,
        )
        self.class_weight = class_weight

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
        y, _, _, weight = learn_classes(self, X, y, sample_weight)
        check_rows_per_class(y)
        self._fit_model(X, y, weight, groups)
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
            In the order of ``classes_``; rows sum to 1. Shares of votes where ``"auto"``
            chose to count those.
        """
        check_is_fitted(self)
        return self._ask(_probabilities(self.model_), X)

    @available_if(_decides)
    def decision_function(self, X):
        """What the classifier of the fused features decides by, where it has such values.

        That is with ``fusion="early"``, ``"bilinear"`` and ``"cca"``: all others pool, and have
        probabilities only.

        Parameters
        ----------
        X : frame or ndarray of n_samples rows

        Returns
        -------
        values : ndarray of shape (n_samples,) or (n_samples, n_classes)
            Of two classes above 0 for the second; else of each against the rest. Of a row
            that holds nothing the log-odds of the class prior, or its logarithms.
        """
        return self._ask("decision_function", X)

    @staticmethod
    def _skill(y, predicted, weight):
        return (predicted == y).astype(float)

    def _prior(self, method):
        if method == "predict":
            return self.classes_[self.class_prior_.argmax()]
        if method == "decision_function":
            logs = np.log(np.maximum(self.class_prior_, np.finfo(float).tiny))
            return logs[1] - logs[0] if len(logs) == 2 else logs
        return self.class_prior_
