"""Whether ``fusion="auto"`` finds the family that a planted signal favours, and bears noise.

Nothing is tuned; a model is fitted on the first half of the rows of each seed's data and
scored on the second, which the choice never saw. An error is that of the compared score, of
as many rows.

    python -m benchmarks.quality.auto
"""

import time

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from benchmarks._harness import write_result
from mmsk import MultimodalClassifier
from mmsk.datasets import make_multimodal_classification
from mmsk.fusion import FeatureFusion, VotingFusionClassifier

N_SEEDS = 30
N_SEEDS_OF_NOISE = 100
#: What is planted beside one view or more that tell nothing: parameters, and views kept.
NOISY = {
    "late, three views and noise": (
        {"signal": "late", "n_views": 3, "n_noise_views": 1},
        ["view_0", "view_1", "view_2", "noise_0"],
    ),
    "early, two views and noise": (
        {"signal": "early", "n_views": 2, "n_noise_views": 1},
        ["view_0", "view_1", "noise_0"],
    ),
    "one view that tells, and noise": (
        {"signal": "late", "n_views": 3, "n_noise_views": 1},
        ["view_0", "noise_0"],
    ),
}


def favoured(signal, views):
    """The model of the family that a signal is made for, as the data set says."""
    if signal == "early":
        return make_pipeline(FeatureFusion(views), LogisticRegression(C=10))
    if signal == "late":
        return VotingFusionClassifier(views, voting="hard")
    return HistGradientBoostingClassifier(random_state=0)


def auto(columns):
    """The model that chooses, with the columns of each view as one modality of numbers."""
    roles = {
        k: f"tabular:{name}" for name, s in columns.items() for k in range(s.start, s.stop)
    }
    return MultimodalClassifier("auto", roles)


def compared(model, rivals, X, y):
    """Accuracy on the second half, and whether it is within an error of the best rival's."""
    half = len(X) // 2
    start_s = time.monotonic()
    model.fit(X[:half], y[:half])
    seconds = time.monotonic() - start_s
    score = model.score(X[half:], y[half:])
    best = max(rival.fit(X[:half], y[:half]).score(X[half:], y[half:]) for rival in rivals)
    error = np.sqrt(best * (1 - best) / (len(y) - half))
    chosen = next(row["candidate"] for row in model.candidates_ if row["chosen"])
    return {
        "auto": score,
        "rival": best,
        "within": bool(score >= best - error),
        "chosen": chosen,
        "seconds": seconds,
    }


def planted(signal, seed):
    """Of one seed: the choice beside the family favoured."""
    X, y, columns = make_multimodal_classification(signal=signal, random_state=seed)
    views = [(name, "passthrough", where) for name, where in columns.items()]
    return compared(auto(columns), [favoured(signal, views)], X, y)


def noisy(case, seed):
    """Of one seed: the choice beside the view that alone is best on the rows scored."""
    params, kept = NOISY[case]
    X, y, columns = make_multimodal_classification(random_state=seed, **params)
    columns = {name: columns[name] for name in kept}
    alone = [VotingFusionClassifier([(n, "passthrough", s)]) for n, s in columns.items()]
    return compared(auto(columns), alone, X, y)


def summary(rows):
    """Share of the seeds within an error, mean scores, and what was chosen how often."""
    chosen = [row["chosen"] for row in rows]
    return {
        "n_seeds": len(rows),
        "share_within_an_error": round(float(np.mean([row["within"] for row in rows])), 4),
        "auto": round(float(np.mean([row["auto"] for row in rows])), 4),
        "rival": round(float(np.mean([row["rival"] for row in rows])), 4),
        "seconds": round(float(np.median([row["seconds"] for row in rows])), 2),
        "chosen": {name: chosen.count(name) for name in sorted(set(chosen))},
    }


if __name__ == "__main__":
    results = {"planted": {}, "noisy": {}}
    for signal in ("early", "late", "joint"):
        rows = [planted(signal, seed) for seed in range(N_SEEDS)]
        results["planted"][signal] = summary(rows)
        print(signal, results["planted"][signal], flush=True)
    for case in NOISY:
        rows = [noisy(case, seed) for seed in range(N_SEEDS_OF_NOISE)]
        results["noisy"][case] = summary(rows)
        print(case, results["noisy"][case], flush=True)
    write_result("quality_auto", results)
