"""LBP and colour histogram of a picture: scikit-image with NumPy, and mmsk, one thread.

Run with ``python -m benchmarks.speed.texture``; writes
``benchmarks/results/speed_texture.json``. Both sides do the same, of one picture in
memory: labels or colours of all pixels, then a histogram for each cell of a grid.
"""

from benchmarks._harness import interleaved, one_thread, write_result

one_thread()

import warnings  # noqa: E402

import numpy as np  # noqa: E402
from skimage import color  # noqa: E402
from skimage.feature import local_binary_pattern  # noqa: E402

from mmsk.image import LBP, ColorHistogram  # noqa: E402

SIDE_PX = 128
N_CELLS = 2
N_BINS = 4  # of each of three channels, counted jointly
LBP_SETTINGS = [(8, 1, "nri_uniform", 59), (8, 1, "uniform", 10), (24, 3, "uniform", 26)]
LAB_RANGES = [(0, 100), (-87, 99), (-108, 95)]
COLOR_SETTINGS = {
    "rgb": (lambda image: image / 255, [(0, 1)] * 3, 1e-7),
    "hsv": (color.rgb2hsv, [(0, 1)] * 3, 1e-7),
    # our Lab is within 0.005: a pixel that close to an edge may cross it
    "lab": (color.rgb2lab, LAB_RANGES, 2 / (SIDE_PX / N_CELLS) ** 2),
}


def pictures():
    """Pictures by name: noise, where no branch can be foretold, and a smooth one."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (SIDE_PX, SIDE_PX, 3), dtype=np.uint8)
    turns = np.linspace(0, 2 * np.pi, SIDE_PX)
    waves = np.add.outer(np.sin(turns), np.cos(2 * turns))[:, :, None] + [0, 0.5, 1]
    return {"noise": noise, "waves": (127 + 40 * waves).astype(np.uint8)}


def cells_of(labels):
    """The parts of a picture that a grid divides it into, rows first."""
    edges = [[k * length // N_CELLS for k in range(N_CELLS + 1)] for length in labels.shape[:2]]
    for top, bottom in zip(edges[0], edges[0][1:]):
        for left, right in zip(edges[1], edges[1][1:]):
            yield labels[top:bottom, left:right]


def peer_lbp(gray, n_points, radius, method, n_labels):
    labels = local_binary_pattern(gray, n_points, radius, method)
    inner = labels[radius:-radius, radius:-radius].astype(np.int64)
    cells = (np.bincount(cell.ravel(), minlength=n_labels) for cell in cells_of(inner))
    return np.concatenate([counts / counts.sum() for counts in cells])


def peer_colors(image, space):
    convert, ranges, _ = COLOR_SETTINGS[space]
    shares = []
    for cell in cells_of(convert(image)):
        counts, _ = np.histogramdd(cell.reshape(-1, 3), N_BINS, ranges)
        shares.append(counts.ravel() / counts.sum())
    return np.concatenate(shares)


def compare(extractor, image, peer, tolerance):
    """Seconds, ratio and largest difference for one picture."""
    functions = {"scikit-image": peer, "mmsk": lambda: extractor._extract(image)}
    difference = np.abs(functions["mmsk"]() - peer()).max()
    if difference > tolerance:
        raise AssertionError(f"mmsk differs from scikit-image by {difference}")
    seconds = interleaved(functions, repeats=100)
    return {
        "seconds": seconds,
        "ratios": {"scikit-image": seconds["scikit-image"] / seconds["mmsk"]},
        "largest_difference_from_scikit_image": float(difference),
    }


def comparisons():
    """Name, and arguments of `compare`, of each comparison."""
    for name, image in pictures().items():
        gray = np.ascontiguousarray(image[:, :, 0])
        for dtype, pixels in (("uint8", gray), ("float64", gray / 255)):
            for *setting, n_labels in LBP_SETTINGS:
                n_points, radius, method = setting
                peer = lambda p=pixels, s=setting, n=n_labels: peer_lbp(p, *s, n)  # noqa: E731
                label = f"LBP({n_points}, {radius}, {method}), {dtype}, {name}"
                yield label, (LBP(*setting, N_CELLS), pixels, peer, 1e-7)
        for space in COLOR_SETTINGS:
            extractor = ColorHistogram(space, N_BINS, True, N_CELLS)
            peer = lambda i=image, s=space: peer_colors(i, s)  # noqa: E731
            tolerance = COLOR_SETTINGS[space][2]
            yield (
                f"ColorHistogram({space}, joint), uint8, {name}",
                (extractor, image, peer, tolerance),
            )


def main():
    warnings.simplefilter("ignore")  # scikit-image warns of floating pictures
    found = {name: compare(*arguments) for name, arguments in comparisons()}
    payload = {
        "work": f"Histograms in {N_CELLS} x {N_CELLS} cells of a picture of {SIDE_PX} x "
        f"{SIDE_PX} pixels, one thread",
        "pictures": found,
    }
    write_result("speed_texture", payload)
    for name, measured in found.items():
        times = (f"{peer} {1e3 * s:.3f} ms" for peer, s in measured["seconds"].items())
        print(f"{name}: {', '.join(times)}: {measured['ratios']['scikit-image']:.1f} x")


if __name__ == "__main__":
    main()
