"""The laws of fusions, each a function of a fusion with any views.

A law raises AssertionError where it is broken. Every function named ``check_…`` here is run
by `check_fusion_estimator`, for transformers, classifiers and regressors alike.
"""

import inspect
import tempfile
import warnings
from pickle import dumps, loads

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from mmsk.exceptions import (
    AbsentColumnWarning,
    FailedSamplesWarning,
    MissingViewWarning,
)
from mmsk.testing._fixtures import (
    LEFT,
    RIGHT,
    TOLERANCE,
    VIEWS,
    answer_of,
    fitted,
    raised,
    table_of,
    target_of,
)
from mmsk.testing._parameters import documented_parameters, unacceptable_values
from mmsk.testing._toys import NoNaN, WordShape, counting


def check_one_finite_row_per_row_in_order(fusion):
    """Row k of the answer is of row k of the table."""
    model, X = fitted(fusion)
    found = answer_of(model, X)
    assert len(found) == len(X), "not one row per row"
    assert np.isfinite(found).all(), "an answer to a complete row is not finite"
    assert_allclose(answer_of(model, X.iloc[::-1])[::-1], found, **TOLERANCE)


def check_rows_do_not_depend_on_each_other(fusion):
    """A row alone has the answer it has among others."""
    model, X = fitted(fusion, lacking=0.3)
    alone = np.vstack([answer_of(model, X.iloc[[k]]) for k in range(10)])
    assert_allclose(alone, answer_of(model, X.iloc[:10]), **TOLERANCE)


def check_both_views_count(fusion):
    """Changing either view changes the answer."""
    model, X = fitted(fusion)
    for columns in (LEFT, RIGHT):
        changed = X.copy()
        changed[columns] = changed[columns] + 1
        assert not np.allclose(answer_of(model, changed), answer_of(model, X)), (
            f"the view of {columns} has no say"
        )


def check_the_table_and_the_views_are_left_alone(fusion):
    """``fit`` changes neither X nor the estimators given in ``views``."""
    extractor = WordShape()
    views = [*VIEWS, ("word", extractor, "word")]
    X, score = table_of()
    X["word"] = ["kite", "drum"] * 20
    before = X.copy()
    clone(fusion).set_params(views=views).fit(X, target_of(fusion, score))
    assert X.equals(before), "fit changed the table"
    assert not hasattr(extractor, "n_features_in_"), "fit fitted the user's own estimator"


def check_fit_returns_the_fusion_and_keeps_its_parameters(fusion):
    """Parameters are the same objects after ``fit``."""
    X, score = table_of()
    model = clone(fusion).set_params(views=VIEWS)
    parameters = model.get_params(deep=False)
    assert model.fit(X, target_of(fusion, score)) is model
    for name, value in parameters.items():
        assert getattr(model, name) is value, f"fit changed the parameter {name}"


def check_a_second_fit_forgets_the_first(fusion):
    """Fitting again gives what a fresh fusion gives."""
    model, X = fitted(fusion, lacking=0.3)
    _, score = table_of()
    again = model.fit(X.iloc[:30], target_of(fusion, score)[:30])
    fresh = clone(model).fit(X.iloc[:30], target_of(fusion, score)[:30])
    assert_allclose(answer_of(again, X), answer_of(fresh, X), **TOLERANCE)


def check_arrays_and_frames_of_all_makers_give_the_same(fusion):
    """Names in pandas and polars, positions in an array."""
    model, X = fitted(fusion)
    expected = answer_of(model, X)
    _, score = table_of()
    places = [("left", "passthrough", [0, 1]), ("right", "passthrough", slice(2, 5))]
    array = clone(fusion).set_params(views=places).fit(X.to_numpy(), target_of(fusion, score))
    assert_allclose(answer_of(array, X.to_numpy()), expected, **TOLERANCE)
    try:
        import polars as pl
    except ModuleNotFoundError:
        return
    frame = pl.DataFrame(X.to_dict("list"))
    other = clone(model).fit(frame, target_of(fusion, score))
    assert_allclose(answer_of(other, frame), expected, **TOLERANCE)


def check_it_can_be_pickled(fusion):
    """A pickled fusion gives the same answers."""
    model, X = fitted(fusion, lacking=0.3)
    assert_array_equal(answer_of(loads(dumps(model)), X), answer_of(model, X))


def check_skops_keeps_it(fusion):
    """Skops writes and reads a fitted fusion, once its own types are trusted."""
    import skops.io

    model, X = fitted(fusion, lacking=0.3)
    data = skops.io.dumps(model)
    again = skops.io.loads(data, trusted=skops.io.get_untrusted_types(data=data))
    assert_array_equal(answer_of(again, X), answer_of(model, X))


def check_rows_may_lack_views_in_fit_and_after(fusion):
    """Answers to rows that lack a view are finite; probabilities sum to 1."""
    model, X = fitted(fusion, lacking=0.4)
    found = answer_of(model, X)
    assert np.isfinite(found).all(), "a row that lacks a view has no finite answer"
    if is_classifier(fusion):
        assert_allclose(found.sum(axis=1), 1)


def check_complete_rows_do_not_notice_incomplete_ones(fusion):
    """A row's answer is the same whether or not others lack a view."""
    model, _ = fitted(fusion, lacking=0.3)
    complete, _ = table_of()
    mixed = complete.copy()
    mixed.loc[::2, LEFT] = np.nan
    assert_allclose(
        answer_of(model, mixed)[1::2], answer_of(model, complete)[1::2], **TOLERANCE
    )


def check_a_view_may_be_absent_from_all_rows(fusion):
    """After ``fit`` a whole view may be missing."""
    model, X = fitted(fusion)
    X[LEFT] = np.nan
    assert np.isfinite(answer_of(model, X)).all()


def check_a_row_with_one_view_is_answered_by_it(fusion):
    """Whichever view it is: the answer depends on it, and nothing says that there is none."""
    model, _ = fitted(fusion, lacking=0.3)
    for columns in (LEFT, RIGHT):
        alone = table_of()[0]
        alone[alone.columns.difference(columns)] = np.nan
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = answer_of(model, alone)
        told = [w for w in caught if issubclass(w.category, MissingViewWarning)]
        assert not told, f"rows that have {columns} are told they have nothing"
        assert not np.allclose(found, found[0]), f"rows that have {columns} are all alike"


def check_columns_of_a_whole_view_may_be_absent(fusion):
    """As if all their cells were missing, with a warning that names them; but not a part."""
    model, X = fitted(fusion, lacking=0.3)
    emptied = X.copy()
    emptied[LEFT] = np.nan
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = answer_of(model, X[RIGHT])
        assert_allclose(found, answer_of(model, emptied), **TOLERANCE)
    told = [str(w.message) for w in caught if issubclass(w.category, AbsentColumnWarning)]
    assert len(told) == 1, f"{len(told)} warnings about columns that are not there"
    assert all(column in told[0] for column in LEFT), "the columns are not named"
    error = raised(lambda table: answer_of(model, table), X.drop(columns="a0"))
    assert isinstance(error, ValueError), "half of a view is taken for the whole"


def check_a_row_that_holds_nothing_has_an_answer(fusion):
    """Finite; of a predictor the prior (shares of classes, or the mean), with a warning."""
    model, X = fitted(fusion, lacking=0.3)
    X.iloc[:2] = np.nan
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = answer_of(model, X)
    assert np.isfinite(found).all()
    assert_allclose(found[0], found[1])
    told = [w for w in caught if issubclass(w.category, MissingViewWarning)]
    assert told, "a row without any view passes unnoticed"
    y = target_of(fusion, table_of()[1])
    if hasattr(model, "predict_proba"):
        shares = np.unique(y, return_counts=True)[1] / len(y)
        assert_allclose(found[0], shares, err_msg="not the shares of the classes")
    elif hasattr(model, "predict") and not is_classifier(fusion):
        assert_allclose(found[0], y.mean(), err_msg="not the mean of the target")


def check_a_dropped_view_is_no_view(fusion):
    """``"drop"`` in place of an estimator."""
    model, X = fitted(fusion, [VIEWS[0], ("right", "drop", RIGHT)])
    alone, _ = fitted(fusion, [VIEWS[0]])
    assert_allclose(answer_of(model, X), answer_of(alone, X), **TOLERANCE)


def check_unreadable_sources_count_as_missing_views(fusion):
    """A failed read is a missing view, listed in ``errors_`` by its row in the table."""
    X, score = table_of()
    X["word"] = [None, "damaged", *["kite", "drummer"] * 19]
    view = make_pipeline(WordShape(on_error="missing"), NoNaN())
    model = clone(fusion).set_params(views=[*VIEWS, ("word", view, "word")])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, target_of(fusion, score))
        found = answer_of(model, X)
    assert [error.row for error in model.errors_] == [1], "errors_ does not list the row"
    told = [str(w.message) for w in caught if issubclass(w.category, FailedSamplesWarning)]
    assert told, "no warning"
    name = type(fusion).__name__
    assert all(name in message for message in told), f"{told[0]!r} does not name {name}"
    assert np.isfinite(found).all()


def check_an_unreadable_source_raises_where_asked(fusion):
    """``on_error="raise"``: the error names the row and the view."""
    X, score = table_of()
    X["word"] = ["kite", "damaged", *["kite", "drummer"] * 19]
    model = clone(fusion).set_params(views=[*VIEWS, ("word", WordShape(), "word")])
    error = raised(model.fit, X, target_of(fusion, score))
    notes = " ".join(getattr(error, "__notes__", []))
    assert "row 1" in notes, f"the error does not name the row: {error!r}"
    assert "'word'" in notes, f"the error does not name the view: {error!r}"


def check_parameters_of_views_are_nested(fusion):
    """``view__parameter`` reads and writes; a view is replaced by its name."""
    extractor = WordShape()
    model = clone(fusion).set_params(views=[*VIEWS, ("word", extractor, "word")])
    model.set_params(word__on_error="missing", left="drop")
    assert model.get_params()["word__on_error"] == "missing"
    assert model.views[0][1] == "drop", "a view is not replaced by its name"
    twin = clone(model)
    assert twin.get_params()["word__on_error"] == "missing"
    assert twin.views[2][1] is not model.views[2][1], "a clone shares the views"


def check_badly_formed_views_are_refused(fusion):
    """No views, doubled names, names with ``__``, no triples, no estimator."""
    X, score = table_of()
    wrong = (
        [],
        [("left", "drop", LEFT)],
        [("left", "passthrough")],
        [VIEWS[0], VIEWS[0]],
        [("le__ft", "passthrough", LEFT)],
        [("left", 3, LEFT)],
        [("left", "passthrough", ["absent"])],
    )
    for views in wrong:
        model = clone(fusion).set_params(views=views)
        error = raised(model.fit, X, target_of(fusion, score))
        assert isinstance(error, (ValueError, TypeError)), f"views={views!r} gave {error!r}"


def check_another_table_than_in_fit_is_refused(fusion):
    """Names of columns are compared; a dict is no table."""
    model, X = fitted(fusion)
    renamed = X.rename(columns={"a0": "other"})
    for wrong in (renamed, X.to_dict("list")):
        error = raised(lambda table: answer_of(model, table), wrong)
        assert isinstance(error, (ValueError, TypeError)), "another table is accepted"


def check_before_fit_it_says_so(fusion):
    """NotFittedError before ``fit``."""
    X, _ = table_of()
    model = clone(fusion).set_params(views=VIEWS)
    error = raised(lambda table: answer_of(model, table), X)
    assert isinstance(error, NotFittedError), f"unfitted, it raised {error!r}"


def check_parameters_are_declared_documented_and_validated(fusion):
    """Constructor, ``_parameter_constraints`` and docstring agree; wrong values are refused."""
    names = list(inspect.signature(type(fusion)).parameters)
    assert set(fusion._parameter_constraints) == set(names), "undeclared parameters"
    assert documented_parameters(type(fusion)) == names, "undocumented parameters"
    X, score = table_of()
    for name, value in unacceptable_values(fusion):
        wrong = clone(fusion).set_params(views=VIEWS)
        setattr(wrong, name, value)
        error = raised(wrong.fit, X, target_of(fusion, score))
        assert isinstance(error, (ValueError, TypeError)), f"{name}={value!r} is accepted"


def check_memory_spares_extractors_and_changes_nothing(fusion):
    """With ``memory`` a second fit describes no sample; the memory of a view goes first."""
    if "memory" not in fusion.get_params(deep=False):
        return
    X, score = table_of()
    X["word"] = ["kite", "drum", "drummer", None] * 10
    y, extractor = target_of(fusion, score), WordShape()
    model = clone(fusion).set_params(views=[*VIEWS, ("word", extractor, "word")])
    expected = answer_of(clone(model).fit(X, y), X)
    several = {"n_jobs": 2} if "n_jobs" in fusion.get_params(deep=False) else {}
    with tempfile.TemporaryDirectory() as folder, counting(WordShape) as described:
        kept = clone(model).set_params(memory=folder).fit(X, y)
        assert described, "the extractor of a view is not asked"
        described.clear()
        for again in (clone(kept).fit(X, y), clone(kept).set_params(**several).fit(X, y)):
            assert_array_equal(answer_of(again, X), expected, "memory changes answers")
        assert not described, f"{len(described)} samples are described again"
        assert extractor.memory is None, "fit changed the user's own estimator"
        words_only = X.iloc[:3].copy()
        words_only[[*LEFT, *RIGHT]] = np.nan
        answer_of(kept.set_params(memory=None), words_only)
        assert described, "memory cannot be turned off for prediction"
        described.clear()
        answer_of(clone(model).set_params(word__memory=folder).fit(X, y), X)
        assert not described, "the memory of a view's own extractor is not asked"


def check_workers_do_not_change_results(fusion):
    """``n_jobs`` has no say in the result."""
    if "n_jobs" not in fusion.get_params(deep=False):
        return
    model, X = fitted(fusion, lacking=0.3)
    parallel, _ = fitted(clone(fusion).set_params(n_jobs=2), lacking=0.3)
    assert_allclose(answer_of(parallel, X), answer_of(model, X), **TOLERANCE)
