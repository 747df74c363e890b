"""Does a cascade of forests over views earn its place? Measured before it is built.

gcForest (Zhou and Feng 2017) with views for grains: at each level two random and two
completely random forests see the blocks of all views and what the forests of the level
before said of held-out rows; levels are added while accuracy on held-out training rows
rises. Beside it one forest on all blocks, and multiple kernel learning. Nothing is tuned.

    python -m benchmarks.quality.cascade_forest
"""

from benchmarks._harness import one_thread, write_result

one_thread()

import time  # noqa: E402

import numpy as np  # noqa: E402
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier  # noqa: E402
from sklearn.model_selection import cross_val_predict  # noqa: E402

from benchmarks.quality.families import parts  # noqa: E402
from mmsk.fusion import MKLClassifier  # noqa: E402

N_TREES, N_FOLDS, MOST_LEVELS = 50, 3, 4
SETS = ("mfeat, 200 rows", "prokaryotic")


def forests(level):
    seeds = range(10 * level, 10 * level + 2)
    found = [RandomForestClassifier(N_TREES, random_state=seed) for seed in seeds]
    return found + [
        ExtraTreesClassifier(N_TREES, max_features=1, random_state=seed) for seed in seeds
    ]


def cascade(X, y, new):
    """Classes of new rows."""
    classes = np.unique(y)
    known, told, best, said = X, new, -1.0, None
    for level in range(MOST_LEVELS):
        held, found = [], []
        for forest in forests(level):
            held.append(cross_val_predict(forest, known, y, cv=N_FOLDS, method="predict_proba"))
            found.append(forest.fit(known, y).predict_proba(told))
        right = np.mean(classes[np.mean(held, axis=0).argmax(axis=1)] == y)
        if right <= best:
            break
        best, said = right, classes[np.mean(found, axis=0).argmax(axis=1)]
        known, told = np.hstack([X, *held]), np.hstack([new, *found])
    return said


def one_forest(X, y, new):
    return ExtraTreesClassifier(4 * N_TREES, random_state=0).fit(X, y).predict(new)


def run(name):
    """Accuracy, spread and processor seconds of each."""
    views, tables = parts(name)

    def kernels(X, y, new):
        return MKLClassifier(views).fit(X, y).predict(new)

    rows = {}
    for model, answer in {
        "cascade of forests": cascade, "one forest": one_forest, "`mkl`": kernels,
    }.items():  # fmt: skip
        start = time.process_time()
        scores = [np.mean(answer(X[a], y[a], X[b]) == y[b]) for X, y, a, b in tables]
        rows[model] = {
            "accuracy": round(float(np.mean(scores)), 4),
            "spread": round(float(np.std(scores)), 4),
            "cpu_s": round((time.process_time() - start) / len(tables), 2),
        }
        print(name, model, rows[model], flush=True)
    return rows


if __name__ == "__main__":
    write_result("quality_cascade_forest", {"sets": {name: run(name) for name in SETS}})
