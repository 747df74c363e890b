"""Pictures in: any file Pillow reads becomes a grey or RGB array, upright and opaque."""

from numbers import Integral

import numpy as np

from mmsk.exceptions import DecodeError
from mmsk.io._sources import decoding, is_stored, once, openable

_LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601, what JPEG and Pillow use
_FULL_16_BIT = 257  # 65535 / 255
_GRAY_MODES = ("1", "L", "LA", "La", "I", "I;16", "I;16L", "I;16B", "I;16N", "F")


def read_image(source, *, size_px=None, gray=False):
    """A picture as an array.

    Parameters
    ----------
    source : str, pathlib.Path, bytes, PIL.Image.Image or ndarray
        A file in any format Pillow reads, its bytes, or a decoded picture of shape
        (height, width), (height, width, 1), (height, width, 3) or (height, width, 4).
    size_px : int, (int, int) or None, default=None
        Height and width to resize to, aspect ignored; an int is both. JPEG files are
        then decoded at the smallest scale (1/2, 1/4, 1/8) that still is as large. None
        keeps the size.
    gray : bool, default=False
        Whether to return luma (ITU-R BT.601) only.

    Returns
    -------
    image : ndarray of shape (height, width) or (height, width, 3), uint8 or floating
        uint8 in 0..255, sRGB. Floating pictures (arrays, 32-bit TIFF) keep their type
        and range.

    Raises
    ------
    DecodeError
        If the source is no picture, is damaged, empty, holds NaN, or has more pixels
        than ``PIL.Image.MAX_IMAGE_PIXELS``.
    ValueError
        If ``size_px`` is neither None nor one or two positive ints.

    Notes
    -----
    EXIF rotation is applied; transparency is composited on white; palettes and CMYK
    become RGB; 16-bit samples are divided by 257 and rounded down; of an animation the
    first frame counts. A decoded grey or RGB array passes straight through.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.io import read_image
    >>> read_image(np.zeros((4, 6, 4), np.uint8)).max()  # all transparent: white
    np.uint8(255)
    """
    size = _height_width(size_px)
    with decoding("an image", source):
        if is_stored(source):
            image = _from_file(once(openable(source)), size, gray)
        elif isinstance(source, np.ndarray):
            image = _from_array(source)
        elif hasattr(source, "getbands"):  # a PIL image, without importing PIL
            image = _from_pil(source)
        else:
            raise DecodeError(
                f"expected a path, bytes, a PIL image or an array, got {type(source).__name__}"
            )
        if gray:
            image = to_gray(image)
        return image if size is None else _resized(image, size)


def _height_width(size_px):
    if size_px is None:
        return None
    size = (size_px, size_px) if isinstance(size_px, Integral) else size_px
    sides = size if isinstance(size, (tuple, list, np.ndarray)) else ()
    if len(sides) != 2 or not all(isinstance(s, Integral) and s > 0 for s in sides):
        raise ValueError(
            f"size_px must be a positive int, a pair of them or None, got {size_px!r}"
        )
    return tuple(map(int, sides))


def to_gray(image):
    """Luma of a picture (ITU-R BT.601), of the picture's own type.

    Parameters
    ----------
    image : ndarray of shape (height, width) or (height, width, 3), uint8 or floating

    Returns
    -------
    gray : ndarray of shape (height, width)
        uint8 is rounded to nearest. A grey picture is returned as it is.
    """
    if image.ndim == 2:
        return image
    if image.dtype != np.uint8:
        return (image @ _LUMA).astype(image.dtype)
    from PIL import Image

    return np.asarray(Image.fromarray(image).convert("L"))


def _from_file(opened, size, gray):
    with _identified(opened) as picture:
        _check_pixels(picture)
        if size is not None:
            # a turned picture is as large either way round
            side = max(size)
            picture.draft("L" if gray else None, (side, side))
        return _from_pil(picture)


def _identified(opened):
    from PIL import Image, UnidentifiedImageError

    try:
        return Image.open(opened)
    except UnidentifiedImageError:  # names a stream by its address in memory
        raise DecodeError("it is in no format that Pillow reads") from None


def _check_pixels(picture):
    from PIL import Image

    limit = Image.MAX_IMAGE_PIXELS
    if limit is not None and picture.width * picture.height > limit:
        raise DecodeError(
            f"it has {picture.width} x {picture.height} pixels, more than "
            f"PIL.Image.MAX_IMAGE_PIXELS = {limit}"
        )


def _from_pil(picture):
    from PIL import ImageOps

    picture = ImageOps.exif_transpose(picture)
    mode = picture.mode
    if mode == "F":
        return _checked_floats(np.asarray(picture))
    if mode.startswith("I"):
        return _from_16_bit(np.asarray(picture), picture.info.get("transparency"))
    if mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in picture.info:
        return _on_white(picture)
    if mode == "LAB":
        from PIL import ImageCms

        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        picture = ImageCms.profileToProfile(picture, lab, srgb, outputMode="RGB")
    return np.asarray(picture.convert("L" if mode in _GRAY_MODES else "RGB"))


def _from_16_bit(samples, transparent):
    image = (np.clip(samples, 0, 65535) // _FULL_16_BIT).astype(np.uint8)
    if transparent is not None:
        image[samples == transparent] = 255
    return image


def _on_white(picture):
    from PIL import Image

    if picture.mode == "La":  # the one mode that Pillow converts to a single other one
        picture = picture.convert("LA")
    rgba = picture.convert("RGBA")
    white = Image.new("RGBA", rgba.size, "white")
    opaque = Image.alpha_composite(white, rgba)
    return np.asarray(opaque.convert("L" if picture.mode in _GRAY_MODES else "RGB"))


def _from_array(array):
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or 0 in array.shape or array.shape[2:] not in ((), (3,), (4,)):
        raise DecodeError(
            f"expected an array of shape (height, width) or (height, width, 3), "
            f"got {array.shape}"
        )
    if array.dtype.kind == "f":
        image = _checked_floats(array)
        if array.shape[2:] == (4,):
            raise DecodeError("a floating array with 4 channels has no defined white")
        return image
    image = _as_uint8(array)
    if image.shape[2:] == (4,):
        from PIL import Image

        return _on_white(Image.fromarray(image))
    return image


def _as_uint8(array):
    if array.dtype == np.uint8:
        return array
    if array.dtype == bool:
        return array.astype(np.uint8) * 255
    if array.dtype.kind == "u" and array.dtype.itemsize == 2:  # in any byte order
        return (array // _FULL_16_BIT).astype(np.uint8)
    if array.dtype.kind in "iu" and array.min() >= 0 and array.max() <= 255:
        return array.astype(np.uint8)
    span = f" in {array.min()}..{array.max()}" if array.dtype.kind in "iu" else ""
    raise DecodeError(
        "expected uint8, uint16, bool or floating samples, or integers in 0..255, "
        f"got {array.dtype}{span}"
    )


def _checked_floats(array):
    if not np.isfinite(array).all():
        raise DecodeError("it holds NaN or infinite pixels")
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _resized(image, size):
    from PIL import Image

    height, width = size
    if image.shape[:2] == (height, width):
        return image

    def resize(plane):
        return np.asarray(
            Image.fromarray(plane).resize((width, height), Image.Resampling.BILINEAR)
        )

    if image.dtype == np.uint8:
        return resize(image)
    planes = np.atleast_3d(image).astype(np.float32)
    planes = np.stack([resize(planes[:, :, k]) for k in range(planes.shape[2])], axis=2)
    return planes.reshape((height, width) + image.shape[2:]).astype(image.dtype)
