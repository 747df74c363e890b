"""What every public extractor does, run over all that the rooms register."""

import copy
import io
import pickle
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import polars as pl
import pytest
import soundfile
from PIL import Image
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import mmsk
from mmsk.base import SampleTransformer
from mmsk.exceptions import DecodeError, FailedSamplesWarning

from .io.films import film_with_sound
from .test_house import public_classes

EXTRACTORS = [c for c in public_classes() if issubclass(c, SampleTransformer)]
READ_FILES = [c for c in EXTRACTORS if not c.__module__.startswith("mmsk.text.")]
# What a class is made with that cannot do without
ARGUMENTS = {
    "AudioTrack": {"extractor": mmsk.audio.MFCC()},
    "FramePooling": {"extractor": mmsk.image.HOG()},
}
RNG = np.random.default_rng(0)


def _png(image):
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG")
    return stream.getvalue()


def _wav(samples):
    stream = io.BytesIO()
    soundfile.write(stream, samples, 16000, format="WAV", subtype="FLOAT")
    return stream.getvalue()


def _film(images):
    """A lossless film in memory, so that decoding it gives the images back."""
    import av

    stream = io.BytesIO()
    with av.open(stream, "w", format="matroska") as container:
        track = container.add_stream("ffv1", rate=25, pix_fmt="gray")
        track.height, track.width = images.shape[1:]
        for image in images:
            container.mux(track.encode(av.VideoFrame.from_ndarray(image, format="gray")))
        container.mux(track.encode())
    return stream.getvalue()


IMAGES = [RNG.integers(0, 256, size=(40, 48), dtype=np.uint8) for _ in range(4)]
SOUNDS = [(0.1 * RNG.normal(size=n)).astype(np.float32) for n in (3000, 4000, 5000, 8000)]
FILMS = [RNG.integers(0, 256, size=(n, 24, 32), dtype=np.uint8) for n in (3, 4, 5, 6)]
TEXTS = ["A red kite flies.", "", "Été: 3 ÉTÉS!", "one two\n\nthree 🙂"]
DAMAGED = b"no medium at all \xff"


class Samples(NamedTuple):
    """Samples, what makes the bytes of a file of one, and how a cell names a file."""

    decoded: list
    encode: Callable
    named: Callable = str


SAMPLES = {
    "text": Samples(TEXTS, str.encode, named=Path),  # a str is the text itself
    "image": Samples(IMAGES, _png),
    "audio": Samples(SOUNDS, _wav),
    "video": Samples(FILMS, _film),
    "AudioTrack": Samples([film_with_sound(sound) for sound in SOUNDS], bytes),
}


@pytest.fixture(params=EXTRACTORS, ids=lambda c: c.__name__)
def extractor(request):
    """Makes an extractor, with other parameters where they are given."""
    return partial(request.param, **ARGUMENTS.get(request.param.__name__, {}))


@pytest.fixture
def kind(extractor):
    modality = extractor.func.__module__.split(".")[1]
    return SAMPLES.get(extractor.func.__name__, SAMPLES[modality])


@pytest.fixture
def samples(kind):
    return kind.decoded


@pytest.fixture
def encoded(kind):
    return [kind.encode(sample) for sample in kind.decoded]


def test_all_extractors_are_found():
    assert {"TextStatistics", "HOG", "MFCC", "FramePooling"} <= {c.__name__ for c in EXTRACTORS}


def test_one_float32_row_per_sample_in_order(extractor, samples):
    features = extractor().fit_transform(samples)
    assert features.dtype == np.float32
    assert features.shape[0] == len(samples)
    assert np.isfinite(features).all()
    backwards = extractor().fit(samples).transform(samples[::-1])
    np.testing.assert_array_equal(backwards[::-1], features)


def test_rows_do_not_depend_on_each_other(extractor, samples):
    fitted = extractor().fit(samples)
    alone = np.vstack([fitted.transform([sample]) for sample in samples])
    np.testing.assert_array_equal(alone, fitted.transform(samples))


def test_workers_do_not_change_results(extractor, samples):
    np.testing.assert_array_equal(
        extractor(n_jobs=2).fit_transform(samples), extractor().fit_transform(samples)
    )


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT], ids=repr)
def test_a_missing_sample_is_a_row_of_nan(extractor, samples, missing):
    features = extractor().fit_transform([*samples[:2], missing, samples[2]])
    np.testing.assert_array_equal(
        np.isnan(features), np.repeat([[False], [False], [True], [False]], features.shape[1], 1)
    )


def test_names_are_unique_and_as_many_as_columns(extractor, samples):
    fitted = extractor().fit(samples)
    names = fitted.get_feature_names_out()
    assert len(set(names)) == len(names) == fitted.transform(samples).shape[1]


def test_files_bytes_and_arrays_give_the_same(extractor, kind, samples, encoded, tmp_path):
    paths = [tmp_path / f"{k}.bin" for k in range(len(samples))]
    for path, data in zip(paths, encoded, strict=True):
        path.write_bytes(data)
    fitted = extractor().fit(samples)
    expected = fitted.transform(samples)
    for column in (encoded, paths, list(map(kind.named, paths))):
        np.testing.assert_allclose(fitted.transform(column), expected, rtol=1e-6, atol=1e-6)


def test_columns_of_all_makers_give_the_same(extractor, encoded):
    expected = extractor().fit_transform(encoded)
    boxed = np.fromiter(encoded, dtype=object, count=len(encoded))
    for column in (
        tuple(encoded),
        boxed,
        boxed[:, None],
        pd.Series(encoded),
        pd.DataFrame({"media": encoded}),
        pl.Series(encoded),
        pl.DataFrame({"media": encoded}),
    ):
        np.testing.assert_array_equal(extractor().fit_transform(column), expected)


def test_input_is_left_alone(extractor, samples):
    copies = copy.deepcopy(samples)
    extractor().fit_transform(copies)
    for given, sample in zip(copies, samples, strict=True):
        np.testing.assert_array_equal(given, sample)


def test_clone_and_pickle_keep_what_it_does(extractor, samples):
    fitted = extractor().fit(samples)
    expected = fitted.transform(samples)
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.transform(samples), expected)
    np.testing.assert_array_equal(clone(fitted).fit(samples).transform(samples), expected)


def test_a_damaged_sample_names_row_and_source(extractor, samples):
    column = [samples[0], DAMAGED, samples[1]]
    fitted = extractor().fit(samples)
    with pytest.raises(DecodeError, match="cannot read") as info:
        fitted.transform(column)
    assert info.value.__notes__ == [f"{extractor.func.__name__}: row 1, source 18 bytes"]


def test_a_damaged_sample_is_a_row_of_nan_and_a_warning_where_asked(extractor, samples):
    column = [samples[0], DAMAGED, samples[1]]
    fitted = extractor(on_error="missing").fit(samples)
    with pytest.warns(FailedSamplesWarning, match="1 of 3 samples"):
        features = fitted.transform(column)
    np.testing.assert_array_equal(np.isnan(features[:, 0]), [False, True, False])
    _, errors = fitted.transform_with_errors(column)
    assert [(e.row, e.source) for e in errors] == [(1, "18 bytes")]


def test_before_fit_it_says_so(extractor, samples):
    with pytest.raises(NotFittedError):
        extractor().transform(samples)
    with pytest.raises(NotFittedError):
        extractor().get_feature_names_out()


def test_another_column_than_in_fit_is_refused(extractor, encoded):
    fitted = extractor().fit(pd.DataFrame({"media": encoded}))
    with pytest.raises(ValueError, match="feature names should match"):
        fitted.transform(pd.DataFrame({"other": encoded}))


@pytest.mark.parametrize("maker", ["pandas", "polars"])
def test_set_output_gives_frames_with_names(extractor, samples, maker):
    frame = extractor().set_output(transform=maker).fit_transform(samples)
    assert type(frame).__module__.startswith(maker)
    assert list(frame.columns) == list(extractor().fit(samples).get_feature_names_out())


def test_it_works_in_a_pipeline(extractor, samples):
    scaled = make_pipeline(extractor(), StandardScaler()).fit_transform(samples)
    assert np.isfinite(scaled).all()


@pytest.mark.parametrize(
    ("column", "error", "message"),
    [
        ("a.png", TypeError, "Wrap it in a list"),
        ({"a": [1]}, TypeError, "DataFrame"),
        (pd.DataFrame({"a": ["x"], "b": ["y"]}), ValueError, "table of 2 columns"),
        ([], ValueError, "0 samples"),
        ([Path("absent.file")], DecodeError, "No such file"),
        ([3.5], DecodeError, "got float"),
    ],
)
def test_what_is_no_column_of_samples_is_refused_with_the_remedy(
    extractor, samples, column, error, message
):
    with pytest.raises(error, match=message):
        extractor().fit(samples).transform(column)


@pytest.mark.parametrize("extractor", READ_FILES, indirect=True)
@pytest.mark.parametrize(
    ("name", "message"),
    [("absent.file", "No such file"), ("https://example.org/a.png", "Download it first")],
)
def test_a_string_in_a_cell_names_a_file(extractor, samples, name, message):
    with pytest.raises(DecodeError, match=message):
        extractor().fit(samples).transform([name])


def test_wrong_parameters_are_refused_in_fit(extractor, samples):
    with pytest.raises(ValueError, match="'on_error' parameter"):
        extractor(on_error="ignore").fit(samples)


def test_skops_keeps_what_it_does(extractor, samples, tmp_path):
    fitted = extractor().fit(samples)
    mmsk.model_io.save_model(fitted, tmp_path / "model.skops")
    again = mmsk.model_io.load_model(tmp_path / "model.skops")
    np.testing.assert_array_equal(again.transform(samples), fitted.transform(samples))
