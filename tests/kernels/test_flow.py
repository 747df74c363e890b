"""Flow kernels against their references, and the laws they must keep."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mmsk._kernels import flow as kernels

from . import reference

levels = st.integers(0, 255).map(np.float32)
pictures = arrays(
    np.float32, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9), elements=levels
)
moves = st.floats(-12, 12, width=16)


def fields(like, n):
    return st.tuples(*[arrays(np.float32, like.shape, elements=moves)] * n)


def waves(height, width, right=0.0, down=0.0):
    """A smooth picture with texture everywhere, moved by so many pixels."""
    y, x = np.indices((height, width), np.float64)
    y, x = y - down, x - right
    picture = (
        120
        + 40 * np.sin(x / 3 + y / 7)
        + 40 * np.cos(y / 2.5 - x / 5)
        + 20 * np.sin(x * y / 90)
    )
    return picture.astype(np.float32)


@given(pictures.filter(lambda image: min(image.shape) > 1))
def test_halved_equals_the_reference(image):
    np.testing.assert_allclose(kernels.halved(image), reference.halved(image), rtol=1e-6)


@given(pictures, st.integers(0, 1), st.integers(0, 1))
def test_doubled_equals_the_reference(field, odd_row, odd_column):
    size = 2 * field.shape[0] + odd_row, 2 * field.shape[1] + odd_column
    np.testing.assert_array_equal(
        kernels.doubled(field, *size), reference.doubled(field, *size)
    )


@given(pictures, st.integers(0, 4))
def test_window_sums_equal_the_reference(values, radius):
    np.testing.assert_allclose(
        kernels.window_sums(values, radius), reference.window_sums(values, radius), rtol=1e-5
    )


@given(st.data(), pictures)
def test_warped_equals_the_reference(data, image):
    right, down = data.draw(fields(image, 2))
    np.testing.assert_allclose(
        kernels.warped(image, right, down), reference.warped(image, right, down), atol=1e-2
    )


@given(pictures)
def test_a_picture_warped_by_nothing_is_itself(image):
    still = np.zeros_like(image)
    np.testing.assert_array_equal(kernels.warped(image, still, still), image)


def test_refine_flow_equals_the_reference():
    first, second = waves(14, 17), waves(14, 17, 0.6, -0.4)
    found, wanted = np.zeros((2, 14, 17), np.float32), np.zeros((2, 14, 17))
    kernels.refine_flow(first, second, *found, 2, 2)
    reference.refine_flow(first, second, *wanted, 2, 2)
    np.testing.assert_allclose(found, wanted, atol=1e-3)


def test_optical_flow_equals_the_reference():
    pair = waves(16, 21), waves(16, 21, 2.0, 1.0)
    found, wanted = (made.optical_flow(*pair, 2, 2, 2) for made in (kernels, reference))
    np.testing.assert_allclose(found, wanted, atol=5e-3)


@pytest.mark.parametrize("move", [(0.3, 0.0), (-1.0, 0.7), (3.0, -2.0)])
def test_a_constant_translation_is_recovered(move):
    right, down = kernels.optical_flow(waves(40, 48), waves(40, 48, *move), 3, 4, 3)
    inner = slice(10, -10), slice(10, -10)
    np.testing.assert_allclose(right[inner], move[0], atol=0.2)
    np.testing.assert_allclose(down[inner], move[1], atol=0.2)
    assert abs(np.median(right[inner]) - move[0]) < 0.05


@settings(max_examples=30)
@given(pictures.filter(lambda image: min(image.shape) > 1))
def test_no_motion_is_no_flow(image):
    right, down = kernels.optical_flow(image, image.copy(), 2, 2, 2)
    assert not right.any()
    assert not down.any()


def test_flow_turns_with_the_pictures():
    pair = waves(20, 24), waves(20, 24, 0.8, -0.5)
    right, down = kernels.optical_flow(*pair, 2, 3, 2)
    turned = [np.ascontiguousarray(image.T) for image in pair]
    turned_right, turned_down = kernels.optical_flow(*turned, 2, 3, 2)
    np.testing.assert_allclose(turned_right, down.T, atol=1e-3)
    np.testing.assert_allclose(turned_down, right.T, atol=1e-3)


def test_without_texture_there_is_no_flow_however_the_brightness_changes():
    flat = np.full((12, 12), 100, np.float32)
    right, down = kernels.optical_flow(flat, flat + 50, 2, 2, 3)
    assert not right.any()
    assert not down.any()


grids = st.integers(1, 3)


@given(st.data(), pictures, st.integers(1, 9), grids, grids, st.sampled_from([0.0, 1.5]))
def test_direction_sums_equal_the_reference(data, like, orientations, n_rows, n_columns, least):
    x, y = data.draw(fields(like, 2))
    how = orientations, n_rows, n_columns, least
    np.testing.assert_allclose(
        kernels.direction_sums(x, y, *how), reference.direction_sums(x, y, *how), atol=1e-6
    )


@given(st.data(), pictures, st.integers(1, 9))
def test_all_lengths_are_shared_among_the_directions(data, like, orientations):
    x, y = data.draw(fields(like, 2))
    sums = kernels.direction_sums(x, y, orientations, 2, 2, 0.0)
    lengths = np.hypot(x.astype(np.float64), y.astype(np.float64))
    np.testing.assert_allclose(sums[..., :-1].sum(), lengths.sum(), atol=1e-6)
    assert sums[..., -1].sum() == (lengths == 0).sum()


@pytest.mark.parametrize(
    ("vector", "sums"),
    [
        ((3, 0), [3, 0, 0, 0, 0]),  # right
        ((0, 2), [0, 2, 0, 0, 0]),  # down
        ((-1, 0), [0, 0, 1, 0, 0]),
        ((0, -4), [0, 0, 0, 4, 0]),
        ((1, 1), [np.sqrt(0.5), np.sqrt(0.5), 0, 0, 0]),
        ((1, -1), [np.sqrt(0.5), 0, 0, np.sqrt(0.5), 0]),  # between the last and the first
        ((0.5, 0), [0, 0, 0, 0, 1]),  # at rest
    ],
)
def test_direction_sums_by_hand(vector, sums):
    x, y = (np.full((1, 1), value, np.float32) for value in vector)
    found = kernels.direction_sums(x, y, 4, 1, 1, 0.9)
    np.testing.assert_allclose(found[0, 0], sums, atol=1e-7)
