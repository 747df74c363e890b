"""What is to be predicted, checked."""

import numpy as np
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length

from mmsk._utils.columns import column_at, is_frame, is_series, missing_rows
from mmsk._utils.sklearn_private import check_y

_FEW_CLASSES, _MANY_CLASSES = 20, 1000


def class_labels(X, y, n_least=2):
    """Labels of the rows of a table, of at least so many classes.

    Parameters
    ----------
    X : table of n_samples rows
    y : array-like of shape (n_samples,)
    n_least : int, default=2

    Returns
    -------
    y : ndarray of shape (n_samples,)

    Raises
    ------
    ValueError
        If labels are missing, of another number than the rows, no classes, of one class
        only, or several for each row.
    """
    y = check_y(one_column(_as_array(y), "MultiOutputClassifier"), y_numeric=False)
    check_consistent_length(X, y)
    check_classification_targets(y)
    if len(set(y)) < n_least:
        raise ValueError(f"y holds one class only, {str(y[0])!r}: nothing to tell apart.")
    return y


def check_rows_per_class(y):
    """Refuse labels of which nearly every row has its own: an id, free text or a quantity.

    A model of them would learn nothing, and grow with rows times classes.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)

    Raises
    ------
    ValueError
        If of more than 20 classes there are fewer than 2 rows each in the mean, or of more
        than 1000 fewer than 10.
    """
    n_classes = len(set(y))
    needed = 10 if n_classes > _MANY_CLASSES else 2
    if n_classes > _FEW_CLASSES and len(y) < needed * n_classes:
        raise ValueError(
            f"y holds {n_classes} classes in {len(y)} rows, fewer than {needed} rows each: it "
            "looks like an id or a quantity, not a label. Predict a quantity with "
            "MultimodalRegressor; of true labels, pool or leave out the rare ones."
        )


def target_numbers(X, y):
    """Numbers to be predicted for the rows of a table.

    Parameters
    ----------
    X : table of n_samples rows
    y : array-like of shape (n_samples,)

    Returns
    -------
    y : ndarray of shape (n_samples,)

    Raises
    ------
    ValueError
        If numbers are missing or infinite, no numbers, of another number than the rows, or
        several for each row.
    """
    y = one_column(_as_array(y), "MultiOutputRegressor")
    cells = np.asarray(y)
    if cells.dtype.kind in "USmM" or (cells.dtype == object and any(map(_is_text, cells.flat))):
        shown = y[0]
        raise ValueError(
            f"y of a regressor must be numbers, got {type(shown).__name__}s such as {shown!r}. "
            "Convert them (pandas.to_numeric, or a difference of dates in days), or predict "
            "classes with a classifier."
        )
    y = check_y(y, y_numeric=True)
    check_consistent_length(X, y)
    return y


def one_column(y, wrapper):
    """Refuse several targets for each row, with the remedy.

    Parameters
    ----------
    y : object
    wrapper : str
        Of `sklearn.multioutput`, which fits an estimator for each target.

    Returns
    -------
    y : object
        The same.
    """
    known = isinstance(y, (np.ndarray, list, tuple))
    shape = y.shape if is_frame(y) else np.shape(y) if known else ()
    if len(shape) == 2 and shape[1] > 1:
        raise ValueError(
            f"y should be a 1d array, got an array of shape {shape} instead. For several "
            f"targets, put this estimator into {wrapper} of sklearn.multioutput."
        )
    return y


def _as_array(y):
    """A column as an array, with an error that says which rows lack a value."""
    if is_frame(y) and y.shape[1] == 1:
        y = column_at(y, 0)
    is_array = isinstance(y, np.ndarray)
    if is_series(y) or isinstance(y, (list, tuple)) or (is_array and y.dtype.kind in "Of"):
        lacking = np.flatnonzero(missing_rows(y)) if len(y) else []
        if len(lacking):
            raise ValueError(
                f"y is missing (NaN) in {len(lacking)} rows, the first "
                f"{[int(row) for row in lacking[:5]]}. Leave these rows out."
            )
    y = y.to_numpy() if is_series(y) else y
    if isinstance(y, np.ndarray) and y.dtype == object and not any(map(_is_text, y.flat)):
        return np.array(y.tolist())  # bools and numbers, as a column with gaps had left them
    return y


def _is_text(cell):
    return isinstance(cell, str)
