"""Multiple kernel learning against one support vector machine on the summed gram, one thread.

Run with ``python -m benchmarks.speed.mkl``; writes ``benchmarks/results/speed_mkl.json``.
All 2,000 rows of mfeat, six views; the machine's time includes its six rbf grams.
"""

from benchmarks._harness import interleaved, one_thread, write_result

one_thread()

from functools import partial  # noqa: E402

import numpy as np  # noqa: E402
from sklearn.metrics.pairwise import rbf_kernel  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.svm import SVC  # noqa: E402

from benchmarks.quality.matrices import table_of  # noqa: E402
from mmsk.fusion import MKLClassifier  # noqa: E402

MODELS = {
    **{
        f"mmsk, {word}": {"combination": word}
        for word in ("average", "cka", "easymkl", "lp", "simplemkl")
    },
    "mmsk, average, exact": {"max_landmarks": 2000},
}


def fit_machine(X, y, views):
    """A support vector machine on the mean of the views' grams."""
    gram = np.zeros((len(X), len(X)))
    for _, _, columns in views:
        gram += rbf_kernel(StandardScaler().fit_transform(X[:, columns])) / len(views)
    return SVC(kernel="precomputed").fit(gram, y)


def measured(repeats=5):
    """Seconds of a fit of each, and of how many machines that is the time."""
    X, y, _, views = table_of("mfeat, 200 rows")
    functions = {"one SVC": lambda: fit_machine(X, y, views)}
    for name, parameters in MODELS.items():
        functions[name] = partial(MKLClassifier(views, **parameters).fit, X, y)
    seconds = interleaved(functions, repeats)
    machines = {name: seconds[name] / seconds["one SVC"] for name in MODELS}
    return {"seconds": seconds, "machines": machines}


def main():
    found = measured()
    write_result("speed_mkl", {"work": "a fit on 2,000 rows of mfeat, 6 views", **found})
    for name, seconds in found["seconds"].items():
        print(f"{name:24} {seconds:6.2f} s, {seconds / found['seconds']['one SVC']:4.1f} SVC")


if __name__ == "__main__":
    main()
