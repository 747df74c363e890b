"""Texture kernels against their references, and the laws they must keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mmsk._kernels import texture as kernels

from . import reference

MARGIN = 2
ANY = array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=7)
LARGE = array_shapes(min_dims=2, max_dims=2, min_side=2 * MARGIN + 1, max_side=8)
# few levels: in even areas rounding decides
LEVELS = st.sampled_from([0, 1, 77, 254, 255])
OFFSETS = st.sampled_from([0.0, 1.0, -2.0, 0.70711, -0.70711, 1.30656, -0.38268, 1.99999])
grays = arrays(np.uint8, ANY, elements=LEVELS)
large_grays = arrays(np.uint8, LARGE, elements=LEVELS)
points = st.lists(st.tuples(OFFSETS, OFFSETS), min_size=1, max_size=4)


def offsets(some_points):
    return np.array(some_points, np.float64).T.copy()


@given(large_grays, points, st.sampled_from([None, 7, 255]))
def test_binary_patterns_equal_the_reference(gray, some_points, scale):
    image = gray if scale is None else gray / scale
    arguments = (image, *offsets(some_points), MARGIN)
    found = kernels.binary_patterns(*arguments)
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found, reference.binary_patterns(*arguments))


@given(large_grays)
def test_patterns_of_neighbors_do_not_see_a_rising_curve_of_levels(gray):
    neighbors = offsets([(0, 1), (-1, 1), (2, 0)])
    rooted = np.sqrt(gray.astype(np.float64))
    np.testing.assert_array_equal(
        kernels.binary_patterns(gray, *neighbors, MARGIN),
        kernels.binary_patterns(rooted, *neighbors, MARGIN),
    )


def test_strips_of_rows_do_not_show():
    rng = np.random.default_rng(0)
    tall = rng.integers(0, 3, (2 * kernels.STRIP_ROWS + 7, 5), dtype=np.uint8)
    arguments = (tall, *offsets([(0.3, -1.7), (1, 0)]), MARGIN)
    np.testing.assert_array_equal(
        kernels.binary_patterns(*arguments), reference.binary_patterns(*arguments)
    )


@pytest.mark.parametrize(
    ("point", "bit"),
    [
        ((0, 1), 1),  # 30 >= 20
        ((0, -1), 0),  # 10 < 20
        ((-1, 0), 1),  # 20 >= 20
        ((0, -0.5), 0),  # 15 < 20
        ((0.5, 0.5), 1),  # 45 / 2 >= 20
        ((1, 0), 0),  # 0 < 20
    ],
)
def test_binary_patterns_by_hand(point, bit):
    patch = np.array([[10, 20, 30], [10, 20, 30], [0, 0, 40]], np.uint8)
    assert kernels.binary_patterns(patch, *offsets([point]), 1) == [[bit]]


@given(large_grays, OFFSETS, OFFSETS)
def test_points_and_neighbors_are_added_as_in_the_reference(gray, down, right):
    start = gray.shape[0] - 2 * MARGIN - 1
    shape = (gray.shape[0] - 2 * MARGIN - start, gray.shape[1] - 2 * MARGIN)
    for name, where in (
        ("add_point", (down, right)),
        ("add_neighbor", (int(down), int(right))),
    ):
        found, expected = np.ones(shape, np.int32), np.ones(shape, np.int32)
        getattr(kernels, name)(gray, *where, MARGIN, start, 4, found)
        getattr(reference, name)(gray, *where, MARGIN, start, 4, expected)
        np.testing.assert_array_equal(found, expected)


@given(arrays(np.uint8, (2, 5)), arrays(np.float64, 3, elements=st.floats(0, 1)))
def test_interpolated_columns_equal_the_reference(rows, shares):
    for right in (1, 2):
        np.testing.assert_array_equal(
            kernels.interpolated_columns(rows, 1, right, shares),
            reference.interpolated_columns(rows, 1, right, shares),
        )


@given(st.integers(0, 2**31 - 1))
def test_n_ones_equals_the_reference(bits):
    assert kernels.n_ones(bits) == reference.n_ones(bits)


@given(
    st.integers(1, 24).flatmap(
        lambda n: st.tuples(
            st.just(n), arrays(np.int32, (1, 4), elements=st.integers(0, 2**n - 1))
        )
    ),
    st.booleans(),
)
def test_uniform_labels_equal_the_reference(points_and_patterns, oriented):
    n_points, patterns = points_and_patterns
    np.testing.assert_array_equal(
        kernels.uniform_labels(patterns, n_points, oriented),
        reference.uniform_labels(patterns, n_points, oriented),
    )


@pytest.mark.parametrize("n_points", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("oriented", [False, True])
def test_all_patterns_of_few_points_are_labelled_as_in_the_reference(n_points, oriented):
    patterns = np.arange(2**n_points, dtype=np.int32)[None]
    np.testing.assert_array_equal(
        kernels.uniform_labels(patterns, n_points, oriented),
        reference.uniform_labels(patterns, n_points, oriented),
    )


def test_each_uniform_pattern_has_a_label_of_its_own_where_directions_count():
    labels = kernels.uniform_labels(np.arange(256, dtype=np.int32)[None], 8, True)
    counts = np.bincount(labels[0])
    np.testing.assert_array_equal(counts, [1] * 58 + [256 - 58])


@pytest.mark.parametrize(
    ("pattern", "label", "oriented_label"),
    [
        (0b0000, 0, 0),
        (0b0001, 1, 1),
        (0b1000, 1, 2),
        (0b1100, 2, 7),
        (0b1001, 2, 6),
        (0b0101, 5, 14),  # changes four times
        (0b1111, 4, 13),
    ],
)
def test_uniform_labels_by_hand(pattern, label, oriented_label):
    patterns = np.array([[pattern]], np.int32)
    assert kernels.uniform_labels(patterns, 4, False) == label
    assert kernels.uniform_labels(patterns, 4, True) == oriented_label


@given(arrays(np.int32, ANY, elements=st.integers(0, 3)), st.integers(1, 4))
def test_cell_counts_equal_the_reference(labels, n_cells):
    found = kernels.cell_counts(labels, n_cells, 4)
    np.testing.assert_array_equal(found, reference.cell_counts(labels, n_cells, 4))
    assert found.sum() == labels.size


def test_cell_counts_by_hand():
    labels = np.array([[0, 1, 1], [2, 2, 2], [0, 0, 0]], np.int32)
    counts = kernels.cell_counts(labels, 2, 3)  # cells begin at rows 0, 1; columns 0, 1
    np.testing.assert_array_equal(counts, [[[1, 0, 0], [0, 2, 0]], [[1, 0, 1], [2, 0, 2]]])


@given(grays)
def test_laplacian_sums_equal_the_reference(gray):
    assert kernels.laplacian_sums(gray) == reference.laplacian_sums(gray)


def test_a_slope_has_no_laplacian():
    slope = np.add.outer(3 * np.arange(5), 2 * np.arange(6)).astype(np.uint8)
    assert kernels.laplacian_sums(slope) == (0, 0)


def test_laplacian_sums_by_hand():
    dot = np.zeros((3, 4), np.uint8)
    dot[1, 1] = 10
    assert kernels.laplacian_sums(dot) == (10 - 40, 10**2 + 40**2)


@given(grays, st.integers(0, 1500))
def test_edge_pixels_equal_the_reference(gray, least):
    assert kernels.edge_pixels(gray, least) == reference.edge_pixels(gray, least)


@pytest.mark.parametrize(("least", "count"), [(80, 1), (81, 0)])
def test_a_slope_of_ten_levels_is_eighty_eighths(least, count):
    slope = np.tile(np.array([0, 10, 20], np.uint8), (3, 1))
    assert kernels.edge_pixels(slope, least) == kernels.edge_pixels(slope.T.copy(), least)
    assert kernels.edge_pixels(slope, least) == count


@given(grays, st.sampled_from([1, 3, 11]))
def test_moving_sums_equal_the_reference(gray, size):
    np.testing.assert_array_equal(
        kernels.moving_sums(gray, size), reference.moving_sums(gray, size)
    )


@given(st.integers(-40, 40), st.integers(1, 9))
def test_mirrored_places_equal_the_reference(place, length):
    assert kernels.mirrored(place, length) == reference.mirrored(place, length)


def test_mirrored_places_by_hand():
    inside = [kernels.mirrored(place, 3) for place in range(-4, 8)]
    assert inside == [2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1]


@given(grays, st.sampled_from([1, 3, 11]))
def test_lost_detail_equals_the_reference(gray, size):
    assert kernels.lost_detail(gray, size) == reference.lost_detail(gray, size)


@given(grays)
def test_an_average_of_one_pixel_loses_nothing(gray):
    assert kernels.lost_detail(gray, 1)[1] == 0
