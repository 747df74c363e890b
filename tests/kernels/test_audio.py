"""Audio kernels against their references, and the laws they must keep."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mmsk._kernels import audio as kernels
from mmsk.audio._frames import _butterflies

from . import reference

SAMPLES = st.floats(-1, 1, width=16)
DTYPES = st.sampled_from([np.float32, np.float64])
few = settings(max_examples=30)


def series(min_side=1):
    shapes = array_shapes(min_dims=2, max_dims=2, min_side=min_side, max_side=9)
    return DTYPES.flatmap(lambda dtype: arrays(dtype, shapes, elements=SAMPLES))


@st.composite
def recordings(draw, max_bits=5):
    """A turned signal, a window and the number of frames, all of which fit."""
    n_fft = 2 ** draw(st.integers(1, max_bits))
    hop = draw(st.integers(1, 12))
    n_frames = draw(st.sampled_from([1, 2, 3, kernels.LANES, kernels.LANES + 1]))
    n_columns = (n_fft - 1) // hop + n_frames
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    turned = rng.uniform(-1, 1, (hop, n_columns)).astype(draw(DTYPES))
    return turned, rng.uniform(0, 1, n_fft), n_frames


@st.composite
def points(draw, radix):
    n_points = radix * draw(st.sampled_from([1, 2, 4]))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    return rng.normal(size=(n_points, 2 * kernels.LANES))


def in_use(found, n_lanes):
    return found.reshape(len(found), 2, kernels.LANES)[:, :, :n_lanes]


def power_of(signal, n_fft, hop=1, n_frames=1):
    """The power spectrogram of a signal under a flat window."""
    length = ((n_fft - 1) // hop + n_frames) * hop
    hops = np.resize(signal, length).reshape(-1, hop)
    turned = kernels.turned_signal(hops)
    return kernels.power_spectrogram(turned, np.ones(n_fft), n_frames, *_butterflies(n_fft))


@given(series())
def test_turned_signal_equals_the_reference(hops):
    turned = kernels.turned_signal(hops)
    np.testing.assert_array_equal(turned, reference.turned_signal(hops))
    assert turned.flags.c_contiguous


@few
@given(recordings())
def test_power_spectrogram_equals_the_reference(recording):
    turned, window, n_frames = recording
    plan = _butterflies(len(window))
    found = kernels.power_spectrogram(turned, window, n_frames, *plan)
    expected = reference.power_spectrogram(turned, window, n_frames, *plan)
    assert found.dtype == expected.dtype == turned.dtype
    tolerance = 1e-6 if turned.dtype == np.float32 else 1e-13
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=1e-13)


@pytest.mark.parametrize("n_fft", [2, 4, 8, 16, 32, 64, 128, 256])
def test_power_spectrogram_knows_all_powers_of_two(n_fft):
    signal = np.random.default_rng(0).normal(size=n_fft)
    expected = np.abs(np.fft.rfft(signal)) ** 2
    np.testing.assert_allclose(power_of(signal, n_fft)[:, 0], expected, rtol=1e-11)


@few
@given(recordings())
def test_windowed_points_equal_the_reference(recording):
    turned, window, n_frames = recording
    n_lanes = min(n_frames, kernels.LANES)
    found = kernels.windowed_points(turned, window, n_frames - n_lanes, n_lanes)
    expected = reference.windowed_points(turned, window, n_frames - n_lanes, n_lanes)
    np.testing.assert_array_equal(in_use(found, n_lanes), in_use(expected, n_lanes))


@few
@given(points(4), st.integers(1, kernels.LANES), st.sampled_from([1, 4]))
def test_radix_4_equals_the_reference(numbers, n_lanes, n_done):
    roots, _ = _butterflies(2 * len(numbers))
    found = kernels.radix_4(numbers, n_lanes, n_done, roots)
    expected = reference.radix_4(numbers, n_lanes, n_done, roots)
    np.testing.assert_allclose(in_use(found, n_lanes), in_use(expected, n_lanes), atol=1e-13)


@few
@given(points(2), st.integers(1, kernels.LANES))
def test_radix_2_equals_the_reference(numbers, n_lanes):
    found = kernels.radix_2(numbers, n_lanes)
    expected = reference.radix_2(numbers, n_lanes)
    np.testing.assert_allclose(in_use(found, n_lanes), in_use(expected, n_lanes), atol=1e-14)


@few
@given(points(1), st.integers(1, kernels.LANES), st.integers(0, 2))
def test_fill_power_equals_the_reference_and_leaves_other_frames_alone(numbers, n_lanes, start):
    found = np.full((len(numbers) + 1, kernels.LANES + 3), -1.0)
    expected = found.copy()
    plan = _butterflies(2 * len(numbers))
    kernels.fill_power(numbers, n_lanes, *plan, start, found)
    reference.fill_power(numbers, n_lanes, *plan, start, expected)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


@given(st.integers(1, 9), st.integers(1, 9))
def test_aligned_empty_begins_with_a_cache_line(n_rows, n_columns):
    empty = kernels.aligned_empty(n_rows, n_columns)
    assert empty.shape == reference.aligned_empty(n_rows, n_columns).shape
    assert empty.ctypes.data % (8 * kernels.CACHE_LINE) == 0


@given(st.integers(0, 3), st.integers(0, 99))
def test_the_power_of_a_frame_is_that_of_its_samples(bits, seed):
    n_fft = 2 ** (bits + 1)
    signal = np.random.default_rng(seed).normal(size=n_fft)
    power = power_of(signal, n_fft)[:, 0]
    both_sides = 2 * power.sum() - power[0] - power[-1]
    assert both_sides / n_fft == pytest.approx((signal**2).sum())


def test_a_later_start_is_a_shorter_spectrogram():
    signal = np.random.default_rng(0).normal(size=400)
    whole = power_of(signal, 8, hop=3, n_frames=40)
    later = power_of(signal[30:], 8, hop=3, n_frames=30)
    np.testing.assert_array_equal(whole[:, 10:], later)


@pytest.mark.parametrize(
    ("samples", "power"),
    [
        ([1, 1, 1, 1], [16, 0, 0]),  # still
        ([1, 0, -1, 0], [0, 4, 0]),  # one turn
        ([1, -1, 1, -1], [0, 0, 16]),  # as fast as can be
        ([0, 0, 1, 0], [1, 1, 1]),  # a click holds all alike
        ([0, 0, 0, 0], [0, 0, 0]),
    ],
)
def test_power_spectrogram_by_hand(samples, power):
    np.testing.assert_allclose(power_of(np.array(samples, float), 4)[:, 0], power, atol=1e-15)


def test_one_bad_sample_spoils_its_frames_only():
    signal = np.ones(12)
    signal[5] = np.nan
    power = power_of(signal, 4, hop=4, n_frames=3)
    np.testing.assert_array_equal(np.isnan(power).all(axis=0), [False, True, False])


@st.composite
def banks(draw):
    power = draw(series())
    n_bins = len(power)
    bands = draw(
        st.lists(st.tuples(st.integers(0, n_bins), st.integers(0, n_bins)), min_size=1)
    )
    spans = [sorted(band) for band in bands]
    ends = np.cumsum([stop - start for start, stop in spans], dtype=np.intp)
    rng = np.random.default_rng(0)
    weights = rng.uniform(0, 1, ends[-1]).astype(power.dtype)
    return power, np.array([start for start, _ in spans], np.intp), ends, weights


@few
@given(banks())
def test_mel_bands_equal_the_reference(bank):
    found, expected = kernels.mel_bands(*bank), reference.mel_bands(*bank)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_mel_bands_by_hand():
    power = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
    bands = kernels.mel_bands(
        power, np.array([0, 1, 0]), np.array([1, 3, 3]), np.array([0.5, 1.0, 2.0])
    )
    np.testing.assert_array_equal(bands, [[0.5, 5.0], [8.0, 80.0], [0.0, 0.0]])


@given(arrays(np.float32, st.integers(0, 9), elements=st.floats(0, width=32)))
def test_decibels_are_those_of_the_reference(power):
    found, expected = kernels.float_decibels(power), reference.float_decibels(power)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=0, atol=5e-5)


def test_decibels_of_all_octaves_are_within_a_hundred_thousandth():
    power = np.logspace(-10, 8, 3 * kernels.CHUNK + 1).astype(np.float32)
    expected = 10 * np.log10(power.astype(float))
    np.testing.assert_allclose(kernels.float_decibels(power), expected, rtol=0, atol=1e-5)


def test_decibels_by_hand():
    power = np.array([0, 1e-38, 1e-10, 1, 10, 100, np.inf, np.nan], np.float32)
    levels = [-100, -100, -100, 0, 10, 20, np.inf, np.nan]
    np.testing.assert_allclose(kernels.float_decibels(power), levels, rtol=1e-7)


@given(series())
def test_deltas_equal_the_reference(series):
    found = kernels.deltas(series)
    assert found.dtype == series.dtype
    np.testing.assert_allclose(found, reference.deltas(series), atol=1e-6)


@given(series())
def test_deltas_turn_round_with_time(series):
    backwards = kernels.deltas(np.ascontiguousarray(series[:, ::-1]))
    np.testing.assert_allclose(backwards, -kernels.deltas(series)[:, ::-1], atol=1e-6)


def test_deltas_by_hand():
    rising = np.array([[0.0, 3.0, 6.0, 9.0, 12.0, 15.0]])
    np.testing.assert_allclose(kernels.deltas(rising), [[1.5, 2.4, 3.0, 3.0, 2.4, 1.5]])
    np.testing.assert_array_equal(kernels.deltas(np.array([[7.0]])), [[0.0]])
