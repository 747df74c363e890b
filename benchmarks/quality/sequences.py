"""Spoken digits by the order of their frames: MultiRocket and Hydra beside statistics.

The same frames (MFCC, log-mel bands) summed up over time in two ways: by the statistics of
the extractors, and by random convolutions. Each block is scaled by `BlockScaler`, blocks
side by side are what `FeatureFusion` gives, and the classifier is ridge regression on the
classes (RidgeClassifier, here from grams, which are smaller than the rows).

Encoders learn from the training part, without labels. The penalty, and for the last row
which blocks, are chosen by inner folds of the training part, which keep speakers whole
where the speaker is unseen, and takes where it is not. The test part is scored once.

    python -m benchmarks.quality.sequences [task ...]
"""

import os
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.linalg import solve
from sklearn.model_selection import GroupKFold

from benchmarks._harness import write_result
from mmsk.audio import MFCC, LogMel
from mmsk.encoding import Hydra, MultiRocket
from mmsk.fusion import BlockScaler
from mmsk.io import read_audio

DATA = Path(os.environ.get("MMSK_DATA", Path(__file__).parents[3] / "shared" / "data"))
RATE_HZ = 8000
FRAMES = {"mfcc": MFCC(rate_hz=RATE_HZ), "mel": LogMel(n_mels=26, rate_hz=RATE_HZ)}
BLOCKS = {
    **{f"{name} statistics": frames for name, frames in FRAMES.items()},
    **{f"{name} rocket": MultiRocket(frames) for name, frames in FRAMES.items()},
    **{f"{name} hydra": Hydra(frames) for name, frames in FRAMES.items()},
}
VARIANTS = {
    "statistics": ("statistics",),
    "MultiRocket": ("rocket",),
    "Hydra": ("hydra",),
    "MultiRocket + Hydra": ("rocket", "hydra"),
    "MultiRocket + Hydra + statistics": ("rocket", "hydra", "statistics"),
}
CHOSEN = "chosen by the inner folds"
TASKS = {
    # name: (target, column of parts, held-out values, what inner folds keep whole, aim)
    "digit, official": ("digit", "split", ["test"], "take", 0.997),
    "speaker, official": ("speaker", "split", ["test"], "take", 1.0),
    "digit, unseen speaker": ("digit", "fold", range(6), "speaker", 0.9),
}
ALPHAS = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0]
N_INNER = 5


def grams(sounds, train):
    """For each block the gram of training rows, and that of the others with them."""
    found = {}
    for name, extractor in BLOCKS.items():
        extractor.fit([sounds[row] for row in np.flatnonzero(train)])
        features = extractor.transform(sounds)
        scaler = BlockScaler().fit(features[train])
        known, new = scaler.transform(features[train]), scaler.transform(features[~train])
        found[name] = known @ known.T, new @ known.T
    return found


def ridge(known, new, y, alpha):
    """Classes of new rows by ridge regression on the classes of known ones."""
    classes, codes = np.unique(y, return_inverse=True)
    targets = np.eye(len(classes))[codes]
    prior = targets.mean(axis=0)
    ridged = known + alpha * np.eye(len(known))
    weights = solve(ridged, targets - prior, assume_a="pos", overwrite_a=True)
    return classes[(new @ weights + prior).argmax(axis=1)]


def inner_scores(known, y, groups):
    """Mean accuracy of inner folds for each penalty."""
    scores = np.zeros(len(ALPHAS))
    for a, b in GroupKFold(N_INNER).split(y, groups=groups):
        for k, alpha in enumerate(ALPHAS):
            found = ridge(known[np.ix_(a, a)], known[np.ix_(b, a)], y[a], alpha)
            scores[k] += np.mean(found == y[b]) / N_INNER
    return scores


def run_part(sounds, table, target, test, kept_whole):
    """Accuracy in the test part, inner accuracy and penalty of each variant."""
    y, groups = table[target].to_numpy(), table[kept_whole].to_numpy()
    blocks = grams(sounds, ~test)
    found = {}
    for variant, kinds in VARIANTS.items():
        names = [name for name in blocks if name.split()[1] in kinds]
        # float64: the penalty is small beside the largest eigenvalue
        known, new = (
            sum(blocks[name][k] for name in names).astype(np.float64) / len(names)
            for k in range(2)
        )
        inner = inner_scores(known, y[~test], groups[~test])
        alpha = ALPHAS[int(inner.argmax())]
        predicted = ridge(known, new, y[~test], alpha)
        accuracy = float(np.mean(predicted == y[test]))
        found[variant] = {"accuracy": accuracy, "inner": float(inner.max()), "alpha": alpha}
        print(f"  {variant:34} {100 * accuracy:6.2f} %  inner {100 * inner.max():6.2f} %")
    best = max(found, key=lambda variant: found[variant]["inner"])
    found[CHOSEN] = {**found[best], "variant": best}
    return found


def run(sounds, table, name):
    """Mean and spread over the held-out parts of a task, for each variant."""
    target, parts, values, kept_whole, aim = TASKS[name]
    start, scored = time.perf_counter(), []
    for value in values:
        print(f"{name}: {value}", flush=True)
        test = (table[parts] == value).to_numpy()
        scored.append(run_part(sounds, table, target, test, kept_whole))
    summary = {}
    for variant in scored[0]:
        accuracies = [part[variant]["accuracy"] for part in scored]
        summary[variant] = {
            "accuracy": round(float(np.mean(accuracies)), 4),
            "spread": round(float(np.std(accuracies)), 4),
            "parts": [
                {key: round(v, 4) if isinstance(v, float) else v for key, v in of.items()}
                for of in (part[variant] for part in scored)
            ],
        }
        row = summary[variant]
        print(f"{variant:34} {100 * row['accuracy']:6.2f} ± {100 * row['spread']:5.2f} %")
    seconds = round(time.perf_counter() - start, 1)
    return {"aim": aim, "seconds": seconds, "variants": summary}


def main(names):
    table = pd.read_csv(DATA / "spoken_digits" / "table.csv")
    sounds = [read_audio(DATA / "spoken_digits" / path) for path in table["audio"]]
    return {name: run(sounds, table, name) for name in names}


if __name__ == "__main__":
    write_result("quality_sequences", {"tasks": main(sys.argv[1:] or TASKS)})
