"""What only FrameStatistics does; the rest is in tests/test_common.py."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mmsk.video import FrameStatistics

films = st.tuples(st.integers(1, 5), st.integers(1, 7), st.integers(1, 7)).flatmap(
    lambda shape: arrays(np.uint8, shape)
)


def described(film, **parameters):
    """Features of one film, by name."""
    extractor = FrameStatistics(**parameters)
    row = extractor.fit_transform([film])[0]
    return pd.Series(row, index=extractor.get_feature_names_out())


def flat(*levels, size=(6, 6)):
    """A film of frames of one level each."""
    return np.array(levels, np.uint8)[:, None, None] * np.ones((1, *size), np.uint8)


def test_there_are_49_features_with_names():
    names = FrameStatistics().fit([flat(0)]).get_feature_names_out()
    assert len(names) == 49
    assert names[0] == "luma_mean"
    assert names[-1] == "difference_r2_c2"


def test_a_still_film_does_not_change():
    features = described(flat(77, 77, 77))
    assert (features.filter(like="change") == 0).all()
    assert (features.filter(like="difference") == 0).all()
    assert features["cuts_per_s"] == 0
    assert features["luma_mean"] == features["luma_r1_c1"] == 77


def test_a_brightening_film_by_hand():
    features = described(flat(10, 20, 60))
    assert features["luma_mean"] == 30
    assert features["luma_std"] == pytest.approx(np.std([10, 20, 60]))
    assert (features["luma_min"], features["luma_max"]) == (10, 60)
    assert features["luma_change"] == 25
    assert features["difference_mean"] == 25
    assert features["difference_max"] == 40
    assert features["difference_change"] == 30
    assert features["variance_max"] == features["contrast_max"] == features["entropy_max"] == 0


def test_half_black_half_white_has_one_bit_and_full_contrast():
    film = flat(0, 0)
    film[:, :, 3:] = 255
    features = described(film)
    assert features["entropy_mean"] == 1
    assert features["contrast_mean"] == 255
    assert features["variance_mean"] == 127.5**2


def test_the_grid_tells_where_something_moves():
    film = flat(0, 0, size=(9, 9))
    film[1, :3, 6:] = 90  # top right
    differences = described(film).filter(regex="difference_r")
    assert differences["difference_r0_c2"] == 90
    assert differences.sum() == 90


def test_cuts_are_counted_by_the_second():
    film = flat(*[0] * 25, *[128] * 25, *[255] * 26)  # 3 s from the first to the last frame
    assert described(film)["cuts_per_s"] == pytest.approx(2 / 3)


def test_a_cut_is_what_exceeds_the_threshold():
    film = flat(0, 0, 0)
    film[1:, :, 4:] = 255  # a third of the pixels
    assert described(film, cut_threshold=0.3)["cuts_per_s"] == pytest.approx(1 / 0.08)
    assert described(film, cut_threshold=0.35)["cuts_per_s"] == 0


def test_nothing_exceeds_a_threshold_of_1():
    assert described(flat(0, 255, 0), cut_threshold=1.0)["cuts_per_s"] == 0


def test_a_film_of_one_frame_has_finite_features():
    features = described(flat(9))
    assert np.isfinite(features).all()
    assert features["luma_mean"] == 9
    assert (features.filter(regex="difference|distance|change|cuts|std") == 0).all()


def test_cells_without_pixels_are_0():
    features = described(flat(9, 9, size=(2, 640)))
    assert features.filter(regex="luma_r").tolist() == [0, 0, 0, 9, 9, 9, 9, 9, 9]


@given(films)
def test_all_measures_equal_numpy_on_the_whole_film(film):
    features = described(film)
    levels = film.reshape(len(film), -1).astype(float)
    expected = {"luma": levels.mean(axis=1), "variance": levels.var(axis=1)}
    if len(film) > 1:
        expected["difference"] = np.abs(np.diff(levels, axis=0)).mean(axis=1)
    for name, values in expected.items():
        change = np.abs(np.diff(values)).mean() if len(values) > 1 else 0
        statistics = [values.mean(), values.std(), values.min(), values.max(), change]
        found = features[[f"{name}_{s}" for s in ("mean", "std", "min", "max", "change")]]
        np.testing.assert_allclose(found, statistics, rtol=1e-5, atol=1e-4)


@given(films)
def test_a_film_run_backwards_is_described_alike(film):
    np.testing.assert_allclose(described(film[::-1]), described(film), rtol=1e-5, atol=1e-4)


@given(arrays(np.uint8, (3, 6, 9)))
def test_a_mirrored_film_mirrors_the_grid(film):
    there = described(film).to_numpy()
    back = described(film[:, :, ::-1]).to_numpy()
    np.testing.assert_allclose(back[:31], there[:31], rtol=1e-6)
    for grid in (slice(31, 40), slice(40, 49)):
        np.testing.assert_array_equal(
            back[grid].reshape(3, 3)[:, ::-1], there[grid].reshape(3, 3)
        )


@pytest.mark.parametrize(("every_s", "step"), [(0.04, 1), (0.05, 2), (0.08, 2), (0.2, 5)])
def test_frames_are_looked_at_every_so_many_seconds(every_s, step):
    film = np.random.default_rng(0).integers(0, 256, (30, 8, 8), dtype=np.uint8)
    thinned = (film[::step], 25 / step)
    np.testing.assert_allclose(described(film, every_s=every_s), described(thinned), rtol=1e-6)


def test_times_rounded_to_milliseconds_lose_no_frame():
    film = flat(*range(30))
    rounded = 1 / 0.033  # Matroska's idea of 30 frames a second
    assert described((film, rounded), every_s=1 / 30)["luma_change"] == 1


def test_a_segment_is_described_without_the_frame_before_it():
    film = flat(*[0] * 25, *[200] * 25)
    table = pd.DataFrame({"film": [film], "start_s": [1.0], "end_s": [None]})
    features = FrameStatistics().fit_transform(table)
    np.testing.assert_array_equal(features, FrameStatistics().fit_transform([film[25:]]))


def test_colour_is_reduced_to_luma():
    film = np.zeros((2, 4, 4, 3), np.uint8)
    film[..., 1] = 255
    assert described(film)["luma_mean"] == 150  # 0.587 of 255, rounded


def test_memory_does_not_grow_with_the_film():
    frame = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    long = np.broadcast_to(frame, (4000, 64, 64))  # one frame in memory
    extractor = FrameStatistics().fit([long[:2]])
    extractor.transform([long[:2]])
    tracemalloc.start()
    extractor.transform([long])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200_000  # a float for each of 4000 x 49 values would be 1.6 MB
