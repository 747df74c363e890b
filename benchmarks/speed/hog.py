"""HOG of a picture: scikit-image, OpenCV and mmsk, one thread, in one process.

Run with ``python -m benchmarks.speed.hog``; writes ``benchmarks/results/speed_hog.json``.
OpenCV describes a window with interpolated votes and a Gaussian weight, so its numbers
are of the same size and cost, but not equal; ours must equal scikit-image's.
"""

from benchmarks._harness import interleaved, one_thread, write_result

one_thread()

import cv2  # noqa: E402
import numpy as np  # noqa: E402
from skimage.feature import hog as skimage_hog  # noqa: E402

from mmsk.image import hog as mmsk_hog  # noqa: E402

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
    smooth = cv2.GaussianBlur(noise, (0, 0), 3)
    color = rng.integers(0, 256, (SIDE_PX, SIDE_PX, 3), dtype=np.uint8)
    return {
        "uint8 gray": noise,
        "uint8 gray, smooth": cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX),
        "float64 gray": noise / 255,
        "uint8 color": color,
    }


def compare(image):
    """Seconds, ratios and largest difference from scikit-image for one picture."""
    parameters = {**PARAMETERS, "channel_axis": None if image.ndim == 2 else -1}
    side, block, cell = (SIDE_PX, SIDE_PX), (16, 16), (8, 8)
    opencv = cv2.HOGDescriptor(side, block, cell, cell, PARAMETERS["orientations"])
    functions = {
        "scikit-image": lambda: skimage_hog(image, **parameters),
        "OpenCV": lambda: opencv.compute(image),
        "mmsk": lambda: mmsk_hog(image, **parameters),
    }
    if image.dtype != np.uint8:
        del functions["OpenCV"]
    difference = np.abs(functions["mmsk"]() - functions["scikit-image"]()).max()
    if difference > TOLERANCE:
        raise AssertionError(f"mmsk differs from scikit-image by {difference}")
    seconds = interleaved(functions, repeats=200)
    return {
        "seconds": seconds,
        "ratios": {peer: seconds[peer] / seconds["mmsk"] for peer in seconds if peer != "mmsk"},
        "largest_difference_from_scikit_image": float(difference),
    }


def main():
    cv2.setNumThreads(1)
    found = {name: compare(image) for name, image in pictures().items()}
    payload = {
        "work": f"HOG of a picture of {SIDE_PX} x {SIDE_PX} pixels, one thread",
        "parameters": PARAMETERS,
        "aim": {"picture": "uint8 gray", "scikit-image": 40, "OpenCV": 3},
        "pictures": found,
    }
    write_result("speed_hog", payload)
    for name, measured in found.items():
        times = (f"{peer} {1e3 * s:.3f} ms" for peer, s in measured["seconds"].items())
        ratios = (f"{ratio:.1f} x {peer}" for peer, ratio in measured["ratios"].items())
        print(f"{name}: {', '.join(times)}; speed of mmsk = {', '.join(ratios)}")


if __name__ == "__main__":
    main()
