"""Whether ``fusion="auto"`` finds the family that a planted signal favours, and bears noise.

Nothing is tuned; a model is fitted on the first half of the rows of each seed's data and
scored on the second, which the choice never saw. An error is that of the compared score, of
as many rows; two rows right and two wrong are added to it, since a score without a mistake
would have none (Agresti and Coull 1998).

    python -m benchmarks.quality.auto
"""

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
#: What is planted beside a view that tells nothing: parameters, and the views kept.
NOISY = {
    "five views and noise": ({"signal": "late"}, None),
    "one view that tells, and noise": ({"signal": "late"}, ["view_0", "noise_0"]),
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


def scores(models, X, y):
    """Accuracy of each model, fitted on the first half of the rows, on the second."""
    half = len(X) // 2
    return {n: m.fit(X[:half], y[:half]).score(X[half:], y[half:]) for n, m in models.items()}


def row_of(model, found, rival, n_rows):
    """The choice beside a rival, by scores on so many rows."""
    ours, theirs = found["auto"], found[rival]
    share = (theirs * n_rows + 2) / (n_rows + 4)
    error = np.sqrt(share * (1 - share) / (n_rows + 4))
    return {
        "auto": ours,
        "rival": theirs,
        "within": bool(ours >= theirs - error),
        "chosen": next(row["candidate"] for row in model.candidates_ if row["chosen"]),
    }


def planted(signal, seed):
    """Of one seed: the choice beside the family favoured."""
    X, y, columns = make_multimodal_classification(signal=signal, random_state=seed)
    views = [(name, "passthrough", where) for name, where in columns.items()]
    model = auto(columns)
    found = scores({"auto": model, "favoured": favoured(signal, views)}, X, y)
    return row_of(model, found, "favoured", len(y) / 2)


def noisy(case, seed):
    """Of one seed: the choice beside the best view alone.

    As ``rival`` the one that happens to be best on the rows scored, which no method can know;
    as ``known`` the one that the inner folds of the training rows rank first.
    """
    params, kept = NOISY[case]
    X, y, columns = make_multimodal_classification(random_state=seed, n_noise_views=1, **params)
    columns = {name: columns[name] for name in kept or columns}
    model = auto(columns)
    alone = {
        f"{name} alone": VotingFusionClassifier([(name, "passthrough", where)])
        for name, where in columns.items()
    }
    found = scores({"auto": model, **alone}, X, y)
    ranked = {r["candidate"]: r["score"] for r in model.candidates_ if r["candidate"] in alone}
    row = row_of(model, found, max(alone, key=found.get), len(y) / 2)
    known = row_of(model, found, max(ranked, key=ranked.get), len(y) / 2)
    return {**row, "known": known["rival"], "within_known": known["within"]}


def summary(rows):
    """Shares of the seeds within an error, mean scores, and what was chosen how often."""
    means = {
        key: round(float(np.mean([row[key] for row in rows])), 4)
        for key in rows[0]
        if key != "chosen"
    }
    chosen = [row["chosen"] for row in rows]
    counts = {name: chosen.count(name) for name in sorted(set(chosen))}
    return {"n_seeds": len(rows), **means, "chosen": counts}


if __name__ == "__main__":
    results = {"planted": {}, "noisy": {}}
    for case in ("early", "late", "joint"):
        results["planted"][case] = summary([planted(case, seed) for seed in range(N_SEEDS)])
        print(case, results["planted"][case], flush=True)
    for case in NOISY:
        rows = [noisy(case, seed) for seed in range(N_SEEDS_OF_NOISE)]
        results["noisy"][case] = summary(rows)
        print(case, results["noisy"][case], flush=True)
    write_result("quality_auto", results)
