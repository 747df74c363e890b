"""Targets of which some rows have none: what is known, split from what is not."""

import numpy as np
from sklearn.utils import column_or_1d
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.validation import check_consistent_length

from mmsk._utils.columns import column_at, is_frame, is_series, missing_rows
from mmsk._utils.errors import noting
from mmsk._utils.sklearn_private import check_sample_weight
from mmsk._utils.targets import one_column
from mmsk.fusion._targets import learn_classes, learn_mean

#: The code of a row without a label.
UNKNOWN = -1


def learn_known_classes(fusion, X, y, sample_weight, unlabeled):
    """Labels checked; sets ``classes_`` and ``class_prior_`` of the rows that have one.

    Parameters
    ----------
    fusion : classifier
    X : table of n_samples rows
    y : array-like of shape (n_samples,)
    sample_weight : array-like of shape (n_samples,) or None
    unlabeled : int, str or None
        What stands in ``y`` for no label; None where every row has one. NumPy turns -1
        among words into the word "-1", which counts as well.

    Returns
    -------
    codes : ndarray of shape (n_samples,), int
        Positions of the labels among the classes, -1 where there is none.
    weight : ndarray of shape (n_samples,)
        Ones where none is given.
    by_class : ndarray of shape (n_classes,)
        What a row of each class counts beyond its weight, by ``class_weight``.
    """
    y = _as_column(X, y, "MultiOutputClassifier")
    known = np.ones(len(y), dtype=bool)
    if unlabeled is not None and y.dtype.kind in "US":
        known = y != np.array(str(unlabeled), dtype=y.dtype.kind)
    elif unlabeled is not None:
        known = np.array([bool(label != unlabeled) for label in y], dtype=bool)
    _refuse_none_known(known, f"every label is {unlabeled!r}, which stands for none")
    weight = check_sample_weight(sample_weight, y)
    note = f"{len(y) - known.sum()} rows of label {unlabeled!r} count as unlabelled"
    with noting(f"{note}; if that is a class, say unlabeled=None or another word"):
        labels = learn_classes(fusion, np.flatnonzero(known), y[known], weight[known])
    codes = np.full(len(y), UNKNOWN)
    codes[known] = labels.codes
    by_class = compute_class_weight(fusion.class_weight, classes=fusion.classes_, y=labels.y)
    return codes, weight, by_class


def weighed(weight, codes, by_class):
    """Weights of rows times those of their classes, where they have a label."""
    return weight * np.where(codes == UNKNOWN, 1.0, by_class[codes])


def learn_known_numbers(fusion, X, y, sample_weight):
    """Numbers checked; sets ``mean_`` of the rows that have one.

    Parameters
    ----------
    fusion : regressor
    X : table of n_samples rows
    y : array-like of shape (n_samples,)
        NaN, None or NA where there is none.
    sample_weight : array-like of shape (n_samples,) or None

    Returns
    -------
    y : ndarray of shape (n_samples,), float64
        NaN where there is none.
    weight : ndarray of shape (n_samples,)
    """
    y = _as_column(X, y, "MultiOutputRegressor")
    known = ~missing_rows(y)
    _refuse_none_known(known, "every number is missing")
    weight = check_sample_weight(sample_weight, y)
    numbers = np.full(len(y), np.nan)
    numbers[known], _ = learn_mean(fusion, np.flatnonzero(known), y[known], weight[known])
    return numbers, weight


def _as_column(X, y, wrapper):
    if is_frame(y) and y.shape[1] == 1:
        y = column_at(y, 0)
    y = y.to_numpy() if is_series(y) else y
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None")
    y = column_or_1d(one_column(y, wrapper), warn=True)
    check_consistent_length(X, y)
    return y


def _refuse_none_known(known, what):
    if not known.any():
        raise ValueError(f"y tells nothing: {what}. Some rows must have a target.")
