"""What only FramePooling does; the rest is in tests/test_common.py."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import make_pipeline

from mmsk._utils.workers import reporting
from mmsk.base import SampleTransformer
from mmsk.exceptions import DecodeError, FailedSamplesWarning
from mmsk.image import HOG
from mmsk.io import read_image
from mmsk.video import FramePooling

from ..io.films import film_bytes, ramp

RNG = np.random.default_rng(0)
FILM = RNG.integers(0, 256, (5, 24, 32), dtype=np.uint8)


class Levels(SampleTransformer):
    """Mean and highest level of a picture."""

    def __init__(self, *, n_jobs=None, on_error="raise"):
        self.n_jobs = n_jobs
        self.on_error = on_error

    def _fit_cells(self, cells):
        self.n_fitted_ = len(cells)

    def _read(self, source):
        return read_image(source)

    def _extract(self, image):
        if image.max() == 255:
            raise ValueError("it is too bright")
        return np.array([image.mean(), image.max()])

    def _feature_names(self):
        return ["mean", "highest"]


def flat(*levels, size=(6, 6)):
    """A film of frames of one level each."""
    return np.array(levels, np.uint8)[:, None, None] * np.ones((1, *size), np.uint8)


def test_features_are_pooled_over_the_frames_by_hand():
    pools = ("mean", "std", "min", "max")
    extractor = FramePooling(Levels(), every_s=None, pooling=pools)
    features = extractor.fit_transform([flat(10, 20, 60)])
    expected = [30, 30, np.std([10, 20, 60]), np.std([10, 20, 60]), 10, 10, 60, 60]
    np.testing.assert_allclose(features, [expected], rtol=1e-6)
    names = [f"{name}_{pool}" for pool in pools for name in ("mean", "highest")]
    assert list(extractor.get_feature_names_out()) == names


def test_pooling_equals_numpy_on_the_features_of_all_frames():
    extractor = FramePooling(HOG(), every_s=None)
    frames = HOG().fit_transform(list(FILM))
    expected = np.concatenate([frames.mean(axis=0), frames.std(axis=0), frames.max(axis=0)])
    np.testing.assert_allclose(extractor.fit_transform([FILM])[0], expected, atol=1e-6)


def test_the_order_of_frames_does_not_count():
    extractor = FramePooling(HOG(size_px=16), every_s=None).fit([FILM])
    there, back = extractor.transform([FILM, FILM[::-1]])
    np.testing.assert_allclose(there, back, atol=1e-6)


@pytest.mark.parametrize(
    ("every_s", "levels"),
    [(None, range(57)), (0.2, range(0, 57, 5)), (0.5, [0, 13, 26, 39, 52]), (9, [0])],
)
def test_frames_are_described_every_so_many_seconds(every_s, levels):
    film = flat(*range(57))  # a frame every 0.04 s
    features = FramePooling(Levels(), every_s=every_s, pooling=["mean"]).fit_transform([film])
    assert features[0, 0] == pytest.approx(np.mean(levels))


def test_a_film_of_one_frame_does_not_deviate():
    features = FramePooling(Levels()).fit_transform([flat(7)])
    np.testing.assert_array_equal(features, [[7, 7, 0, 0, 7, 7]])


def test_frames_come_in_colour():
    film = np.zeros((2, 6, 6, 3), np.uint8)
    film[..., 0] = 90
    assert FramePooling(Levels()).fit_transform([film])[0, 0] == 30


def test_segments_are_pooled_by_themselves():
    film = flat(*[10] * 25, *[200] * 25)
    table = pd.DataFrame(
        {"film": [film] * 3, "start_s": [None, 1, 0.8], "end_s": [1, None, 1.2]}
    )
    features = FramePooling(Levels(), every_s=None, pooling=["mean"]).fit_transform(table)
    np.testing.assert_allclose(features[:, 0], [10, 200, 105])


def test_parts_of_the_time_have_their_own_means():
    film = flat(*[10] * 5, *[20] * 5, *[60] * 10)
    extractor = FramePooling(Levels(), every_s=None, pooling=["max"], pyramid=(1, 2, 4))
    row = extractor.fit_transform([film])[0]
    found = dict(zip(extractor.get_feature_names_out(), row, strict=True))
    assert list(found)[:4] == ["mean_max", "highest_max", "mean_part1of2", "highest_part1of2"]
    assert [found[f"mean_part{part}of2"] for part in (1, 2)] == [15, 60]
    assert [found[f"mean_part{part}of4"] for part in (1, 2, 3, 4)] == [10, 20, 60, 60]
    assert found["mean_max"] == 60


@pytest.mark.parametrize("pyramid", [(), (0,), (1, 1), (1.5,), (-2, 1)])
def test_a_pyramid_of_no_parts_is_refused(pyramid):
    with pytest.raises(ValueError, match="pyramid must hold different positive whole numbers"):
        FramePooling(Levels(), pyramid=pyramid).fit([FILM])


def test_only_the_first_frames_are_described_where_so_many_are_wanted():
    film = flat(10, 20, 60, 90)
    extractor = FramePooling(Levels(), every_s=None, pooling=["mean", "max"], max_frames=2)
    found = extractor.fit_transform([film])[0]
    np.testing.assert_allclose(found, [15, 15, 20, 20])
    assert len(extractor._sequence(film)) == 2


def test_a_file_is_described_as_its_frames_are():
    film = film_bytes(ramp(10), format="matroska", codec="ffv1", pix_fmt="gray")
    extractor = FramePooling(HOG(), every_s=0.08)
    from_file, from_array = extractor.fit([film]).transform([film, np.stack(ramp(10))])
    np.testing.assert_allclose(from_file, from_array, atol=1e-6)


# What the extractor learns


def test_the_extractor_is_cloned_and_fitted_on_the_first_film_that_can_be_read():
    extractor = HOG()
    column = [None, b"no film", FILM, RNG.integers(0, 256, (3, 40, 40), dtype=np.uint8)]
    pooling = FramePooling(extractor, on_error="missing").fit(column)
    assert pooling.extractor_.size_px_ == (24, 32)
    assert not hasattr(extractor, "size_px_")


def test_a_film_that_cannot_be_read_stops_fit_where_errors_are_raised():
    with pytest.raises(DecodeError, match="cannot read a film") as info:
        FramePooling(Levels()).fit([None, b"no film"])
    assert info.value.__notes__ == ["FramePooling: row 1, source 7 bytes"]


def test_fit_looks_at_a_few_frames_of_a_long_film():
    pooling = FramePooling(Levels(), every_s=None).fit([flat(*range(99))])
    assert pooling.extractor_.n_fitted_ == 8


def test_a_column_without_films_fits_what_has_nothing_to_learn():
    features = FramePooling(HOG(size_px=16)).fit_transform([None, None])
    assert features.shape == (2, 3 * 36)
    assert np.isnan(features).all()
    with pytest.raises(ValueError, match="Give the size"):
        FramePooling(HOG()).fit([None])


def test_a_frozen_extractor_keeps_what_it_learned_from_many_pictures():
    pictures = RNG.integers(0, 256, (20, 16, 16), dtype=np.uint8)
    learned = make_pipeline(HOG(), PCA(n_components=10)).fit(list(pictures))
    features = FramePooling(FrozenEstimator(learned), every_s=None).fit_transform([FILM])
    expected = learned.transform(list(FILM)).mean(axis=0)
    np.testing.assert_allclose(features[0, :10], expected, atol=1e-5)


def test_parameters_of_the_extractor_can_be_searched():
    pooling = FramePooling(HOG())
    for parameters in ParameterGrid({"extractor__size_px": [16, 24], "pooling": [["max"]]}):
        size = pooling.set_params(**parameters).fit([FILM]).extractor_.size_px_
        assert size == (parameters["extractor__size_px"],) * 2


# What goes wrong


def test_a_frame_that_cannot_be_described_is_named_by_its_time():
    extractor = FramePooling(Levels(), every_s=None).fit([flat(1)])
    with pytest.raises(ValueError, match="it is too bright") as info:
        extractor.transform([flat(1), flat(1, 2, 255)])
    assert info.value.__notes__[-2:] == [
        "FramePooling: frame at 0.080 s",
        "FramePooling: row 1, source ndarray(3, 6, 6)",
    ]


def test_where_asked_such_a_film_is_a_row_of_nan():
    extractor = FramePooling(Levels(), every_s=None, on_error="missing").fit([flat(1)])
    with pytest.warns(FailedSamplesWarning, match="FramePooling: 1 of 2 samples"):
        features = extractor.transform([flat(1), flat(1, 2, 255)])
    np.testing.assert_array_equal(np.isnan(features).all(axis=1), [False, True])


@pytest.mark.parametrize("pooling", [(), ("mean", "mean"), ("median",)])
def test_pooling_is_some_of_the_known_ones(pooling):
    with pytest.raises(ValueError, match="pooling must be some of"):
        FramePooling(Levels(), pooling=pooling).fit([flat(1)])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [({"extractor": "hog"}, "'extractor' parameter"), ({"every_s": 0}, "'every_s' parameter")],
)
def test_wrong_parameters_are_named(parameters, message):
    with pytest.raises(ValueError, match=message):
        FramePooling(**{"extractor": Levels(), **parameters}).fit([flat(1)])


def test_progress_counts_films_not_frames():
    reports = []
    extractor = FramePooling(Levels(), every_s=None).fit([flat(1)])
    with reporting(lambda *counts: reports.append(counts)):
        extractor.transform([flat(1, 2, 3), flat(4)])
    assert reports == [(1, 2), (2, 2)]


def test_memory_does_not_grow_with_the_film():
    long = np.broadcast_to(flat(9, size=(32, 32)), (2000, 32, 32))  # one frame in memory
    extractor = FramePooling(Levels(), every_s=None).fit([long])
    extractor.transform([long[:2]])
    tracemalloc.start()
    extractor.transform([long])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200_000  # the frames in colour would be 6 MB
