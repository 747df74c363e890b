"""Kernels of channels against their references, and the laws they must keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mmsk._kernels import channels as kernels
from mmsk._kernels.image import gray_gradients

from . import reference

COLOR = array_shapes(min_dims=2, max_dims=2, max_side=6).map(lambda size: (*size, 3))
ANY = array_shapes(min_dims=3, max_dims=3, max_side=6)
BYTES = st.sampled_from([np.uint8, np.int8, np.bool_])
# gradients of bytes whose squares are equal, and whose rounded roots are not
SPLIT = [((1, 189), (99, 161)), ((2, 107), (43, 98)), ((63, 101), (3, 119))]


@st.composite
def gradient_pairs(draw):
    shape = 2, *draw(ANY)
    elements = st.sampled_from([0, 0.3, 3, 4, 5, 7, 8, 1e-30, np.nan])
    return draw(
        arrays(draw(st.sampled_from([np.float32, np.float64])), shape, elements=elements)
    )


def equal(found, expected):
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


def changing(gradients):
    """A picture of 3 x 3 pixels, in whose middle channel ``k`` has the gradient ``k``."""
    image = np.zeros((3, 3, 3), np.uint8)
    image[2, 1, : len(gradients)], image[1, 2, : len(gradients)] = np.transpose(gradients)
    return image


@given(BYTES.flatmap(lambda dtype: arrays(dtype, COLOR)))
def test_mirrored_planes_equal_the_reference(image):
    planes = kernels.mirrored_planes(image)
    np.testing.assert_array_equal(planes, reference.mirrored_planes(image))
    assert planes.dtype == image.dtype
    assert planes.flags.c_contiguous


@given(
    arrays(np.uint8, COLOR) | arrays(np.uint8, COLOR, elements=st.sampled_from([0, 3, 4, 5]))
)
def test_strongest_byte_gradients_equal_the_reference(image):
    expected = reference.strongest_byte_gradients(image)
    equal(kernels.strongest_byte_gradients(image), expected)


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=6)))
def test_strongest_byte_gradients_of_equal_channels_are_those_of_one(plane):
    found = kernels.strongest_byte_gradients(np.stack([plane] * 3, axis=-1))
    equal(found, gray_gradients(plane.astype(np.float32)))


@given(arrays(np.uint8, (2, 4), elements=st.sampled_from([0, 1, 3, 4, 5])))
def test_parts_of_the_choice_equal_the_reference(neighbours):
    one, other = (kernels.byte_gradient(*four) for four in neighbours)
    assert [one, other] == [reference.byte_gradient(*four) for four in neighbours]
    assert kernels.longer(one, other) == reference.longer(one, other)


@pytest.mark.parametrize("gradients", [*SPLIT, *[pair[::-1] for pair in SPLIT]])
def test_of_equal_squares_the_greater_rounded_root_counts(gradients):
    lengths = [np.hypot(*map(float, gradient)) for gradient in gradients]
    assert lengths[0] != lengths[1]
    rows, columns = kernels.strongest_byte_gradients(changing(gradients))
    assert (rows[1, 1], columns[1, 1]) == gradients[np.argmax(lengths)]


@given(arrays(np.uint8, (3, 3, 6)), arrays(np.int32, 4))
def test_settled_ties_equal_the_reference_and_others_stay(lines, tied):
    above, line, below = lines[0, :, 1:-1], lines[1], lines[2, :, 1:-1]
    found = np.full((2, 4), np.nan, np.float32)
    expected = found.copy()
    kernels.settle_ties(tied, above, line, below, *found)
    reference.settle_ties(tied, above, line, below, *expected)
    np.testing.assert_array_equal(found, expected)


def test_signed_bytes_do_not_wrap():
    line = np.array([-128, 0, 127], np.int8)
    rows, columns = kernels.strongest_byte_gradients(np.repeat(line, 3).reshape(1, 3, 3))
    np.testing.assert_array_equal(columns, [[0, 255, 0]])
    np.testing.assert_array_equal(rows, [[0, 0, 0]])


@given(gradient_pairs())
def test_strongest_gradients_equal_the_reference(gradients):
    found = kernels.strongest_gradients(*gradients)
    equal(found, reference.strongest_gradients(*gradients))


def test_the_first_of_equally_strong_channels_counts():
    gradients = [(3, 4), (0, 5), (5, 0)]
    rows, columns = kernels.strongest_byte_gradients(changing(gradients))
    assert (rows[1, 1], columns[1, 1]) == (3, 4)
    ys, xs = np.transpose(gradients).astype(float)
    rows, columns = kernels.strongest_gradients(ys[:, None, None], xs[:, None, None])
    assert (rows.item(), columns.item()) == (3, 4)


@given(arrays(np.float64, (2, 4), elements=st.sampled_from([0, 3, 4, 5, -5, np.nan])))
def test_longest_equals_the_reference(vectors):
    assert kernels.longest(*vectors) == reference.longest(*vectors)
