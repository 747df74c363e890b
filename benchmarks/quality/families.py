"""Every word of ``fusion=`` on tables of ready features: accuracy, time and memory.

Nothing is tuned: each family is what `MultimodalClassifier` builds by default, on views that
are ready matrices, or raw texts. Each row runs in a process of its own, whose peak of memory
and processor time are its own; XGBoost, too, has one thread. A family that needs more than
`LIMIT_S` for all parts of a data set is stopped, and says so. ``docs/guide/choose.md`` is drawn
from this.

    python -m benchmarks.quality.families [set ...]
"""

import multiprocessing
import resource
import sys
import time
import warnings

from benchmarks._harness import one_thread, with_earlier_sets, write_result

one_thread()

import numpy as np  # noqa: E402
from sklearn.utils import _safe_indexing  # noqa: E402

from benchmarks.quality.family_sets import MEDIA  # noqa: E402
from benchmarks.quality.matrices import SETS, splits, table_of  # noqa: E402
from mmsk.datasets import make_multimodal_classification  # noqa: E402
from mmsk.fusion import VotingFusionClassifier  # noqa: E402
from mmsk.multimodal._fusions import CLASSIFIERS  # noqa: E402

N_SEEDS = 5
N_COLUMNS = 5  # of parts: draws, or repetitions of folds
LIMIT_S = 90  # of processor time, for one family on all parts of one data set
SIGNALS = ("early", "late", "joint")


def parts(name):
    """Views, and tables with labels and masks of training and test rows."""
    if name in MEDIA:
        return MEDIA[name]()
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
        known, asked = (_safe_indexing(X, np.flatnonzero(part)) for part in (train, test))
        scores.append(float(np.mean(model.fit(known, y[train]).predict(asked) == y[test])))
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
    child = context.Process(target=_bounded, args=(model, tables, there))
    child.start()
    there.close()
    try:
        return here.recv()
    except EOFError:  # ended by the system
        return {"stopped_after_cpu_s": LIMIT_S}
    finally:
        child.join()


def _bounded(model, tables, there):
    warnings.simplefilter("ignore")  # rows without a view, classes of few members
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + LIMIT_S
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    there.send(measured(model, tables))


def run(name):
    """A row for each model."""
    views, tables = parts(name)
    rows = {}
    for model, built in models(views).items():
        rows[model] = _in_a_process(built, tables)
        print(f"{name}: {model:20} {rows[model]}", flush=True)
    return rows


if __name__ == "__main__":
    every = [*SETS, *(f"planted, {signal}" for signal in SIGNALS), *MEDIA]
    for name in sys.argv[1:] or every:
        payload = with_earlier_sets("quality_families", {name: run(name)})
        write_result("quality_families", {"limit_s": LIMIT_S, **payload})
