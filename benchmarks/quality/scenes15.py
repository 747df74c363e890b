"""Fifteen scene categories: Fisher vectors of patches, and HOG alone beside them.

The protocol of Lazebnik et al. (2006): 100 pictures of each class to learn from, all others
to be told apart, the mean of the classes' accuracies, over draws; here the five of the
table. Codebook and classifier learn from the training part of a draw; ``C`` is chosen by
cross-validation inside it, where copies of a picture stay together. Everything else was
set beforehand on the training part of the first draw. The test part is scored once.

    python -m benchmarks.quality.scenes15 [number of draws]
"""

import sys
import time

import numpy as np
import pandas as pd
from sklearn.metrics import recall_score
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import SVC

from benchmarks._harness import DATA, write_result
from mmsk.image import HOG, FisherVector

N_DRAWS = 5
GRID = {"estimator__C": [0.01, 0.1, 1.0, 10.0, 100.0]}
EXTRACTORS = {
    "HOG": HOG(size_px=96, pixels_per_cell=(16, 16), n_jobs=2),
    "FisherVector": FisherVector(n_jobs=2),
}


def run(extractor, table, draw):
    """Mean of the accuracies of the classes in the test part of a draw, C, and seconds."""
    files = [str(DATA / "scenes15" / name) for name in table["image"]]
    train = (table[draw] == "train").to_numpy()
    start = time.perf_counter()
    extractor.fit([file for file, chosen in zip(files, train, strict=True) if chosen])
    fitted = time.perf_counter()
    features = extractor.transform(files)
    transformed = time.perf_counter()
    y, groups = table["label"].to_numpy(), table["dup_group"].to_numpy()
    predicted, best_c = classified(features, y, train, groups)
    return {
        "accuracy": recall_score(y[~train], predicted, average="macro"),
        "C": best_c,
        "n_features": features.shape[1],
        "fit_s": fitted - start,
        "transform_ms": 1e3 * (transformed - fitted) / len(files),
        "classify_s": time.perf_counter() - transformed,
    }


def classified(features, y, train, groups):
    """Predicted labels of the test part, by linear SVMs, and their C."""
    # the gram is all that a linear SVM needs, and smaller than the features
    gram = features @ features[train].T
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    model = GridSearchCV(OneVsRestClassifier(SVC(kernel="precomputed")), GRID, cv=folds)
    model.fit(gram[train], y[train], groups=groups[train])
    return model.predict(gram[~train]), model.best_params_["estimator__C"]


def summary(name, draws):
    """Mean and spread over draws, and what each gave."""
    accuracies = [draw["accuracy"] for draw in draws]
    return {
        "extractor": name,
        "n_features": draws[0]["n_features"],
        "accuracy": round(float(np.mean(accuracies)), 4),
        "spread": round(float(np.std(accuracies)), 4),
        "draws": [round(float(accuracy), 4) for accuracy in accuracies],
        "C": [draw["C"] for draw in draws],
        **{
            key: round(float(np.mean([draw[key] for draw in draws])), 2)
            for key in ("fit_s", "transform_ms", "classify_s")
        },
    }


def main(n_draws):
    table = pd.read_csv(DATA / "scenes15" / "table.csv")
    results = {}
    for name, extractor in EXTRACTORS.items():
        draws = []
        for k in range(n_draws):
            draws.append(run(extractor, table, f"redraw_{k}"))
            print(f"{name:32} redraw_{k} {100 * draws[-1]['accuracy']:5.1f} %", flush=True)
        results[name] = summary(name, draws)
        row = results[name]
        print(f"{name:32} {100 * row['accuracy']:5.1f} ± {100 * row['spread']:3.1f} %")
    return {"protocol": "100 per class, mean class accuracy", "aim": 0.86, "methods": results}


if __name__ == "__main__":
    write_result("quality_scenes15", main(int(sys.argv[1]) if sys.argv[1:] else N_DRAWS))
