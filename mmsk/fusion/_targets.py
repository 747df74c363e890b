"""What fusions learn of the target before they look at views."""

from typing import Any, NamedTuple

import numpy as np
from sklearn.utils.class_weight import compute_sample_weight

from mmsk._utils.sklearn_private import check_sample_weight
from mmsk._utils.targets import class_labels, target_numbers


class Labels(NamedTuple):
    """Labels of the rows, checked.

    Attributes
    ----------
    y : ndarray of shape (n_samples,)
    codes : ndarray of shape (n_samples,), int
        Positions of the labels among the classes.
    weight : ndarray of shape (n_samples,)
        Of the rows, times that of their class; ones where none is given.
    given : ndarray of shape (n_samples,) or None
        The same; None where rows and classes are not weighed, so that nothing need take
        weights.
    """

    y: Any
    codes: Any
    weight: Any
    given: Any


def learn_classes(fusion, X, y, sample_weight):
    """Labels checked; sets ``classes_`` and ``class_prior_`` of a fusion.

    Parameters
    ----------
    fusion : classifier
        With ``class_weight``, or without.
    X : table of n_samples rows
    y : array-like of shape (n_samples,)
    sample_weight : array-like of shape (n_samples,) or None

    Returns
    -------
    labels : Labels
    """
    y = class_labels(X, y)
    fusion.classes_, codes = np.unique(y, return_inverse=True)
    weight = check_sample_weight(sample_weight, y)
    class_weight = getattr(fusion, "class_weight", None)
    if class_weight is not None:
        weight = weight * compute_sample_weight(class_weight, y)
    fusion.class_prior_ = np.bincount(codes, weights=weight) / weight.sum()
    weighed = sample_weight is not None or class_weight is not None
    return Labels(y, codes, weight, weight if weighed else None)


def learn_part_of_classes(fusion, X, y, classes, sample_weight):
    """Labels of a part checked; sets ``classes_`` with the first one.

    Parameters
    ----------
    fusion : classifier
        With ``class_weight``.
    X : table of n_samples rows
    y : array-like of shape (n_samples,)
    classes : array-like of shape (n_classes,) or None
    sample_weight : array-like of shape (n_samples,) or None

    Returns
    -------
    labels : Labels
    """
    if fusion.class_weight == "balanced":
        raise ValueError(
            "class_weight='balanced' cannot be told from parts. Give the weights of the "
            "classes as a dict."
        )
    begun = hasattr(fusion, "_counts")
    if not begun and classes is None:
        raise ValueError("classes must be given with the first part: no part may hold all.")
    if not begun:
        fusion.classes_ = np.unique(classes)
    elif classes is not None and not np.array_equal(fusion.classes_, np.unique(classes)):
        raise ValueError(f"classes were {fusion.classes_} in the first part, now {classes!r}.")
    y = class_labels(X, y, n_least=1)
    codes = np.searchsorted(fusion.classes_, y).clip(max=len(fusion.classes_) - 1)
    if (unknown := fusion.classes_[codes] != y).any():
        raise ValueError(f"y holds {np.unique(y[unknown])}, which are not among the classes.")
    weight = check_sample_weight(sample_weight, y)
    by_class = fusion.class_weight or {}
    weight = weight * [by_class.get(label, 1.0) for label in y]
    weighed = sample_weight is not None or fusion.class_weight is not None
    return Labels(y, codes, weight, weight if weighed else None)


def counts_of_classes(codes, weight, fitted_on, n_classes):
    """Weight of each class among the rows that each view has, of shape (n_views, n_classes)."""
    return np.array(
        [np.bincount(codes[rows], weight[rows], minlength=n_classes) for rows in fitted_on]
    )


def learn_mean(fusion, X, y, sample_weight):
    """Numbers checked; sets ``mean_`` of a fusion.

    Parameters
    ----------
    fusion : regressor
    X : table of n_samples rows
    y : array-like of shape (n_samples,)
    sample_weight : array-like of shape (n_samples,) or None

    Returns
    -------
    y : ndarray of shape (n_samples,)
    weight : ndarray of shape (n_samples,)
        Ones where none is given.
    """
    y = target_numbers(X, y)
    weight = check_sample_weight(sample_weight, y)
    fusion.mean_ = float(np.average(y, weights=weight))
    return y, weight
