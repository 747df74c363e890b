"""What only GLCM does; the rest is in tests/test_common.py."""

import numpy as np
import pytest
from skimage.feature import graycomatrix, graycoprops

from mmsk.image import GLCM
from mmsk.image._glcm import _PROPERTIES, _cells, _offsets, _steps

RNG = np.random.default_rng(0)
PICTURES = {
    "noise": RNG.integers(0, 256, (37, 41), dtype=np.uint8),
    "few levels": RNG.integers(0, 3, (37, 41), dtype=np.uint8) * 100,
    "flat": np.full((37, 41), 77, np.uint8),
    "flat but for one": np.pad(np.full((1, 1), 255, np.uint8), ((20, 16), (30, 10))),
    "black": np.zeros((37, 41), np.uint8),
    "rows": np.repeat(np.arange(0, 185, 5, dtype=np.uint8)[:, None], 41, axis=1),
    "ramp": np.add.outer(np.arange(37), 3 * np.arange(41)).astype(np.uint8),
}
ANGLES = (0, np.pi / 4, np.pi / 2, 3 * np.pi / 4, np.pi, -0.3, 4.0, np.pi / 6)
DISTANCES = (1, 2.5, 5)


def as_scikit_image(gray, levels, symmetric, normed):
    matrix = graycomatrix(gray, DISTANCES, ANGLES, levels, symmetric=symmetric, normed=normed)
    return np.stack([graycoprops(matrix, name) for name in _PROPERTIES], axis=-1)


@pytest.mark.parametrize("levels", [2, 8, 256])
@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("name", PICTURES)
def test_properties_are_those_of_scikit_image(name, symmetric, levels):
    extractor = GLCM(DISTANCES, ANGLES, levels, symmetric, _PROPERTIES, n_cells=2)
    found = extractor._extract(PICTURES[name]).reshape(4, len(DISTANCES), len(ANGLES), -1)
    cells = _cells(_steps(levels)[PICTURES[name]], 2)
    expected = np.stack([as_scikit_image(cell, levels, symmetric, True) for cell in cells])
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_a_matrix_that_is_not_normed_has_the_same_properties():
    normed, counts = (as_scikit_image(PICTURES["noise"], 256, True, n) for n in (True, False))
    np.testing.assert_allclose(normed, counts, rtol=1e-12)


def test_offsets_are_those_of_scikit_image():
    for angle in np.deg2rad(np.arange(-360, 361, 15)):
        for distance in (1, 1.5, 2, 3, 5, 7.07):
            (down,), (right,) = _offsets((distance,), (float(angle),))
            lit = np.zeros((21, 21), np.uint8)
            lit[10, 10], lit[10 + down, 10 + right] = 1, 2
            matrix = graycomatrix(lit, [distance], [angle], levels=3)
            assert matrix[1, 2, 0, 0] == 1, (distance, np.rad2deg(angle))


def test_a_flat_picture_is_even_and_correlated():
    extractor = GLCM((1,), (0,), properties=_PROPERTIES, n_cells=1)
    named = extractor.set_output(transform="pandas").fit_transform([PICTURES["flat"]])
    named.columns = _PROPERTIES
    ones = ["homogeneity", "ASM", "energy", "correlation"]
    assert (named[ones] == 1).all(axis=None)
    zeros = ["contrast", "dissimilarity", "variance", "std", "entropy"]
    assert (named[zeros] == 0).all(axis=None)
    assert named["mean"].item() == 77 * 32 // 256


def test_opposite_angles_are_alike_where_order_does_not_count():
    angles = (0.0, np.pi)
    found = GLCM((1,), angles, n_cells=1).fit_transform([PICTURES["noise"]])
    np.testing.assert_array_equal(found[0, :6], found[0, 6:])


def test_a_quarter_turn_swaps_right_and_down():
    extractor = GLCM((2,), (0.0, np.pi / 2), n_cells=1)
    upright, turned = extractor.fit_transform([PICTURES["rows"], PICTURES["rows"].T])
    np.testing.assert_array_equal(upright[:6], turned[6:])


def test_the_smallest_picture_holds_one_pair_in_each_cell():
    extractor = GLCM((3,), (0, np.pi / 2))
    assert np.isfinite(extractor.fit_transform([PICTURES["noise"][:8, :8]])).all()
    message = r"distances=\(3,\) and n_cells=2 need pictures of at least 8 pixels per side"
    with pytest.raises(ValueError, match=message) as info:
        extractor.fit_transform([PICTURES["noise"], PICTURES["noise"][:7, :8]])
    assert info.value.__notes__ == ["GLCM: row 1, source ndarray(7, 8)"]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"distances": ()}, r"distances must be finite numbers of at least 1, got \(\)"),
        ({"distances": (0.5,)}, "distances must be finite numbers of at least 1"),
        ({"angles": (0, np.nan)}, "angles must be finite numbers in radians"),
        ({"angles": (0, 0.0)}, "angles must be given once each"),
        ({"distances": ("1",)}, "distances must be finite numbers"),
        ({"properties": ("contrast", "colour")}, "properties must be some of"),
        ({"properties": ("ASM", "ASM")}, "each once"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_fit(parameters, message):
    with pytest.raises(ValueError, match=message):
        GLCM(**parameters).fit([PICTURES["noise"]])
