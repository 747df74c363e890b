"""A model fitted part by part, for tables that do not fit into memory."""

import math

import numpy as np
import pandas as pd
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state

from mmsk._utils.columns import missing_rows


def fit_parts(model, parts, target, *, n_passes=1, n_sample_rows=20_000, random_state=None):
    """Fit an estimator, or the steps of a Pipeline, with one part in memory at a time.

    Each step that has ``partial_fit`` is fitted by one pass over all parts, the last by
    ``n_passes``; a step that has none is fitted on a sample of rows.

    Parameters
    ----------
    model : estimator or Pipeline
        The last step must have ``partial_fit``: SGDClassifier, SGDRegressor, MLPClassifier,
        GaussianNB. Steps before may be anything that transforms: `FeatureFusion` of
        ``parts.views``, StandardScaler, IncrementalPCA.
    parts : Parts
    target : str
        A column that `extract` kept. Rows where it is missing are left out.
    n_passes : int, default=1
        Over all parts, for the last step, in another order each time.
    n_sample_rows : int, default=20_000
        Rows, of parts drawn at random, for steps without ``partial_fit``.
    random_state : int, RandomState instance or None, default=None
        Of the order of the parts, and of those in the sample.

    Returns
    -------
    model : estimator or Pipeline
        The same, fitted. It predicts ``frame[parts.feature_names]``.

    Raises
    ------
    TypeError
        If the last step has no ``partial_fit``.
    ValueError
        If the parts have no column of the target, or no row has one.

    Notes
    -----
    A part is one batch to ``partial_fit``, which for SGD is an epoch over its rows. Rows
    of one class in long stretches of the table make it forget; shuffle such a table before.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> from sklearn.linear_model import SGDClassifier
    >>> from sklearn.pipeline import make_pipeline
    >>> from mmsk.fusion import FeatureFusion
    >>> from mmsk.scale import extract, fit_parts
    >>> from mmsk.text import TextStatistics
    >>> folder = Path(tempfile.mkdtemp())
    >>> rows = {"note": 20 * ["a red kite", "tin drums beat"], "label": 20 * ["red", "tin"]}
    >>> pd.DataFrame(rows).to_csv(folder / "t.csv", index=False)
    >>> views = [("note", TextStatistics(), "note")]
    >>> parts = extract(folder / "t.csv", views, folder / "parts", keep=["label"])
    >>> model = make_pipeline(FeatureFusion(parts.views), SGDClassifier(random_state=0))
    >>> model = fit_parts(model, parts, "label", random_state=0)
    >>> print(model.predict(parts.read(0)[parts.feature_names])[:2])
    ['red' 'tin']
    """
    steps = [step for _, step in model.steps] if isinstance(model, Pipeline) else [model]
    if not hasattr(steps[-1], "partial_fit"):
        raise TypeError(f"the last step must have partial_fit, which {steps[-1]!r} lacks.")
    if target not in parts.keep:
        raise ValueError(f"the parts have no column {target!r}, but {parts.keep} (see keep=).")
    rng = check_random_state(random_state)
    labels = _labels(parts, target) if is_classifier(steps[-1]) else None
    sample = None
    for place, step in enumerate(steps[:-1]):
        if step in (None, "passthrough"):
            continue
        if hasattr(step, "partial_fit"):
            for X, _ in _passed(parts, target, steps[:place], rng):
                step.partial_fit(X)
            continue
        if sample is None:
            sample = _sample(parts, target, n_sample_rows, rng)
        step.fit(_through(steps[:place], sample[0]), sample[1])
    first = {} if labels is None else {"classes": labels}
    for _ in range(n_passes):
        for X, y in _passed(parts, target, steps[:-1], rng):
            steps[-1].partial_fit(X, y, **first)
            first = {}
    return model


def _labels(parts, target):
    """All classes, of a pass over one column."""
    found = [part[target].dropna().unique() for part in _targets(parts, target)]
    labels = np.unique(np.concatenate(found))
    if not len(labels):
        raise ValueError(f"no row has a {target!r}.")
    return labels


def _targets(parts, target):
    return (parts.read(number, [target]) for number in range(len(parts)))


def _passed(parts, target, steps, rng):
    """Features behind some steps, and targets, of each part that has any; in any order."""
    for number in rng.permutation(len(parts)):
        X, y = _read(parts, number, target)
        if len(y):
            yield _through(steps, X), y


def _read(parts, number, target):
    frame = parts.read(number, [*parts.feature_names, target])
    frame = frame[~missing_rows(frame[target])]
    return frame[parts.feature_names], frame[target].to_numpy()


def _through(steps, X):
    for step in steps:
        X = X if step in (None, "passthrough") else step.transform(X)
    return X


def _sample(parts, target, n_rows, rng):
    n_parts = min(len(parts), math.ceil(n_rows * len(parts) / parts.n_rows))
    drawn = [_read(parts, n, target) for n in rng.permutation(len(parts))[:n_parts]]
    X = pd.concat([X for X, _ in drawn], ignore_index=True)
    return X, np.concatenate([y for _, y in drawn])
