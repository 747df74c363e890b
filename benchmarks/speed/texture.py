"""Texture and colour of a picture: scikit-image with NumPy, and mmsk, one thread.

Run with ``python -m benchmarks.speed.texture``; writes
``benchmarks/results/speed_texture.json``. Both sides do the same, of one picture in
memory: labels, colours or pairs of levels of all pixels, then a histogram or properties for
each cell of a grid. GIST has no peer in Python: there it is the authors' formulas in NumPy,
their filters made once.
"""

from benchmarks._harness import interleaved, one_thread, told, write_result

one_thread()

import warnings  # noqa: E402
from itertools import product  # noqa: E402

import numpy as np  # noqa: E402
from skimage import color  # noqa: E402
from skimage.feature import (  # noqa: E402
    graycomatrix,
    graycoprops,
    local_binary_pattern,
)

from mmsk.image import GIST, GLCM, LBP, ColorHistogram  # noqa: E402

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


def peer_glcm(gray, extractor):
    levels = (gray.astype(np.int64) * extractor.levels // 256).astype(np.uint8)
    found = []
    for cell in cells_of(levels):
        matrix = graycomatrix(
            cell, extractor.distances, extractor.angles, extractor.levels, symmetric=True
        )
        found.append(np.stack([graycoprops(matrix, name) for name in extractor.properties], -1))
    return np.concatenate(found).ravel()


def gist_filters(extractor, side):
    """The authors' transfer functions, side by side."""
    down, right = np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side), indexing="ij")
    filters = []
    for scale, turn in product(range(extractor.n_scales), range(extractor.n_orientations)):
        angle = np.arctan2(down, right) + np.pi * turn / extractor.n_orientations
        angle -= 2 * np.pi * (angle > np.pi)
        near = 3.5 * (np.hypot(down, right) / (0.3 / 1.85**scale) - 1) ** 2
        filters.append(np.exp(-near - 2 * np.pi * (extractor.n_orientations / 8 * angle) ** 2))
    return np.stack(filters)


def peer_gist(gray, extractor, filters):
    def transfer(side):
        cycles = side * np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side)))
        return np.exp(-np.log(2) * (cycles / 4) ** 2)

    def through(image, transfer):
        return np.fft.ifft2(np.fft.fft2(image) * transfer)

    stretched = 255 * (gray - gray.min() + 0.0) / np.ptp(gray)
    logs = np.pad(np.log(stretched + 1), 5, mode="symmetric")
    fast = logs - through(logs, transfer(len(logs))).real
    contrast = np.sqrt(np.abs(through(fast**2, transfer(len(logs)))))
    evened = np.pad((fast / (0.2 + contrast))[5:-5, 5:-5], 32, mode="symmetric")
    answers = np.abs(np.fft.ifft2(np.fft.fft2(evened) * filters))[:, 32:-32, 32:-32]
    n = extractor.n_cells
    cells = answers.reshape(len(filters), n, SIDE_PX // n, n, SIDE_PX // n)
    return cells.mean(axis=(2, 4)).ravel()


def compare(extractor, image, peer, tolerance, repeats, name="scikit-image"):
    """Seconds, ratio and largest difference for one picture."""
    functions = {name: peer, "mmsk": lambda: extractor._extract(image)}
    difference = np.abs(functions["mmsk"]() - peer()).max()
    if difference > tolerance:
        raise AssertionError(f"mmsk differs from {name} by {difference}")
    seconds = interleaved(functions, repeats)
    return {
        "seconds": seconds,
        "ratios": {name: seconds[name] / seconds["mmsk"]},
        "largest_difference": float(difference),
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
        glcm = GLCM(n_cells=N_CELLS)
        peer = lambda p=gray, e=glcm: peer_glcm(p, e)  # noqa: E731
        yield (
            f"GLCM(32 levels, 8 offsets, 6 properties), uint8, {name}",
            (glcm, gray, peer, 1e-9),
        )


def gist_case(repeats):
    """GIST, whose peer is the authors' formulas."""
    gray, gist = pictures()["noise"][:, :, 0], GIST(size_px=SIDE_PX)
    filters = gist_filters(gist, SIDE_PX + 64)
    peer = lambda: peer_gist(gray, gist, filters)  # noqa: E731
    return compare(gist, gray, peer, 1e-5, repeats, "NumPy in float64")


def measured(repeats=100):
    """What `compare` found of each case."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-image warns of floating pictures
        found = {name: compare(*arguments, repeats) for name, arguments in comparisons()}
    return {**found, "GIST(4 scales, 8 orientations), uint8, noise": gist_case(repeats // 4)}


def main():
    found = measured()
    payload = {
        "work": f"Texture and colour in cells of a picture of {SIDE_PX} x {SIDE_PX} pixels, "
        "one thread",
        "pictures": found,
    }
    write_result("speed_texture", payload)
    for name, case in found.items():
        print(told(name, case))


if __name__ == "__main__":
    main()
