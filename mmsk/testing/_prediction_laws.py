"""The laws of fusions that are told by what they give: classes, numbers or features.

As in `mmsk.testing._fusion_laws`, every function named ``check_…`` is run.
"""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier

from mmsk.testing._fixtures import (
    TOLERANCE,
    VIEWS,
    answer_of,
    fitted,
    raised,
    table_of,
    target_of,
)


def check_predictors_take_weights_and_groups(fusion):
    """``fit(X, y, sample_weight=, groups=)``; weights of 1 change nothing, others do."""
    if not hasattr(fusion, "predict"):
        return
    model, X = fitted(fusion)
    y = target_of(fusion, table_of()[1])
    even = clone(model).fit(X, y, sample_weight=np.ones(len(X)))
    assert_allclose(answer_of(even, X), answer_of(model, X), **TOLERANCE)
    uneven = clone(model).fit(X, y, sample_weight=np.linspace(0.1, 9, len(X)))
    assert not np.allclose(answer_of(uneven, X), answer_of(model, X)), "weights have no say"
    clone(model).fit(X, y, groups=np.arange(len(X)) // 4)
    requests = clone(model).get_metadata_routing().fit.requests
    assert requests["groups"] is True, "groups are not requested by default"


def check_class_weights_are_weights_of_rows(fusion):
    """``class_weight``, where there is one, is the same as a ``sample_weight`` by class."""
    if "class_weight" not in fusion.get_params(deep=False):
        return
    X, score = table_of(0.3)
    y = target_of(fusion, score)
    shares = dict(zip(*np.unique(y, return_counts=True), strict=True))
    weights = {"balanced": {label: len(y) / (3 * n) for label, n in shares.items()}}
    weights["by name"] = {"low": 3.0, "high": 0.5, "middle": 1.0}
    for word, by_class in weights.items():
        given = word if word == "balanced" else by_class
        model = clone(fusion).set_params(views=VIEWS, class_weight=given).fit(X, y)
        rows = np.array([by_class[label] for label in y])
        twin = clone(fusion).set_params(views=VIEWS).fit(X, y, sample_weight=rows)
        assert_allclose(answer_of(model, X), answer_of(twin, X), **TOLERANCE)


def check_several_targets_are_refused_with_the_remedy(fusion):
    """Of predictors that take one target: the error says what to do with more."""
    if not hasattr(fusion, "predict"):
        return
    X, score = table_of()
    y = target_of(fusion, score)
    model = clone(fusion).set_params(views=VIEWS)
    error = raised(model.fit, X, np.column_stack([y, y]))
    assert error is None or "MultiOutput" in str(error), f"it raised {error!r}"


def check_classifiers_answer_in_the_classes_of_y(fusion):
    """``classes_`` is sorted; ``predict`` is the most probable of them, with its whole name."""
    if not is_classifier(fusion):
        return
    model, X = fitted(fusion)
    assert list(model.classes_) == ["high", "low", "middle"]
    first = model.classes_[answer_of(model, X).argmax(axis=1)]
    assert_array_equal(model.predict(X), first)
    uneven = np.array(["most", "a name of many letters"])[(table_of()[1] > 1).astype(int)]
    found = set(clone(fusion).set_params(views=VIEWS).fit(X, uneven).predict(X))
    assert found <= set(uneven), f"of names of classes, {found - set(uneven)} is left"


def check_transformers_give_named_float32_columns(fusion):
    """Names are unique and as many as columns; frames keep the index."""
    if hasattr(fusion, "predict"):
        return
    model, X = fitted(fusion, lacking=0.3)
    found = model.transform(X)
    names = list(model.get_feature_names_out())
    assert found.dtype == np.float32, f"rows are {found.dtype}, not float32"
    assert len(set(names)) == len(names) == found.shape[1], "not one name per column"
    X.index = [f"row{k}" for k in range(len(X))]
    frame = clone(model).set_output(transform="pandas").fit_transform(X)
    assert list(frame.index) == list(X.index), "the index is lost"
