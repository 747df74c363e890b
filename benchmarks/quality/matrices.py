"""The fusions on tables of ready features: each view alone, early, voting and joint.

Nothing is tuned but what says so, by inner folds of the training part: early and voting are
the default logistic regression throughout, so these rows compare ways to fuse. Scores are
the mean over the parts that the data set comes with.

    python -m benchmarks.quality.matrices [set ...]
"""

import sys

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline

from benchmarks._harness import DATA, with_earlier_sets, write_result
from mmsk.fusion import (
    BilinearFusion,
    BoostingFusionClassifier,
    CCAFusion,
    CooperativeClassifier,
    FeatureFusion,
    MKLClassifier,
    VotingFusionClassifier,
)

SETS = {
    "mfeat, 200 rows": (
        "mfeat",
        ["fac", "fou", "kar", "mor", "pix", "zer"],
        [f"draw200_{k}" for k in range(5)],
    ),
    "prokaryotic": (
        "prokaryotic",
        ["gene_repert", "proteome_comp", "text"],
        ["fold", "fold_1", "fold_2", "fold_3", "fold_4"],
    ),
    "wikipedia": ("wikipedia", ["image", "text"], ["split"]),
}


def grid(X, views):
    """What the inner folds of the training part choose from.

    Histograms, and what is as little negative, may be compared by chi-squared too.
    """
    both = {
        name: ["rbf", "chi2"] if X[:, columns].min() >= 0 else "rbf"
        for name, _, columns in views
    }
    return {
        "combination": ["average", "lp"],
        "C": [10, 100],
        "width": [0.5, 1, 2],
        "kernel": ["auto", both],
    }


def splits(table, column):
    """Pairs of training and test masks: one for a draw, one a value for a column of folds."""
    values = table[column]
    if values.dtype.kind in "iuf":
        return [((values != fold).to_numpy(), (values == fold).to_numpy()) for fold in range(5)]
    return [((values == "train").to_numpy(), (values == "test").to_numpy())]


def fusions(X, views):
    """The models compared, by name."""
    linear = LogisticRegression(C=10, max_iter=1000)
    return {
        **{f"{view[0]} alone": VotingFusionClassifier([view]) for view in views},
        "plain concatenation": make_pipeline(FeatureFusion(views, scaler=None), linear),
        "early": make_pipeline(FeatureFusion(views), linear),
        "voting, log": VotingFusionClassifier(views),
        "voting, log, geometric mean": VotingFusionClassifier(
            views, weights=np.full(len(views), 1 / len(views))
        ),
        "voting, soft": VotingFusionClassifier(views, voting="soft"),
        "voting, hard": VotingFusionClassifier(views, voting="hard"),
        **{
            f"MKL, {combination}": MKLClassifier(views, combination=combination)
            for combination in ("average", "cka", "easymkl", "lp", "simplemkl")
        },
        "cooperative": CooperativeClassifier(views),
        "cooperative, likelihood": CooperativeClassifier(views, loss="log_loss"),
        "bilinear": make_pipeline(BilinearFusion(views), linear),
        "boosting": BoostingFusionClassifier(views),
        "canonical correlation": make_pipeline(CCAFusion(views, supervised="classes"), linear),
        "MKL, tuned": GridSearchCV(
            MKLClassifier(views),
            grid(X, views),
            scoring="neg_log_loss",  # of some hundred rows accuracy would be mostly ties
            cv=StratifiedKFold(5, shuffle=True, random_state=0),
        ),
    }


def _accuracy(model, X, y):
    return np.mean(model.predict(X) == y)  # a search's own score is what it searched by


def table_of(name):
    """Features, labels, the table of parts and the views of a data set."""
    folder, names, _ = SETS[name]
    features = np.load(DATA / folder / "features.npz")
    table = pd.read_csv(DATA / folder / "table.csv")
    X = np.hstack([features[view] for view in names])
    stops = np.cumsum([features[view].shape[1] for view in names])
    views = [
        (view, "passthrough", slice(stop - features[view].shape[1], stop))
        for view, stop in zip(names, stops.tolist(), strict=True)
    ]
    return X, features["label"], table, views


def run(name):
    """Mean accuracy and spread over the columns of parts, a row for each model."""
    X, y, table, views = table_of(name)
    rows = {}
    for model_name, model in fusions(X, views).items():
        scores = [
            np.mean(
                [_accuracy(model.fit(X[a], y[a]), X[b], y[b]) for a, b in splits(table, column)]
            )
            for column in SETS[name][2]
        ]
        rows[model_name] = {
            "accuracy": round(float(np.mean(scores)), 4),
            "spread": round(float(np.std(scores)), 4),
        }
    return rows


if __name__ == "__main__":
    for name in sys.argv[1:] or SETS:
        rows = run(name)
        print(f"\n{name}")
        for model, row in rows.items():
            print(f"  {model:28} {100 * row['accuracy']:5.1f} ± {100 * row['spread']:3.1f} %")
        write_result("quality_matrices", with_earlier_sets("quality_matrices", {name: rows}))
