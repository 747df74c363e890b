"""What only ColorHistogram does; the rest is in tests/test_common.py."""

import numpy as np
import pytest
import skimage.color

from mmsk.image import GLCM, LBP, ColorHistogram
from mmsk.image._color_histogram import _values
from mmsk.io import read_image

RNG = np.random.default_rng(0)
NOISE = RNG.integers(0, 256, (23, 31, 3), dtype=np.uint8)
FEW_LEVELS = RNG.choice([0, 50, 100, 200, 255], (23, 31, 3)).astype(np.uint8)
PICTURES = {
    "noise": NOISE,
    "few levels": FEW_LEVELS,
    "float64": RNG.random((23, 31, 3)),
    "bytes as floats": FEW_LEVELS / 255,
    "read backwards": NOISE[::-1, ::-1],
}
SPACES = ["rgb", "hsv", "lab"]
UNIT = [(0, 1)] * 3
RANGES = {"rgb": UNIT, "hsv": UNIT, "lab": [(0, 100), (-87, 99), (-108, 95)]}


def as_scikit_image(image, space):
    """Channels of the pixels, of shape (n_pixels, 3)."""
    convert = {
        "rgb": skimage.util.img_as_float,
        "hsv": skimage.color.rgb2hsv,
        "lab": skimage.color.rgb2lab,
    }
    return convert[space](image).reshape(-1, 3)


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("name", PICTURES)
def test_colors_are_those_of_scikit_image(name, space):
    found = _values(PICTURES[name], space).T
    tolerance = 0.005 if space == "lab" else 0
    np.testing.assert_allclose(
        found, as_scikit_image(PICTURES[name], space), rtol=0, atol=tolerance
    )


def test_colors_of_all_bytes_of_a_coarse_cube_are_those_of_scikit_image():
    levels = np.array([0, 1, 9, 10, 11, 12, 60, 127, 128, 200, 254, 255], np.uint8)
    cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(1, -1, 3)
    for space, tolerance in (("hsv", 0), ("lab", 0.005)):
        expected = as_scikit_image(cube, space)
        np.testing.assert_allclose(_values(cube, space).T, expected, rtol=0, atol=tolerance)


def test_float32_pictures_differ_by_rounding_only():
    image = NOISE.astype(np.float32) / 255
    found = _values(image, "hsv").T
    np.testing.assert_allclose(found, as_scikit_image(image, "hsv"), rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("space", ["rgb", "hsv"])
def test_joint_bins_are_those_of_numpy_where_edges_are_binary_fractions(name, space):
    image = PICTURES[name]
    counts, _ = np.histogramdd(as_scikit_image(image, space), 8, RANGES[space])
    found = ColorHistogram(space, joint=True, n_cells=1).fit_transform([image])
    np.testing.assert_array_equal(found[0], (counts / counts.sum()).ravel().astype(np.float32))


@pytest.mark.parametrize("space", SPACES)
def test_marginal_bins_are_sums_of_joint_ones(space):
    joint = ColorHistogram(space, n_bins=5, joint=True, n_cells=1).fit_transform([NOISE])
    marginal = ColorHistogram(space, n_bins=5, n_cells=1).fit_transform([NOISE])
    cube = joint.reshape(5, 5, 5)
    sums = [cube.sum(axis=axes) for axes in ((1, 2), (0, 2), (0, 1))]
    np.testing.assert_allclose(marginal.ravel(), np.concatenate(sums), atol=1e-6)


def test_lab_reaches_both_ends_of_each_range_but_never_leaves_it():
    steps = np.linspace(0, 255, 18).astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    lows, highs = np.array(RANGES["lab"], float).T
    values = _values(cube, "lab").T
    assert (values.min(axis=0) < lows + 1.5).all()
    assert (values.max(axis=0) > highs - 1.5).all()
    # linear light of black and white is rounded
    assert (values.min(axis=0) > lows - 0.01).all()
    assert (values.max(axis=0) < highs + 0.01).all()


@pytest.mark.parametrize("space", SPACES)
def test_greys_of_all_levels_share_the_bins_of_color(space):
    greys = np.arange(256, dtype=np.uint8).reshape(16, 16)
    extractor = ColorHistogram(space, n_bins=4, n_cells=1)
    shares = dict(zip(extractor.fit([greys]).get_feature_names_out(), _row(extractor, greys)))
    if space == "hsv":
        assert shares["color_r0_c0_h0"] == shares["color_r0_c0_s0"] == 1
    if space == "lab":
        assert max(v for k, v in shares.items() if "_a" in k) == 1
        assert max(v for k, v in shares.items() if "_b" in k) == 1


def _row(extractor, image):
    return extractor.fit_transform([image])[0]


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("joint", [False, True])
def test_a_gray_picture_is_one_of_equal_channels(space, joint):
    gray = NOISE[:, :, 0]
    extractor = ColorHistogram(space, joint=joint)
    both = extractor.fit_transform([gray, np.stack([gray] * 3, axis=2)])
    np.testing.assert_array_equal(both[0], both[1])


@pytest.mark.parametrize("joint", [False, True])
def test_shares_sum_to_one_in_each_cell(joint):
    shares = _row(ColorHistogram(n_bins=3, n_cells=4, joint=joint), NOISE)
    totals = shares.reshape(16, 1 if joint else 3, -1).sum(axis=2)
    np.testing.assert_allclose(totals, 1, rtol=1e-6)


@pytest.mark.parametrize("joint", [False, True])
def test_cells_are_those_of_the_picture_cut_apart(joint):
    whole = _row(ColorHistogram(joint=joint), NOISE)
    parts = [NOISE[:11, :15], NOISE[:11, 15:], NOISE[11:, :15], NOISE[11:, 15:]]
    apart = ColorHistogram(joint=joint, n_cells=1).fit_transform(parts)
    np.testing.assert_array_equal(whole, apart.ravel())


def test_strips_of_a_large_picture_do_not_show():
    large = np.tile(NOISE, (9, 40, 1))
    np.testing.assert_allclose(
        _row(ColorHistogram(n_cells=1), large), _row(ColorHistogram(n_cells=1), NOISE)
    )


def test_a_single_pixel_has_one_color():
    shares = _row(ColorHistogram("rgb", 2, joint=True, n_cells=1), NOISE[:1, :1])
    assert sorted(shares) == [0] * 7 + [1]


def test_a_picture_smaller_than_the_grid_says_which_one():
    message = "n_cells=3 needs pictures of at least 3 pixels per side, got 2 x 31"
    with pytest.raises(ValueError, match=message) as info:
        ColorHistogram(n_cells=3).fit_transform([NOISE, NOISE[:2]])
    assert info.value.__notes__ == ["ColorHistogram: row 1, source ndarray(2, 31, 3)"]


@pytest.mark.parametrize("image", [NOISE / 100, NOISE / 255 - 0.5])
def test_a_floating_picture_must_lie_between_black_and_white(image):
    with pytest.raises(ValueError, match=r"needs pixels in 0\.\.1, got .*Divide it by"):
        ColorHistogram().fit_transform([image])


def test_too_many_joint_bins_are_refused_in_fit():
    with pytest.raises(ValueError, match="at most n_bins=32, got n_bins=33"):
        ColorHistogram(n_bins=33, joint=True).fit([NOISE])
    assert ColorHistogram(n_bins=33).fit_transform([NOISE]).shape == (1, 4 * 99)


@pytest.mark.parametrize("extractor", [ColorHistogram, LBP, GLCM], ids=lambda c: c.__name__)
def test_a_given_size_is_that_of_the_resized_picture(extractor):
    small = read_image(NOISE, size_px=16)
    found = extractor(size_px=16).fit_transform([NOISE])
    np.testing.assert_array_equal(found, extractor().fit_transform([small]))
    assert np.isfinite(extractor(size_px=16).fit_transform([NOISE[:1, :1]])).all()
