"""Every word of ``fusion=`` on tables of ready features: accuracy, time and memory.

Nothing is tuned: each family is what `MultimodalClassifier` builds by default, on views that
are ready matrices. Each row runs in a process of its own, whose peak of memory and processor
time are its own; XGBoost, too, has one thread. ``docs/guide/choose.md`` is drawn from this.

    python -m benchmarks.quality.families
"""

import multiprocessing
import resource
import time

from benchmarks._harness import one_thread, write_result

one_thread()

import numpy as np  # noqa: E402

from benchmarks.quality.matrices import SETS, splits, table_of  # noqa: E402
from mmsk.datasets import make_multimodal_classification  # noqa: E402
from mmsk.fusion import VotingFusionClassifier  # noqa: E402
from mmsk.multimodal._fusions import CLASSIFIERS  # noqa: E402

N_SEEDS = 5
N_COLUMNS = 5  # of parts: draws, or repetitions of folds
SIGNALS = ("early", "late", "joint")


def parts(name):
    """Views, and tables with labels and masks of training and test rows."""
    if name in SETS:
        X, y, table, views = table_of(name)
        columns = SETS[name][2]
        columns = columns[:1] if name == "prokaryotic" else columns[:N_COLUMNS]
        return views, [(X, y, a, b) for c in columns for a, b in splits(table, c)]
    found = []
    for seed in range(N_SEEDS):
        X, y, columns = make_multimodal_classification(
            signal=name.removeprefix("planted, "), random_state=seed
        )
        half = np.arange(len(X)) < len(X) // 2
        found.append((X, y, half, ~half))
    return [(view, "passthrough", where) for view, where in columns.items()], found


def models(views):
    """The families by name, and each view alone."""
    alone = {f"{view[0]} alone": VotingFusionClassifier([view]) for view in views}
    return {**alone, **{word: build(views, None) for word, build in CLASSIFIERS.items()}}


def measured(model, tables):
    """Scores, processor seconds of a fit and its predictions, and memory it adds."""
    before = _peak_mb()
    scores, seconds = [], []
    for X, y, train, test in tables:
        start = time.process_time()
        scores.append(float(np.mean(model.fit(X[train], y[train]).predict(X[test]) == y[test])))
        seconds.append(time.process_time() - start)
    return {
        "accuracy": round(float(np.mean(scores)), 4),
        "spread": round(float(np.std(scores)), 4),
        "n_parts": len(scores),
        "cpu_s": round(float(np.median(seconds)), 3),
        "added_mb": round(_peak_mb() - before, 1),
    }


def _peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def _in_a_process(model, tables):
    """`measured`, in a fork: what a family loads and allocates is not the next one's."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=lambda: there.send(measured(model, tables)))
    child.start()
    there.close()
    found = here.recv()
    child.join()
    return found


def run(name):
    """A row for each model."""
    views, tables = parts(name)
    rows = {}
    for model, built in models(views).items():
        rows[model] = _in_a_process(built, tables)
        print(f"{name}: {model:20} {rows[model]}", flush=True)
    return rows


if __name__ == "__main__":
    found = {}
    for name in [*SETS, *(f"planted, {signal}" for signal in SIGNALS)]:
        found[name] = run(name)
        write_result("quality_families", {"sets": found})
