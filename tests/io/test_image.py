"""read_image: one picture, whatever the mode, rotation, scale or kind of source."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import ExifTags, Image, ImageCms, JpegImagePlugin

from mmsk.exceptions import DecodeError
from mmsk.io import read_image, to_gray

ROTATIONS = {  # of what is stored, to show it upright
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
    8: np.rot90,
}

sides = st.integers(1, 9)
pictures = st.one_of(
    arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=8)),
    arrays(np.uint8, st.tuples(sides, sides, st.sampled_from([1, 3, 4]))),
    arrays(np.uint16, array_shapes(min_dims=2, max_dims=2, max_side=8)),
    arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=8)),
    arrays(
        np.float32,
        st.tuples(sides, sides, st.sampled_from([1, 3])),
        elements=st.floats(0, 1, width=32),
    ),
)


def noise(*shape, dtype=np.uint8):
    high = np.iinfo(dtype).max
    return np.random.default_rng(0).integers(0, high, shape, dtype=dtype, endpoint=True)


def encoded(picture, kind, **options):
    """The bytes of a file."""
    stream = io.BytesIO()
    if not isinstance(picture, Image.Image):
        picture = Image.fromarray(picture)
    picture.save(stream, kind, **options)
    return stream.getvalue()


def rotated_file(picture, orientation, kind="PNG", **options):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return encoded(picture, kind, exif=exif, **options)


# Modes


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("1", 1, 255),
        ("L", 7, 7),
        ("LA", (7, 255), 7),
        ("LA", (7, 0), 255),  # transparent is white
        ("La", (0, 0), 255),
        ("P", 0, (255, 0, 0)),
        ("PA", (0, 255), (255, 0, 0)),
        ("PA", (0, 0), (255, 255, 255)),
        ("RGB", (1, 2, 3), (1, 2, 3)),
        ("RGBX", (1, 2, 3, 0), (1, 2, 3)),
        ("RGBA", (1, 2, 3, 255), (1, 2, 3)),
        ("RGBA", (0, 0, 0, 0), (255, 255, 255)),
        ("RGBA", (0, 0, 0, 51), (204, 204, 204)),  # a fifth of black on white
        ("RGBa", (0, 0, 0, 0), (255, 255, 255)),
        ("CMYK", (255, 0, 0, 0), (0, 255, 255)),
        ("YCbCr", (100, 128, 128), (100, 100, 100)),
        ("HSV", (0, 255, 255), (255, 0, 0)),
        ("I;16", 65535, 255),
        ("I;16", 257 * 9 + 256, 9),
        ("I;16B", 257 * 9, 9),
        ("I", 257 * 9, 9),
        ("I", 10**6, 255),
        ("I", -5, 0),
        ("F", 0.25, 0.25),
    ],
)
def test_a_mode_of_pillow_becomes_grey_or_rgb(mode, colour, expected):
    picture = Image.new(mode, (3, 2), colour)
    if mode in ("P", "PA"):
        picture.putpalette([255, 0, 0, 0, 255, 0])
    image = read_image(picture)
    assert image.dtype == (np.float32 if mode == "F" else np.uint8)
    np.testing.assert_array_equal(image, np.broadcast_to(expected, (2, 3, *np.shape(expected))))


def test_lab_becomes_srgb():
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    red = Image.new("RGB", (3, 2), (200, 30, 40))
    picture = ImageCms.profileToProfile(red, srgb, lab, outputMode="LAB")
    np.testing.assert_allclose(read_image(picture)[0, 0], (200, 30, 40), atol=2)


@pytest.mark.parametrize(
    ("mode", "transparent"), [("1", 0), ("L", 10), ("P", 3), ("RGB", (10, 10, 10))]
)
def test_a_transparent_colour_of_a_png_becomes_white(mode, transparent):
    picture = Image.new(mode, (2, 1), transparent)
    if mode == "P":
        picture.putpalette(bytes(12))
    file = encoded(picture, "PNG", transparency=transparent)
    assert read_image(file).min() == 255


def test_a_transparent_value_of_a_16_bit_png_becomes_white():
    picture = Image.fromarray(np.array([[300, 2570]], np.uint16))
    file = encoded(picture, "PNG", transparency=300)
    np.testing.assert_array_equal(read_image(file), [[255, 10]])


def test_of_an_animation_the_first_frame_counts():
    frames = [Image.new("L", (2, 2), grey) for grey in (10, 200)]
    file = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert read_image(file, gray=True).max() == 10


# Arrays


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([[True, False]]), [[255, 0]]),
        (np.array([[65535, 257 * 9 + 256, 0]], np.uint16), [[255, 9, 0]]),
        (np.array([[65535, 257]], ">u2"), [[255, 1]]),
        (np.array([[0, 255]], np.int64), [[0, 255]]),
        (np.zeros((1, 2, 4), np.uint8), np.full((1, 2, 3), 255)),
        (np.full((1, 2, 1), 5, np.uint8), [[5, 5]]),
    ],
)
def test_an_array_becomes_uint8(array, expected):
    image = read_image(array)
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image, expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, ">f4"])
def test_a_floating_array_keeps_its_range_and_precision(dtype):
    array = np.linspace(-2, 3, 24, dtype=dtype).reshape(2, 4, 3)
    image = read_image(array, size_px=3, gray=True)
    assert image.dtype == np.dtype(dtype).newbyteorder("=")
    assert image.min() < -1
    np.testing.assert_array_equal(read_image(array), array)


@given(pictures)
def test_a_decoded_picture_passes_straight_through(picture):
    image = read_image(picture)
    again = read_image(image)
    assert again.dtype == image.dtype
    np.testing.assert_array_equal(again, image)


@given(pictures, st.booleans(), sides, sides)
def test_reading_twice_is_reading_once(picture, gray, height, width):
    image = read_image(picture, size_px=(height, width), gray=gray)
    assert image.shape[:2] == (height, width)
    again = read_image(image, size_px=(height, width), gray=gray)
    np.testing.assert_array_equal(again, image)


@given(arrays(np.uint8, st.tuples(sides, sides, st.just(3))))
def test_gray_is_luma_rounded_to_nearest(picture):
    luma = picture @ [0.299, 0.587, 0.114]
    assert np.abs(read_image(picture, gray=True) - luma).max() <= 0.5 + 1e-3
    np.testing.assert_array_equal(to_gray(picture), read_image(picture, gray=True))


# Sources


def test_path_and_string_and_bytes_and_picture_and_array_agree(tmp_path):
    array = noise(6, 5, 3)
    file = tmp_path / "picture.png"
    file.write_bytes(encoded(array, "PNG"))
    content = file.read_bytes()
    sources = [file, str(file), content, bytearray(content), memoryview(content)]
    for source in [*sources, Image.fromarray(array), array]:
        np.testing.assert_array_equal(read_image(source), array)


def test_the_ending_of_a_file_does_not_matter(tmp_path):
    file = tmp_path / "picture.jpg"
    file.write_bytes(encoded(noise(2, 2), "BMP"))
    np.testing.assert_array_equal(read_image(file), noise(2, 2))


# Rotation


@pytest.mark.parametrize("orientation", ROTATIONS)
@pytest.mark.parametrize("opened", [False, True])
def test_exif_rotation_is_applied_to_files_and_to_pictures(orientation, opened):
    array = noise(4, 6, 3)
    source = rotated_file(array, orientation)
    if opened:
        source = Image.open(io.BytesIO(source))
    np.testing.assert_array_equal(read_image(source), ROTATIONS[orientation](array))


def test_the_picture_given_is_left_as_it_was():
    picture = Image.open(io.BytesIO(rotated_file(noise(4, 6), 6)))
    read_image(picture)
    assert picture.size == (6, 4)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize("exif", [b"garbage", b"MM\0*\0\0\0\x08\xff\xff", b"", b"II*\0\0\xff"])
def test_a_picture_with_damaged_exif_is_still_a_picture(exif):
    file = encoded(noise(4, 6), "JPEG", exif=b"Exif\0\0" + exif)
    assert read_image(file).shape == (4, 6)


# Sizes


@pytest.mark.parametrize("size_px", [32, (32, 32), (20, 50), (50, 20), (7, 3), (640, 500)])
@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("gray", [False, True])
def test_a_jpeg_has_the_size_asked_for_whatever_scale_it_was_decoded_at(
    size_px, orientation, gray
):
    ramp = np.linspace(0, 255, 400).astype(np.uint8)
    file = rotated_file(np.tile(ramp, (300, 1)), orientation, "JPEG", quality=95)
    image = read_image(file, size_px=size_px, gray=gray)
    height, width = (size_px, size_px) if isinstance(size_px, int) else size_px
    assert image.shape == (height, width)
    # and the same content: the ramp goes right, or down when turned
    means = image.mean(axis=1 if orientation == 6 else 0)
    centres = (np.arange(len(means)) + 0.5) * 255 / len(means)
    np.testing.assert_allclose(means, centres, atol=64 / len(means) + 4)


@pytest.mark.parametrize("mode", ["RGB", "CMYK", "L"])
@pytest.mark.parametrize("progressive", [False, True])
def test_jpegs_of_any_colours_are_reduced(mode, progressive):
    picture = Image.fromarray(noise(160, 160, 3)).convert(mode)
    file = encoded(picture, "JPEG", progressive=progressive)
    assert read_image(file, size_px=16, gray=True).shape == (16, 16)
    assert read_image(file, size_px=16).shape[:2] == (16, 16)


def test_a_jpeg_is_never_decoded_smaller_than_asked(monkeypatch):
    drafts = []
    draft = JpegImagePlugin.JpegImageFile.draft

    def spy(self, mode, size):
        result = draft(self, mode, size)
        drafts.append(self.size)
        return result

    monkeypatch.setattr(JpegImagePlugin.JpegImageFile, "draft", spy)
    read_image(encoded(noise(300, 400), "JPEG"), size_px=(40, 60))
    assert drafts == [(100, 75)]  # a quarter; an eighth would be 50 x 38


@pytest.mark.parametrize("size_px", [0, -1, 2.5, "4", (3,), (3, 4, 5), (0, 3), (2.5, 3), {}])
def test_a_wrong_size_is_an_error_of_the_caller_not_of_the_file(size_px):
    with pytest.raises(ValueError, match="size_px must be a positive int") as info:
        read_image(noise(4, 4), size_px=size_px)
    assert not isinstance(info.value, DecodeError)


# What cannot be read


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"", r"from 0 bytes: it is empty \(0 bytes\)"),
        (b"hello", "from 5 bytes: it is in no format that Pillow reads"),
        (encoded(noise(40, 40, 3), "JPEG")[:-300], r"bytes: image file is truncated"),
        (encoded(noise(40, 40, 3), "PNG")[:-300], r"bytes: .*[Tt]runcated"),
        (
            "https://example.org/a.jpg",
            r"'https://example.org/a.jpg': it is a URL\. Download it",
        ),
        ("absent.png", r"from 'absent.png': \[Errno 2\] No such file"),
        (Path("absent.png"), r"from 'absent.png': \[Errno 2\] No such file"),
        ("nul\0.png", "null (byte|character)"),
        (None, "from None: expected a path, bytes, a PIL image or an array, got NoneType"),
        (float("nan"), "from nan: expected a path, .* got float"),
        (7, "got int"),
        (np.full((2, 2), np.nan), "it holds NaN or infinite pixels"),
        (np.full((2, 2), np.inf), "it holds NaN or infinite pixels"),
        (Image.new("F", (2, 2), float("nan")), "it holds NaN or infinite pixels"),
        (np.zeros((0, 3), np.uint8), r"array of shape .* got \(0, 3\)"),
        (np.zeros((2, 2, 2), np.uint8), r"got \(2, 2, 2\)"),
        (np.zeros(4, np.uint8), r"got \(4,\)"),
        (np.zeros((2, 2, 4)), "a floating array with 4 channels"),
        (np.array([[-1, 0]]), r"integers in 0\.\.255, got int64 in -1\.\.0"),
        (np.array([[256]]), r"integers in 0\.\.255, got int64 in 256\.\.256"),
        (np.zeros((2, 2), complex), "got complex128"),
        (np.array([["a"]]), "got <U1"),
        (np.array([[None]]), "got object"),
    ],
)
def test_what_is_no_picture_says_why(source, message):
    with pytest.raises(DecodeError, match=message) as info:
        read_image(source)
    assert str(info.value).startswith("cannot read an image from ")


def test_a_picture_is_named_without_its_address_in_memory():
    picture = Image.new("F", (3, 2), float("inf"))
    with pytest.raises(DecodeError, match="from F picture of 3 x 2 pixels: it holds NaN"):
        read_image(picture)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "it is a folder"),
        (b"", r"it is empty \(0 bytes\)"),
        (b"text", "it is in no format"),
    ],
)
def test_a_path_that_holds_no_picture_is_named(tmp_path, content, message):
    path = tmp_path / "17.png"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(DecodeError, match=rf"17\.png': {message}"):
        read_image(path)


def test_a_very_long_path_does_not_make_a_very_long_message():
    with pytest.raises(DecodeError) as info:
        read_image("a" * 10_000)
    assert len(str(info.value)) < 600


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("limit", [99, 40])
def test_a_picture_of_too_many_pixels_is_not_decoded(monkeypatch, limit):
    file = encoded(noise(10, 10), "PNG")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    with pytest.raises(DecodeError, match=rf"100 pixels|10 x 10 pixels, more than .* {limit}"):
        read_image(file)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    assert read_image(file).shape == (10, 10)
