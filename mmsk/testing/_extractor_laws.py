"""The laws of extractors, each a function of an estimator and samples.

A law raises AssertionError where it is broken. Every function named ``check_…`` here is run
by `check_media_estimator`.
"""

import inspect
import tempfile
import threading
import warnings
from pathlib import Path
from pickle import dumps, loads

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from mmsk.exceptions import DecodeError, FailedSamplesWarning
from mmsk.testing._parameters import documented_parameters, unacceptable_values


def check_one_float32_row_per_sample_in_order(estimator, samples):
    """Row k is of sample k, of type float32, finite, whatever the order of the column."""
    fitted = clone(estimator).fit(samples.decoded)
    features = fitted.transform(samples.decoded)
    assert isinstance(features, np.ndarray), f"transform gave {type(features).__name__}"
    assert features.dtype == np.float32, f"rows are {features.dtype}, not float32"
    assert features.ndim == 2, f"transform gave {features.ndim} dimensions"
    assert len(features) == len(samples.decoded), "not one row per sample"
    assert np.isfinite(features).all(), "a row of a sound sample is not finite"
    backwards = fitted.transform(samples.decoded[::-1])
    assert_array_equal(backwards[::-1], features, "rows do not follow the order of samples")


def check_samples_tell_rows_apart(estimator, samples):
    """Different samples have different rows: the features look at the sample."""
    features = clone(estimator).fit_transform(samples.decoded)
    assert not np.array_equal(features[0], features[1]), "two samples have the same row"


def check_rows_do_not_depend_on_each_other(estimator, samples):
    """A sample alone has the row it has among others."""
    fitted = clone(estimator).fit(samples.decoded)
    alone = np.vstack([fitted.transform([sample]) for sample in samples.decoded])
    assert_array_equal(alone, fitted.transform(samples.decoded))


def check_fit_transform_is_fit_then_transform(estimator, samples):
    """``fit_transform`` equals ``fit`` then ``transform``; ``fit`` returns the estimator."""
    one, two = clone(estimator), clone(estimator)
    assert two.fit(samples.decoded) is two, "fit does not return the estimator"
    assert_array_equal(one.fit_transform(samples.decoded), two.transform(samples.decoded))


def check_transform_changes_nothing_in_the_estimator(estimator, samples):
    """Parameters, their values and fitted attributes are the same after ``transform``."""
    fitted = clone(estimator).fit(samples.decoded)
    before = dumps(vars(fitted))
    fitted.transform(samples.decoded)
    assert dumps(vars(fitted)) == before, "transform changed the estimator"


def check_workers_do_not_change_results(estimator, samples):
    """``n_jobs`` has no say in the result."""
    expected = clone(estimator).fit_transform(samples.decoded)
    if "n_jobs" not in estimator.get_params():
        return
    found = clone(estimator).set_params(n_jobs=2).fit_transform(samples.decoded)
    assert_array_equal(found, expected, "rows differ with n_jobs=2")


def check_rows_from_memory_are_those_described(estimator, samples):
    """``memory`` has no say in the result, whether rows are new, known, or pooled of known."""
    if "memory" not in estimator.get_params():
        return
    cells = [*samples.encoded, None, samples.encoded[:2]]
    expected = clone(estimator).fit_transform(cells)
    with tempfile.TemporaryDirectory() as folder:
        for told in ("new", "known", "known, and fitted anew"):
            found = clone(estimator).set_params(memory=folder).fit_transform(cells)
            assert_array_equal(found, expected, f"rows that are {told} differ with memory")
        fitted = clone(estimator).set_params(memory=folder, n_jobs=2).fit(cells)
        backwards = fitted.transform(cells[::-1])
        assert_array_equal(backwards[::-1], expected, "known rows are those of other samples")


def check_threads_do_not_change_results(estimator, samples):
    """One fitted extractor may be used from several threads at once."""
    fitted = clone(estimator).fit(samples.decoded)
    expected = fitted.transform(samples.decoded)
    found = [None] * 4

    def work(slot):
        found[slot] = fitted.transform(samples.decoded)

    threads = [threading.Thread(target=work, args=(slot,)) for slot in range(len(found))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for features in found:
        assert_array_equal(features, expected, "rows differ between threads")


def check_a_missing_sample_is_a_row_of_nan(estimator, samples):
    """None, NaN and an empty list give NaN in that row and leave the others alone."""
    expected = clone(estimator).fit_transform(samples.decoded)
    fitted = clone(estimator).fit(samples.decoded)
    for missing in (None, float("nan"), np.float64("nan"), []):
        features = fitted.transform([samples.decoded[0], missing, samples.decoded[1]])
        assert np.isnan(features[1]).all(), f"{missing!r} is not a row of NaN"
        assert_array_equal(features[[0, 2]], expected[:2], "a missing sample changed others")


def check_input_is_left_alone(estimator, samples):
    """Samples are the same after ``fit`` and ``transform``."""
    copies = loads(dumps(samples.decoded))
    clone(estimator).fit(copies).transform(copies)
    for copy, sample in zip(copies, samples.decoded, strict=True):
        assert np.array_equal(copy, sample), "fit or transform changed a sample"


def check_read_only_samples_are_accepted(estimator, samples):
    """Arrays that may not be written, as joblib hands them to workers."""
    expected = clone(estimator).fit_transform(samples.decoded)
    frozen = loads(dumps(samples.decoded))
    for sample in frozen:
        if isinstance(sample, np.ndarray):
            sample.setflags(write=False)
    assert_array_equal(clone(estimator).fit_transform(frozen), expected)


def check_files_bytes_and_decoded_samples_give_the_same(estimator, samples):
    """A path, the bytes of the file and the decoded sample have the same row."""
    fitted = clone(estimator).fit(samples.decoded)
    expected = fitted.transform(samples.decoded)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{k}.bin" for k in range(len(samples.encoded))]
        for path, data in zip(paths, samples.encoded, strict=True):
            path.write_bytes(data)
        for column in (samples.encoded, paths):
            assert_allclose(fitted.transform(column), expected, rtol=1e-6, atol=1e-6)


def check_columns_of_all_makers_give_the_same(estimator, samples):
    """List, tuple, Series, one-column frame and object array; pandas, and polars if there."""
    cells = samples.encoded
    expected = clone(estimator).fit_transform(cells)
    for column in _columns(cells):
        found = clone(estimator).fit_transform(column)
        assert_array_equal(found, expected, f"{type(column)} gives other rows than a list")


def check_it_can_be_cloned_and_pickled(estimator, samples):
    """A pickled extractor gives the same rows; a clone has the same parameters."""
    fitted = clone(estimator).fit(samples.decoded)
    expected = fitted.transform(samples.decoded)
    again = loads(dumps(fitted))
    assert_array_equal(again.transform(samples.decoded), expected)
    assert_array_equal(clone(fitted).fit(samples.decoded).transform(samples.decoded), expected)


def check_skops_keeps_it(estimator, samples):
    """Skops writes and reads a fitted extractor, once its own types are trusted."""
    import skops.io

    fitted = clone(estimator).fit(samples.decoded)
    data = skops.io.dumps(fitted)
    again = skops.io.loads(data, trusted=skops.io.get_untrusted_types(data=data))
    assert_array_equal(again.transform(samples.decoded), fitted.transform(samples.decoded))


def check_names_are_unique_and_as_many_as_columns(estimator, samples):
    """``get_feature_names_out`` names every column once, as strings."""
    fitted = clone(estimator).fit(samples.decoded)
    names = fitted.get_feature_names_out()
    assert all(isinstance(name, str) for name in names), "a name is no string"
    assert len(set(names)) == len(names), "two features have one name"
    assert len(names) == fitted.transform(samples.decoded).shape[1], "not a name per column"


def check_names_follow_parameters(estimator, samples):
    """After ``set_params`` and a new ``fit``, names are those of a fresh estimator."""
    for parameter, value in _other_values(estimator, samples):
        used = clone(estimator).fit(samples.decoded)
        used.get_feature_names_out()
        used.set_params(**{parameter: value})
        fresh = clone(estimator).set_params(**{parameter: value}).fit(samples.decoded)
        width = used.fit(samples.decoded).transform(samples.decoded).shape[1]
        assert list(used.get_feature_names_out()) == list(fresh.get_feature_names_out())
        assert width == len(fresh.get_feature_names_out()), f"{parameter} left names stale"


def check_set_output_gives_named_frames_with_the_index(estimator, samples):
    """``set_output(transform="pandas")`` gives names, and the index of a Series."""
    import pandas as pd

    index = [f"row{k}" for k in range(len(samples.encoded))]
    column = pd.Series(samples.encoded, index=index)
    fitted = clone(estimator).set_output(transform="pandas").fit(column)
    frame = fitted.transform(column)
    assert list(frame.index) == index, "the index is lost"
    assert list(frame.columns) == list(fitted.get_feature_names_out())


def check_an_unreadable_sample_names_row_and_source(estimator, samples):
    """A damaged sample raises DecodeError whose notes say where it stands."""
    fitted = clone(estimator).fit(samples.decoded)
    error = _raised(fitted.transform, [samples.decoded[0], samples.damaged])
    assert isinstance(error, DecodeError), f"a damaged sample raised {error!r}"
    notes = " ".join(getattr(error, "__notes__", []))
    assert "row 1" in notes, f"the error does not name the row: {notes!r}"
    assert f"{len(samples.damaged)} bytes" in notes, "the error does not name the source"


def check_an_unreadable_sample_is_a_row_of_nan_where_asked(estimator, samples):
    """``on_error="missing"``: a row of NaN, one warning, and the failure listed."""
    column = [samples.decoded[0], samples.damaged, None, samples.decoded[1]]
    fitted = clone(estimator).set_params(on_error="missing").fit(samples.decoded)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        features = fitted.transform(column)
    told = [w for w in caught if issubclass(w.category, FailedSamplesWarning)]
    assert len(told) == 1, f"{len(told)} warnings about one failure"
    assert_array_equal(np.isnan(features).all(axis=1), [False, True, True, False])
    again, errors = fitted.transform_with_errors(column)
    assert_array_equal(again, features)
    assert [error.row for error in errors] == [1], "the failure is not listed by its row"
    assert errors[0].reason, "the failure has no reason"


def check_the_tiniest_sample_is_finite_or_refused(estimator, samples):
    """One pixel, number, frame or letter: finite features, or a ValueError in words."""
    fitted = clone(estimator).fit(samples.decoded)
    for tiny in samples.tiny:
        try:
            features = fitted.transform([tiny])
        except ValueError as error:
            assert str(error), "a tiny sample is refused without a word"
        else:
            assert np.isfinite(features).all(), "a tiny sample gives NaN or infinity"


def check_what_is_no_column_is_refused(estimator, samples):
    """A bare sample, a dict, an empty list, a frame of two columns."""
    import pandas as pd

    fitted = clone(estimator).fit(samples.decoded)
    two = pd.DataFrame({"a": samples.encoded, "b": samples.encoded})
    for wrong in ("a.bin", samples.encoded[0], {"a": samples.decoded}, [], two):
        error = _raised(fitted.transform, wrong)
        assert isinstance(error, (TypeError, ValueError)), f"{type(wrong)} gave {error!r}"


def check_another_column_than_in_fit_is_refused(estimator, samples):
    """Names of frames are compared, in scikit-learn's words."""
    import pandas as pd

    fitted = clone(estimator).fit(pd.DataFrame({"a": samples.encoded}))
    error = _raised(fitted.transform, pd.DataFrame({"b": samples.encoded}))
    assert isinstance(error, ValueError), "another column's name is not noticed"
    assert "feature names should match" in str(error)


def check_before_fit_it_says_so(estimator, samples):
    """``transform`` and names raise NotFittedError before ``fit``."""
    for call in (estimator.transform, lambda _: estimator.get_feature_names_out()):
        error = _raised(clone(estimator) and call, samples.decoded)
        assert isinstance(error, NotFittedError), f"unfitted, it raised {error!r}"


def check_the_constructor_only_assigns(estimator, samples):
    """Attributes after construction are the parameters, unchanged; no ``fit`` changes them."""
    unfitted = clone(estimator)
    parameters = unfitted.get_params(deep=False)
    assert set(vars(unfitted)) == set(parameters), "the constructor sets other attributes"
    fitted = unfitted.fit(samples.decoded)
    for name, value in parameters.items():
        assert getattr(fitted, name) is value, f"fit changed the parameter {name}"


def check_parameters_are_declared_documented_and_validated(estimator, samples):
    """Constructor, ``_parameter_constraints`` and docstring agree; wrong values are refused."""
    names = list(inspect.signature(type(estimator)).parameters)
    assert set(estimator._parameter_constraints) == set(names), "undeclared parameters"
    assert documented_parameters(type(estimator)) == names, "undocumented parameters"
    for name, value in unacceptable_values(estimator):
        wrong = clone(estimator).set_params(**{name: value})
        error = _raised(wrong.fit, samples.decoded)
        assert isinstance(error, ValueError), f"{name}={value!r} is accepted"
        assert name in str(error), f"the error does not name {name}: {error}"


def _raised(call, argument):
    """What a call raises, None if nothing."""
    try:
        call(argument)
    except Exception as error:
        return error
    return None


def _columns(cells):
    import pandas as pd

    boxed = np.fromiter(cells, dtype=object, count=len(cells))
    yield from (tuple(cells), boxed, boxed[:, None])
    yield from (pd.Series(cells), pd.DataFrame({"media": cells}))
    try:
        import polars as pl
    except ModuleNotFoundError:
        return
    yield from (pl.Series(cells), pl.DataFrame({"media": cells}))


def _other_values(estimator, samples):
    """Parameters that are small whole numbers, and one more than each, where it is legal."""
    for name, value in estimator.get_params(deep=False).items():
        if isinstance(value, int) and not isinstance(value, bool) and 1 < value < 100:
            changed = clone(estimator).set_params(**{name: value + 1})
            if _raised(changed.fit_transform, samples.decoded) is None:
                yield name, value + 1
