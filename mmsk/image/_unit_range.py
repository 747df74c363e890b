"""Floating pictures, where 0 has to be black and 1 white."""

import numpy as np


def check_unit_range(image):
    """Refuse a floating picture whose pixels are not in 0..1; bytes pass.

    Raises
    ------
    ValueError
        That says which range was found.
    """
    if image.dtype != np.uint8 and (image.min() < 0 or image.max() > 1):
        raise ValueError(
            "a floating picture needs pixels in 0..1, got "
            f"{image.min():g}..{image.max():g}. Divide it by the value that stands for white."
        )


def as_bytes(image):
    """A picture of bytes; a floating one in 0..1 is rounded to nearest.

    Raises
    ------
    ValueError
        If a floating picture leaves 0..1.
    """
    check_unit_range(image)
    if image.dtype == np.uint8:
        return np.ascontiguousarray(image)
    return np.rint(image.astype(np.float64) * 255).astype(np.uint8)


def as_color(image):
    """A picture of shape (height, width, 3): a grey one is red = green = blue."""
    return np.repeat(image[:, :, None], 3, axis=2) if image.ndim == 2 else image
