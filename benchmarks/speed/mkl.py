"""Multiple kernel learning against one support vector machine on the summed gram, one thread.

Run with ``python -m benchmarks.speed.mkl``; writes ``benchmarks/results/speed_mkl.json``.
All 2,000 rows of mfeat, six views; the machine's time includes its six rbf grams. And once,
in a process of its own, a fit on 100,000 drawn rows: its memory, beside that of its data.
"""

from benchmarks._harness import interleaved, one_thread, write_result

one_thread()

import multiprocessing  # noqa: E402
import resource  # noqa: E402
import time  # noqa: E402
from functools import partial  # noqa: E402

import numpy as np  # noqa: E402
from sklearn.datasets import make_classification  # noqa: E402
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
N_MANY, N_TEST = 100_000, 5_000


def fit_machine(X, y, views):
    """A support vector machine on the mean of the views' grams."""
    gram = np.zeros((len(X), len(X)))
    for _, _, columns in views:
        gram += rbf_kernel(StandardScaler().fit_transform(X[:, columns])) / len(views)
    return SVC(kernel="precomputed").fit(gram, y)


def figures(repeats=5):
    """Seconds of a fit of each, and of how many machines that is the time."""
    X, y, _, views = table_of("mfeat, 200 rows")
    functions = {"one SVC": lambda: fit_machine(X, y, views)}
    for name, parameters in MODELS.items():
        functions[name] = partial(MKLClassifier(views, **parameters).fit, X, y)
    seconds = interleaved(functions, repeats)
    machines = {name: seconds[name] / seconds["one SVC"] for name in MODELS}
    return {"seconds": seconds, "machines": machines}


def fit_many():
    """Seconds, memory added and accuracy of a fit on many rows of three views."""
    n_rows = N_MANY + N_TEST
    X, y = make_classification(n_rows, 30, n_informative=12, random_state=0)
    views = [(f"view_{k}", "passthrough", slice(10 * k, 10 * k + 10)) for k in range(3)]
    before, start = _peak_mb(), time.process_time()
    model = MKLClassifier(views, combination="cka").fit(X[:N_MANY], y[:N_MANY])
    seconds, added = time.process_time() - start, _peak_mb() - before
    return {
        "n_rows": N_MANY,
        "seconds": round(seconds, 1),
        "added_mb": round(added),
        "features_mb": round(N_MANY * model.projection_.shape[1] * 4 / 2**20),
        "whole_gram_mb": round(N_MANY**2 * 8 / 2**20),
        "accuracy": round(float(np.mean(model.predict(X[N_MANY:]) == y[N_MANY:])), 4),
    }


def _peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def main():
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        many = pool.apply(fit_many)
    print(many, flush=True)
    found = figures()
    payload = {"work": "a fit on 2,000 rows of mfeat, 6 views", **found, "many": many}
    write_result("speed_mkl", payload)
    for name, seconds in found["seconds"].items():
        print(f"{name:24} {seconds:6.2f} s, {seconds / found['seconds']['one SVC']:4.1f} SVC")


if __name__ == "__main__":
    main()
