"""By how much the family of fusion that a planted signal favours beats the others.

Nothing is tuned; a model is fitted on the first half of the rows of each seed's data and
scored on the second. `tests/datasets` holds the margins on fewer seeds.

    python -m benchmarks.quality.planted
"""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, RANSACRegressor, Ridge
from sklearn.pipeline import make_pipeline

from benchmarks._harness import write_result
from mmsk.datasets import make_multimodal_classification, make_multimodal_regression
from mmsk.fusion import FeatureFusion, VotingFusionClassifier, VotingFusionRegressor

N_SEEDS = 20
SIGNALS = ("early", "late", "joint")


def classifiers(views):
    """The families by name, and other ways to vote."""
    return {
        "early": make_pipeline(FeatureFusion(views), LogisticRegression(C=10)),
        "late": VotingFusionClassifier(views, voting="hard"),
        "joint": HistGradientBoostingClassifier(random_state=0),
        "late, voting='soft'": VotingFusionClassifier(views, voting="soft"),
        "late, voting='log'": VotingFusionClassifier(views),
    }


def regressors(views):
    """The families by name, and other ways to pool."""
    robust = RANSACRegressor(random_state=0)
    return {
        "early": make_pipeline(FeatureFusion(views), Ridge()),
        "late": VotingFusionRegressor(views, estimator=robust, voting="median"),
        "joint": HistGradientBoostingRegressor(random_state=0),
        "late, voting='mean'": VotingFusionRegressor(views, estimator=robust),
        "late, Ridge in each view": VotingFusionRegressor(views, voting="median"),
    }


TASKS = {
    "classification, accuracy": (make_multimodal_classification, classifiers),
    "regression, R²": (make_multimodal_regression, regressors),
}


def scores(make, models, signal, seed):
    """Score of each model on one seed's data."""
    X, y, columns = make(signal=signal, random_state=seed)
    views = [(name, "passthrough", where) for name, where in columns.items()]
    half = len(X) // 2
    return {
        name: float(model.fit(X[:half], y[:half]).score(X[half:], y[half:]))
        for name, model in models(views).items()
    }


def run(make, models, signal):
    """Mean score of each model, and how far the favoured family is ahead of the other two."""
    found = [scores(make, models, signal, seed) for seed in range(N_SEEDS)]
    ahead = [
        row[signal] - max(row[other] for other in SIGNALS if other != signal) for row in found
    ]
    means = {name: round(float(np.mean([row[name] for row in found])), 4) for name in found[0]}
    return {
        "scores": means,
        "margin": round(float(np.mean(ahead)), 4),
        "smallest_margin": round(min(ahead), 4),
    }


if __name__ == "__main__":
    results = {}
    for task, (make, models) in TASKS.items():
        results[task] = {signal: run(make, models, signal) for signal in SIGNALS}
        for signal, row in results[task].items():
            print(f"{task}: {signal}", row)
    write_result("quality_planted", {"n_seeds": N_SEEDS, "tasks": results})
