"""What of a view can be learned part by part, for tables that come in parts."""

import inspect

from sklearn.utils import get_tags

from mmsk._utils.errors import noting
from mmsk._utils.metadata import leaves


def check_learns_in_parts(estimator, kind):
    """Refuse an estimator of which a step learns from all rows at once.

    Parameters
    ----------
    estimator : transformer, predictor or Pipeline of both
        The extractor at the head of a view does not count: it is fitted on the first part.
    kind : {"transformer", "classifier", "regressor"}

    Raises
    ------
    TypeError
        Which names the step.
    """
    steps = [step for _, step in leaves(estimator)]
    for step in steps:
        is_last_predictor = kind != "transformer" and step is steps[-1]
        if hasattr(step, "partial_fit") or _is_idle(step):
            continue
        if hasattr(step, "transform_present") and step is steps[0] and not is_last_predictor:
            continue
        remedy = (
            "Take a predictor that has it, such as SGDClassifier(loss='log_loss'), "
            "SGDRegressor, GaussianNB or MultinomialNB."
            if is_last_predictor
            else "Take one that has it (HashingVectorizer, BlockScaler, StandardScaler, "
            "IncrementalPCA), or describe the table by mmsk.scale.extract first."
        )
        raise TypeError(
            f"{type(step).__name__} has no partial_fit: it learns from all rows at once. "
            + remedy
        )


def taught(estimator, X, y, sample_weight, classes, kind):
    """Teach each step further rows; what the last gives as a transformer, None of a predictor.

    Parameters
    ----------
    estimator : transformer, predictor or Pipeline of both
    X : table of n_samples rows
    y : ndarray of shape (n_samples,) or None
    sample_weight : ndarray of shape (n_samples,) or None
    classes : ndarray of shape (n_classes,) or None
        All that may come, for classifiers.
    kind : {"transformer", "classifier", "regressor"}
    """
    steps = [step for _, step in leaves(estimator) if not _is_passed_over(step)]
    predictor = None if kind == "transformer" else steps.pop()
    for step in steps:
        if hasattr(step, "partial_fit"):
            step.partial_fit(X, **_taken(step, sample_weight=sample_weight))
        else:
            step.fit(X)  # learns nothing, but may check its parameters
        X = step.transform(X)
    if predictor is None:
        return X
    predictor.partial_fit(
        X, y, **_taken(predictor, True, sample_weight=sample_weight, classes=classes)
    )
    return None


def _is_passed_over(step):
    return step is None or isinstance(step, str)


def _is_idle(step):
    """Whether there is nothing that a step could learn."""
    return _is_passed_over(step) or (
        hasattr(step, "transform") and not get_tags(step).requires_fit
    )


def _taken(step, predicts=False, **metadata):
    """What of it ``partial_fit`` takes; a predictor must take weights where there are any."""
    takes = inspect.signature(step.partial_fit).parameters
    given = {name: values for name, values in metadata.items() if values is not None}
    if predicts and "sample_weight" in given and "sample_weight" not in takes:
        raise ValueError(f"{type(step).__name__} takes no sample_weight.")
    return {name: values for name, values in given.items() if name in takes}


def blocks_learn_in_parts(fusion):
    """Whether every view of a `FeatureFusion`, and its scaler, can be learned in parts.

    Raises
    ------
    TypeError
        Which names what cannot.
    """
    for name, estimator, _ in fusion._check_views():
        with noting(f"in view {name!r}"):
            check_learns_in_parts(estimator, "transformer")
    if not isinstance(fusion.scaler, str):
        check_learns_in_parts(fusion.scaler, "transformer")
    return True
