"""What only ImageStatistics does; the rest is in tests/test_common.py."""

import numpy as np
import pytest
import scipy.ndimage
import skimage.color
import skimage.measure

from mmsk.image import ImageStatistics
from mmsk.io import to_gray

RNG = np.random.default_rng(0)
NOISE = RNG.integers(0, 256, (40, 60, 3), dtype=np.uint8)
GRAY_NOISE = NOISE[:, :, 0]


def statistics(image):
    extractor = ImageStatistics()
    return dict(zip(extractor.fit([image]).get_feature_names_out(), _row(extractor, image)))


def _row(extractor, image):
    return extractor.transform([image])[0]


def smoothed(gray, size):
    return scipy.ndimage.uniform_filter(gray, size)


def test_size_is_told_in_pixels():
    found = statistics(NOISE)
    assert (found["width_px"], found["height_px"], found["aspect_ratio"]) == (60, 40, 1.5)


def test_exposure_is_that_of_numpy():
    luma, found = to_gray(NOISE), statistics(NOISE)
    assert found["luma_mean"] == pytest.approx(luma.mean())
    assert found["luma_std"] == pytest.approx(luma.std())
    for percent in (5, 50, 95):
        level = np.percentile(luma, percent, method="inverted_cdf")
        assert found[f"luma_p{percent}"] == level
    assert found["contrast"] == found["luma_p95"] - found["luma_p5"]
    assert found["entropy"] == pytest.approx(skimage.measure.shannon_entropy(luma))


def test_only_what_is_close_to_black_or_white_is_clipped():
    levels = np.array([[0, 3, 4, 251, 252], [253, 255, 255, 100, 100]], np.uint8)
    found = statistics(levels)
    assert found["dark_share"] == pytest.approx(0.2)
    assert found["bright_share"] == pytest.approx(0.4)


def test_saturation_is_that_of_scikit_image():
    saturation, found = skimage.color.rgb2hsv(NOISE)[:, :, 1], statistics(NOISE)
    assert found["saturation_mean"] == pytest.approx(saturation.mean())
    assert found["saturation_std"] == pytest.approx(saturation.std())


def test_colorfulness_is_that_of_the_paper():
    red, green, blue = NOISE.reshape(-1, 3).T.astype(float)
    rg, yb = red - green, (red + green) / 2 - blue
    expected = np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean())
    assert statistics(NOISE)["colorfulness"] == pytest.approx(expected)


def test_gray_pictures_have_no_color():
    found = statistics(GRAY_NOISE)
    color = [found[name] for name in ("saturation_mean", "saturation_std", "colorfulness")]
    assert color == [0, 0, 0]


def test_sharpness_is_the_variance_of_the_laplacian_without_the_border():
    laplacian = scipy.ndimage.laplace(GRAY_NOISE.astype(float))[1:-1, 1:-1]
    assert statistics(GRAY_NOISE)["sharpness"] == pytest.approx(laplacian.var())


@pytest.mark.parametrize("size", [1, 3, 9])
@pytest.mark.parametrize("shape", [(40, 60), (5, 5), (4, 30), (8, 4)])
def test_blur_is_that_of_scikit_image(shape, size):
    gray = smoothed(GRAY_NOISE, size)[: shape[0], : shape[1]]
    expected = skimage.measure.blur_effect(gray)
    assert statistics(gray)["blur"] == pytest.approx(expected, rel=1e-5)


def test_edge_density_is_the_share_of_long_gradients_of_sobel():
    gray = smoothed(GRAY_NOISE, 3)
    right, down = (scipy.ndimage.sobel(gray.astype(float), axis) / 8 for axis in (1, 0))
    expected = (np.hypot(right, down)[1:-1, 1:-1] >= 16).mean()
    assert 0.1 < expected < 0.9
    assert statistics(gray)["edge_density"] == pytest.approx(expected)


def test_smoothing_takes_sharpness_and_edges_and_adds_blur():
    sharp, blurred = statistics(GRAY_NOISE), statistics(smoothed(GRAY_NOISE, 7))
    assert sharp["sharpness"] > 10 * blurred["sharpness"]
    assert sharp["edge_density"] > 2 * blurred["edge_density"]
    assert sharp["blur"] < blurred["blur"] / 2


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (2, 2), (3, 3), (3, 1, 3)])
def test_the_smallest_pictures_are_flat_and_blurred(shape):
    found = statistics(np.full(shape, 9, np.uint8))
    assert np.isfinite(list(found.values())).all()
    zeros = ("luma_std", "contrast", "entropy", "sharpness", "edge_density")
    assert [found[name] for name in (*zeros, "blur")] == [0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floating_pictures_give_what_their_bytes_give(dtype):
    np.testing.assert_array_equal(
        _row(ImageStatistics().fit([NOISE]), (NOISE / 255).astype(dtype)),
        _row(ImageStatistics().fit([NOISE]), NOISE),
    )


def test_a_floating_picture_must_lie_between_black_and_white():
    with pytest.raises(ValueError, match=r"needs pixels in 0\.\.1, got 0\.\.2\.55"):
        ImageStatistics().fit_transform([NOISE / 100])
