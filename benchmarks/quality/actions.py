"""Actions before a still camera, by descriptions of motion: folds by recording.

Rows are segments of ten recordings (``fir_actions``, ``label6``); the two recordings of a
fold are told by a model of the eight others. What a method leaves open - seconds of film
before and after a segment that are described too, and the classifier with its parameters -
is chosen by cross-validation by recording inside the eight, and the fold is scored once.

    python -m benchmarks.quality.actions [method ...]
"""

import json
import sys
import time
import warnings
from functools import cache

import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import accuracy_score, recall_score
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from benchmarks._harness import DATA, RESULTS, write_result
from mmsk.exceptions import FailedSamplesWarning
from mmsk.video import BlobStatistics, FrameStatistics, MotionFisherVector, MotionHistogram

FOLDER = DATA / "fir_actions"
SHARED = {"n_jobs": 2, "on_error": "missing"}
N_INNER = 4
RESULT = "quality_actions"

CONTEXTS_S = (0, 2, 4)
CLASSIFIERS = {
    f"trees, leaves of {leaf}": ExtraTreesClassifier(400, min_samples_leaf=leaf, random_state=0)
    for leaf in (1, 2, 4)
} | {f"SVM, C={c}": SVC(C=c) for c in (1, 3, 10)}
METHODS = {
    # name: (extractors, seconds of context to choose from)
    "FrameStatistics": ([FrameStatistics(**SHARED)], (0,)),
    "MotionHistogram": ([MotionHistogram(**SHARED)], (0,)),
    "BlobStatistics": ([BlobStatistics(**SHARED)], (0,)),
    "BlobStatistics, context": ([BlobStatistics(**SHARED)], CONTEXTS_S),
    "BlobStatistics and MotionHistogram, context": (
        [BlobStatistics(**SHARED), MotionHistogram(grid=(3, 1, 1), **SHARED)],
        CONTEXTS_S,
    ),
    "MotionFisherVector": ([MotionFisherVector(every_s=0.2, **SHARED)], (0,)),
}


@cache
def table():
    rows = pd.read_csv(FOLDER / "table.csv")
    return rows[rows["label6"].notna()].reset_index(drop=True)


def stretches(context_s):
    """The segments, and those of so many seconds before and after each."""
    rows = table()
    films = [str(FOLDER / film) for film in rows["video"]]
    start_s, end_s = rows["start_s"], rows["end_s"]
    times = [(start_s, end_s)]
    if context_s:
        # at the very start there is nothing before: the first frames stand for it
        times += [
            ((start_s - context_s).clip(0), start_s.clip(0.2)),
            (end_s, end_s + context_s),
        ]
    return [pd.DataFrame({"film": films, "start": a, "end": b}) for a, b in times]


_described = {}


def described(extractor, context_s, train):
    """Features of all rows; what learns does so from the training rows."""
    learns = hasattr(extractor, "n_components")
    key = repr(extractor), context_s, tuple(train) if learns else None
    if key not in _described:
        blocks = []
        for X in stretches(context_s):
            with warnings.catch_warnings():  # nothing lies behind the end of a recording
                warnings.simplefilter("ignore", FailedSamplesWarning)
                blocks.append(extractor.fit(X[train] if learns else X).transform(X))
        _described[key] = np.hstack(blocks)
    return _described[key]


def run(method, fold):
    """Score of the fold, and what inner cross-validation chose for it."""
    extractors, contexts = METHODS[method]
    rows = table()
    train = (rows["fold"] != fold).to_numpy()
    y, groups = rows["label6"].to_numpy(), rows["group"].to_numpy()
    best = None
    for context_s in contexts:
        X = np.hstack([described(e, context_s, train) for e in extractors])
        for name, classifier in CLASSIFIERS.items():
            model = make_pipeline(SimpleImputer(), StandardScaler(), classifier)
            inner = GroupKFold(N_INNER)
            scores = cross_val_score(model, X[train], y[train], groups=groups[train], cv=inner)
            if best is None or scores.mean() > best[0]:
                best = scores.mean(), context_s, name, X, model
    inner_score, context_s, name, X, model = best
    predicted = model.fit(X[train], y[train]).predict(X[~train])
    return {
        "predicted": predicted,
        "truth": y[~train],
        "accuracy": accuracy_score(y[~train], predicted),
        "inner": inner_score,
        "chosen": f"{context_s} s, {name}",
        "n_features": X.shape[1],
    }


def summary(folds, seconds):
    """Over all rows, as the aim is stated, and over folds."""
    truth, predicted = (
        np.concatenate([f[key] for f in folds]) for key in ("truth", "predicted")
    )
    accuracies = [float(fold["accuracy"]) for fold in folds]
    recalls = recall_score(truth, predicted, average=None, labels=np.unique(truth))
    return {
        "accuracy": round(float(accuracy_score(truth, predicted)), 4),
        "mean_of_folds": round(float(np.mean(accuracies)), 4),
        "spread": round(float(np.std(accuracies)), 4),
        "folds": [round(accuracy, 4) for accuracy in accuracies],
        "inner": [round(float(fold["inner"]), 4) for fold in folds],
        "chosen": [fold["chosen"] for fold in folds],
        "recall": dict(zip(np.unique(truth), recalls.round(3).tolist(), strict=True)),
        "n_features": folds[-1]["n_features"],
        "seconds": round(seconds, 1),
    }


def main(methods):
    results = _kept()
    for method in methods:
        start = time.perf_counter()
        folds = [run(method, fold) for fold in sorted(table()["fold"].unique())]
        results[method] = row = summary(folds, time.perf_counter() - start)
        percent = 100 * row["accuracy"], 100 * row["spread"]
        print("{:45} {:5.1f} ± {:4.1f} %".format(method, *percent), flush=True)
        write_result(RESULT, _result(results))  # the next one may take long


def _kept():
    """Results of methods that are not run this time."""
    path = RESULTS / f"{RESULT}.json"
    return json.loads(path.read_text())["methods"] if path.exists() else {}


def _result(results):
    majority = table()["label6"].value_counts(normalize=True).iloc[0]
    return {
        "protocol": "fir_actions label6, folds by recording; accuracy over all rows",
        "aim": 0.62,
        "majority": round(float(majority), 4),
        "methods": results,
    }


if __name__ == "__main__":
    main(sys.argv[1:] or METHODS)
