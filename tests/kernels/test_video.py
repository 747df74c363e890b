"""Film kernels against their references, and the laws they must keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mmsk._kernels import video as kernels

from . import reference

lumas = arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12))
histograms = arrays(np.int64, 256, elements=st.integers(0, 50), fill=st.just(0)).filter(np.any)
pairs = array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12).flatmap(
    lambda shape: st.tuples(arrays(np.uint8, shape), arrays(np.uint8, shape))
)
grids = st.integers(1, 4)


def grid_sums(luma, n_cells):
    return kernels.frame_sums(luma, luma, n_cells)[1]


def grid_differences(luma, previous, n_cells):
    return kernels.frame_sums(luma, previous, n_cells)[2]


def reference_sums(luma, n_cells):
    return reference.frame_sums(luma, luma, n_cells)[1]


def reference_differences(luma, previous, n_cells):
    return reference.frame_sums(luma, previous, n_cells)[2]


def counts_of(*levels):
    return np.bincount(levels, minlength=256)


@pytest.mark.parametrize(
    ("bits", "black", "white"),
    [(8, 16, 235), (8, 0, 255), (10, 64, 940), (10, 0, 1023), (12, 256, 3760), (16, 0, 65535)],
)
def test_full_range_is_exact_at_every_level(bits, black, white):
    levels = np.arange(1 << bits, dtype=np.uint8 if bits == 8 else np.uint16)[None]
    np.testing.assert_array_equal(
        kernels.full_range(levels, black, white), reference.full_range(levels, black, white)
    )


def test_full_range_takes_black_and_white_to_the_ends():
    luma = np.array([[0, 16, 17, 125, 126, 234, 235, 255]], np.uint8)
    assert kernels.full_range(luma, 16, 235).tolist() == [[0, 0, 1, 127, 128, 254, 255, 255]]


@given(lumas)
def test_luma_histogram_equals_the_reference(luma):
    np.testing.assert_array_equal(kernels.luma_histogram(luma), reference.luma_histogram(luma))


@given(lumas)
def test_padding_between_lines_is_not_counted(luma):
    padded = np.full((luma.shape[0], luma.shape[1] + 5), 255, np.uint8)
    padded[:, : luma.shape[1]] = luma
    view = padded[:, : luma.shape[1]]
    np.testing.assert_array_equal(kernels.luma_histogram(view), kernels.luma_histogram(luma))
    np.testing.assert_array_equal(grid_sums(view, 3), grid_sums(luma, 3))


@given(histograms)
def test_level_measures_equal_the_reference(counts):
    np.testing.assert_allclose(
        kernels.level_measures(counts), reference.level_measures(counts), atol=1e-9
    )


def test_all_levels_once_have_eight_bits_of_entropy():
    mean, variance, contrast, entropy = kernels.level_measures(np.ones(256, np.int64))
    assert mean == 127.5
    assert variance == pytest.approx((256**2 - 1) / 12)
    # 13 of 256 levels are the first to make 5 %, 244 to make 95 %
    assert contrast == 243 - 12
    assert entropy == pytest.approx(8)


def test_a_flat_frame_has_no_variance_contrast_or_entropy():
    assert kernels.level_measures(counts_of(7, 7, 7)).tolist() == [7, 0, 0, 0]


def test_black_and_white_halves_have_one_bit():
    measures = kernels.level_measures(counts_of(0, 255))
    assert measures.tolist() == [127.5, 127.5**2, 255, 1]


def test_one_pixel_in_a_hundred_does_not_raise_the_contrast():
    assert kernels.level_measures(counts_of(255, *[9] * 99))[2] == 0


@given(histograms, histograms, st.sampled_from([1, 2, 32, 256]))
def test_histogram_distance_equals_the_reference(counts, previous, n_bins):
    assert kernels.histogram_distance(counts, previous, n_bins) == pytest.approx(
        reference.histogram_distance(counts, previous, n_bins), abs=1e-12
    )


@given(histograms, histograms)
def test_distance_is_symmetric_from_0_to_1_and_0_to_itself(counts, previous):
    there = kernels.histogram_distance(counts, previous, 32)
    assert there == kernels.histogram_distance(previous, counts, 32)
    assert 0 <= there <= 1 + 1e-12
    assert kernels.histogram_distance(counts, counts, 32) == 0


@pytest.mark.parametrize(
    ("levels", "before", "distance"),
    [
        ((0, 0), (255, 255), 1.0),  # nothing in common
        ((0, 0), (0, 255), 0.5),  # half the pixels
        ((0, 8), (0, 0, 8, 8), 0.0),  # shares count, not sizes
        ((8, 15), (15, 8), 0.0),
        ((7,), (8,), 1.0),  # on either side of an edge
    ],
)
def test_distance_by_hand(levels, before, distance):
    assert kernels.histogram_distance(counts_of(*levels), counts_of(*before), 32) == distance


@given(lumas, grids)
def test_grid_sums_equal_the_reference(luma, n_cells):
    np.testing.assert_array_equal(grid_sums(luma, n_cells), reference_sums(luma, n_cells))


@given(pairs, grids)
def test_grid_differences_equal_the_reference(pair, n_cells):
    np.testing.assert_array_equal(
        grid_differences(*pair, n_cells), reference_differences(*pair, n_cells)
    )


@given(pairs, grids)
def test_cells_share_all_pixels_among_them(pair, n_cells):
    luma, previous = pair
    assert grid_sums(luma, n_cells).sum() == luma.sum(dtype=np.int64)
    total = np.abs(luma.astype(np.int64) - previous).sum()
    assert grid_differences(luma, previous, n_cells).sum() == total


@given(pairs, grids)
def test_differences_are_symmetric_and_0_to_itself(pair, n_cells):
    luma, previous = pair
    np.testing.assert_array_equal(
        grid_differences(luma, previous, n_cells),
        grid_differences(previous, luma, n_cells),
    )
    assert not grid_differences(luma, luma, n_cells).any()


def test_grid_by_hand():
    luma = np.arange(16, dtype=np.uint8).reshape(4, 4)
    assert grid_sums(luma, 2).tolist() == [[10, 18], [42, 50]]
    assert grid_sums(luma[:, :1], 2).tolist() == [[0, 4], [0, 20]]


def test_a_wide_row_does_not_overflow():
    luma = np.full((1, 100_000), 255, np.uint8)
    assert grid_sums(luma, 1).tolist() == [[25_500_000]]
    assert grid_differences(luma, 0 * luma, 1).tolist() == [[25_500_000]]


def test_a_high_frame_does_not_overflow():
    luma = np.full((1000, 2), 255, np.uint8)
    assert grid_sums(luma, 1).tolist() == [[510_000]]
    assert grid_differences(luma, 0 * luma, 1).tolist() == [[510_000]]


def test_frames_that_may_not_be_written_to_are_read():
    luma = np.frombuffer(bytes(range(12)), np.uint8).reshape(3, 4)
    assert kernels.luma_histogram(luma).sum() == 12
    assert kernels.full_range(luma, 0, 255).tolist() == luma.tolist()
    assert not grid_differences(luma, luma, 3).any()


@given(lumas)
def test_levels_are_counted_line_by_line_as_at_once(luma):
    counts = kernels.frame_sums(luma, luma, 2)[0]
    np.testing.assert_array_equal(counts, kernels.luma_histogram(luma))


@given(lumas, arrays(np.uint32, (4, 256), elements=st.integers(0, 2**32 - 1)))
def test_parts_of_the_sums_equal_the_reference(luma, counts):
    line, before = luma[0], luma[-1]
    found, wanted = np.zeros((2, 2, len(line)), np.uint16)
    for _ in range(kernels.FULL_SUM_ROWS):
        kernels.add_line(line, before, *found)
        reference.add_line(line, before, *wanted)
    np.testing.assert_array_equal(found, wanted)
    np.testing.assert_array_equal(kernels.sum_of_four(counts), reference.sum_of_four(counts))
    found, wanted = np.zeros((2, 4, 256), np.uint32)
    kernels.count_line(line, found)
    reference.count_line(line, wanted)
    np.testing.assert_array_equal(found, wanted)


@given(pairs, histograms, grids)
def test_frame_values_equal_the_reference(pair, counts_before, n_cells):
    found = kernels.frame_values(*pair, counts_before, n_cells, 32)
    expected = reference.frame_values(*pair, counts_before, n_cells, 32)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_allclose(found[1], expected[1], atol=1e-9)


def test_frame_values_of_a_cell_without_pixels_are_nought():
    luma = np.full((1, 4), 8, np.uint8)
    counts, values = kernels.frame_values(luma, 0 * luma, np.ones(256, np.int64), 2, 256)
    assert counts[8] == 4
    # level, grid, difference, distance, grid
    assert values[:4].tolist() == [8, 0, 0, 0]
    assert values[4:8].tolist() == [0, 0, 8, 8]
    assert values[8] == 8
    assert values[9] == pytest.approx(255 / 256)
    assert values[10:].tolist() == [0, 0, 8, 8]
