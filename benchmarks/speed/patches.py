"""Codes of all patches of a picture: scikit-learn with NumPy, and mmsk, one thread.

Run with ``python -m benchmarks.speed.patches``; writes
``benchmarks/results/speed_patches.json``. Both sides do the same, of one picture in memory
and one dictionary: patches, contrast, whitening, distances, code, pooling.
"""

from itertools import pairwise

from benchmarks._harness import interleaved, one_thread, told, write_result

one_thread()

import numpy as np  # noqa: E402
from sklearn.feature_extraction.image import extract_patches_2d  # noqa: E402
from sklearn.metrics.pairwise import euclidean_distances  # noqa: E402

from mmsk.image import PatchEncoder  # noqa: E402

SETTINGS = {
    "32 x 32 x 3, patches of 6 px, 256 centroids, mean of quadrants": {
        "size_px": 32, "patch_px": 6, "step_px": 1, "levels": (2,), "pool": "mean",
    },
    "128 x 128 x 3, the defaults": {},
    "128 x 128 x 3, mean of the 102 nearest of 256": {"code": "nearest", "pool": "mean"},
}  # fmt: skip


def peer(encoder, image):
    """Features as a NumPy user writes them down."""
    patches = extract_patches_2d(image, (encoder.patch_px,) * 2)
    side = image.shape[0] - encoder.patch_px + 1
    step, k = encoder.step_px, len(encoder.centroids_)
    patches = patches.reshape(side, side, -1)[::step, ::step].astype(np.float32)
    n_places, width = patches.shape[0], patches.shape[2]
    patches = patches.reshape(-1, width)
    deviations = np.sqrt(patches.var(axis=1, keepdims=True) + 10)
    patches = (patches - patches.mean(axis=1, keepdims=True)) / deviations
    whitened = (patches - encoder.mean_) @ encoder.whitening_
    distances = euclidean_distances(whitened, encoder.centroids_)
    if encoder.code == "nearest":
        nearest = np.sort(distances, axis=1)[:, int(encoder.n_nearest * k) - 1, None]
        codes = (distances <= nearest).astype(np.float32)
    else:
        codes = np.maximum(distances.mean(axis=1, keepdims=True) - distances, 0)
    codes = codes.reshape(n_places, n_places, k)
    pool = np.mean if encoder.pool == "mean" else np.max
    cells = []
    for n_cells in encoder.levels:
        edges = [i * n_places // n_cells for i in range(n_cells + 1)]
        for top, bottom in pairwise(edges):
            for left, right in pairwise(edges):
                cells.append(pool(codes[top:bottom, left:right], axis=(0, 1)))
    return np.concatenate(cells)


def compare(parameters, repeats):
    """Seconds, ratio and largest difference for one setting."""
    rng = np.random.default_rng(0)
    side = parameters.get("size_px", 128)
    pictures = list(rng.integers(0, 256, (4, side, side, 3), dtype=np.uint8))
    encoder = PatchEncoder(**parameters, max_patches=10_000).fit(pictures[1:])
    functions = {
        "scikit-learn": lambda: peer(encoder, pictures[0]),
        "mmsk": lambda: encoder._extract(pictures[0]),
    }
    difference = np.abs(functions["mmsk"]() - functions["scikit-learn"]()).max()
    # rounding may change which centroid is the last of the nearest, in a patch of some 50
    if difference > (0.05 if encoder.code == "nearest" else 1e-2):
        raise AssertionError(f"mmsk differs from scikit-learn by {difference}")
    seconds = interleaved(functions, repeats)
    return {
        "seconds": seconds,
        "ratios": {"scikit-learn": seconds["scikit-learn"] / seconds["mmsk"]},
        "largest_difference_from_scikit_learn": float(difference),
    }


def measured(repeats=50):
    """What `compare` found of each setting."""
    return {name: compare(parameters, repeats) for name, parameters in SETTINGS.items()}


def main():
    found = measured()
    work = "Patches of a picture coded against a dictionary and pooled, one thread"
    write_result("speed_patches", {"work": work, "pictures": found})
    for name, case in found.items():
        print(told(name, case))


if __name__ == "__main__":
    main()
