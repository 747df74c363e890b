"""Spoken digits by the order of their frames: MultiRocket and Hydra beside statistics.

The same frames (MFCC, log-mel bands) summed up over time in two ways: by the statistics of
the extractors, and by random convolutions. Each block is scaled by `BlockScaler`, blocks
side by side are what `FeatureFusion` gives, and the classifier is ridge regression on the
classes (RidgeClassifier, here from grams, which are smaller than the rows).

Encoders learn from the training part, without labels. The penalty, and for the last row
which variant, are chosen by inner folds of the training part, which keep speakers whole
where the speaker is unseen, and takes where it is not. The test part is scored once.

Where the speaker is unseen, one variant learns from each training sound at three speeds, at
the penalty of its plain variant: other lengths of the vocal tract, in a way (Ko et al. 2015,
"Audio augmentation for speech recognition", Interspeech, 3586-3589; the outer speeds here
are 12 % off, as adults' vocal tracts are).

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
ENCODERS = {"rocket": MultiRocket(), "hydra": Hydra()}
SPEEDS = (1.0, 0.88, 1.12)  # the sounds as they are first
VARIANTS = {
    "statistics": ("statistics",),
    "MultiRocket": ("rocket",),
    "Hydra": ("hydra",),
    "MultiRocket + Hydra": ("rocket", "hydra"),
    "MultiRocket + Hydra + statistics": ("rocket", "hydra", "statistics"),
}
AUGMENTED = "MultiRocket, three speeds"
CHOSEN = "chosen by the inner folds"
TASKS = {
    # name: (target, column of parts, held-out values, what inner folds keep whole, aim)
    "digit, official": ("digit", "split", ["test"], "take", 0.997),
    "speaker, official": ("speaker", "split", ["test"], "take", 1.0),
    "digit, unseen speaker": ("digit", "fold", range(6), "speaker", 0.9),
}
ALPHAS = [0.03, 0.1, 0.3, 1.0]
N_INNER = 5


def loaded(table):
    """Statistics and, for each speed, sequences of all recordings, by kind of frames."""
    sounds = [read_audio(DATA / "spoken_digits" / path) for path in table["audio"]]
    statistics = {name: frames.fit_transform(sounds) for name, frames in FRAMES.items()}
    sequences = [
        {name: [_frames(f, sound, speed) for sound in sounds] for name, f in FRAMES.items()}
        for speed in SPEEDS
    ]
    return statistics, sequences


def _frames(extractor, sound, speed):
    samples, rate_hz = sound
    # what an encoder that holds the extractor sees, found once for all encoders
    return extractor._sequence(extractor._read((samples, round(speed * rate_hz))))


def gram(known, new):
    """Grams of scaled features: of known rows, and of new rows with known ones."""
    scaler = BlockScaler().fit(known)
    known, new = scaler.transform(known), scaler.transform(new)
    return known @ known.T, new @ known.T


def grams(data, train, speeds=SPEEDS[:1], kinds=("statistics", *ENCODERS)):
    """Of each block, with training rows at some speeds."""
    statistics, sequences = data
    found, rows, others = {}, np.flatnonzero(train), np.flatnonzero(~train)
    for name in FRAMES:
        for kind in kinds:
            if kind == "statistics":
                found[name, kind] = gram(statistics[name][rows], statistics[name][others])
                continue
            at_speeds = [sequences[k][name] for k in range(len(speeds))]
            encoder = ENCODERS[kind].fit([at_speeds[0][row] for row in rows])
            known = [encoder.transform([some[row] for row in rows]) for some in at_speeds]
            new = encoder.transform([at_speeds[0][row] for row in others])
            found[name, kind] = gram(np.concatenate(known), new)
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
    """Mean accuracy of inner folds; known rows may stand there several times, in turn."""
    times, scores = len(known) // len(y), []
    for a, b in GroupKFold(N_INNER).split(y, groups=groups):
        copies = np.concatenate([a + k * len(y) for k in range(times)])
        rows = known[np.ix_(copies, copies)], known[np.ix_(b, copies)]
        scores.append(np.mean(ridge(*rows, np.tile(y[a], times), alpha) == y[b]))
    return float(np.mean(scores))


def run_part(data, table, target, test, kept_whole):
    """Accuracy in the test part, inner accuracy and penalty of each variant."""
    y, groups = table[target].to_numpy(), table[kept_whole].to_numpy()
    known_y, known_groups = y[~test], groups[~test]
    found, blocks = {}, grams(data, ~test)

    def note(variant, known, new, inner, alpha):
        labels = np.tile(known_y, len(known) // len(known_y))
        accuracy = float(np.mean(ridge(known, new, labels, alpha) == y[test]))
        found[variant] = {"accuracy": accuracy, "inner": inner, "alpha": alpha}
        print(f"  {variant:34} {100 * accuracy:6.2f} %  inner {100 * inner:6.2f} %", flush=True)

    for variant, kinds in VARIANTS.items():
        known, new = summed(blocks, kinds)
        inner = [inner_score(known, known_y, known_groups, alpha) for alpha in ALPHAS]
        note(variant, known, new, max(inner), ALPHAS[int(np.argmax(inner))])
    if kept_whole == "speaker":
        known, new = summed(grams(data, ~test, SPEEDS, ("rocket",)), ("rocket",))
        alpha = found["MultiRocket"]["alpha"]
        note(AUGMENTED, known, new, inner_score(known, known_y, known_groups, alpha), alpha)
    best = max(found, key=lambda variant: found[variant]["inner"])
    found[CHOSEN] = {**found[best], "variant": best}
    return found


def run(data, table, name):
    """Mean and spread over the held-out parts of a task, for each variant."""
    target, parts, values, kept_whole, aim = TASKS[name]
    start, scored = time.perf_counter(), []
    for value in values:
        print(f"{name}: {value}", flush=True)
        test = (table[parts] == value).to_numpy()
        scored.append(run_part(data, table, target, test, kept_whole))
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
    data = loaded(table)
    return {name: run(data, table, name) for name in names}


if __name__ == "__main__":
    write_result("quality_sequences", {"tasks": main(sys.argv[1:] or TASKS)})
