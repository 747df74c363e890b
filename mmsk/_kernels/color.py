"""Loops over pixels of coloured pictures.

Conventions: a picture of bytes is (height, width, 3) uint8, red, green, blue; planes are
(3, n_pixels) float64. Callers check sizes and ranges; kernels do not raise.
"""

import numpy as np

from mmsk._kernels._jit import kernel


@kernel
def byte_planes(pixels, levels):
    """Planes of red, green and blue of a picture of bytes.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 3), uint8
    levels : ndarray of shape (256,), float64
        What each byte stands for.

    Returns
    -------
    planes : ndarray of shape (3, height * width), float64
    """
    height, width, _ = pixels.shape
    planes = np.empty((3, height * width))
    reds, greens, blues = planes[0], planes[1], planes[2]
    for row in range(height):
        start = row * width
        for col in range(width):
            reds[start + col] = levels[pixels[row, col, 0]]
            greens[start + col] = levels[pixels[row, col, 1]]
            blues[start + col] = levels[pixels[row, col, 2]]
    return planes


@kernel
def hsv_planes(planes):
    """Hue, saturation and value of pixels.

    Parameters
    ----------
    planes : ndarray of shape (3, n_pixels), float64
        Red, green and blue in 0..1.

    Returns
    -------
    hsv : ndarray of shape (3, n_pixels), float64
        In 0..1. Hue is a share of a turn, from red through green; a grey has hue and
        saturation 0. Of equally strong channels the last counts, as in scikit-image.
    """
    hsv = np.empty_like(planes)
    reds, greens, blues = planes[0], planes[1], planes[2]
    hues, saturations, values = hsv[0], hsv[1], hsv[2]
    for k in range(reds.size):
        red, green, blue = reds[k], greens[k], blues[k]
        value = max(red, green, blue)
        spread = value - min(red, green, blue)
        ahead = green - blue if red == value else 0.0
        ahead = blue - red if green == value else ahead
        ahead = red - green if blue == value else ahead
        turn = 2.0 if green == value else 0.0
        turn = 4.0 if blue == value else turn
        # a grey divides 0 by 1, without a branch
        hue = (turn + ahead / (spread if spread > 0.0 else 1.0)) / 6.0
        hue = hue + 1.0 if hue < 0.0 else hue
        hues[k] = hue if spread > 0.0 else 0.0
        saturations[k] = spread / (value if value > 0.0 else 1.0)
        values[k] = value
    return hsv


@kernel
def lab_planes(planes, mixture, roots):
    """CIE L*a*b* of pixels.

    Parameters
    ----------
    planes : ndarray of shape (3, n_pixels), float64
        Red, green and blue as linear light in 0..1.
    mixture : ndarray of shape (3, 3), float64
        Rows of X, Y and Z of the light, as shares of those of white, in 0..1.
    roots : ndarray of shape (n_steps + 2,), float64
        The function "cube root, straight near 0" of CIE at equal steps from 0 to 1, and
        the last value again.

    Returns
    -------
    lab : ndarray of shape (3, n_pixels), float64
        L* in 0..100, a* and b* from the function interpolated between the steps.
    """
    lab = np.empty_like(planes)
    reds, greens, blues = planes[0], planes[1], planes[2]
    lightness, green_red, blue_yellow = lab[0], lab[1], lab[2]
    n_steps = roots.size - 2
    for k in range(reds.size):
        red, green, blue = reds[k], greens[k], blues[k]
        x = mixture[0, 0] * red + mixture[0, 1] * green + mixture[0, 2] * blue
        y = mixture[1, 0] * red + mixture[1, 1] * green + mixture[1, 2] * blue
        z = mixture[2, 0] * red + mixture[2, 1] * green + mixture[2, 2] * blue
        x_root = between_steps(x * n_steps, roots)
        y_root = between_steps(y * n_steps, roots)
        z_root = between_steps(z * n_steps, roots)
        lightness[k] = 116.0 * y_root - 16.0
        green_red[k] = 500.0 * (x_root - y_root)
        blue_yellow[k] = 200.0 * (y_root - z_root)
    return lab


@kernel
def between_steps(place, values):
    """A value interpolated between the two of a table around it.

    Parameters
    ----------
    place : float
        In 0..n_values - 2.
    values : ndarray of shape (n_values,), float64

    Returns
    -------
    value : float
    """
    step = np.int32(place)
    return values[step] + (place - step) * (values[step + 1] - values[step])


@kernel
def bin_numbers(planes, lows, highs, n_bins):
    """Bins that the values of pixels fall in.

    Parameters
    ----------
    planes : ndarray of shape (3, n_pixels), float64
    lows, highs : ndarray of shape (3,), float64
        Range of each plane. Values outside go to the first or last bin.
    n_bins : int
        Equal bins of each plane.

    Returns
    -------
    bins : ndarray of shape (3, n_pixels), int32
    """
    bins = np.empty(planes.shape, np.int32)
    for channel in range(planes.shape[0]):
        low, scale = lows[channel], n_bins / (highs[channel] - lows[channel])
        plane, plane_bins = planes[channel], bins[channel]
        for k in range(plane.size):
            place = max((plane[k] - low) * scale, 0.0)
            plane_bins[k] = np.int32(min(place, n_bins - 1.0))
    return bins


@kernel
def color_sums(pixels):
    """Sums over the pixels of a picture that its colourfulness and saturation are made of.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 3), uint8

    Returns
    -------
    sums : ndarray of shape (6,), float64
        Sums and sums of squares of red less green, of red and green less twice the
        blue, in levels, and of the HSV saturation in 0..1, in this order.
    """
    height, width, _ = pixels.shape
    saturation_of = np.zeros(2)
    opponents = np.zeros(4, np.int64)
    for row in range(height):
        total, squares, total_2, squares_2 = 0, 0, 0, 0
        for col in range(width):
            red, green = np.int32(pixels[row, col, 0]), np.int32(pixels[row, col, 1])
            blue = np.int32(pixels[row, col, 2])
            red_green = red - green
            yellow_blue = red + green - 2 * blue
            total += red_green
            squares += red_green * red_green
            total_2 += yellow_blue
            squares_2 += yellow_blue * yellow_blue
            value = max(red, green, blue)
            spread = value - min(red, green, blue)
            saturation = spread / max(value, 1)
            saturation_of[0] += saturation
            saturation_of[1] += saturation * saturation
        opponents[0] += total
        opponents[1] += squares
        opponents[2] += total_2
        opponents[3] += squares_2
    return np.concatenate((opponents.astype(np.float64), saturation_of))
