"""HOG of a picture: scikit-image, OpenCV and mmsk, one thread, in one process.

Run with ``python -m benchmarks.speed.hog``; writes ``benchmarks/results/speed_hog.json``.
OpenCV describes a window with interpolated votes and a Gaussian weight, so its numbers
are of the same size and cost, but not equal; ours must equal scikit-image's.
"""

from benchmarks._harness import interleaved, one_thread, told, write_result

one_thread()

import numpy as np  # noqa: E402
from scipy.ndimage import gaussian_filter  # noqa: E402
from skimage.feature import hog as skimage_hog  # noqa: E402

from mmsk.image import hog as mmsk_hog  # noqa: E402

try:
    import cv2
except ModuleNotFoundError:  # the result then says so
    cv2 = None

SIDE_PX = 128
TOLERANCE = 1e-5
PARAMETERS = {
    "orientations": 9,
    "pixels_per_cell": (8, 8),
    "cells_per_block": (2, 2),
    "block_norm": "L2-Hys",
}


def pictures():
    """Pictures by name; the plain one is what the aims are stated for."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (SIDE_PX, SIDE_PX), dtype=np.uint8)
    smooth = gaussian_filter(noise.astype(float), 3)
    color = rng.integers(0, 256, (SIDE_PX, SIDE_PX, 3), dtype=np.uint8)
    return {
        "uint8 gray": noise,
        "uint8 gray, smooth": (255 * (smooth - smooth.min()) / np.ptp(smooth)).astype(np.uint8),
        "float64 gray": noise / 255,
        "uint8 color": color,
    }


def opencv_hog():
    """OpenCV's descriptor of the same size."""
    cv2.setNumThreads(1)
    side, block, cell = (SIDE_PX, SIDE_PX), (16, 16), (8, 8)
    return cv2.HOGDescriptor(side, block, cell, cell, PARAMETERS["orientations"])


def compare(image, repeats):
    """Seconds, ratios and largest difference from scikit-image for one picture."""
    parameters = {**PARAMETERS, "channel_axis": None if image.ndim == 2 else -1}
    functions = {"scikit-image": lambda: skimage_hog(image, **parameters)}
    if cv2 is not None and image.dtype == np.uint8:
        opencv = opencv_hog()
        functions["OpenCV"] = lambda: opencv.compute(image)
    functions["mmsk"] = lambda: mmsk_hog(image, **parameters)
    difference = np.abs(functions["mmsk"]() - functions["scikit-image"]()).max()
    if difference > TOLERANCE:
        raise AssertionError(f"mmsk differs from scikit-image by {difference}")
    seconds = interleaved(functions, repeats)
    return {
        "seconds": seconds,
        "ratios": {peer: seconds[peer] / seconds["mmsk"] for peer in seconds if peer != "mmsk"},
        "largest_difference_from_scikit_image": float(difference),
        "not_installed": ["OpenCV"] if cv2 is None else [],
    }


def measured(repeats=200):
    """What `compare` found of each picture."""
    return {name: compare(image, repeats) for name, image in pictures().items()}


def main():
    found = measured()
    payload = {
        "work": f"HOG of a picture of {SIDE_PX} x {SIDE_PX} pixels, one thread",
        "parameters": PARAMETERS,
        "aim": {"picture": "uint8 gray", "scikit-image": 40, "OpenCV": 3},
        "pictures": found,
    }
    write_result("speed_hog", payload)
    for name, case in found.items():
        print(told(name, case))


if __name__ == "__main__":
    main()
