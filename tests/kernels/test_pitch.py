"""Pitch kernels against their references, and the laws they must keep."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmsk._kernels import pitch as kernels

from . import reference

few = settings(max_examples=30)
seeds = st.integers(0, 999)


def whole_numbers(seed, n_samples, n_levels=4):
    """Few levels: sums are exact, so that equal differences are equal in both twins."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, n_levels, n_samples).astype(np.float64)


@st.composite
def framings(draw):
    hop, n_frames, n_window = (draw(st.integers(1, 9)) for _ in range(3))
    n_lags = draw(st.integers(4, 9))
    n_samples = (n_frames - 1) * hop + n_window + n_lags - 1
    signal = whole_numbers(draw(seeds), n_samples, draw(st.integers(1, 4)))
    return signal, hop, n_frames, n_window, n_lags


def track_of(signal, n_window=64, n_lags=40, shortest=2, threshold=0.1):
    differences = kernels.lag_differences(signal, 1, 1, n_window, n_lags)
    return kernels.yin_track(signal, differences, 1, n_window, shortest, threshold)[0]


def sine(period, n_samples=200):
    return np.sin(2 * np.pi * np.arange(n_samples) / period + 0.4)


@given(framings())
def test_lag_differences_equal_the_reference(framing):
    found = kernels.lag_differences(*framing)
    np.testing.assert_array_equal(found, reference.lag_differences(*framing))


@given(seeds, st.integers(1, 9))
def test_add_squares_equals_the_reference_and_adds(seed, n_lags):
    signal = whole_numbers(seed, 20)
    found, expected = np.ones(n_lags), np.ones(n_lags)
    kernels.add_squares(signal, 3, 11, found)
    reference.add_squares(signal, 3, 11, expected)
    np.testing.assert_array_equal(found, expected)


@given(framings(), st.sampled_from([0.05, 0.3, 2.0]), st.integers(1, 2))
def test_yin_track_equals_the_reference(framing, threshold, shortest):
    signal, hop, _, n_window, _ = framing
    differences = kernels.lag_differences(*framing)
    given_both = (signal, differences, hop, n_window, shortest, threshold)
    found, expected = kernels.yin_track(*given_both), reference.yin_track(*given_both)
    np.testing.assert_allclose(found, expected, atol=1e-9)


@given(seeds, st.integers(1, 12))
def test_mean_normalised_equals_the_reference(seed, n_lags):
    difference = whole_numbers(seed, n_lags)
    found = kernels.mean_normalised(difference)
    np.testing.assert_allclose(found, reference.mean_normalised(difference), rtol=1e-12)


@given(seeds, st.integers(1, 3), st.sampled_from([0.0, 1.0, 2.5]))
def test_dip_lag_equals_the_reference(seed, shortest, threshold):
    normalised = whole_numbers(seed, 10)
    found = kernels.dip_lag(normalised, shortest, threshold)
    assert found == reference.dip_lag(normalised, shortest, threshold)


@few
@given(seeds, st.integers(2, 9), st.integers(1, 4), st.integers(0, 120))
def test_cycles_equal_the_reference(seed, hop, n_frames, end):
    rng = np.random.default_rng(seed)  # no few levels: half a sample may round either way
    signal, periods = rng.normal(size=120), rng.uniform(2, 12, n_frames)
    begin = min(5, end)
    found = kernels.cycles(signal, begin, end, periods, hop)
    expected = reference.cycles(signal, begin, end, periods, hop)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-9)


@given(seeds, st.integers(1, 9), st.integers(1, 5), st.integers(0, 5))
def test_matching_lag_equals_the_reference(seed, n_samples, low, more):
    signal = whole_numbers(seed, 30)
    found = kernels.matching_lag(signal, 2, n_samples, low, low + more)
    expected = reference.matching_lag(signal, 2, n_samples, low, low + more)
    np.testing.assert_allclose(found, expected, atol=1e-9)


@given(st.floats(12, 35), seeds)
def test_the_period_of_a_wave_is_found_whatever_its_shape(period, seed):
    rng = np.random.default_rng(seed)
    wave = sum(weight * sine(period / (k + 1)) for k, weight in enumerate((1, 0.3, 0.2)))
    found, aperiodicity, repeating = track_of(wave + rng.normal())
    assert found == pytest.approx(period, rel=0.02)
    assert aperiodicity < 0.1
    assert repeating > 0.95


@given(framings(), st.sampled_from([0.25, 8.0]))
def test_loudness_does_not_count(framing, gain):
    signal, hop, n_frames, n_window, n_lags = framing
    tracks = []
    for louder in (signal, gain * signal):
        differences = kernels.lag_differences(louder, hop, n_frames, n_window, n_lags)
        tracks.append(kernels.yin_track(louder, differences, hop, n_window, 1, 0.1))
    np.testing.assert_array_equal(*tracks)


def test_a_frame_of_silence_does_not_repeat():
    _, aperiodicity, repeating = track_of(np.zeros(200))
    assert (aperiodicity, repeating) == (1, 0)


def test_the_share_that_repeats_is_that_of_the_wave_in_noise():
    rng = np.random.default_rng(0)
    wave = np.sqrt(2) * sine(25.0, 8200) + 0.5 * rng.normal(size=8200)
    assert track_of(wave, 8000, 40, 10, 0.5)[2] == pytest.approx(1 / 1.25, abs=0.02)


def test_lag_differences_by_hand():
    signal = np.array([0.0, 1.0, 3.0, 0.0, 1.0, 3.0])
    found = kernels.lag_differences(signal, 1, 2, 2, 4)
    np.testing.assert_array_equal(found, [[0, 5, 10, 0], [0, 13, 5, 0]])


def test_the_first_dip_below_the_threshold_wins_over_a_deeper_one():
    normalised = np.array([1.0, 0.9, 0.08, 0.5, 0.02, 0.5, 0.01])
    assert kernels.dip_lag(normalised, 1, 0.1) == 2
    assert kernels.dip_lag(normalised, 1, 0.05) == 4
    assert kernels.dip_lag(normalised, 3, 0.1) == 4
    assert kernels.dip_lag(normalised, 1, 0.0) == 4  # the last lag has no neighbour


@given(st.floats(6, 20))
def test_the_cycles_of_a_sine_are_all_of_one_length_and_height(period):
    wave = 3 * sine(period, 300)
    lengths, heights = kernels.cycles(wave, 0, 300, np.array([period]), 300)
    assert len(lengths) == pytest.approx((300 - 1.2 * period) / period, abs=2)
    np.testing.assert_allclose(lengths, period, rtol=0.02)
    assert heights.max() <= 6
    assert heights.min() >= 6 * np.cos(np.pi / period) ** 2


def test_a_stretch_too_short_has_no_cycles():
    for end in (0, 5, 15):
        lengths, heights = kernels.cycles(sine(10.0), 0, end, np.array([10.0]), 8)
        assert len(lengths) == len(heights) == 0
