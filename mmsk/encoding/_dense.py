"""Dense descriptors of a picture: gradients of patches on a grid, at several scales."""

from functools import lru_cache
from math import gcd

import numpy as np

from mmsk._kernels import descriptors as kernels

LEAST_CONTRAST = 0.005  # mean gradient, in steps from black to white per pixel
_WINDOW_CELLS = 2.0  # deviation of the Gaussian that weights the cells of a patch
_HOG_DIRECTIONS = 9


def dense_descriptors(gray, *, kind="sift", step_px=4, cell_px=4, scales=(1.0,)):
    """Descriptors of patches on a regular grid, and where the patches lie.

    Parameters
    ----------
    gray : ndarray of shape (height, width), float32
        Black is 0 and white 1.
    kind : {"sift", "hog"}, default="sift"
        Root-SIFT, or histograms of oriented gradients, to which a negative is the same.
    step_px : int, default=4
        Between patches, in pixels of the resized picture.
    cell_px : int, default=4
        Side of one of the 4 x 4 cells of a patch.
    scales : sequence of float, default=(1.0,)
        Factors by which the picture is resized.

    Returns
    -------
    descriptors : ndarray of shape (n_patches, 128) or, "hog", (n_patches, 144), float32
        Squares sum to 1, or to 0 where there is hardly any contrast.
    positions : ndarray of shape (n_patches, 2), float32
        Centres of patches from the left and from the top, 0..1.

    Notes
    -----
    Gradients vote for the two nearest of eight directions ("hog": nine of half the
    circle); cells are sums with weights that fall linearly to the centres of the
    neighbouring cells; a Gaussian of two cells weights the cells ("hog": all weigh the
    same); length 1, cut at 0.2, length 1 again; then roots of the shares ("hog": none). A
    picture smaller than a patch is padded by repeating its border at the largest scale,
    and left out at others.

    References
    ----------
    D. Lowe (2004), "Distinctive image features from scale-invariant keypoints",
    International Journal of Computer Vision 60(2), 91-110.

    A. Vedaldi, B. Fulkerson (2010), "VLFeat: an open and portable library of computer
    vision algorithms", ACM Multimedia, 1469-1472: dense, with a flat window.

    R. Arandjelovic, A. Zisserman (2012), "Three things everyone should know to improve
    object retrieval", CVPR, 2911-2918: the root.

    N. Dalal, B. Triggs (2005), "Histograms of oriented gradients for human detection",
    CVPR, 886-893: half the circle.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.encoding import dense_descriptors
    >>> ramp = np.tile(np.linspace(0, 1, 32, dtype=np.float32), (20, 1))
    >>> descriptors, positions = dense_descriptors(ramp, step_px=8)
    >>> positions
    array([[0.234375, 0.475   ],
           [0.484375, 0.475   ],
           [0.734375, 0.475   ]], dtype=float32)
    """
    found = []
    largest = max(scales)
    for scale in scales:
        image = _resized(gray, scale)
        if min(image.shape) >= kernels.N_CELLS * cell_px:
            found.append(_at_one_scale(image, kind, step_px, cell_px))
        elif scale == largest:
            found.append(
                _at_one_scale(_padded(image, kernels.N_CELLS * cell_px), kind, step_px, cell_px)
            )
    descriptors, positions = map(np.concatenate, zip(*found, strict=True))
    return descriptors if kind == "hog" else _rooted(descriptors), positions


def _resized(gray, scale):
    height, width = (max(1, round(scale * side)) for side in gray.shape)
    if (height, width) == gray.shape:
        return gray
    from PIL import Image

    picture = Image.fromarray(gray).resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(picture)


def _padded(image, least):
    missing = [max(0, least - side) for side in image.shape]
    return np.pad(image, [(short // 2, short - short // 2) for short in missing], mode="edge")


def _at_one_scale(image, kind, step_px, cell_px):
    """Descriptors and positions; the grid lies in the middle."""
    stride = gcd(step_px, cell_px)
    reach = (kernels.N_CELLS - 1) * cell_px
    firsts = [(side - 1 - reach) % step_px // 2 for side in image.shape]
    centers = [
        np.arange(first, side, stride) for first, side in zip(firsts, image.shape, strict=True)
    ]
    of_hog = kind == "hog"
    directions = (_HOG_DIRECTIONS, False) if of_hog else (8, True)
    votes = kernels.direction_votes(np.ascontiguousarray(image), *directions)
    pooled = kernels.pooled_votes(votes, *centers, cell_px)
    descriptors = kernels.grid_descriptors(
        pooled, cell_px // stride, step_px // stride, _window(flat=of_hog), LEAST_CONTRAST
    )
    rows, columns = (
        (np.arange(first, side - reach, step_px) + (reach + 1) / 2) / side
        for first, side in zip(firsts, image.shape, strict=True)
    )
    positions = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
    return descriptors, positions.astype(np.float32)


@lru_cache(maxsize=2)
def _window(*, flat):
    """Weights of the cells of a patch, of shape (4, 4), float32."""
    if flat:
        return np.ones((kernels.N_CELLS, kernels.N_CELLS), np.float32)
    from_center = np.arange(kernels.N_CELLS) - (kernels.N_CELLS - 1) / 2
    along = np.exp(-0.5 * (from_center / _WINDOW_CELLS) ** 2)
    return np.outer(along, along).astype(np.float32)


def _rooted(descriptors):
    """Roots of the share of each value in the sum of its descriptor."""
    sums = descriptors.sum(axis=1, keepdims=True)
    return np.sqrt(descriptors / np.where(sums > 0, sums, 1))
