"""The laws of fusions, each a function of a fusion with any views.

A law raises AssertionError where it is broken. Every function named ``check_…`` here is run
by `check_fusion_estimator`, for transformers, classifiers and regressors alike.
"""

import inspect
import warnings
from pickle import dumps, loads

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from mmsk.exceptions import (
    AbsentColumnWarning,
    FailedSamplesWarning,
    MissingViewWarning,
    MmskWarning,
)
from mmsk.testing._parameters import documented_parameters, unacceptable_values
from mmsk.testing._toys import NoNaN, WordShape

_LEFT, _RIGHT = ["a0", "a1"], ["b0", "b1", "b2"]
_VIEWS = [("left", "passthrough", _LEFT), ("right", "passthrough", _RIGHT)]
_TOLERANCE = {"rtol": 1e-5, "atol": 1e-6}


def _table(lacking=0.0):
    """40 rows of two numeric views that both tell the target, some rows lacking one."""
    import pandas as pd

    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(40, 5)), columns=_LEFT + _RIGHT)
    score = X["a0"] - X["b0"]
    lacks = rng.random((40, 2)) < lacking
    lacks[lacks.all(axis=1), 0] = False
    X.loc[lacks[:, 0], _LEFT] = np.nan
    X.loc[lacks[:, 1], _RIGHT] = np.nan
    return X, score.to_numpy()


def _target(fusion, score):
    if is_classifier(fusion):
        return np.array(["low", "middle", "high"])[np.digitize(score, [-0.7, 0.7])]
    return score


def _fitted(fusion, views=None, lacking=0.0):
    X, score = _table(lacking)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MmskWarning)
        model = clone(fusion).set_params(views=views or _VIEWS)
        return model.fit(X, _target(fusion, score)), X


def _answer(model, X):
    """What the fusion gives for rows: features, probabilities or predictions."""
    for method in ("predict_proba", "predict", "transform"):
        if hasattr(model, method):
            found = getattr(model, method)(X)
            found = found.toarray() if sparse.issparse(found) else np.asarray(found)
            if found.dtype.kind in "OU":  # classes, of a fusion without probabilities
                return (found[:, None] == model.classes_).astype(float)
            return found.reshape(len(found), -1)
    raise AssertionError("a fusion has neither predict nor transform")


def check_one_finite_row_per_row_in_order(fusion):
    """Row k of the answer is of row k of the table."""
    model, X = _fitted(fusion)
    found = _answer(model, X)
    assert len(found) == len(X), "not one row per row"
    assert np.isfinite(found).all(), "an answer to a complete row is not finite"
    assert_allclose(_answer(model, X.iloc[::-1])[::-1], found, **_TOLERANCE)


def check_rows_do_not_depend_on_each_other(fusion):
    """A row alone has the answer it has among others."""
    model, X = _fitted(fusion, lacking=0.3)
    alone = np.vstack([_answer(model, X.iloc[[k]]) for k in range(10)])
    assert_allclose(alone, _answer(model, X.iloc[:10]), **_TOLERANCE)


def check_both_views_count(fusion):
    """Changing either view changes the answer."""
    model, X = _fitted(fusion)
    for columns in (_LEFT, _RIGHT):
        changed = X.copy()
        changed[columns] = changed[columns] + 1
        assert not np.allclose(_answer(model, changed), _answer(model, X)), (
            f"the view of {columns} has no say"
        )


def check_the_table_and_the_views_are_left_alone(fusion):
    """``fit`` changes neither X nor the estimators given in ``views``."""
    extractor = WordShape()
    views = [*_VIEWS, ("word", extractor, "word")]
    X, score = _table()
    X["word"] = ["kite", "drum"] * 20
    before = X.copy()
    clone(fusion).set_params(views=views).fit(X, _target(fusion, score))
    assert X.equals(before), "fit changed the table"
    assert not hasattr(extractor, "n_features_in_"), "fit fitted the user's own estimator"


def check_fit_returns_the_fusion_and_keeps_its_parameters(fusion):
    """Parameters are the same objects after ``fit``."""
    X, score = _table()
    model = clone(fusion).set_params(views=_VIEWS)
    parameters = model.get_params(deep=False)
    assert model.fit(X, _target(fusion, score)) is model
    for name, value in parameters.items():
        assert getattr(model, name) is value, f"fit changed the parameter {name}"


def check_a_second_fit_forgets_the_first(fusion):
    """Fitting again gives what a fresh fusion gives."""
    model, X = _fitted(fusion, lacking=0.3)
    _, score = _table()
    again = model.fit(X.iloc[:30], _target(fusion, score)[:30])
    fresh = clone(model).fit(X.iloc[:30], _target(fusion, score)[:30])
    assert_allclose(_answer(again, X), _answer(fresh, X), **_TOLERANCE)


def check_arrays_and_frames_of_all_makers_give_the_same(fusion):
    """Names in pandas and polars, positions in an array."""
    model, X = _fitted(fusion)
    expected = _answer(model, X)
    _, score = _table()
    places = [("left", "passthrough", [0, 1]), ("right", "passthrough", slice(2, 5))]
    array = clone(fusion).set_params(views=places).fit(X.to_numpy(), _target(fusion, score))
    assert_allclose(_answer(array, X.to_numpy()), expected, **_TOLERANCE)
    try:
        import polars as pl
    except ModuleNotFoundError:
        return
    frame = pl.DataFrame(X.to_dict("list"))
    other = clone(model).fit(frame, _target(fusion, score))
    assert_allclose(_answer(other, frame), expected, **_TOLERANCE)


def check_it_can_be_pickled(fusion):
    """A pickled fusion gives the same answers."""
    model, X = _fitted(fusion, lacking=0.3)
    assert_array_equal(_answer(loads(dumps(model)), X), _answer(model, X))


def check_skops_keeps_it(fusion):
    """Skops writes and reads a fitted fusion, once its own types are trusted."""
    import skops.io

    model, X = _fitted(fusion, lacking=0.3)
    data = skops.io.dumps(model)
    again = skops.io.loads(data, trusted=skops.io.get_untrusted_types(data=data))
    assert_array_equal(_answer(again, X), _answer(model, X))


def check_rows_may_lack_views_in_fit_and_after(fusion):
    """Answers to rows that lack a view are finite; probabilities sum to 1."""
    model, X = _fitted(fusion, lacking=0.4)
    found = _answer(model, X)
    assert np.isfinite(found).all(), "a row that lacks a view has no finite answer"
    if is_classifier(fusion):
        assert_allclose(found.sum(axis=1), 1)


def check_complete_rows_do_not_notice_incomplete_ones(fusion):
    """A row's answer is the same whether or not others lack a view."""
    model, _ = _fitted(fusion, lacking=0.3)
    complete, _ = _table()
    mixed = complete.copy()
    mixed.loc[::2, _LEFT] = np.nan
    assert_allclose(_answer(model, mixed)[1::2], _answer(model, complete)[1::2], **_TOLERANCE)


def check_a_view_may_be_absent_from_all_rows(fusion):
    """After ``fit`` a whole view may be missing."""
    model, X = _fitted(fusion)
    X[_LEFT] = np.nan
    assert np.isfinite(_answer(model, X)).all()


def check_columns_of_a_whole_view_may_be_absent(fusion):
    """As if all their cells were missing, with a warning that names them; but not a part."""
    model, X = _fitted(fusion, lacking=0.3)
    emptied = X.copy()
    emptied[_LEFT] = np.nan
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = _answer(model, X[_RIGHT])
        assert_allclose(found, _answer(model, emptied), **_TOLERANCE)
    told = [str(w.message) for w in caught if issubclass(w.category, AbsentColumnWarning)]
    assert len(told) == 1, f"{len(told)} warnings about columns that are not there"
    assert all(column in told[0] for column in _LEFT), "the columns are not named"
    error = _raised(lambda table: _answer(model, table), X.drop(columns="a0"))
    assert isinstance(error, ValueError), "half of a view is taken for the whole"


def check_a_row_that_holds_nothing_has_an_answer(fusion):
    """Finite; of a predictor the prior (shares of classes, or the mean), with a warning."""
    model, X = _fitted(fusion, lacking=0.3)
    X.iloc[:2] = np.nan
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = _answer(model, X)
    assert np.isfinite(found).all()
    assert_allclose(found[0], found[1])
    told = [w for w in caught if issubclass(w.category, MissingViewWarning)]
    assert told, "a row without any view passes unnoticed"
    y = _target(fusion, _table()[1])
    if hasattr(model, "predict_proba"):
        shares = np.unique(y, return_counts=True)[1] / len(y)
        assert_allclose(found[0], shares, err_msg="not the shares of the classes")
    elif hasattr(model, "predict") and not is_classifier(fusion):
        assert_allclose(found[0], y.mean(), err_msg="not the mean of the target")


def check_a_dropped_view_is_no_view(fusion):
    """``"drop"`` in place of an estimator."""
    model, X = _fitted(fusion, [_VIEWS[0], ("right", "drop", _RIGHT)])
    alone, _ = _fitted(fusion, [_VIEWS[0]])
    assert_allclose(_answer(model, X), _answer(alone, X), **_TOLERANCE)


def check_unreadable_sources_count_as_missing_views(fusion):
    """A failed read is a missing view, listed in ``errors_`` by its row in the table."""
    X, score = _table()
    X["word"] = [None, "damaged", *["kite", "drummer"] * 19]
    view = make_pipeline(WordShape(on_error="missing"), NoNaN())
    model = clone(fusion).set_params(views=[*_VIEWS, ("word", view, "word")])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, _target(fusion, score))
        found = _answer(model, X)
    assert [error.row for error in model.errors_] == [1], "errors_ does not list the row"
    assert any(issubclass(w.category, FailedSamplesWarning) for w in caught), "no warning"
    assert np.isfinite(found).all()


def check_an_unreadable_source_raises_where_asked(fusion):
    """``on_error="raise"``: the error names the row and the view."""
    X, score = _table()
    X["word"] = ["kite", "damaged", *["kite", "drummer"] * 19]
    model = clone(fusion).set_params(views=[*_VIEWS, ("word", WordShape(), "word")])
    error = _raised(model.fit, X, _target(fusion, score))
    notes = " ".join(getattr(error, "__notes__", []))
    assert "row 1" in notes, f"the error does not name the row: {error!r}"
    assert "'word'" in notes, f"the error does not name the view: {error!r}"


def check_parameters_of_views_are_nested(fusion):
    """``view__parameter`` reads and writes; a view is replaced by its name."""
    extractor = WordShape()
    model = clone(fusion).set_params(views=[*_VIEWS, ("word", extractor, "word")])
    model.set_params(word__on_error="missing", left="drop")
    assert model.get_params()["word__on_error"] == "missing"
    assert model.views[0][1] == "drop", "a view is not replaced by its name"
    twin = clone(model)
    assert twin.get_params()["word__on_error"] == "missing"
    assert twin.views[2][1] is not model.views[2][1], "a clone shares the views"


def check_badly_formed_views_are_refused(fusion):
    """No views, doubled names, names with ``__``, no triples, no estimator."""
    X, score = _table()
    wrong = (
        [],
        [("left", "drop", _LEFT)],
        [("left", "passthrough")],
        [_VIEWS[0], _VIEWS[0]],
        [("le__ft", "passthrough", _LEFT)],
        [("left", 3, _LEFT)],
        [("left", "passthrough", ["absent"])],
    )
    for views in wrong:
        model = clone(fusion).set_params(views=views)
        error = _raised(model.fit, X, _target(fusion, score))
        assert isinstance(error, (ValueError, TypeError)), f"views={views!r} gave {error!r}"


def check_another_table_than_in_fit_is_refused(fusion):
    """Names of columns are compared; a dict is no table."""
    model, X = _fitted(fusion)
    renamed = X.rename(columns={"a0": "other"})
    for wrong in (renamed, X.to_dict("list")):
        error = _raised(lambda table: _answer(model, table), wrong)
        assert isinstance(error, (ValueError, TypeError)), "another table is accepted"


def check_before_fit_it_says_so(fusion):
    """NotFittedError before ``fit``."""
    X, _ = _table()
    model = clone(fusion).set_params(views=_VIEWS)
    error = _raised(lambda table: _answer(model, table), X)
    assert isinstance(error, NotFittedError), f"unfitted, it raised {error!r}"


def check_parameters_are_declared_documented_and_validated(fusion):
    """Constructor, ``_parameter_constraints`` and docstring agree; wrong values are refused."""
    names = list(inspect.signature(type(fusion)).parameters)
    assert set(fusion._parameter_constraints) == set(names), "undeclared parameters"
    assert documented_parameters(type(fusion)) == names, "undocumented parameters"
    X, score = _table()
    for name, value in unacceptable_values(fusion):
        wrong = clone(fusion).set_params(views=_VIEWS)
        setattr(wrong, name, value)
        error = _raised(wrong.fit, X, _target(fusion, score))
        assert isinstance(error, (ValueError, TypeError)), f"{name}={value!r} is accepted"


def check_workers_do_not_change_results(fusion):
    """``n_jobs`` has no say in the result."""
    if "n_jobs" not in fusion.get_params(deep=False):
        return
    model, X = _fitted(fusion, lacking=0.3)
    parallel, _ = _fitted(clone(fusion).set_params(n_jobs=2), lacking=0.3)
    assert_allclose(_answer(parallel, X), _answer(model, X), **_TOLERANCE)


def check_predictors_take_weights_and_groups(fusion):
    """``fit(X, y, sample_weight=, groups=)``; weights of 1 change nothing, others do."""
    if not hasattr(fusion, "predict"):
        return
    model, X = _fitted(fusion)
    y = _target(fusion, _table()[1])
    even = clone(model).fit(X, y, sample_weight=np.ones(len(X)))
    assert_allclose(_answer(even, X), _answer(model, X), **_TOLERANCE)
    uneven = clone(model).fit(X, y, sample_weight=np.linspace(0.1, 9, len(X)))
    assert not np.allclose(_answer(uneven, X), _answer(model, X)), "weights have no say"
    clone(model).fit(X, y, groups=np.arange(len(X)) // 4)
    requests = clone(model).get_metadata_routing().fit.requests
    assert requests["groups"] is True, "groups are not requested by default"


def check_class_weights_are_weights_of_rows(fusion):
    """``class_weight``, where there is one, is the same as a ``sample_weight`` by class."""
    if "class_weight" not in fusion.get_params(deep=False):
        return
    X, score = _table(0.3)
    y = _target(fusion, score)
    shares = dict(zip(*np.unique(y, return_counts=True), strict=True))
    weights = {"balanced": {label: len(y) / (3 * n) for label, n in shares.items()}}
    weights["by name"] = {"low": 3.0, "high": 0.5, "middle": 1.0}
    for word, by_class in weights.items():
        given = word if word == "balanced" else by_class
        model = clone(fusion).set_params(views=_VIEWS, class_weight=given).fit(X, y)
        rows = np.array([by_class[label] for label in y])
        twin = clone(fusion).set_params(views=_VIEWS).fit(X, y, sample_weight=rows)
        assert_allclose(_answer(model, X), _answer(twin, X), **_TOLERANCE)


def check_several_targets_are_refused_with_the_remedy(fusion):
    """Of predictors that take one target: the error says what to do with more."""
    if not hasattr(fusion, "predict"):
        return
    X, score = _table()
    y = _target(fusion, score)
    model = clone(fusion).set_params(views=_VIEWS)
    error = _raised(model.fit, X, np.column_stack([y, y]))
    assert error is None or "MultiOutput" in str(error), f"it raised {error!r}"


def check_classifiers_answer_in_the_classes_of_y(fusion):
    """``classes_`` is sorted; ``predict`` is the most probable of them, with its whole name."""
    if not is_classifier(fusion):
        return
    model, X = _fitted(fusion)
    assert list(model.classes_) == ["high", "low", "middle"]
    first = model.classes_[_answer(model, X).argmax(axis=1)]
    assert_array_equal(model.predict(X), first)
    uneven = np.array(["most", "a name of many letters"])[(_table()[1] > 1).astype(int)]
    found = set(clone(fusion).set_params(views=_VIEWS).fit(X, uneven).predict(X))
    assert found <= set(uneven), f"of names of classes, {found - set(uneven)} is left"


def check_transformers_give_named_float32_columns(fusion):
    """Names are unique and as many as columns; frames keep the index."""
    if hasattr(fusion, "predict"):
        return
    model, X = _fitted(fusion, lacking=0.3)
    found = model.transform(X)
    names = list(model.get_feature_names_out())
    assert found.dtype == np.float32, f"rows are {found.dtype}, not float32"
    assert len(set(names)) == len(names) == found.shape[1], "not one name per column"
    X.index = [f"row{k}" for k in range(len(X))]
    frame = clone(model).set_output(transform="pandas").fit_transform(X)
    assert list(frame.index) == list(X.index), "the index is lost"


def _raised(call, *arguments):
    """What a call raises, None if nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MmskWarning)
            call(*arguments)
    except Exception as error:
        return error
    return None
