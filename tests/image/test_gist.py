"""What only GIST does; the rest is in tests/test_common.py."""

from itertools import pairwise

import numpy as np
import pytest

from mmsk.image import GIST

RNG = np.random.default_rng(0)
NOISE = RNG.integers(0, 256, (64, 64), dtype=np.uint8)
TURNS = np.linspace(0, 9, 64)
WAVES = (127 + 60 * np.add.outer(np.sin(TURNS), np.cos(2 * TURNS))).astype(np.uint8)
STEP = np.repeat(np.array([10, 200], np.uint8), 32) * np.ones((64, 1), np.uint8)
PICTURES = {"noise": NOISE, "waves": WAVES, "step": STEP}


def authors_gist(gray, n_scales=4, n_orientations=8, n_cells=4):
    """LMgist.m line by line in float64, without its resizing."""
    image = gray - gray.min() + 0.0
    image = 255 * image / image.max()
    # prefilt
    image = np.pad(np.log(image + 1), 5, mode="symmetric")
    n = len(image)
    fx, fy = np.meshgrid(np.arange(-n // 2, n // 2), np.arange(-n // 2, n // 2))
    slow = np.fft.fftshift(np.exp(-(fx**2 + fy**2) / (4 / np.sqrt(np.log(2))) ** 2))
    output = image - np.real(np.fft.ifft2(np.fft.fft2(image) * slow))
    contrast = np.sqrt(np.abs(np.fft.ifft2(np.fft.fft2(output**2) * slow)))
    output = (output / (0.2 + contrast))[5:-5, 5:-5]
    # createGabor and gistGabor
    output = np.pad(output, 32, mode="symmetric")
    n = len(output)
    fx, fy = np.meshgrid(np.arange(-n // 2, n // 2), np.arange(-n // 2, n // 2))
    fr = np.fft.fftshift(np.sqrt(fx**2 + fy**2))
    t = np.fft.fftshift(np.angle(fx + 1j * fy))
    edges = np.linspace(0, n - 64, n_cells + 1).astype(int)
    energies = []
    for scale in range(n_scales):
        for orientation in range(n_orientations):
            tr = t + np.pi / n_orientations * orientation
            tr = tr + 2 * np.pi * (tr < -np.pi) - 2 * np.pi * (tr > np.pi)
            near = -10 * 0.35 * (fr / n / (0.3 / 1.85**scale) - 1) ** 2
            gabor = np.exp(near - 2 * 16 * n_orientations**2 / 32**2 * np.pi * tr**2)
            answer = np.abs(np.fft.ifft2(np.fft.fft2(output) * gabor))[32:-32, 32:-32]
            for top, bottom in pairwise(edges):
                for left, right in pairwise(edges):
                    energies.append(answer[top:bottom, left:right].mean())
    return np.array(energies)


@pytest.mark.parametrize("parameters", [(4, 8, 4), (2, 5, 3), (1, 1, 1)])
@pytest.mark.parametrize("name", PICTURES)
def test_features_are_those_of_the_authors(name, parameters):
    found = GIST(*parameters, size_px=64).fit_transform([PICTURES[name]])[0]
    np.testing.assert_allclose(found, authors_gist(PICTURES[name], *parameters), atol=1e-5)


def test_brightness_and_contrast_do_not_show():
    pale = NOISE / 510 + 0.25
    found = GIST(size_px=64).fit_transform([NOISE, pale])
    np.testing.assert_allclose(found[0], found[1], atol=1e-5)


def test_a_mirrored_picture_has_mirrored_cells_and_directions():
    both = GIST(size_px=64).fit_transform([WAVES, WAVES[:, ::-1]])
    there, mirrored = both.reshape(2, 4, 8, 4, 4)
    other = (8 - np.arange(8)) % 8
    np.testing.assert_allclose(mirrored, there[:, other, :, ::-1], atol=1e-3)


@pytest.mark.parametrize("degrees", [0, 22.5, 45, 90, 112.5])
def test_the_direction_of_stripes_is_found(degrees):
    right, down = np.meshgrid(np.arange(128), np.arange(128))
    turned = np.deg2rad(degrees)
    across = right * np.cos(turned) - down * np.sin(turned)
    stripes = 0.5 + 0.5 * np.sin(2 * np.pi * 0.3 / 1.85 * across)
    energies = GIST(n_cells=1).fit_transform([stripes]).reshape(4, 8)
    found = np.unravel_index(energies.argmax(), energies.shape)
    assert found == (1, degrees / 22.5)


def test_a_flat_picture_is_zero():
    assert not GIST().fit_transform([np.full((9, 9, 3), 77, np.uint8)]).any()


def test_colours_are_described_each_and_grey_in_each_alike():
    extractor = GIST(size_px=32, color=True)
    red = np.zeros((32, 32, 3), np.uint8)
    red[:, :, 0] = NOISE[:32, :32]
    features = extractor.fit_transform([red, NOISE[:32, :32]]).reshape(2, 3, 512)
    assert features[0, 0].min() > 0
    assert not features[0, 1:].any()
    np.testing.assert_array_equal(features[1, 0], features[1, 1])
    assert extractor.get_feature_names_out()[512] == "gist_green_s0_o0_r0_c0"


def test_cells_need_a_pixel_each():
    with pytest.raises(ValueError, match="size_px=3 is too small for n_cells=4 cells"):
        GIST(size_px=3).fit([NOISE])
