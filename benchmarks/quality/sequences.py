"""Spoken digits by the order of their frames: MultiRocket and Hydra beside statistics.

The same frames (MFCC, log-mel bands) summed up over time in two ways: by the statistics of
the extractors, and by random convolutions. Each block is scaled by `BlockScaler`, blocks
side by side are what `FeatureFusion` gives, and the classifier is ridge regression on the
classes (RidgeClassifier, here from grams, which are smaller than the rows).

Encoders learn from the training part, without labels. The penalty, and for the last row
which variant, are chosen by inner folds of the training part, which keep speakers whole
where the speaker is unseen, and takes where it is not. The test part is scored once. The
result file is written after each task.

    python -m benchmarks.quality.sequences [task ...]

With the first word ``experimental``, the encoders so marked stand in their place, and the
result file is another.
"""

import sys
import time
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.linalg import solve
from sklearn.model_selection import GroupKFold

from benchmarks._harness import DATA, write_result
from mmsk.audio import MFCC, LogMel
from mmsk.encoding import AttentionPooling, Hydra, MultiRocket, Reservoir
from mmsk.fusion import BlockScaler
from mmsk.io import read_audio

RATE_HZ = 8000
FRAMES = {"mfcc": MFCC(rate_hz=RATE_HZ), "mel": LogMel(n_mels=26, rate_hz=RATE_HZ)}
ENCODERS = {"rocket": MultiRocket(), "hydra": Hydra()}
VARIANTS = {
    "statistics": ("statistics",),
    "MultiRocket": ("rocket",),
    "Hydra": ("hydra",),
    "MultiRocket + Hydra": ("rocket", "hydra"),
    "MultiRocket + Hydra + statistics": ("rocket", "hydra", "statistics"),
}
#: The encoders marked experimental, beside what they are to add to.
EXPERIMENTAL_ENCODERS = {"attention": AttentionPooling(), "reservoir": Reservoir()}
EXPERIMENTAL_VARIANTS = {
    "statistics": ("statistics",),
    "AttentionPooling": ("attention",),
    "Reservoir": ("reservoir",),
    "AttentionPooling + statistics": ("attention", "statistics"),
    "Reservoir + statistics": ("reservoir", "statistics"),
}
CHOSEN = "chosen by the inner folds"
TASKS = {
    # name: (target, column of parts, held-out values, what inner folds keep whole, aim)
    "digit, official": ("digit", "split", ["test"], "take", 0.997),
    "speaker, official": ("speaker", "split", ["test"], "take", 1.0),
    "digit, unseen speaker": ("digit", "fold", range(6), "speaker", 0.9),
}
ALPHAS = [0.03, 0.1, 0.3]
N_INNER = 5


def loaded(table):
    """Statistics and sequences of all recordings, by kind of frames."""
    sounds = [read_audio(DATA / "spoken_digits" / path) for path in table["audio"]]
    statistics = {name: frames.fit_transform(sounds) for name, frames in FRAMES.items()}
    # what an encoder that holds the extractor sees, found once for all encoders
    sequences = {
        name: [frames._sequence(frames._read(sound)) for sound in sounds]
        for name, frames in FRAMES.items()
    }
    return statistics, sequences


def gram(known, new):
    """Grams of scaled features: of known rows, and of new rows with known ones."""
    scaler = BlockScaler().fit(known)
    known, new = scaler.transform(known), scaler.transform(new)
    return known @ known.T, new @ known.T


def grams(data, train, encoders):
    """Of each block, by kind of frames and what sums them up."""
    statistics, sequences = data
    found, rows, others = {}, np.flatnonzero(train), np.flatnonzero(~train)
    for name in FRAMES:
        found[name, "statistics"] = gram(statistics[name][rows], statistics[name][others])
        known, new = ([sequences[name][row] for row in some] for some in (rows, others))
        for kind, encoder in encoders.items():
            found[name, kind] = gram(encoder.fit_transform(known), encoder.transform(new))
    return found


def summed(blocks, kinds):
    """The gram of blocks side by side, float64: the penalty is small beside what it joins."""
    chosen = [pair for (_, kind), pair in blocks.items() if kind in kinds]
    return tuple(sum(pair[k] for pair in chosen).astype(float) / len(chosen) for k in range(2))


def ridge(known, new, y, alpha):
    """Classes of new rows by ridge regression on the classes of known ones."""
    classes, codes = np.unique(y, return_inverse=True)
    targets = np.eye(len(classes))[codes]
    prior = targets.mean(axis=0)
    ridged = known + alpha * np.eye(len(known))
    weights = solve(ridged, targets - prior, assume_a="pos", overwrite_a=True)
    return classes[(new @ weights + prior).argmax(axis=1)]


def inner_score(known, y, groups, alpha):
    """Mean accuracy of inner folds."""
    scores = []
    for a, b in GroupKFold(N_INNER).split(y, groups=groups):
        found = ridge(known[np.ix_(a, a)], known[np.ix_(b, a)], y[a], alpha)
        scores.append(np.mean(found == y[b]))
    return float(np.mean(scores))


def run_part(blocks, y, groups, test, variants):
    """Accuracy in the test part, inner accuracy and penalty of each variant."""
    found = {}
    for variant, kinds in variants.items():
        known, new = summed(blocks, kinds)
        inner = [inner_score(known, y[~test], groups[~test], alpha) for alpha in ALPHAS]
        alpha = ALPHAS[int(np.argmax(inner))]
        accuracy = float(np.mean(ridge(known, new, y[~test], alpha) == y[test]))
        found[variant] = {"accuracy": accuracy, "inner": max(inner), "alpha": alpha}
        told = f"{100 * accuracy:6.2f} %  inner {100 * max(inner):6.2f} %"
        print(f"  {variant:34} {told}", flush=True)
    best = max(found, key=lambda variant: found[variant]["inner"])
    found[CHOSEN] = {**found[best], "variant": best}
    return found


def run(parts_of, table, name, variants):
    """Mean and spread over the held-out parts of a task, for each variant."""
    target, parts, values, kept_whole, aim = TASKS[name]
    y, groups = table[target].to_numpy(), table[kept_whole].to_numpy()
    start, scored = time.perf_counter(), []
    for value in values:
        print(f"{name}: {value}", flush=True)
        test = (table[parts] == value).to_numpy()
        scored.append(run_part(parts_of(parts, value), y, groups, test, variants))
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


def main(words):
    table = pd.read_csv(DATA / "spoken_digits" / "table.csv")
    data = loaded(table)
    experimental = words[:1] == ["experimental"]
    encoders = EXPERIMENTAL_ENCODERS if experimental else ENCODERS
    variants = EXPERIMENTAL_VARIANTS if experimental else VARIANTS

    @lru_cache(maxsize=1)  # two tasks have one part
    def parts_of(column, value):
        return grams(data, (table[column] != value).to_numpy(), encoders)

    results = {}
    for name in words[experimental:] or TASKS:
        results[name] = run(parts_of, table, name, variants)
        file = "quality_sequences_experimental" if experimental else "quality_sequences"
        write_result(file, {"tasks": results})


if __name__ == "__main__":
    main(sys.argv[1:])
