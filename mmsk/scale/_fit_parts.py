"""A model fitted part by part, for tables that do not fit into memory."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state

from mmsk._utils.columns import missing_rows


def fit_parts(
    model, parts, target, *, columns=(), n_passes=1, n_sample_rows=20_000, random_state=None
):
    """Fit an estimator, or the steps of a Pipeline, with one part in memory at a time.

    Each step that has ``partial_fit`` is fitted by one pass over all parts, the last by
    ``n_passes``; a step that has none is fitted on a sample of rows. Trees
    (`BoostingFusionClassifier`, `BoostingFusionRegressor`) are grown on all parts.

    Parameters
    ----------
    model : estimator or Pipeline
        The last step must have ``partial_fit``, as SGDClassifier, SGDRegressor, MLPClassifier
        and GaussianNB have, or ``fit_batches``, as the boosting fusions. Steps before may be
        anything that transforms: `FeatureFusion` of ``parts.views``, StandardScaler,
        IncrementalPCA.
    parts : Parts
    target : str
        A column that `extract` kept. Rows where it is missing are left out.
    columns : sequence of str, default=()
        Other columns that were kept and that the model reads beside the features, such as
        texts for a view of HashingVectorizer, which stay sparse that way.
    n_passes : int, default=1
        Over all parts, for a last step with ``partial_fit``, in another order each time.
    n_sample_rows : int, default=20_000
        Rows, of parts drawn at random, for steps without ``partial_fit``, and for the blocks
        and bins of trees.
    random_state : int, RandomState instance or None, default=None
        Of the order of the parts, and of those in the sample.

    Returns
    -------
    model : estimator or Pipeline
        The same, fitted. It predicts ``frame[[*parts.feature_names, *columns]]``.

    Raises
    ------
    TypeError
        If the last step has neither method.
    ValueError
        If the parts have no column of the target or of ``columns``, or no row has a target.

    Notes
    -----
    A part is one batch to ``partial_fit``, which for SGD is an epoch over its rows. Rows
    of one class in long stretches of the table make it forget; shuffle such a table before.
    Trees do not mind. They are grown by XGBoost's external memory: bins of features,
    some 3 bytes each, stand in the folder of the parts in the meantime.

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
    if not (hasattr(steps[-1], "partial_fit") or hasattr(steps[-1], "fit_batches")):
        raise TypeError(
            f"the last step must have partial_fit or fit_batches, which {steps[-1]!r} lacks."
        )
    absent = [name for name in (target, *columns) if name not in parts.keep]
    if absent:
        raise ValueError(f"the parts have no column {absent}, but {parts.keep} (see keep=).")
    rng = check_random_state(random_state)
    rows = _Rows(parts, target, [*parts.feature_names, *columns])
    sample = None
    for place, step in enumerate(steps[:-1]):
        if step in (None, "passthrough"):
            continue
        if hasattr(step, "partial_fit"):
            for X, _ in rows.behind(steps[:place], rng):
                step.partial_fit(X)
            continue
        sample = sample or rows.sample(n_sample_rows, rng)
        step.fit(_through(steps[:place], sample[0]), sample[1])
    if hasattr(steps[-1], "fit_batches"):
        X, y = sample or rows.sample(n_sample_rows, rng)
        batches = rows.behind(steps[:-1])
        steps[-1].fit_batches(batches, (_through(steps[:-1], X), y), folder=parts.folder)
        return model
    first = {"classes": rows.labels()} if is_classifier(steps[-1]) else {}
    for _ in range(n_passes):
        for X, y in rows.behind(steps[:-1], rng):
            steps[-1].partial_fit(X, y, **first)
            first = {}
    return model


class _Rows(Sequence):
    """Features and targets of each part that has a target, behind steps that are fitted."""

    def __init__(self, parts, target, columns, numbers=None, steps=()):
        self._parts, self._target, self._columns = parts, target, columns
        self._numbers = self._with_target() if numbers is None else numbers
        self._steps = steps

    def __len__(self):
        return len(self._numbers)

    def __getitem__(self, place):
        target = self._target
        frame = self._parts.read(self._numbers[place], [*self._columns, target])
        frame = frame[~missing_rows(frame[target])]
        return _through(self._steps, frame[self._columns]), frame[target].to_numpy()

    def behind(self, steps, rng=None):
        """The same rows behind steps, parts in the order of the table or in any."""
        numbers = self._numbers if rng is None else rng.permutation(self._numbers)
        return _Rows(self._parts, self._target, self._columns, numbers, steps)

    def sample(self, n_rows, rng):
        """Rows of parts drawn at random, as many parts as have so many rows in the mean."""
        n_parts = math.ceil(n_rows * len(self._parts) / self._parts.n_rows)
        drawn = [self[place] for place in rng.permutation(len(self))[:n_parts]]
        X = pd.concat([X for X, _ in drawn], ignore_index=True)
        return X, np.concatenate([y for _, y in drawn])

    def labels(self):
        """All classes, of a pass over one column."""
        return np.unique(np.concatenate([self._targets(n).unique() for n in self._numbers]))

    def _with_target(self):
        found = [n for n in range(len(self._parts)) if len(self._targets(n))]
        if not found:
            raise ValueError(f"no row has a {self._target!r}.")
        return found

    def _targets(self, number):
        targets = self._parts.read(number, [self._target])[self._target]
        return targets[~missing_rows(targets)]


def _through(steps, X):
    for step in steps:
        X = X if step in (None, "passthrough") else step.transform(X)
    return X
