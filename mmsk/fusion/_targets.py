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
