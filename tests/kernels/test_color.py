"""Colour kernels against their references, and the laws they must keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mmsk._kernels import color as kernels

from . import reference

# few levels, so that channels are often equal
LEVELS = st.sampled_from([0.0, 0.25, 1 / 3, 0.6, 1.0]) | st.floats(0, 1, width=16)
planes_of_light = arrays(np.float64, st.tuples(st.just(3), st.integers(1, 6)), elements=LEVELS)
bytes_of_color = arrays(
    np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=4).map(lambda shape: (*shape, 3))
)
MIXTURE = np.array([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.0, 0.25, 0.75]])
ROOTS = np.append(np.cbrt(np.linspace(0, 1, 9)), 1.0)


@given(bytes_of_color)
def test_byte_planes_equal_the_reference(pixels):
    levels = np.linspace(0, 1, 256) ** 2
    np.testing.assert_array_equal(
        kernels.byte_planes(pixels, levels), reference.byte_planes(pixels, levels)
    )


@given(planes_of_light)
def test_hsv_planes_equal_the_reference(planes):
    found, expected = kernels.hsv_planes(planes), reference.hsv_planes(planes)
    turns = found[0] - expected[0]
    np.testing.assert_allclose(turns - np.round(turns), 0, atol=1e-12)  # 0 and 1 are one hue
    np.testing.assert_allclose(found[1:], expected[1:], rtol=1e-12)


@given(planes_of_light)
def test_hue_and_saturation_do_not_see_brightness(planes):
    bright, dark = kernels.hsv_planes(planes), kernels.hsv_planes(planes / 2)
    np.testing.assert_array_equal(bright[:2], dark[:2])
    np.testing.assert_array_equal(bright[2], 2 * dark[2])


@pytest.mark.parametrize(
    ("color", "hsv"),
    [
        ((0, 0, 0), (0, 0, 0)),
        ((0.5, 0.5, 0.5), (0, 0, 0.5)),
        ((1, 0, 0), (0, 1, 1)),
        ((1, 1, 0), (1 / 6, 1, 1)),
        ((0, 0.5, 0), (1 / 3, 1, 0.5)),
        ((0, 0, 1), (2 / 3, 1, 1)),
        ((1, 0.5, 0.75), (11 / 12, 0.5, 1)),
    ],
)
def test_hsv_planes_by_hand(color, hsv):
    planes = np.array(color, np.float64)[:, None]
    np.testing.assert_allclose(kernels.hsv_planes(planes)[:, 0], hsv)


@given(planes_of_light)
def test_lab_planes_equal_the_reference(planes):
    np.testing.assert_allclose(
        kernels.lab_planes(planes, MIXTURE, ROOTS),
        reference.lab_planes(planes, MIXTURE, ROOTS),
        atol=1e-10,
    )


@given(st.floats(0, 1))
def test_greys_have_no_color_in_lab(light):
    _, green_red, blue_yellow = kernels.lab_planes(np.full((3, 1), light), MIXTURE, ROOTS)
    np.testing.assert_allclose([green_red, blue_yellow], 0, atol=1e-10)


@given(st.floats(0, 8))
def test_between_steps_equals_the_reference(place):
    assert kernels.between_steps(place, ROOTS) == pytest.approx(
        reference.between_steps(place, ROOTS), abs=1e-12
    )


@given(planes_of_light, st.sampled_from([1, 2, 4, 8]))  # whose edges are binary fractions
def test_bin_numbers_equal_the_reference(planes, n_bins):
    arguments = (planes, np.zeros(3), np.ones(3), n_bins)
    np.testing.assert_array_equal(
        kernels.bin_numbers(*arguments), reference.bin_numbers(*arguments)
    )


def test_bin_numbers_by_hand():
    planes = np.array([[0, 0.24, 0.25, 1], [-9, -1, 0, 9], [10, 11.9, 12, 18]])
    lows, highs = np.array([0.0, -1.0, 10.0]), np.array([1.0, 1.0, 18.0])
    np.testing.assert_array_equal(
        kernels.bin_numbers(planes, lows, highs, 4),
        [[0, 0, 1, 3], [0, 0, 2, 3], [0, 0, 1, 3]],
    )


@given(bytes_of_color)
def test_color_sums_equal_the_reference(pixels):
    np.testing.assert_allclose(
        kernels.color_sums(pixels), reference.color_sums(pixels), rtol=1e-12
    )


def test_color_sums_by_hand():
    pixels = np.array([[[10, 4, 5], [0, 0, 0]]], np.uint8)
    np.testing.assert_allclose(kernels.color_sums(pixels), [6, 36, 4, 16, 0.6, 0.36])
