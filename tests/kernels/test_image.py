"""Image kernels against their references, and the laws they must keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mmsk._kernels import image as kernels
from mmsk.image._orientations import edges_of

from . import reference

# width=16: differences are then far from the smallest number of the type
SAMPLES = st.floats(-4, 4, width=16)
WHOLE = st.integers(-255, 255)  # gradients of pixels of one byte
DTYPES = st.sampled_from([np.float32, np.float64])


def pictures():
    shapes = array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=6)
    return DTYPES.flatmap(lambda dtype: arrays(dtype, shapes, elements=SAMPLES))


@st.composite
def gradient_pairs(draw, elements):
    shape = draw(array_shapes(min_dims=2, max_dims=2, max_side=6))
    dtype = draw(DTYPES)
    return tuple(draw(arrays(dtype, shape, elements=elements)) for _ in range(2))


@st.composite
def ballots(draw):
    """Bins and votes, as `votes_by_edge` returns them, and bins of no number."""
    shape = draw(array_shapes(min_dims=2, max_dims=2, max_side=7))
    dtype = draw(DTYPES)
    bins = draw(arrays(dtype, shape, elements=st.sampled_from([0, 1, 2, 3, np.nan])))
    return bins, draw(arrays(dtype, shape, elements=st.integers(0, 100)))


ANGLED = st.floats(-2, 2, width=16)
histograms = arrays(
    np.float64,
    array_shapes(min_dims=3, max_dims=3, min_side=2, max_side=4),
    elements=st.floats(0, 400, width=16),
)
edge_lists = st.lists(st.tuples(st.integers(-510, 510), st.integers(1, 510)), max_size=4)


def equal(found, expected, rtol=0.0):
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=rtol)


@given(pictures())
def test_gray_gradients_equal_the_reference(image):
    equal(kernels.gray_gradients(image), reference.gray_gradients(image))


@given(pictures())
def test_gray_gradients_do_not_see_brightness(image):
    whole = np.round(image)
    equal(kernels.gray_gradients(whole + 3), kernels.gray_gradients(whole))


def test_gray_gradients_by_hand():
    image = np.array([[1, 2, 4], [0, 0, 0], [5, 7, 9]], np.float32)
    row_gradients, column_gradients = kernels.gray_gradients(image)
    np.testing.assert_array_equal(row_gradients, [[0, 0, 0], [4, 5, 5], [0, 0, 0]])
    np.testing.assert_array_equal(column_gradients, [[0, 3, 0], [0, 0, 0], [0, 4, 0]])


@given(gradient_pairs(WHOLE), edge_lists)
def test_votes_by_edge_equal_the_reference(gradients, edges):
    edges = np.array(edges, gradients[0].dtype).reshape(-1, 2)
    found = kernels.votes_by_edge(*gradients, edges)
    equal(found, reference.votes_by_edge(*gradients, edges), rtol=1e-6)


@given(gradient_pairs(WHOLE), edge_lists)
def test_opposite_gradients_vote_alike(gradients, edges):
    edges = np.array(edges, gradients[0].dtype).reshape(-1, 2)
    ahead = kernels.votes_by_edge(*gradients, edges)
    back = kernels.votes_by_edge(-gradients[0], -gradients[1], edges)
    some = ahead[1] > 0  # no gradient lies on all edges
    equal((back[0][some], back[1]), (ahead[0][some], ahead[1]))


@pytest.mark.parametrize(
    ("x", "y", "bin_"),
    [
        (5, 0, 0),
        (9, 8, 0),
        (1, 1, 1),
        (0, 7, 2),
        (-3, 4, 2),
        (-9, 1, 2),
        (-2, 0, 0),
        (1, -3, 2),
    ],
)
def test_votes_by_edge_by_hand(x, y, bin_):
    edges = np.array([[1, 1], [0, 1]], np.float32)  # 45 and 90 degrees
    gradients = np.array([[[y]], [[x]]], np.float32)
    bins, votes = kernels.votes_by_edge(*gradients, edges)
    assert bins[0, 0] == bin_
    assert votes[0, 0] == pytest.approx(np.hypot(x, y))


def test_strips_do_not_show():
    rng = np.random.default_rng(0)
    gradients = rng.integers(-255, 256, (2, 47, 53)).astype(np.float32)  # a strip and more
    edges = np.array([[3, 1], [-1, 2]], np.float32)
    found = kernels.votes_by_edge(*gradients, edges)
    equal(found, reference.votes_by_edge(*gradients, edges), rtol=1e-6)


@given(gradient_pairs(ANGLED), st.integers(1, 5))
def test_near_an_edge_equals_the_reference(gradients, orientations):
    rows, columns = (gradient.astype(np.float64) for gradient in gradients)
    edges = edges_of(orientations)[1]
    found = kernels.near_an_edge(rows, columns, edges)
    np.testing.assert_array_equal(found, reference.near_an_edge(rows, columns, edges))


@given(gradient_pairs(ANGLED | st.floats(width=32)), st.integers(1, 12))
def test_away_from_edges_the_side_of_each_tells_what_the_angle_does(gradients, orientations):
    rows, columns = (gradient.astype(np.float64) for gradient in gradients)
    edges_deg, edges = edges_of(orientations)
    bins, votes = kernels.votes_by_edge(rows, columns, edges)
    trusted = ~kernels.near_an_edge(rows, columns, edges) & (votes > 0)
    angles = np.arctan2(rows, columns)[trusted]
    np.testing.assert_array_equal(bins[trusted], kernels.bins_by_angle(angles, edges_deg))


@pytest.mark.parametrize(
    ("x", "y", "near"),
    [
        (1.0, 1.0, True),
        (1.0, 1.0 + 1e-12, False),
        (0.0, -3.0, True),
        (2.0, 1.0, False),
        (-2.0, 0.0, False),
        (-2.0, 1e-18, True),
        (1e-300, 1e-302, True),
        (0.0, 0.0, False),
        (np.nan, 1.0, True),
        (1.0, np.nan, True),
        (np.nan, 0.0, True),
        (np.inf, -1.0, True),
        (np.inf, np.inf, True),
    ],
)
def test_near_an_edge_by_hand(x, y, near):
    edges = edges_of(4)[1]
    assert kernels.near_an_edge(np.array([[y]]), np.array([[x]]), edges).item() is near


@given(gradient_pairs(ANGLED), st.integers(1, 5))
def test_bins_by_angle_equal_the_reference(gradients, orientations):
    angles = np.arctan2(*gradients, dtype=np.float64).ravel()
    edges_deg = edges_of(orientations)[0]
    found = kernels.bins_by_angle(angles, edges_deg)
    np.testing.assert_array_equal(found, reference.bins_by_angle(angles, edges_deg))


@pytest.mark.parametrize(
    ("x", "y", "bin_"),
    [
        (1.0, 0.0, 0),
        (1.0, -0.0, 0),
        (-1.0, 0.0, 0),
        (-1.0, -0.0, 0),
        (1.0, 1.0, 1),
        (-1.0, -1.0, 1),
        (0.0, 1.0, 2),
        (1.0, -1e-9, 3),
        (1.0, -1e-18, 4),  # the remainder rounds to 180: in no bin, as in scikit-image
        (np.nan, 1.0, np.nan),
    ],
)
def test_bins_by_angle_by_hand(x, y, bin_):
    angles = np.arctan2(np.array([y]), np.array([x]))
    np.testing.assert_array_equal(kernels.bins_by_angle(angles, edges_of(4)[0]), [bin_])


@given(ballots(), st.integers(1, 3), st.integers(1, 3))
def test_cell_histograms_equal_the_reference(ballot, cell_height, cell_width):
    arguments = (*ballot, 3, cell_height, cell_width)
    found, expected = kernels.cell_histograms(*arguments), reference.cell_histograms(*arguments)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@given(ballots())
def test_cells_of_one_pixel_hold_its_vote(ballot):
    bins, votes = ballot
    cells = kernels.cell_histograms(np.nan_to_num(bins), votes, 4, 1, 1)
    np.testing.assert_array_equal(cells.sum(axis=0), votes)


def test_pixels_outside_whole_cells_do_not_vote():
    bins, votes = np.zeros((5, 4)), np.zeros((5, 4))
    votes[4], votes[:, 3] = 9, 9
    assert not kernels.cell_histograms(bins, votes, 1, 2, 3).any()


@given(histograms, st.integers(1, 2), st.integers(1, 2))
def test_blocks_of_cells_equal_the_reference(cells, block_height, block_width):
    found = kernels.blocks_of_cells(cells, block_height, block_width)
    expected = reference.blocks_of_cells(cells, block_height, block_width)
    np.testing.assert_array_equal(found, expected)


@given(histograms, st.booleans(), st.sampled_from([0.2, np.inf]))
def test_divide_by_length_equals_the_reference(cells, squared, most):
    found, expected = cells[0].copy(), cells[0].copy()
    kernels.divide_by_length(found, squared, most)
    reference.divide_by_length(expected, squared, most)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("squared", "most", "expected"),
    [(True, np.inf, [0.6, 0.8]), (True, 0.7, [0.6, 0.7]), (False, 1.0, [3 / 7, 4 / 7])],
)
def test_divide_by_length_by_hand(squared, most, expected):
    columns = np.array([[3.0, 0.0, np.nan], [4.0, 0.0, 1.0]])
    kernels.divide_by_length(columns, squared, most)
    np.testing.assert_allclose(columns[:, 0], expected, rtol=1e-5)
    np.testing.assert_array_equal(columns[:, 1], [0, 0])
    assert np.isnan(columns[:, 2]).all()


@given(histograms, st.integers(1, 2), st.integers(1, 2), st.sampled_from(range(4)))
def test_normalized_blocks_equal_the_reference(cells, block_height, block_width, norm):
    found = kernels.normalized_blocks(cells, block_height, block_width, norm)
    expected = reference.normalized_blocks(cells, block_height, block_width, norm)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@given(histograms, st.sampled_from(range(4)))
def test_normalized_blocks_do_not_see_contrast(cells, norm):
    cells = cells + 1  # else the constant that guards against zero shows
    found = kernels.normalized_blocks(cells * 1000, 2, 2, norm)
    np.testing.assert_allclose(found, kernels.normalized_blocks(cells, 2, 2, norm), atol=1e-4)


@given(ballots(), st.sampled_from(range(4)))
def test_a_descriptor_equals_the_reference(ballot, norm):
    arguments = (*ballot, 3, 1, 1, 1, 1, norm)
    found, expected = kernels.descriptor(*arguments), reference.descriptor(*arguments)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
