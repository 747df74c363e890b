"""What only LBP does; the rest is in tests/test_common.py."""

import warnings

import numpy as np
import pytest
from skimage.feature import local_binary_pattern

from mmsk.image import LBP
from mmsk.image._lbp import inner_labels

RNG = np.random.default_rng(0)
NOISE = RNG.integers(0, 256, (37, 41), dtype=np.uint8)
PICTURES = {
    "noise": NOISE,
    "few levels": RNG.integers(0, 3, (37, 41), dtype=np.uint8),
    "flat": np.full((70, 140), 77, np.uint8),  # only rounding decides
    "ramp": np.add.outer(np.arange(37), 3 * np.arange(41)).astype(np.uint8),
    "float64": RNG.random((37, 41)),
    "bytes as floats": RNG.integers(0, 3, (37, 41)) / 7,
    "float32": RNG.random((37, 41)).astype(np.float32),
    "signed": RNG.normal(size=(37, 41)),
    "transposed": np.ascontiguousarray(NOISE.T).T,
}
METHODS = ["default", "ror", "uniform", "nri_uniform"]
CIRCLES = [(8, 1), (4, 1), (8, 1.5), (8, 2), (12, 2.5), (16, 2), (1, 1), (2, 1), (7, 3.2)]


def as_scikit_image(gray, n_points, radius, method):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # floating pictures may surprise
        return local_binary_pattern(gray, n_points, radius, method)


def cropped(labels, like):
    margin = (labels.shape[0] - like.shape[0]) // 2
    return labels[margin : margin + like.shape[0], margin : margin + like.shape[1]]


@pytest.mark.parametrize(("n_points", "radius"), [*CIRCLES, (24, 3)])
@pytest.mark.parametrize("method", ["uniform", "nri_uniform"])
@pytest.mark.parametrize("name", PICTURES)
def test_labels_are_those_of_scikit_image(name, method, n_points, radius):
    found = inner_labels(PICTURES[name], n_points, radius, method)
    expected = as_scikit_image(PICTURES[name], n_points, radius, method)
    np.testing.assert_array_equal(found, cropped(expected, found))


@pytest.mark.parametrize(("n_points", "radius"), CIRCLES)
@pytest.mark.parametrize("name", PICTURES)
def test_patterns_are_those_of_scikit_image(name, n_points, radius):
    found = inner_labels(PICTURES[name], n_points, radius, "default")
    expected = as_scikit_image(PICTURES[name], n_points, radius, "default")
    np.testing.assert_array_equal(found, cropped(expected, found))


@pytest.mark.parametrize(("n_points", "radius"), [(8, 1), (5, 2), (12, 2.5)])
def test_rotated_patterns_are_those_of_scikit_image_by_rank(n_points, radius):
    found = inner_labels(NOISE, n_points, radius, "ror")
    expected = cropped(as_scikit_image(NOISE, n_points, radius, "ror"), found)
    every = np.unique(_least_rotations(n_points))
    np.testing.assert_array_equal(every[found], expected)


def _least_rotations(n_points):
    bits = [f"{pattern:0{n_points}b}" for pattern in range(2**n_points)]
    return [min(int(b[k:] + b[:k], 2) for k in range(n_points)) for b in bits]


@pytest.mark.parametrize(
    ("method", "n_labels"),
    [("default", 256), ("ror", 36), ("uniform", 10), ("nri_uniform", 59)],
)
def test_eight_points_have_as_many_labels_as_in_the_literature(method, n_labels):
    assert LBP(method=method, n_cells=1).fit_transform([NOISE]).shape == (1, n_labels)


@pytest.mark.parametrize("method", METHODS)
def test_shares_sum_to_one_in_each_cell(method):
    shares = LBP(method=method, n_cells=3).fit_transform([NOISE])
    np.testing.assert_allclose(shares.reshape(9, -1).sum(axis=1), 1, rtol=1e-6)


def test_cells_divide_the_inner_pixels():
    labels = inner_labels(NOISE, 8, 1, "uniform")
    quarter = np.bincount(labels[: 35 // 2, : 39 // 2].ravel(), minlength=10)
    shares = LBP(method="uniform").fit_transform([NOISE])
    np.testing.assert_allclose(shares[0, :10], quarter / quarter.sum(), rtol=1e-6)


@pytest.mark.parametrize("method", ["ror", "uniform"])
def test_a_quarter_turn_does_not_show_where_directions_do_not_count(method):
    extractor = LBP(4, method=method, n_cells=1)
    both = extractor.fit_transform([NOISE, np.rot90(NOISE)])
    np.testing.assert_array_equal(both[0], both[1])


@pytest.mark.parametrize("method", METHODS)
def test_contrast_and_brightness_do_not_show(method):
    pale = NOISE // 2  # whole steps of one, so that halves are told apart
    both = LBP(4, method=method).fit_transform([pale, 2 * pale + 1])
    np.testing.assert_array_equal(both[0], both[1])


def test_a_single_inner_pixel_has_one_label():
    shares = LBP(n_cells=1).fit_transform([NOISE[:3, :3]])
    assert sorted(shares[0]) == [0] * 58 + [1]


def test_a_picture_smaller_than_circle_and_grid_says_which_one():
    message = r"radius=2 and n_cells=3 need pictures of at least 7 pixels per side, got 6 x 41"
    with pytest.raises(ValueError, match=message) as info:
        LBP(radius=2, n_cells=3).fit_transform([NOISE, NOISE[:6]])
    assert info.value.__notes__ == ["LBP: row 1, source ndarray(6, 41)"]


@pytest.mark.parametrize("method", ["default", "ror"])
def test_too_many_patterns_are_refused_in_fit(method):
    with pytest.raises(ValueError, match=rf"method='{method}' takes at most n_points=16"):
        LBP(17, 3, method).fit([NOISE])
