"""What only HOG and hog do; the rest is in tests/test_common.py."""

import io
from unittest import mock

import numpy as np
import pytest
import skimage.feature
from PIL import Image

from mmsk.exceptions import DecodeError, FailedSamplesWarning
from mmsk.image import HOG, hog
from mmsk.image._orientations import whole_edges
from mmsk.io import read_image
from tests.kernels import reference

RNG = np.random.default_rng(0)
NOISE = RNG.integers(0, 256, (41, 50), dtype=np.uint8)
COLOR_NOISE = RNG.integers(0, 256, (41, 50, 3), dtype=np.uint8)
ROWS, COLUMNS = np.mgrid[:41, :50]
NORMS = ["L1", "L1-sqrt", "L2", "L2-Hys"]

GRAY = {
    "noise": NOISE,
    "few levels": RNG.integers(0, 4, (41, 50), dtype=np.uint8),
    "two levels": NOISE > 127,
    "signed": (NOISE // 2).astype(np.int8),
    "16 bit": RNG.integers(0, 65536, (41, 50), dtype=np.uint16),
    "float64": RNG.random((41, 50)),
    "float32": RNG.random((41, 50)).astype(np.float32),
    "float16": RNG.random((41, 50)).astype(np.float16),
    "bytes as floats": NOISE / 255,  # gradients of equal bytes differ by rounding
    "flat": np.full((41, 50), 7, np.uint8),
    "ramp to the right": COLUMNS.astype(np.uint8),
    "ramp down": ROWS.astype(np.uint8),
    "ramp down to the right": (ROWS + COLUMNS).astype(np.uint8),
    "ramp down to the left": (ROWS - COLUMNS + 60).astype(np.uint8),
    "transposed": np.ascontiguousarray(NOISE.T).T,
}
COLOR = {
    "noise": COLOR_NOISE,
    "few levels": RNG.integers(0, 9, (41, 50, 3), dtype=np.uint8),
    "float64": RNG.random((41, 50, 3)),
    "bytes as floats": COLOR_NOISE / 255,
    "many ties": RNG.choice([0, 3, 4, 5, 7, 8], (41, 50, 3)).astype(np.uint8),
    "gray": np.repeat(NOISE[:, :, None], 3, axis=2),
    "two channels": np.stack([ROWS, COLUMNS], axis=2).astype(np.uint8),
}


def check_as_scikit_image(image, **parameters):
    expected = skimage.feature.hog(image, **parameters)
    found = hog(image, **parameters)
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("transform_sqrt", [False, True])
@pytest.mark.parametrize("orientations", [1, 8, 9, 12])  # 8 and 12 have edges on diagonals
@pytest.mark.parametrize("name", GRAY)
def test_gray_pictures_give_what_scikit_image_gives(name, orientations, transform_sqrt):
    check_as_scikit_image(GRAY[name], orientations=orientations, transform_sqrt=transform_sqrt)


@pytest.mark.parametrize("transform_sqrt", [False, True])
@pytest.mark.parametrize("orientations", [8, 9])
@pytest.mark.parametrize("name", COLOR)
def test_color_pictures_give_what_scikit_image_gives(name, orientations, transform_sqrt):
    check_as_scikit_image(
        COLOR[name],
        orientations=orientations,
        transform_sqrt=transform_sqrt,
        channel_axis=-1,
    )


@pytest.mark.parametrize("block_norm", NORMS)
@pytest.mark.parametrize("cells_per_block", [(1, 1), (2, 2), (3, 1), (2, 3)])
@pytest.mark.parametrize("pixels_per_cell", [(8, 8), (5, 7), (1, 4), (13, 16)])
@pytest.mark.parametrize("name", ["noise", "bytes as floats"])
def test_all_sizes_and_norms_give_what_scikit_image_gives(
    name, pixels_per_cell, cells_per_block, block_norm
):
    check_as_scikit_image(
        GRAY[name],
        pixels_per_cell=pixels_per_cell,
        cells_per_block=cells_per_block,
        block_norm=block_norm,
    )


@pytest.mark.parametrize("block_norm", NORMS)
@pytest.mark.parametrize("name", COLOR)
def test_color_pictures_of_all_norms_give_what_scikit_image_gives(name, block_norm):
    check_as_scikit_image(
        COLOR[name], block_norm=block_norm, channel_axis=2, feature_vector=False
    )


@pytest.mark.parametrize("degrees", range(0, 180, 5))
@pytest.mark.parametrize("orientations", [8, 9])
def test_slopes_along_the_edges_of_bins_give_what_scikit_image_gives(degrees, orientations):
    angle = np.deg2rad(degrees)
    check_as_scikit_image(
        100 + np.cos(angle) * COLUMNS + np.sin(angle) * ROWS, orientations=orientations
    )


@pytest.mark.parametrize("axis", [0, 1, -3])
def test_channels_may_be_any_axis(axis):
    check_as_scikit_image(np.moveaxis(COLOR_NOISE, -1, axis), channel_axis=axis)


@pytest.mark.parametrize("cells_per_block", [(1, 1), (2, 2)])
def test_a_nan_pixel_spreads_as_far_as_in_scikit_image(cells_per_block):
    image = RNG.random((40, 40))
    image[20, 20] = np.nan
    check_as_scikit_image(image, cells_per_block=cells_per_block)


def test_large_pictures_give_what_scikit_image_gives():
    image = RNG.integers(0, 256, (240, 321), dtype=np.uint8)
    check_as_scikit_image(image)
    check_as_scikit_image(image, pixels_per_cell=(80, 100), cells_per_block=(1, 1))


def test_the_drawing_is_that_of_scikit_image():
    features, drawn = hog(COLOR_NOISE, visualize=True, channel_axis=-1)
    expected_features, expected = skimage.feature.hog(
        COLOR_NOISE, visualize=True, channel_axis=-1
    )
    np.testing.assert_allclose(features, expected_features, atol=1e-5)
    np.testing.assert_array_equal(drawn, expected)


def test_the_picture_is_left_alone():
    for image in (NOISE.copy(), NOISE / 255, COLOR_NOISE.copy()):
        kept = image.copy()
        hog(image, channel_axis=None if image.ndim == 2 else -1, transform_sqrt=True)
        np.testing.assert_array_equal(image, kept)


@pytest.mark.parametrize("orientations", [*range(1, 37), 78, 180, 322])
def test_every_gradient_of_bytes_falls_in_the_bin_of_its_angle(orientations):
    # 78 and 322: 180 / 78 * 39 and the like are not exactly 90
    rows, columns = np.mgrid[-255:256, -255:256].astype(np.float32)
    angles_deg = np.rad2deg(np.arctan2(rows, columns, dtype=np.float64)) % 180
    edges_deg = 180.0 / orientations * np.arange(1, orientations + 1)
    expected = np.searchsorted(edges_deg, angles_deg, side="right")
    bins, _ = reference.votes_by_edge(rows, columns, whole_edges(orientations))
    some = (rows != 0) | (columns != 0)
    np.testing.assert_array_equal(bins[some], expected[some])


@pytest.mark.parametrize(
    ("image", "parameters", "message"),
    [
        (np.zeros((23, 40)), {}, "too small given .* at least: 24 rows and 24 cols"),
        (np.zeros((40, 23)), {}, "too small given .* at least: 24 rows and 24 cols"),
        (np.zeros((0, 40)), {}, "too small"),
        (np.zeros((40, 40, 0)), {"channel_axis": -1}, "too small"),
        (np.zeros((3, 40, 40)), {}, "Only images with two spatial dimensions"),
        (np.zeros((40, 40)), {"channel_axis": -1}, "Only images with two spatial dimensions"),
        (np.zeros((40, 40), complex), {}, "complex valued input is not supported"),
        (np.zeros((40, 40)), {"block_norm": "L3"}, "normalization method is invalid"),
        (np.zeros((40, 40)), {"orientations": 0}, "orientations must be an integer"),
        (np.zeros((40, 40)), {"pixels_per_cell": (0, 8)}, "two whole numbers"),
        (np.zeros((40, 40)), {"pixels_per_cell": (None, 8)}, "two whole numbers"),
        (np.zeros((40, 40)), {"cells_per_block": (2, 2, 2)}, "two whole numbers"),
    ],
)
def test_what_cannot_be_described_is_refused(image, parameters, message):
    with pytest.raises(ValueError, match=message):
        hog(image, **parameters)


# HOG


def test_features_are_those_of_the_function():
    extractor = HOG(8, (5, 7), (3, 2), "L1-sqrt", True)
    expected = hog(NOISE, 8, (5, 7), (3, 2), "L1-sqrt", transform_sqrt=True)
    np.testing.assert_array_equal(
        extractor.fit_transform([NOISE])[0], expected.astype(np.float32)
    )


def test_a_color_picture_is_described_in_gray():
    expected = HOG().fit_transform([read_image(COLOR_NOISE, gray=True)])
    np.testing.assert_array_equal(HOG().fit_transform([COLOR_NOISE]), expected)


def test_the_first_picture_gives_the_size_of_all():
    extractor = HOG()
    features = extractor.fit_transform([None, NOISE, NOISE[:30, :35]])
    assert extractor.size_px_ == (41, 50)
    resized = read_image(NOISE[:30, :35], size_px=(41, 50))
    np.testing.assert_array_equal(features[2], extractor.transform([resized])[0])
    assert extractor.transform([NOISE.T]).shape[1] == features.shape[1]


def test_the_size_may_come_from_the_first_of_a_list():
    extractor = HOG().fit([[NOISE, NOISE[:20]], NOISE[:30]])
    assert extractor.size_px_ == (41, 50)


@pytest.mark.parametrize(("size_px", "size"), [(32, (32, 32)), ((24, 40), (24, 40))])
def test_a_given_size_is_kept_and_fit_reads_nothing(size_px, size):
    extractor = HOG(size_px=size_px).fit(["absent.png", NOISE])
    assert extractor.size_px_ == size
    expected = hog(read_image(NOISE, size_px=size), cells_per_block=(2, 2))
    np.testing.assert_array_equal(extractor.transform([NOISE])[0], expected.astype(np.float32))


@pytest.mark.parametrize(
    ("size_px", "decoded"), [(64, 160), (160, 160), (161, 320), (641, 1280)]
)
def test_a_large_jpeg_is_decoded_at_the_smallest_scale_that_does(size_px, decoded):
    stream = io.BytesIO()
    Image.fromarray(NOISE).resize((1280, 1280)).save(stream, "JPEG")
    opening, opened = Image.open, []

    def noted(file):
        opened.append(opening(file))
        return opened[-1]

    with mock.patch.object(Image, "open", noted):
        found = HOG(size_px=size_px).fit([None]).transform([stream.getvalue()])
    assert opened[0].size == (decoded, decoded)
    whole = HOG(size_px=size_px).fit([None]).transform([np.asarray(opening(stream))])
    assert np.corrcoef(found, whole)[0, 1] > 0.95


def test_names_tell_block_cell_and_orientation_in_the_order_of_the_features():
    extractor = HOG(3, (4, 4), (2, 1), size_px=(12, 8)).fit([NOISE])
    names = extractor.get_feature_names_out()
    assert len(names) == 2 * 2 * 2 * 1 * 3
    assert list(names[[0, 2, 3, 6, -1]]) == [
        "hog_r0_c0_by0_bx0_o0",
        "hog_r0_c0_by0_bx0_o2",
        "hog_r0_c0_by1_bx0_o0",
        "hog_r0_c1_by0_bx0_o0",
        "hog_r1_c1_by1_bx0_o2",
    ]


def test_a_name_points_at_its_place_and_direction():
    image = np.zeros((24, 24), np.uint8)
    image[8:16, 19:] = 200  # a wall in the middle of the last cell of the second row
    image[7] = image[8]
    image[16] = image[15]  # the wall ends in the cells above and below
    extractor = HOG(9, (8, 8), (1, 1), "L1", size_px=24).fit([image])
    names = extractor.get_feature_names_out()
    features = extractor.transform([image])[0]
    assert names[features.argmax()] == "hog_r1_c2_by0_bx0_o0"


def test_an_unreadable_first_picture_names_its_row_in_fit():
    with pytest.raises(DecodeError, match="cannot read an image") as info:
        HOG().fit([None, b"no picture", NOISE])
    assert info.value.__notes__ == ["HOG: row 1, source 10 bytes"]


def test_a_first_picture_smaller_than_a_block_names_its_row_in_fit():
    with pytest.raises(ValueError, match="at least 16 x 16 pixels, got 15 x 50") as info:
        HOG().fit([NOISE[:15], NOISE])
    assert info.value.__notes__ == ["HOG: row 0, source ndarray(15, 50)"]


def test_pictures_that_cannot_give_the_size_are_passed_over_where_asked():
    extractor = HOG(on_error="missing").fit([b"no picture", NOISE[:15], NOISE])
    assert extractor.size_px_ == (41, 50)
    with pytest.warns(FailedSamplesWarning, match="1 of 3 samples"):
        features = extractor.transform([b"no picture", NOISE[:15], NOISE])
    np.testing.assert_array_equal(np.isnan(features[:, 0]), [True, False, False])


@pytest.mark.parametrize("column", [[None, None], [b"no picture", NOISE[:15]]])
def test_a_column_without_a_size_asks_for_one(column):
    with pytest.raises(ValueError, match=r"Give the size: HOG\(size_px=\(height, width\)\)"):
        HOG(on_error="missing").fit(column)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"size_px": 15}, "need pictures of at least 16 x 16 pixels, got 15 x 15"),
        ({"size_px": (16,)}, "size_px must be two whole numbers"),
        ({"size_px": 0}, "'size_px' parameter of HOG"),
        ({"orientations": 0}, "'orientations' parameter of HOG"),
        ({"pixels_per_cell": 8}, "'pixels_per_cell' parameter of HOG"),
        ({"pixels_per_cell": (8, -8)}, "pixels_per_cell must be two whole numbers"),
        ({"cells_per_block": (2, 2.5)}, "cells_per_block must be two whole numbers"),
        ({"block_norm": "l2"}, "'block_norm' parameter of HOG"),
    ],
)
def test_wrong_parameters_are_refused_in_fit(parameters, message):
    with pytest.raises(ValueError, match=message):
        HOG(**parameters).fit([NOISE])
