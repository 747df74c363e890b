"""Patch kernels against their references, and the laws they must keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mmsk._kernels import descriptors as kernels

from . import reference

SHAPES = array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9)
LEVELS = st.sampled_from([0, 1 / 255, 0.3, 0.5, 1])
images = arrays(np.float32, SHAPES, elements=LEVELS.map(np.float32))
CLOSE = {"rtol": 1e-4, "atol": 1e-6}


def everywhere(image):
    return np.arange(image.shape[0]), np.arange(image.shape[1])


def described(image, cell_px=1, step=1, least_length=0.0):
    votes = kernels.direction_votes(np.ascontiguousarray(image))
    pooled = kernels.pooled_votes(votes, *everywhere(image), cell_px)
    weights = np.ones((4, 4), np.float32)
    return kernels.grid_descriptors(pooled, cell_px, step, weights, least_length)


@given(images, st.integers(2, 9), st.booleans())
def test_direction_votes_equal_the_reference(image, n_directions, full_circle):
    found = kernels.direction_votes(image, n_directions, full_circle)
    assert found.dtype == np.float32
    expected = reference.direction_votes(image, n_directions, full_circle)
    np.testing.assert_allclose(found, expected, **CLOSE)


@given(images)
def test_a_negative_votes_alike_on_half_the_circle(image):
    votes = kernels.direction_votes(image, 9, False)
    np.testing.assert_allclose(kernels.direction_votes(1 - image, 9, False), votes, atol=1e-5)


@pytest.mark.parametrize(
    ("slope", "votes"),
    [
        ((0, 1), {0: 1}),  # brighter to the right
        ((1, 0), {2: 1}),  # brighter downwards
        ((0, -1), {4: 1}),
        ((-2, 0), {6: 2}),
        ((1, 1), {1: 2**0.5}),
        ((1, 2**0.5 + 1), {0: 6.8284271**0.5 / 2, 1: 6.8284271**0.5 / 2}),  # 22.5 degrees
        ((0, 0), {}),
    ],
)
def test_votes_of_a_ramp_by_hand(slope, votes):
    image = np.add.outer(slope[0] * np.arange(3), slope[1] * np.arange(3)).astype(np.float32)
    expected = np.array([votes.get(k, 0) for k in range(8)])
    np.testing.assert_allclose(kernels.direction_votes(image)[1, 1], expected, atol=1e-6)


@given(images)
def test_votes_move_two_places_when_the_picture_turns(image):
    turned = np.ascontiguousarray(np.rot90(image, -1))
    expected = np.roll(np.rot90(kernels.direction_votes(image), -1), 2, axis=2)
    np.testing.assert_allclose(kernels.direction_votes(turned), expected, atol=1e-6)


@given(images, st.integers(1, 5), st.integers(1, 3))
def test_pooled_votes_equal_the_reference(image, cell_px, stride):
    votes = kernels.direction_votes(image)
    rows, columns = (places[::stride] for places in everywhere(image))
    found = kernels.pooled_votes(votes, rows, columns, cell_px)
    assert found.dtype == np.float32
    expected = reference.pooled_votes(votes, rows, columns, cell_px)
    np.testing.assert_allclose(found, expected, **CLOSE)


def test_a_cell_of_one_pixel_is_the_pixel():
    votes = np.random.default_rng(0).random((3, 4, 8)).astype(np.float32)
    np.testing.assert_array_equal(kernels.pooled_votes(votes, *everywhere(votes), 1), votes)


def test_even_votes_stay_as_they_are_away_from_the_border():
    votes = np.full((9, 9, 8), 0.5, np.float32)
    inside = np.arange(2, 7)
    np.testing.assert_allclose(kernels.pooled_votes(votes, inside, inside, 3), 0.5, rtol=1e-6)


@given(
    st.integers(1, 9).flatmap(
        lambda n: arrays(
            np.float32, (8, 9, n), elements=st.sampled_from([0, 0.1, 2, 7]).map(np.float32)
        )
    ),
    st.integers(1, 2),
    st.integers(1, 3),
    st.sampled_from([0.0, 5.0]),
)
def test_grid_descriptors_equal_the_reference(pooled, apart, step, least_length):
    weights = np.linspace(0.5, 1, 16).reshape(4, 4).astype(np.float32)
    arguments = (pooled, apart, step, weights, least_length)
    found, expected = (
        kernels.grid_descriptors(*arguments),
        reference.grid_descriptors(*arguments),
    )
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, **CLOSE)


@given(arrays(np.float32, 12, elements=st.sampled_from([0, 0.25, 3]).map(np.float32)))
def test_scale_and_cut_equals_the_reference(values):
    length, expected = np.linalg.norm(values), values.astype(np.float64)
    kernels.scale_and_cut(values, length, 0.5)
    reference.scale_and_cut(expected, length, 0.5)
    np.testing.assert_allclose(values, expected, **CLOSE)


@given(arrays(np.float32, (7, 6), elements=LEVELS.map(np.float32)))
def test_descriptors_have_length_one_or_are_zero(image):
    lengths = np.linalg.norm(described(image), axis=1)
    assert np.all(np.isclose(lengths, 1, atol=1e-5) | (lengths == 0))


def test_contrast_and_brightness_do_not_show():
    image = np.random.default_rng(0).random((9, 9)).astype(np.float32)
    np.testing.assert_allclose(described(image / 4 + 0.5, 2), described(image, 2), atol=1e-5)


def test_a_patch_of_little_contrast_is_zero():
    image = np.add.outer(np.zeros(4), np.arange(4)).astype(np.float32)
    assert described(image / 100, least_length=0.1).sum() == 0
    assert described(image / 10, least_length=0.1).sum() > 0


def test_patches_follow_the_picture_when_it_moves():
    image = np.random.default_rng(0).random((12, 13)).astype(np.float32)
    both = [described(part, 2)[:, None].reshape(-1, 128) for part in (image, image[:, 3:])]
    # of seven and four places across; those nearest to the new border see other pixels
    wide, narrow = both[0].reshape(-1, 7, 128), both[1].reshape(-1, 4, 128)
    np.testing.assert_allclose(wide[:, 5:], narrow[:, 2:], atol=1e-6)
