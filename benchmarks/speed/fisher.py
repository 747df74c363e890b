"""Fisher vector of the patches of a picture: scikit-image and mmsk, one thread, one process.

Run with ``python -m benchmarks.speed.fisher``; writes ``benchmarks/results/speed_fisher.json``.
Both get the same descriptors and the same mixture; in double precision they must be equal,
but for the sign of the gradients by variances.
"""

from benchmarks._harness import interleaved, one_thread, told, write_result

one_thread()

import numpy as np  # noqa: E402
from skimage.feature import fisher_vector as skimage_fisher_vector  # noqa: E402
from sklearn.mixture import GaussianMixture  # noqa: E402

from mmsk.encoding import fisher_vector as mmsk_fisher_vector  # noqa: E402

N_DESCRIPTORS, N_VALUES = 4096, 66
TOLERANCE = {"float64": 1e-9, "float32": 1e-3}


def compare(n_components, dtype, repeats):
    """Seconds, ratio and largest difference from scikit-image in double precision."""
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(n_components, N_VALUES))
    descriptors = np.repeat(centers, N_DESCRIPTORS // n_components, axis=0)
    descriptors = rng.permutation(descriptors + rng.normal(size=descriptors.shape))
    mixture = GaussianMixture(
        n_components, covariance_type="diag", random_state=0, tol=1e9, reg_covar=0.1
    ).fit(descriptors)
    typed = descriptors.astype(dtype)
    parts = [mixture.weights_, mixture.means_, mixture.covariances_]
    parts = [part.astype(dtype) for part in parts]
    functions = {
        "scikit-image": lambda: skimage_fisher_vector(descriptors, mixture),
        "mmsk": lambda: mmsk_fisher_vector(typed, *parts),
    }
    signs = np.ones(n_components * (1 + 2 * N_VALUES))
    signs[-mixture.means_.size :] = -1
    difference = np.abs(functions["mmsk"]() - signs * functions["scikit-image"]()).max()
    if difference > TOLERANCE[dtype]:
        raise AssertionError(f"mmsk differs from scikit-image by {difference}")
    seconds = interleaved(functions, repeats)
    return {
        "seconds": seconds,
        "ratios": {"scikit-image": seconds["scikit-image"] / seconds["mmsk"]},
        "largest_difference_from_scikit_image": float(difference),
    }


def measured(repeats=20):
    """What `compare` found of each size and precision."""
    return {
        f"{n_components} components, {dtype}": compare(n_components, dtype, repeats)
        for n_components in (64, 256)
        for dtype in TOLERANCE
    }


def main():
    found = measured()
    work = f"Fisher vector of {N_DESCRIPTORS} descriptors of {N_VALUES} values, one thread"
    write_result("speed_fisher", {"work": work, "settings": found})
    for name, case in found.items():
        print(told(name, case))


if __name__ == "__main__":
    main()
