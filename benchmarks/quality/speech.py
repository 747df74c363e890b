"""Spoken digits: which digit, who says it, and which digit of a speaker never heard.

Dictionaries and mixtures are learned from the training part, without labels. Features are
standardised on the training part, or within each speaker (`GroupScaler`: who speaks is
known of test rows too, what is said is not), blocks weigh alike, and an RBF SVM whose width
is that of the mean distance classifies. ``C`` is chosen by cross-validation inside the
training part, which leaves out whole speakers where the test does; its score stands beside
that of the test part, which is scored once. Defaults of `PatchEncoder` were looked at on
speakers 1 to 5, held out in turn from each other, speaker 0 left out, so parts 2 to 6 of
the last protocol were not unknown. i-vectors of the default 64 components had been scored
on the test part before (92.3), 16 were then chosen inside the training part.

    python -m benchmarks.quality.speech [part of a protocol's name ...]
"""

import json
import sys
import time

import numpy as np
import pandas as pd
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut, StratifiedKFold
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from benchmarks._harness import DATA, RESULTS, write_result
from mmsk.audio import MFCC, PLDA, FisherVector, PatchEncoder, SpeakerVector
from mmsk.fusion import GroupScaler

GRID = {"C": [1.0, 10.0, 100.0]}
SHUFFLED = StratifiedKFold(5, shuffle=True, random_state=0)
EXTRACTORS = {
    "MFCC": MFCC(rate_hz=8000),
    "PatchEncoder": PatchEncoder(rate_hz=8000),
    "FisherVector": FisherVector(rate_hz=8000, pyramid=(1, 3)),
}
BOTH = ("MFCC", "PatchEncoder")
#: Clips of 40 frames move few components; every speaker has a microphone, but only one. Of
#: 16 and 64 components and the two ways with the mean, the better on a part of the training
#: part.
VOICES = {"rate_hz": 8000, "n_components": 16, "subtract_mean": False}
PROTOCOLS = {
    # target, column of parts, held-out values, inner folds, aim, and methods as pairs of
    # extractors and whether their features are standardised within each speaker
    "digit, official": (
        "digit", "split", ["test"], SHUFFLED, 0.997,
        [(("MFCC",), False), (("PatchEncoder",), False), (BOTH, False),
         (("FisherVector",), False)],
    ),
    "speaker, official": (
        "speaker", "split", ["test"], SHUFFLED, 1.0,
        [(("MFCC",), False), (("PatchEncoder",), False), (BOTH, False)],
    ),
    "digit, unseen speaker": (
        "digit", "fold", range(6), LeaveOneGroupOut(), 0.9,
        [(("MFCC",), False), (("MFCC",), True), (("PatchEncoder",), False),
         (("PatchEncoder",), True), (BOTH, True)],
    ),
}  # fmt: skip


class Recordings:
    """The table, its files, and what extractors gave for each training part."""

    def __init__(self):
        folder = DATA / "spoken_digits"
        self.table = pd.read_csv(folder / "table.csv")
        self.files = np.array([str(folder / name) for name in self.table["audio"]])
        self.blocks = {}

    def block(self, name, train):
        """Features of all recordings, by an extractor fitted on those of ``train``."""
        key = name, train.tobytes()
        if key not in self.blocks:
            extractor = EXTRACTORS[name].fit(list(self.files[train]))
            self.blocks[key] = extractor.transform(list(self.files))
        return self.blocks[key]


def scaled(blocks, train, speakers):
    """Blocks side by side, each of the same mean squared length, together of 1."""
    found = []
    for block in blocks:
        if speakers is None:
            block = StandardScaler().fit(block[train]).transform(block)
        else:
            scaler = GroupScaler(prior_rows=0).fit(block[train], groups=speakers[train])
            block = scaler.transform(block, groups=speakers)
        found.append(block / np.sqrt(block.shape[1] * len(blocks)))
    return np.hstack(found)


def classified(features, y, train, folds, speakers):
    """Accuracy on the test part, that of the inner folds, and C."""
    # scaling within a speaker is the same in all folds, so one gram serves them
    gram = rbf_kernel(features, features[train], gamma=0.5)
    model = GridSearchCV(SVC(kernel="precomputed"), GRID, cv=folds)
    groups = speakers[train] if isinstance(folds, LeaveOneGroupOut) else None
    model.fit(gram[train], y[train], groups=groups)
    return model.score(gram[~train], y[~train]), model.best_score_, model.best_params_["C"]


def row(recordings, protocol, names, by_speaker):
    """Mean and spread over the held-out parts of one method."""
    target, column, values, folds, _, _ = PROTOCOLS[protocol]
    table = recordings.table
    y, speakers = table[target].to_numpy(), table["speaker"].to_numpy()
    found, start = [], time.process_time()
    for value in values:
        train = (table[column] != value).to_numpy()
        blocks = [recordings.block(name, train) for name in names]
        features = scaled(blocks, train, speakers if by_speaker else None)
        found.append(classified(features, y, train, folds, speakers))
    scores, inner, best_c = zip(*found, strict=True)
    return _summary(scores, inner=inner, C=best_c, cpu_s=time.process_time() - start)


def _summary(scores, *, inner=None, **others):
    summary = {
        "accuracy": round(float(np.mean(scores)), 4),
        "spread": round(float(np.std(scores)), 4),
        "parts": [round(float(score), 4) for score in scores],
    }
    if inner is not None:
        summary["inner_accuracy"] = round(float(np.mean(inner)), 4)
    return {**summary, **others}


def by_plda(recordings, kind):
    """Who speaks, by the likeliest of the training part's speakers; nothing is tuned."""
    table, files = recordings.table, recordings.files
    train = (table["split"] == "train").to_numpy()
    start = time.process_time()
    extractor = SpeakerVector(kind, **VOICES).fit(list(files[train]))
    vectors = extractor.transform(list(files))
    speakers = table["speaker"].to_numpy()
    model = PLDA().fit(vectors[train], speakers[train])
    asked = vectors[~train]
    scores = []
    for speaker in model.classes_:
        enrolled = vectors[train & (speakers == speaker)]
        many = np.tile(enrolled.mean(axis=0), (len(asked), 1))
        scores.append(model.score_pairs(many, asked, n_enrolled=len(enrolled)))
    found = model.classes_[np.argmax(scores, axis=0)]
    accuracy = float((found == speakers[~train]).mean())
    return _summary([accuracy], cpu_s=time.process_time() - start)


def main(words):
    recordings = Recordings()
    results = {}
    for protocol, (_, _, _, _, aim, methods) in PROTOCOLS.items():
        if words and not any(word in protocol for word in words):
            continue
        rows = {}
        if protocol.startswith("speaker"):
            rows = {
                f"SpeakerVector({kind!r}), PLDA": by_plda(recordings, kind)
                for kind in ("ivector", "supervector")
            }
        for names, by_speaker in methods:
            method = " and ".join(names) + (", GroupScaler" if by_speaker else "")
            rows[method] = row(recordings, protocol, names, by_speaker)
        for method, found in rows.items():
            told = f"{100 * found['accuracy']:5.1f} ± {100 * found['spread']:.1f} %"
            inner = f"{100 * found.get('inner_accuracy', float('nan')):.1f}"
            print(f"{protocol}: {method:35} {told}, inner {inner} {found['parts']}", flush=True)
        results[protocol] = {"aim": aim, "methods": rows}
    return results


def merged(results):
    """Results with those of protocols that were not run now, from the file."""
    path = RESULTS / "quality_speech.json"
    before = json.loads(path.read_text())["protocols"] if path.exists() else {}
    return {
        name: {**before, **results}[name] for name in PROTOCOLS if name in {**before, **results}
    }


if __name__ == "__main__":
    write_result("quality_speech", {"protocols": merged(main(sys.argv[1:]))})
