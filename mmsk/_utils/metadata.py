"""Weights and groups handed to the estimators within another, named by step."""

from functools import partial

from sklearn import config_context
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from mmsk._utils.sklearn_private import BaseSearchCV

#: What an estimator within another works under, whatever the caller's configuration: weights
#: and groups are named by step here, and a sparse block must not be asked for as a frame.
own_config = partial(config_context, enable_metadata_routing=False, transform_output="default")


def fit_params_of(estimator, rows, **metadata):
    """Fit parameters that hand weights and groups to every step that takes them, by name.

    To scalers too, so that a weight of 2 is the same as a row that stands there twice.

    Parameters
    ----------
    estimator : estimator or Pipeline
    rows : slice or ndarray of shape (n_samples,), bool
        The rows that are fitted on.
    **metadata : ndarray of shape (n_samples,) or None
        ``sample_weight`` and ``groups``.

    Returns
    -------
    params : dict

    Raises
    ------
    ValueError
        If the predictor at the end takes no weights.
    """
    given = {name: values[rows] for name, values in metadata.items() if values is not None}
    steps = leaves(estimator)
    last = steps[-1][1]
    weighs = hasattr(last, "predict") and "sample_weight" in given
    if weighs and not _takes(last, "sample_weight"):
        raise ValueError(
            f"{type(last).__name__} takes no sample_weight, which class_weight of a fusion is "
            "too: leave it out, or take another estimator."
        )
    return {
        prefix + name: values
        for prefix, step in steps
        for name, values in given.items()
        if _takes(step, name)
    }


def leaves(estimator, prefix=""):
    """The steps of a Pipeline, and of those within it, with the prefix of their parameters."""
    if not isinstance(estimator, Pipeline):
        return [(prefix, estimator)]
    return [
        leaf for name, step in estimator.steps for leaf in leaves(step, f"{prefix}{name}__")
    ]


def _takes(step, name):
    if isinstance(step, BaseSearchCV):  # whose fit names neither
        return name == "groups" or has_fit_parameter(step.estimator, name)
    if (
        name == "groups"
        and hasattr(step, "transform")
        and getattr(step, name, None) is not None
    ):
        return False  # it has them from a column that it names
    return hasattr(step, "fit") and has_fit_parameter(step, name)
